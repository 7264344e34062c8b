import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import CallGraph from './CallGraph.vue'
import { placed } from './layout'
import type { Edge, ServiceNode } from './queries'

const node = (service: string): ServiceNode => ({ service, ready: 1, total: 2, rate: 5, error_ratio: 0.2, p95: 1000, faults: [] })
const EDGE: Edge = { source: 'frontend', destination: 'cart', rate: 12, error_ratio: 0.137, p50: 900, p95: 20_050 }
const CALLS = [EDGE, { source: 'cart', destination: 'redis' }]

function shown(now = true) {
  return mount(CallGraph, {
    props: {
      layout: placed(['ads'], CALLS), nodes: [node('frontend'), node('cart')], edges: [EDGE], now, chosen: '',
      faults: new Map([['cart', ['network-delay']]]),
    },
  })
}

test('edges tell rate, errors and p95; those without calls tell nothing', () => {
  const texts = shown().findAll('.label').map((label) => label.findAll('text').map((text) => text.text()))
  expect(texts).toEqual([[], ['12/s · 14 %', 'p95 20.1 ms']])
})

test('services with a fault are marked', () => {
  const page = shown()
  expect(page.findAll('.node.hurt').map((each) => each.attributes('data-test'))).toEqual(['node-cart'])
  expect(page.get('[data-test=node-cart] title').text()).toBe('cart ⚡ network-delay')
})

test('ready pods are told of the present only', () => {
  expect(shown().get('[data-test=node-cart] .facts').text()).toContain('1/2')
  expect(shown(false).get('[data-test=node-cart] .facts').text()).not.toContain('1/2')
})

test('the keyboard chooses a service, and a call', async () => {
  const page = shown()
  await page.get('[data-test=node-cart]').trigger('keydown', { key: 'Enter' })
  await page.findAll('.label')[1]?.trigger('keydown', { key: ' ' })
  expect(page.emitted('update:chosen')).toEqual([['cart'], ['frontend→cart']])
})
