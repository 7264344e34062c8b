import { describe, expect, test } from 'vitest'
import { keysAt, schemasAt, valuesAt, type JsonSchema } from './jsonSchema'
import { placeAt } from './place'

/** The text with | where the cursor is. */
function at(marked: string) {
  const offset = marked.indexOf('|')
  const place = placeAt(marked.replace('|', ''), offset)
  return { ...place, keys: place.way.map((step) => step.key) }
}

describe('the place of the cursor', () => {
  test.each([
    ['na|', [], 'key', 'na'],
    ['name: x\norder: sh|', ['order'], 'value', 'sh'],
    ['steady:\n  wi|', ['steady'], 'key', 'wi'],
    ['matrix:\n  - fault: cpu|', ['matrix', null, 'fault'], 'value', 'cpu'],
    ['matrix:\n- fault: cpu|', ['matrix', null, 'fault'], 'value', 'cpu'],
    ['matrix:\n  - fault: cpu-stress\n    se|', ['matrix', null], 'key', 'se'],
    ['matrix:\n  - fault: a\n  - |', ['matrix', null], 'key', ''],
    ['matrix:\n  - fault: cpu-stress\n    parameters:\n      lo|', ['matrix', null, 'parameters'], 'key', 'lo'],
    ['matrix:\n  - fault: cpu-stress\n    parameters: {workers: 2, lo|', ['matrix', null, 'parameters'], 'key', 'lo'],
    ['matrix:\n  - fault: a\n    services: [cart, ch|', ['matrix', null, 'services'], 'value', 'ch'],
    ['stop:\n  - {pods_not_ready: 4, then: ca|', ['stop', null, 'then'], 'value', 'ca'],
    ['matrix:\n  - together:\n      - fault: x\n        po|', ['matrix', null, 'together', null], 'key', 'po'],
    ['# says: nothing\nname: a\n\nmatrix:\n  # a: b\n  - fault: f\n|', [], 'key', ''],
  ] as const)('%j', (marked, way, kind, word) => {
    const place = at(marked)
    expect([place.keys, place.at, place.word]).toEqual([way, kind, word])
  })

  test('what stands beside is told, above and below, of this entry alone', () => {
    expect(at('matrix:\n  - fault: a\n    pods: all\n  - fault: cpu-stress  # hot\n    |\n    pods: one\n').beside).toEqual({ fault: 'cpu-stress', pods: 'one' })
    expect(at('matrix:\n  - fault: a\n    parameters: {workers: 2, |').beside).toEqual({ workers: '2' })
  })
})

const SCHEMA: JsonSchema = {
  properties: {
    name: { type: 'string' },
    order: { enum: ['shuffled', 'written'], default: 'shuffled', description: 'of the steps' },
    matrix: { items: { oneOf: [{ $ref: '#/$defs/Fault' }] } },
  },
  required: ['matrix'],
  $defs: {
    Fault: {
      properties: {
        fault: { oneOf: [{ const: 'cpu-stress', title: 'Burn CPU' }, { const: 'pod-kill' }] },
        pods: { type: 'boolean' },
        parameters: { type: 'object' },
      },
      allOf: [{ if: { properties: { fault: { const: 'cpu-stress' } } }, then: { $ref: '#/$defs/fault.cpu-stress' } }],
    },
    'fault.cpu-stress': { properties: { parameters: { properties: { load: { description: 'percent', default: 100 } } } } },
  },
}

function proposed(marked: string): string[] {
  const place = at(marked)
  const schemas = schemasAt(SCHEMA, place.way, place.beside)
  return (place.at === 'key' ? keysAt(schemas, place.beside) : valuesAt(schemas, SCHEMA)).map((each) => each.label)
}

describe('what is proposed', () => {
  test('keys that are missing, the required first', () => {
    expect(proposed('name: x\n|')).toEqual(['matrix', 'order'])
  })

  test('values by name', () => {
    expect(proposed('order: |')).toEqual(['shuffled', 'written'])
    expect(proposed('matrix:\n  - fault: |')).toEqual(['cpu-stress', 'pod-kill'])
    expect(proposed('matrix:\n  - pods: |')).toEqual(['true', 'false'])
  })

  test('the parameters of the fault that stands beside', () => {
    expect(proposed('matrix:\n  - fault: cpu-stress\n    parameters: {|')).toEqual(['load'])
    expect(proposed('matrix:\n  - fault: cpu-stress\n    parameters:\n      |')).toEqual(['load'])
    expect(proposed('matrix:\n  - fault: pod-kill\n    parameters: {|')).toEqual([])
  })
})
