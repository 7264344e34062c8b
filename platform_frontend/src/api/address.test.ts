import { expect, test } from 'vitest'
import { address } from './address'

test('ids and queries are filled in, and nothing in them can lead elsewhere', () => {
  expect(address('/api/v1/datasets/{dataset_id}/download', { dataset_id: 'a/b' })).toBe('/api/v1/datasets/a%2Fb/download')
  expect(address('/api/v1/datasets/{dataset_id}/card', { dataset_id: 'a' }, { format: 'markdown' })).toBe(
    '/api/v1/datasets/a/card?format=markdown',
  )
})
