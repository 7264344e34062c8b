/** A filled form as what one would write elsewhere: a campaign's file, a call by curl, our own command. */
import { experimentRequest, injectionRequest, type FaultForm } from './form'

export type ShownAs = 'yaml' | 'curl' | 'cli'

/** For a POSIX shell: as it is where nothing in it is special. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** JSON is YAML too: in flow style, and without quotes where none are needed. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value).map(([name, inner]) => `${name}: ${flow(inner)}`).join(', ')}}`
  }
  const plain = typeof value === 'string' && /^[a-z][\w-]*$/i.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value)
  return plain ? value : JSON.stringify(value)
}

/** An entry of a campaign's matrix, which goes by services. */
export function asYaml(form: FaultForm, servicesOfPods: readonly string[]): string {
  const services = [...new Set([...form.services, ...servicesOfPods])]
  const lines = [`- fault: ${form.kind}`, `  services: ${flow(services)}`]
  if (form.services.length || form.pods.length > 1) lines.push('  pods: all')
  if (Object.keys(form.parameters).length) lines.push(`  parameters: ${flow(form.parameters)}`)
  if (form.duration !== null) lines.push(`  duration: ${form.duration}`)
  if (form.lastReplica) lines.push('  allow_last_replica: true')
  return `${lines.join('\n')}\n`
}

export function asCurl(form: FaultForm, origin: string): string {
  const now = form.when === 'now'
  const body = JSON.stringify(now ? injectionRequest(form) : experimentRequest(form), null, 2)
  const address = `${origin}/api/v1/faults/${now ? 'injections' : 'experiments'}`
  return [
    `curl -X POST ${quoted(address)} \\`,
    `  -H "Authorization: Bearer $MICROSERVO_TOKEN" -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(body)}\n`,
  ].join('\n')
}

/** Only what is injected at once has a command; null otherwise. */
export function asCli(form: FaultForm): string | null {
  if (form.when !== 'now') return null
  const words = ['./microservo', 'inject', form.kind]
  for (const pod of form.pods) words.push('--pod', pod)
  for (const service of form.services) words.push('--service', service)
  for (const [name, value] of Object.entries(form.parameters)) {
    words.push('--param', `${name}=${Array.isArray(value) ? JSON.stringify(value) : String(value)}`)
  }
  if (form.duration !== null) words.push('--duration', String(form.duration))
  if (form.lastReplica) words.push('--allow-last-replica')
  return `${words.map(quoted).join(' ')}\n`
}
