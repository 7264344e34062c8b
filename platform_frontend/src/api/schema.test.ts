/** The client has a type for every body. What a fault is given depends on its kind, which the catalogue describes. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'

const source = ts.createSourceFile(
  'schema.d.ts', readFileSync('src/api/schema.d.ts', 'utf8'), ts.ScriptTarget.Latest, true,
)

/** The names on the way to each `unknown`, such as schemas.Injection.parameters; headers are not bodies. */
function unknowns(): string[] {
  const found: string[] = []
  function walk(node: ts.Node, path: string[]): void {
    if (node.kind === ts.SyntaxKind.UnknownKeyword) found.push(path.join('.'))
    if (ts.isMethodSignature(node) || path.at(-1) === 'headers') return
    const name = ts.isPropertySignature(node) || ts.isInterfaceDeclaration(node) ? node.name.getText(source) : null
    const inner = name === null ? path : [...path, name.replaceAll('"', '')]
    ts.forEachChild(node, (child) => {
      walk(child, inner)
    })
  }
  walk(source, [])
  return found
}

test('no body is unknown but the parameters of a fault or of what is like one', () => {
  const others = unknowns().filter((path) => !path.endsWith('.parameters'))
  expect(others).toEqual([])
})

test('the walk finds what it looks for', () => {
  expect(unknowns()).toContain('components.schemas.Injection.parameters')
})
