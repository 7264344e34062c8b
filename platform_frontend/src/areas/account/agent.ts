/** A browser's name for itself, as people call it. The order matters: most of them also claim to be others. */
const BROWSERS: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/HeadlessChrome\/|Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

const named = (agent: string, names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(agent))?.[1]

export function browserOf(agent: string): string {
  const browser = named(agent, BROWSERS)
  if (!browser) return agent.slice(0, 60) || '?'
  const system = named(agent, SYSTEMS)
  return system ? `${browser} · ${system}` : browser
}
