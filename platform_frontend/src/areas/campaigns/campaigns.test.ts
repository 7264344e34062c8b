import { mount } from '@vue/test-utils'
import { beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { Problem, problemOf } from '@/api/problem'
import type { Body } from '@/api/types'
import CampaignTable from './CampaignTable.vue'
import MistakeList from './MistakeList.vue'
import PlanPanel from './PlanPanel.vue'
import { parametersOf, shareOf } from './look'
import type { Campaign } from './queries'
import { BLANK, sourceOf } from './source'

const router = createRouter({
  history: createMemoryHistory(),
  routes: ['/', '/campaigns/:id', '/datasets/new'].map((path) => ({
    path, name: { '/campaigns/:id': 'campaign', '/datasets/new': 'dataset-new' }[path] ?? 'home', component: { template: '' },
  })),
})
const global = { plugins: [router] }
const CAMPAIGN: Campaign = {
  id: 'c1', name: 'full', seed: 1, digest: 'sha256:1', state: 'completed', reason: '', steps_done: 4, steps_total: 4, steps_failed: 1,
  steps_skipped: 2, steps_unusable: 0, expected_s: 60, created_by: 'ada', created_at: '2026-11-26T03:00:00Z', started_at: '2026-11-26T03:00:00Z',
  finished_at: '2026-11-26T03:01:00Z',
}
const answer = (body: unknown) => vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })))

beforeEach(() => {
  vi.unstubAllGlobals()
})

test('each mistake leads to its line', async () => {
  const problem = new Problem({
    status: 400,
    places: [{ path: 'matrix.0.fault', line: 7, column: 12, message: 'no such kind' }, { path: '', line: null, column: null, message: 'too large' }],
  })
  const shown = mount(MistakeList, { props: { problem }, global })
  expect(shown.text()).toContain('2 mistakes')
  await shown.findAll('button')[0]?.trigger('click')
  expect(shown.emitted('go')).toEqual([[7, 12]])
})

test('a refusal without a place says what the platform said', () => {
  const problem = new Problem({ status: 409, code: 'x', detail: 'The emergency stop is in force.' })
  expect(mount(MistakeList, { props: { problem }, global }).text()).toContain('The emergency stop is in force.')
})

test('places come with the problem of an answer', async () => {
  const place = { path: 'a', line: 1, column: 2, message: 'm' }
  const problem = await problemOf(new Response(JSON.stringify({ status: 400, places: [place] }), { status: 400 }))
  expect(problem.places).toEqual([place])
})

test('a plan tells when each step begins, and what the data will not be good for', () => {
  const step = (index: number, after_s: number): Body<'PlannedStep'> => ({
    id: `s${index}`, index, group: 0, is_event: false, fault: 'cpu-stress', service: 'cartservice', pods: 'one', parameters: { load: 100 }, duration_s: 20, after_s,
    pause_s: 0, allow_last_replica: false, repeat: 1,
  })
  const plan: Body<'Plan'> = {
    name: 'p', seed: 1, digest: 'd', expected_s: 174, steps: [step(0, 0), step(1, 5)],
    cases: [{ group: 0, begins_s: 40, before_s: 40, after_s: 60, each_side_s: 40 }], warnings: ['too short'],
  }
  const text = mount(PlanPanel, { props: { plan, waiting: false }, global }).text()
  for (const part of ['2:54', '0:40', '0:45', 'cpu-stress', 'load=100', 'too short']) expect(text).toContain(part)
})

test('a campaign that is over offers its report; one under way shows how far it is', () => {
  const over = mount(CampaignTable, { props: { rows: [CAMPAIGN] }, global })
  expect(over.text()).toContain('1 failed, 2 skipped')
  expect(over.get('a[target=_blank]').attributes('href')).toBe('/api/v1/campaigns/c1/report?format=html')
  const open = mount(CampaignTable, { props: { rows: [{ ...CAMPAIGN, state: 'running', steps_done: 1 }] }, global })
  expect(open.get('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
  expect(open.find('a[target=_blank]').exists()).toBe(false)
})

test('a file comes from where the address says', async () => {
  expect((await sourceOf({})).text).toBe(BLANK)
  vi.stubGlobal('fetch', answer([{ name: 'rca', text: 'name: rca\n' }]))
  expect(await sourceOf({ library: 'rca' })).toEqual({ name: 'rca', text: 'name: rca\n' })
  await expect(sourceOf({ library: 'other' })).rejects.toMatchObject({ status: 404 })
  vi.stubGlobal('fetch', answer({ ...CAMPAIGN, text: '', content: { name: 'full' } }))
  expect((await sourceOf({ run: 'c1' })).text).toBe('{\n  "name": "full"\n}\n')
})

test('what is empty in parameters is left out', () => {
  expect(parametersOf({ a: 1, b: '', c: null, d: [], e: [1, 2] })).toBe('a=1  e=1,2')
  expect(shareOf({ ...CAMPAIGN, steps_total: 0, steps_done: 0 })).toBe(0)
})
