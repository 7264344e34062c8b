/** Short names for the bodies of the API's schema. */
import type { components } from './schema'

export type Body<Name extends keyof components['schemas']> = components['schemas'][Name]
export type WhoAmI = Body<'WhoAmI'>
export type Role = WhoAmI['role']
export type Status = Body<'Status'>
export type Config = Body<'Config'>
export type Injection = Body<'Injection'>
export type Kind = Body<'Kind'>
export type Parameter = Body<'Parameter'>
export type Dataset = Body<'Dataset'>
export type Topic = keyof Body<'Revisions'>
