/** What of JSON Schema a campaign's schema uses, and how to find one's way in it. */
export interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  title?: string
  description?: string
  default?: unknown
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  oneOf?: JsonSchema[]
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  if?: JsonSchema
  then?: JsonSchema
  minimum?: number
  maximum?: number
}

/** One part of the way into a document: a key, or an entry of a list; with what stands beside it, as far as it is known. */
export interface Step {
  key: string | null
  beside: Readonly<Record<string, string>>
}

/** All that a place may be like: references followed, alternatives side by side, conditions weighed by what stands beside. */
export function alternatives(schema: JsonSchema, root: JsonSchema, beside: Step['beside'] = {}, depth = 0): JsonSchema[] {
  if (depth > 12) return []
  const deeper = (each: JsonSchema): JsonSchema[] => alternatives(each, root, beside, depth + 1)
  if (schema.$ref) return deeper(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {})
  const conditions = (schema.allOf ?? []).flatMap((each) => (each.if && each.then ? (holds(each.if, beside) ? deeper(each.then) : []) : deeper(each)))
  return [schema, ...(schema.oneOf ?? []).flatMap(deeper), ...(schema.anyOf ?? []).flatMap(deeper), ...conditions]
}

function holds(condition: JsonSchema, beside: Step['beside']): boolean {
  return Object.entries(condition.properties ?? {}).every(([key, wanted]) => wanted.const === beside[key])
}

/** What may stand at the end of a way. */
export function schemasAt(root: JsonSchema, way: readonly Step[], beside: Step['beside']): JsonSchema[] {
  let found = [root]
  for (const step of way) {
    const here = found.flatMap((each) => alternatives(each, root, step.beside))
    found = here.flatMap((each) => (step.key === null ? each.items : each.properties?.[step.key]) ?? [])
  }
  return found.flatMap((each) => alternatives(each, root, beside))
}

export interface Proposal {
  label: string
  info: string
  kind: 'key' | 'value'
}

/** Keys that may stand at a place and do not yet, the required first. */
export function keysAt(schemas: readonly JsonSchema[], beside: Step['beside']): Proposal[] {
  const required = new Set(schemas.flatMap((each) => each.required ?? []))
  const found = new Map<string, Proposal>()
  for (const [key, schema] of schemas.flatMap((each) => Object.entries(each.properties ?? {}))) {
    if (key in beside) continue
    const info = schema.description ?? found.get(key)?.info ?? ''
    found.set(key, { label: key, info: withDefault(info, schema.default), kind: 'key' })
  }
  return [...found.values()].sort((one, other) => Number(required.has(other.label)) - Number(required.has(one.label)))
}

function withDefault(info: string, otherwise: unknown): string {
  return otherwise === undefined || otherwise === null || otherwise === '' ? info : `${info} (${JSON.stringify(otherwise)})`.trim()
}

/** Values that are known by name. */
export function valuesAt(schemas: readonly JsonSchema[], root: JsonSchema): Proposal[] {
  const found = new Map<string, Proposal>()
  const add = (value: unknown, info = ''): void => {
    if (typeof value === 'string' || typeof value === 'boolean') found.set(String(value), { label: String(value), info, kind: 'value' })
  }
  for (const schema of [...schemas, ...schemas.flatMap((each) => (each.items ? alternatives(each.items, root) : []))]) {
    if (schema.const !== undefined) add(schema.const, [schema.title, schema.description].filter(Boolean).join('. '))
    for (const value of schema.enum ?? []) add(value)
    if (schema.type === 'boolean') [true, false].forEach((value) => { add(value) })
  }
  return [...found.values()]
}
