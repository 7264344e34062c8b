/** What an area brings: `areas/<area>/routes.ts` exports one of these as `area`; nothing else has to be registered. */
import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { OperationName } from '@/api/operations'

export interface Navigation {
  /** Key of the text, such as `faults.title`. */
  label: string
  icon: Component
  to: string
  /** Where it stands: smaller is higher. */
  order: number
  /** Shown to those who may call this; absent: to everybody signed in. */
  needs?: OperationName
}

export interface Area {
  routes: RouteRecordRaw[]
  navigation?: Navigation[]
}

const modules = import.meta.glob<{ area: Area }>('../areas/*/routes.ts', { eager: true })

export const areas: Area[] = Object.values(modules).map((module) => module.area)
export const navigation: Navigation[] = areas
  .flatMap((area) => area.navigation ?? [])
  .sort((one, other) => one.order - other.order)

/** The pages below a place of the menu are in it too; home is above all, and holds itself alone. */
export function isWithin(path: string, place: string): boolean {
  return path === place || (place !== '/' && path.startsWith(`${place}/`))
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. */
    title: string
    /** Visitors who are not signed in see it too, and it stands alone on the screen. */
    open?: boolean
  }
}
