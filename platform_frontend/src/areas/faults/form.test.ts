import { describe, expect, test } from 'vitest'
import type { Kind, Parameter } from '@/api/types'
import { emptyForm, experimentRequest, fromQuery, injectionRequest, missing, previewRequest, toQuery, type FaultForm } from './form'
import { asCli, asCurl, asYaml } from './showAs'

const parameter = (name: string, more: Partial<Parameter>): Parameter => ({
  name, type: 'integer', help: '', unit: '', bounds: [], choices: [], required: false, default: 0, format: 'any',
  protocol_bounds: [], names: [], ...more,
})
const DELAY: Kind = {
  name: 'network-delay', title: '', help: '', protocols: [], files: false, at_once: false, takes_down: false,
  supported: true, reason: '',
  parameters: [
    parameter('latency_ms', { required: true }),
    parameter('direction', { type: 'choice', choices: ['to', 'from'] }),
    parameter('methods', { type: 'strings' }),
  ],
}
const FILLED: FaultForm = {
  ...emptyForm('Europe/Paris'),
  kind: 'network-delay', pods: ['cartservice-0'], duration: 60,
  parameters: { latency_ms: 300, direction: 'from', methods: ['open', 'write'] },
}

describe('the address', () => {
  test('brings the same form back', () => {
    const cron = { ...FILLED, when: 'cron' as const, cron: '*/5 * * * *', name: 'each five', lastReplica: true }
    for (const form of [FILLED, cron]) expect(fromQuery(toQuery(form), [DELAY], 'Europe/Paris')).toEqual(form)
  })

  test('may name what there is not, which is left out', () => {
    const form = fromQuery({ kind: 'no-such', duration: 'x', 'p.latency_ms': '3', when: 'then' }, [DELAY], 'UTC')
    expect(form).toEqual(emptyForm('UTC'))
    expect(fromQuery({ kind: 'network-delay', 'p.latency_ms': 'much' }, [DELAY], 'UTC').parameters).toEqual({})
  })
})

describe('what is asked for', () => {
  test('nothing, while something is missing', () => {
    expect(previewRequest(FILLED, undefined)).toBeNull()
    expect(previewRequest({ ...FILLED, parameters: {} }, DELAY)).toBeNull()
    expect(previewRequest({ ...FILLED, pods: [] }, DELAY)).toBeNull()
    expect(previewRequest({ ...FILLED, when: 'at' }, DELAY)).toBeNull()
    expect(missing({ ...FILLED, parameters: {} }, DELAY)).toEqual(['latency_ms'])
  })

  test('what was left alone is left to the platform', () => {
    const form = { ...emptyForm('UTC'), kind: 'pod-kill', services: ['adservice'] }
    expect(injectionRequest(form)).toEqual({ kind: 'pod-kill', services: ['adservice'] })
  })

  test('an experiment has a name and a schedule', () => {
    const form: FaultForm = { ...FILLED, when: 'cron', cron: ' 0 * * * * ' }
    expect(experimentRequest(form)).toMatchObject({
      name: 'network-delay', schedule: { type: 'cron', cron: '0 * * * *', time_zone: 'Europe/Paris' },
    })
  })
})

describe('shown as', () => {
  test('an entry of a campaign', () => {
    expect(asYaml(FILLED, ['cartservice'])).toBe(
      '- fault: network-delay\n  services: [cartservice]\n' +
        '  parameters: {latency_ms: 300, direction: from, methods: [open, write]}\n  duration: 60\n',
    )
  })

  test('a value that YAML would take for another has quotes', () => {
    expect(asYaml({ ...FILLED, parameters: { class: 'no', path: '/a: b' } }, [])).toContain('{class: "no", path: "/a: b"}')
  })

  test('a command', () => {
    expect(asCli({ ...FILLED, parameters: { latency_ms: 300, path: "/it's" } })).toBe(
      "./microservo inject network-delay --pod cartservice-0 --param latency_ms=300 --param 'path=/it'\\''s' --duration 60\n",
    )
    expect(asCli({ ...FILLED, when: 'cron', cron: '* * * * *' })).toBeNull()
  })

  test('a call of the API, of the kind that the schedule needs', () => {
    expect(asCurl(FILLED, 'http://127.0.0.1:8000')).toContain('http://127.0.0.1:8000/api/v1/faults/injections')
    expect(asCurl({ ...FILLED, when: 'at', at: '2026-01-01T00:00:00Z' }, 'http://h')).toContain('/faults/experiments')
  })
})
