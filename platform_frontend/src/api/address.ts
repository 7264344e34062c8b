/** Addresses that the browser follows by itself: downloads and links. Made from the schema's paths, as calls are. */
import { createFinalURL, createQuerySerializer, defaultPathSerializer } from 'openapi-fetch'
import type { paths } from './schema'

type Query = Record<string, string | number | boolean | string[]>

export function address(path: keyof paths, ids: Readonly<Record<string, string>> = {}, query: Query = {}): string {
  return createFinalURL(path, {
    baseUrl: '',
    params: { path: { ...ids }, query },
    pathSerializer: defaultPathSerializer,
    querySerializer: createQuerySerializer({ array: { style: 'form', explode: true } }),
  })
}
