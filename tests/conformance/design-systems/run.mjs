// SPDX-License-Identifier: MIT
//
// Design systems' own templates through our engine:
//
//   node tests/conformance/design-systems/run.mjs [--quiet] [system …]
//
// Every case of systems.mjs is rendered by ours, trimmed, and compared byte for byte with the HTML
// in its package or with the output of Node's nunjucks. Ends with
// "N passed, N failed".
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { renderAll } from '../nunjucks/batch.mjs'
import { environment } from '../nunjucks/oracle.mjs'
import { systems } from './systems.mjs'

const quiet = process.argv.includes('--quiet')
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))

// One environment per system, so that Node compiles each template once.
function oracle(system) {
  const find = (name) => {
    // Nunjucks resolves "./template.njk" to an absolute path.
    for (const folder of isAbsolute(name) ? [''] : system.paths) {
      const path = join(folder, name)
      if (existsSync(path)) return { src: readFileSync(path, 'utf8'), path, noCache: false }
    }
    return null
  }
  const env = environment({ options: system.options }, find, system.extend)
  return (testCase) => {
    try {
      return { output: env.renderString(testCase.template, structuredClone(testCase.context)) }
    } catch (error) {
      return { error: String(error.message) }
    }
  }
}

function same(expected, actual) {
  if (actual.crash) return false
  if ('error' in expected) return 'error' in actual
  return actual.output !== undefined && actual.output.trim() === expected.output.trim()
}

function report(system, testCase, expected, actual) {
  console.log(`FAILED ${system.name} ${testCase.id}`)
  console.log(`  template ${JSON.stringify(testCase.template)}`)
  console.log(`  context  ${JSON.stringify(testCase.context)}`)
  console.log(`  expected ${JSON.stringify(expected)}`)
  console.log(`  got      ${JSON.stringify(actual)}`)
}

async function run(system) {
  const cases = system.cases()
  const ask = oracle(system)
  const inputs = cases.map(({ template, context }) => ({ template, context, options: system.options }))
  const results = await renderAll(inputs, system.paths.flatMap((folder) => ['--path', folder]))
  const expectations = cases.map((testCase) =>
    testCase.expected === undefined ? ask(testCase) : { output: testCase.expected }
  )
  const failed = cases.filter((testCase, i) => {
    if (same(expectations[i], results[i])) return false
    if (!quiet) report(system, testCase, expectations[i], results[i])
    return true
  })
  const errors = expectations.filter((expected) => 'error' in expected).length
  console.log(`${system.name}: ${cases.length} cases, ${errors} of them errors, ${failed.length} failed`)
  return { passed: cases.length - failed.length, failed: failed.length + (cases.length === 0) }
}

let passed = 0
let failed = 0
for (const system of systems) {
  if (wanted.length && !wanted.includes(system.name)) continue
  const counts = await run(system)
  passed += counts.passed
  failed += counts.failed
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
