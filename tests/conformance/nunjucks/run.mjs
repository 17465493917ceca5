// SPDX-License-Identifier: MIT
//
// Runs the recorded cases (cases/*.json, or the files given) through our binary:
//
//   node tests/conformance/nunjucks/run.mjs [--quiet] [--remember] [file …]
//
// Where the oracle gave an error, ours must give one too; the texts may differ. Ends with
// "N passed, N failed" and exit code 1 when any failed.
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { renderAll } from './batch.mjs'

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const quiet = process.argv.includes('--quiet')
const given = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const files = given.length
  ? given
  : readdirSync(join(here, 'cases')).map((file) => join(here, 'cases', file))

// A file is a list of cases, or {templates, cases} if they share templates.
function load(file) {
  const content = JSON.parse(readFileSync(file, 'utf8'))
  if (Array.isArray(content)) return content
  return content.cases.map((testCase) => ({
    ...testCase,
    templates: { ...content.templates, ...testCase.templates }
  }))
}

// `expected` is another name for `output`.
function passes(expected, actual) {
  if (actual.crash) return false
  if ('error' in expected) return 'error' in actual
  return actual.output === (expected.output ?? expected.expected)
}

function report(testCase, actual) {
  console.log(`FAILED ${testCase.id}`)
  console.log(`  template ${JSON.stringify(testCase.template ?? testCase.name)}`)
  if (testCase.context) console.log(`  context  ${JSON.stringify(testCase.context)}`)
  if (testCase.options) console.log(`  options  ${JSON.stringify(testCase.options)}`)
  const wanted = 'error' in testCase ? `error: ${testCase.error}` : JSON.stringify(testCase.output ?? testCase.expected)
  console.log(`  expected ${wanted}`)
  console.log(`  got      ${JSON.stringify(actual.output ?? actual.error ?? actual.crash)}`)
}

let passed = 0
let failed = 0
for (const file of files) {
  const cases = load(file)
  const results = await renderAll(cases)
  const bad = cases.filter((testCase, i) => !passes(testCase, results[i]))
  passed += cases.length - bad.length
  failed += bad.length
  if (!quiet) bad.forEach((testCase) => report(testCase, results[cases.indexOf(testCase)]))
  if (bad.length) console.log(`${basename(file)}: ${bad.length} of ${cases.length} failed`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
