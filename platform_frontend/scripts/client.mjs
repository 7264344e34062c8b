// The typed client's two files, made from the API's schema: `npm run client` writes them, `-- --check` compares.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'
import { parse } from 'yaml'

const SCHEMA = new URL('../../platform_backend/openapi.yaml', import.meta.url)
const TYPES = new URL('../src/api/schema.d.ts', import.meta.url)
const OPERATIONS = new URL('../src/api/operations.ts', import.meta.url)

const source = readFileSync(SCHEMA)
const digest = createHash('sha256').update(source).digest('hex')
const head = `// Made from platform_backend/openapi.yaml by \`npm run client\`; not to be edited.\n// sha256 ${digest}\n`

async function types() {
  return head + astToString(await openapiTS(source.toString('utf8'), { silent: true, defaultNonNullable: false }))
}

// The least role that each operation needs: only to say why something can't be done; whether it can, the API tells.
function operations() {
  const all = Object.values(parse(source.toString('utf8')).paths).flatMap(Object.values)
  const lines = all
    .filter((each) => each.operationId)
    .map((each) => `  ${each.operationId}: '${each['x-role']}',`)
    .sort()
  return `${head}export const ROLE_OF = {\n${lines.join('\n')}\n} as const\n\nexport type OperationName = keyof typeof ROLE_OF\n`
}

function current(file, text) {
  try {
    return readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}

const made = [
  [TYPES, await types()],
  [OPERATIONS, operations()],
]
if (process.argv.includes('--check')) {
  const stale = made.filter(([file, text]) => !current(file, text)).map(([file]) => file.pathname.split('/').pop())
  if (stale.length) {
    process.stderr.write(`src/api/${stale.join(', ')}: not current with the API's schema; run: npm run client\n`)
    process.exit(1)
  }
} else {
  for (const [file, text] of made) writeFileSync(file, text)
}
