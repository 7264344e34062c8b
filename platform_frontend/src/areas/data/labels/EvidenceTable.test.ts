import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import type { Body } from '@/api/types'
import EvidenceTable from './EvidenceTable.vue'

const shown = (evidence: Body<'Evidence'>) => mount(EvidenceTable, { props: { evidence } })

test('the telling figure is on top, the others below it', () => {
  const page = shown({
    kpi: 'latency', unit: 'ms', before: 9.5285, during: 614.79, effect_size: 1, p_value: 0, test: 'mann-whitney',
    others: [{ kpi: 'failed calls', before: 0, during: null }],
  })
  const rows = page.findAll('tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))
  expect(rows).toEqual([
    ['latency (ms)', '9.53', '615', '1', '0', 'mann-whitney'],
    ['failed calls', '0', '–', '–', '–', ''],
  ])
  expect(page.findAll('.telling')).toHaveLength(1)
})

test('why an effect is unknown is said, and that the machine was busy', () => {
  const text = shown({ reason: 'too few calls', host: { strained: true } }).text()
  expect(text).toContain('too few calls')
  expect(text).toContain('busy')
})

test('that nothing was checked yet is said', () => {
  expect(shown({}).text()).toBe('Not checked yet.')
})
