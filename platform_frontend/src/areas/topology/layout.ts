/** Where services stand and how calls run between them. The same calls give the same places. */
import { Graph, layout } from '@dagrejs/dagre'

export interface Call {
  source: string
  destination: string
}

export interface Place {
  x: number
  y: number
}

export interface Layout {
  width: number
  height: number
  /** Middles. */
  nodes: ReadonlyMap<string, Place>
  edges: ReadonlyMap<string, { path: string; label: Place }>
}

export const NODE = { width: 180, height: 64 } as const
export const LABEL = { width: 92, height: 34 } as const
const MARGIN = 18

export const keyOf = ({ source, destination }: Call): string => `${source}→${destination}`

export function placed(services: readonly string[], calls: readonly Call[]): Layout {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 34, edgesep: 14, marginx: MARGIN, marginy: MARGIN })
  graph.setDefaultEdgeLabel(() => ({}))
  const names = new Set([...services, ...calls.flatMap(({ source, destination }) => [source, destination])])
  for (const name of [...names].sort()) graph.setNode(name, { ...NODE })
  const sorted = [...calls].sort((one, other) => keyOf(one).localeCompare(keyOf(other)))
  for (const { source, destination } of sorted) graph.setEdge(source, destination, { ...LABEL, labelpos: 'c' })
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    width, height,
    nodes: new Map([...names].map((name) => [name, place(graph.node(name))])),
    edges: new Map(sorted.map((call) => [keyOf(call), drawn(graph.edge(call.source, call.destination))])),
  }
}

const place = (at: unknown): Place => {
  const { x = 0, y = 0 } = at as Partial<Place>
  return { x, y }
}

function drawn(edge: unknown): { path: string; label: Place } {
  const { points = [] } = edge as { points?: Place[] }
  return { path: smooth(points), label: place(edge) }
}

/** Through the middles of the bends, so that no corner is seen. */
export function smooth(points: readonly Place[]): string {
  const [first, ...others] = points
  const last = others.at(-1)
  if (!first || !last) return ''
  const bends = others.slice(0, -1).map((bend, at) => {
    const next = others[at + 1] ?? last
    const end = at === others.length - 2 ? last : { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 }
    return `Q${round(bend)} ${round(end)}`
  })
  return `M${round(first)} ${bends.length ? bends.join(' ') : `L${round(last)}`}`
}

const round = ({ x, y }: Place): string => `${x.toFixed(1)},${y.toFixed(1)}`
