/** One language of all areas, under their names, beside what all share. */
export function gather(shared: object, areas: Record<string, { default: object }>): Record<string, object> {
  const texts: Record<string, object> = { ...shared }
  for (const [path, module] of Object.entries(areas)) {
    const area = /\/areas\/([^/]+)\//.exec(path)?.[1]
    if (area) texts[area] = module.default
  }
  return texts
}
