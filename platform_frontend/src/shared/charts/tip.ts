/** The box beside a chart's cursor. Built of elements, so that no text of the telemetry is ever read as HTML. */
export interface Tip {
  title: string
  rows: readonly { name: string; value: string; colour: string }[]
  /** How many rows are left out. */
  more?: number
  faults?: readonly string[]
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

export function tipOf({ title, rows, more = 0, faults = [] }: Tip): HTMLElement {
  const box = element('div', 'ms-tip')
  box.append(element('div', 'ms-tip-title', title))
  for (const row of rows) {
    const line = element('div', 'ms-tip-row')
    const dot = element('span', 'ms-tip-dot')
    dot.style.background = row.colour
    line.append(dot, element('span', 'ms-tip-name', row.name), element('strong', 'numbers', row.value))
    box.append(line)
  }
  if (more) box.append(element('div', 'ms-tip-more', `+ ${more}`))
  for (const fault of faults) box.append(element('div', 'ms-tip-fault', `⚡ ${fault}`))
  return box
}
