import { expect, test } from 'vitest'
import { tipOf } from './tip'

test('texts stay texts', () => {
  const box = tipOf({ title: 'now', rows: [{ name: '<img src=x onerror=alert(1)>', value: '1', colour: 'red' }], more: 3, faults: ['k'] })
  expect(box.querySelector('img')).toBeNull()
  expect(box.textContent).toBe('now<img src=x onerror=alert(1)>1+ 3⚡ k')
})
