import { VueQueryPlugin } from '@tanstack/vue-query'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { OperationName } from '@/api/operations'
import { useSession } from '@/stores/session'
import { aimOf } from '../look'
import type { Experiment } from '../queries'
import ExperimentTable from './ExperimentTable.vue'

const NIGHTLY: Experiment = {
  id: 'e1', name: 'nightly', state: 'scheduled', kind: 'network-delay', services: ['adservice'], pods: [], parameters: { latency_ms: 200 },
  duration_s: 60, schedule: { type: 'cron', cron: '0 3 * * *', time_zone: 'Asia/Shanghai', next_at: '2026-11-26T19:00:00Z' },
  revision: 2, created_by: 'ada', created_at: '2026-11-26T04:00:00Z',
}
const ALL: OperationName[] = ['experiments_pause', 'experiments_resume', 'experiments_stop', 'experiments_delete']

function shown(change: Partial<Experiment>, permissions = ALL) {
  useSession().become({
    signed_in: true, username: 'ada', name: '', email: '', language: 'en', time_zone: 'UTC', role: 'operator', permissions,
  })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: { template: '' } },
      { path: '/faults/experiments/:id', name: 'experiment', component: { template: '' } },
    ],
  })
  return mount(ExperimentTable, { props: { rows: [{ ...NIGHTLY, ...change }] }, global: { plugins: [router, [VueQueryPlugin, {}]] } })
}

const orders = (found: ReturnType<typeof shown>) => found.findAll('button').map((each) => each.text())

test('a row tells what is planned, where and when', () => {
  const text = shown({}).text()
  for (const part of ['nightly', 'network-delay', 'adservice', '0 3 * * *', 'Asia/Shanghai', 'scheduled', 'next']) expect(text).toContain(part)
})

test('each state has the orders that it allows', () => {
  expect(orders(shown({}))).toEqual(['Pause', 'Stop for good'])
  expect(orders(shown({ state: 'paused' }))).toEqual(['Resume', 'Stop for good'])
  expect(orders(shown({ state: 'finished', schedule: { ...NIGHTLY.schedule, next_at: null } }))).toEqual(['Delete'])
})

test('who may not, finds them greyed out', () => {
  for (const button of shown({}, []).findAll('button')) expect(button.attributes('disabled')).toBeDefined()
})

test('it is aimed at what it names', () => {
  expect(aimOf({ pods: ['cartservice-0'], services: [] })).toBe('cartservice-0')
  expect(aimOf({ pods: [], services: ['adservice', 'frontend'] })).toBe('adservice, frontend')
  expect(aimOf({ pods: [], services: [] })).toBe('')
})
