// SPDX-License-Identifier: MIT
//
// Records the output of Node's nunjucks for our own templates: sources/<feature>.mjs, a list of
// cases without expectations, becomes cases/<feature>.json with them. Run it after a change to a
// source:
//
//   node tests/conformance/nunjucks/record.mjs [feature …]
import { readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { render } from './oracle.mjs'

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const wanted = process.argv.slice(2)

async function numbered(feature, cases) {
  const recorded = []
  for (const testCase of cases) {
    const id = `${feature}-${String(recorded.length + 1).padStart(3, '0')}`
    recorded.push({ id, ...testCase, ...(await render(testCase)) })
  }
  return recorded
}

// One case per line, so that a change shows as one line; shared templates come first.
function toText(cases) {
  const shared = cases.every(({ templates }) => templates && templates === cases[0].templates)
  const rows = cases.map(({ templates, ...testCase }) =>
    JSON.stringify(shared ? testCase : { ...testCase, templates })
  )
  const list = `[\n${rows.join(',\n')}\n]`
  if (!shared) return `${list}\n`
  return `{"templates": ${JSON.stringify(cases[0].templates, null, 1)},\n"cases": ${list}}\n`
}

let total = 0
let errors = 0
for (const file of readdirSync(join(here, 'sources')).sort()) {
  const feature = basename(file, '.mjs')
  if (wanted.length && !wanted.includes(feature)) continue
  const { default: cases } = await import(pathToFileURL(join(here, 'sources', file)))
  const recorded = await numbered(feature, cases)
  writeFileSync(join(here, 'cases', `${feature}.json`), toText(recorded))
  total += recorded.length
  errors += recorded.filter((testCase) => 'error' in testCase).length
}
console.log(`${total} cases recorded, ${errors} of them errors`)
