/** A trace as a tree: who called whom, which spans have lost their parent, and what the trace waited for. */
import type { Span } from '../queries'

export interface Node {
  span: Span
  depth: number
  children: Node[]
  /** Its parent is not among the spans, or is below itself: it stands at the root, and is marked. */
  orphan: boolean
  /** When the trace waited for this span, and not for one below it. Set by markCritical. */
  critical: Segment[]
}

export interface Segment {
  from: number
  to: number
}

export const endOf = ({ timestamp, duration }: Span): number => timestamp + duration

export function forest(spans: readonly Span[]): Node[] {
  const nodes = new Map(spans.map((span) => [span.span_id, node(span)]))
  const circles = inCircles(nodes)
  const roots: Node[] = []
  for (const each of nodes.values()) {
    const parent = each.span.parent_span_id ? nodes.get(each.span.parent_span_id) : undefined
    each.orphan = Boolean(each.span.parent_span_id) && (!parent || circles.has(each.span.span_id))
    if (parent && !each.orphan) parent.children.push(each)
    else roots.push(each)
  }
  settle(roots, 0)
  return roots
}

const node = (span: Span): Node => ({ span, depth: 0, children: [], orphan: false, critical: [] })

/** One span of each circle of parents: where it is cut. */
function inCircles(nodes: ReadonlyMap<string, Node>): Set<string> {
  const walked = new Map<string, string>() // span → the walk that came by first
  const cut = new Set<string>()
  for (const start of nodes.keys()) {
    let at: string | null = start
    while (at && nodes.has(at) && !walked.has(at)) {
      walked.set(at, start)
      at = nodes.get(at)?.span.parent_span_id ?? null
    }
    if (at && walked.get(at) === start && nodes.has(at)) cut.add(at)
  }
  return cut
}

function settle(siblings: Node[], depth: number): void {
  const waiting: [Node[], number][] = [[siblings, depth]]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [level, deep] = next
    level.sort((one, other) => Number(one.orphan) - Number(other.orphan) || one.span.timestamp - other.span.timestamp)
    for (const each of level) {
      each.depth = deep
      waiting.push([each.children, deep + 1])
    }
  }
}

/** In the order that they are drawn, without what is folded. */
export function drawn(roots: readonly Node[], folded: ReadonlySet<string>): Node[] {
  const rows: Node[] = []
  const waiting = [...roots].reverse()
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    rows.push(next)
    if (!folded.has(next.span.span_id)) waiting.push(...[...next.children].reverse())
  }
  return rows
}

/** Marks, from the end of a root backwards, which span the trace was waiting for at each time. */
export function markCritical(root: Node): void {
  const waiting: [Node, number][] = [[root, endOf(root.span)]]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [at, end] = next
    let cursor = end
    for (const child of [...at.children].sort((one, other) => endOf(other.span) - endOf(one.span))) {
      const [from, to] = [Math.max(child.span.timestamp, at.span.timestamp), Math.min(endOf(child.span), cursor)]
      if (endOf(child.span) > cursor || to <= from) continue
      if (cursor > to) at.critical.push({ from: to, to: cursor })
      waiting.push([child, to])
      cursor = from
    }
    if (cursor > at.span.timestamp) at.critical.push({ from: at.span.timestamp, to: cursor })
  }
}

/** Time in which none of its children ran. */
export function selfTime({ span, children }: Node): number {
  let [covered, until] = [0, span.timestamp]
  for (const child of [...children].sort((one, other) => one.span.timestamp - other.span.timestamp)) {
    const [from, to] = [Math.max(child.span.timestamp, until), Math.min(endOf(child.span), endOf(span))]
    if (to > from) [covered, until] = [covered + to - from, to]
  }
  return span.duration - covered
}

/** From the first begin to the last end. */
export function extent(spans: readonly Span[]): Segment {
  let [from, to] = [Infinity, -Infinity]
  for (const span of spans) [from, to] = [Math.min(from, span.timestamp), Math.max(to, endOf(span))]
  return { from, to }
}
