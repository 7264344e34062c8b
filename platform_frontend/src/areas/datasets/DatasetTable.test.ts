import { VueQueryPlugin } from '@tanstack/vue-query'
import { mount } from '@vue/test-utils'
import { ElTooltip } from 'element-plus'
import { expect, test } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { OperationName } from '@/api/operations'
import type { Dataset, Role } from '@/api/types'
import { useSession } from '@/stores/session'
import DatasetTable from './DatasetTable.vue'

export const READY: Dataset = {
  id: 'd1', name: 'checkout-abort', notes: 'for a talk', campaign: null, format: 'csv', knobs: { trace_sampling: 0.1 }, origin: 'built',
  keep: false, state: 'ready', cancel_requested: false,
  progress: { phase: '', rows_done: 1, rows_total: 1, bytes_written: 1, seconds_left: null }, size: 1_203_456, digest: 'sha256:9f86d081884c7d659a2f',
  counts: { tables: { logs: 18_200, spans: 21_050 }, faults: { 'http-abort': 1, 'pod-kill': 2 } }, error: '', warnings: [], created_by: 'ada',
  created_at: '2026-11-26T04:00:00Z', finished_at: '2026-11-26T04:01:00Z', from: 1_767_603_600_000_000, to: 1_767_603_900_000_000,
}

function shown(rows: Dataset[], username: string, role: Role, permissions: OperationName[]) {
  useSession().become({ signed_in: true, username, name: '', email: '', language: 'en', time_zone: 'UTC', role, permissions })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: { template: '' } }, { path: '/datasets/:id', name: 'dataset', component: { template: '' } }],
  })
  const found = mount(DatasetTable, { props: { rows }, global: { plugins: [router, [VueQueryPlugin, {}]] } })
  const act = (label: string) => found.get(`button[aria-label^="${label}"]`)
  const reason = (label: string) =>
    found.findAllComponents(ElTooltip).find((each) => each.find(`button[aria-label^="${label}"]`).exists())?.props('content') as string
  return { found, act, reason }
}

const ALL: OperationName[] = ['datasets_download', 'datasets_update', 'datasets_delete', 'datasets_cancel']

test('a row tells what the dataset is', () => {
  const text = shown([READY], 'ada', 'researcher', ALL).found.text()
  for (const part of ['checkout-abort', 'csv', '1 knob', 'for a talk', 'ready', '39,250', '1.2 MB', '5:00', '9f86d08188', 'ada']) expect(text).toContain(part)
  expect(text).toContain('3') // faults, of both kinds
})

test('who made it may keep and delete it', () => {
  const { act } = shown([READY], 'ada', 'researcher', ALL)
  expect(act('Delete').attributes('aria-disabled')).toBe('false')
  expect(act('Keep').attributes('aria-pressed')).toBe('false')
})

test('somebody else may not, and is told whose it is; an admin may', () => {
  const other = shown([READY], 'bob', 'researcher', ALL)
  expect(other.act('Delete').attributes('aria-disabled')).toBe('true')
  expect(other.reason('Delete')).toContain('belongs to ada')
  expect(shown([READY], 'root', 'admin', ALL).act('Delete').attributes('aria-disabled')).toBe('false')
})

test('a viewer may only take it home, and is told which role the rest needs', () => {
  const viewer = shown([READY], 'eve', 'viewer', ['datasets_download'])
  expect(viewer.act('Download').attributes('aria-disabled')).toBe('false')
  expect(viewer.act('Delete').attributes('aria-disabled')).toBe('true')
  expect(viewer.reason('Delete')).toContain('researcher')
})

test('one that is being built shows how far it is, and can be neither taken nor deleted', () => {
  const building: Dataset = {
    ...READY, state: 'building', progress: { phase: 'writing', rows_done: 25, rows_total: 100, bytes_written: 10, seconds_left: 3 },
  }
  const { found } = shown([building], 'ada', 'researcher', ALL)
  expect(found.get('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
  expect(found.find('button[aria-label^="Delete"]').exists()).toBe(false)
  expect(found.find('button[aria-label^="Download"]').exists()).toBe(false)
})
