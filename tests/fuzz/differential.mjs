// SPDX-License-Identifier: MIT
//
// The differential fuzzer: random templates and contexts, rendered by Node's nunjucks and by ours.
// A difference is made smaller and appended, with what Node says, to
// tests/conformance/nunjucks/cases/found-by-fuzzing.json, where it is a test from then on.
//
//   node tests/fuzz/differential.mjs [--seconds 60] [--seed N] [--mutate] [--most N] [--keep-going] [--dry-run] [--remember]
//
// --mutate changes the recorded cases at random in place of making templates from the grammar. Ends
// with exit code 1 when it found a difference that known-differences.mjs does not explain.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { renderAll } from '../conformance/nunjucks/batch.mjs'
import { Grammar, smaller, toText } from './grammar.mjs'
import { Mutation } from './mutation.mjs'
import { explain } from './known-differences.mjs'
import { askOracle } from './oracle-worker.mjs'

const found = new URL('../conformance/nunjucks/cases/found-by-fuzzing.json', import.meta.url).pathname

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const seconds = option('seconds', 60)
let seed = option('seed', (Date.now() / 1000) >>> 0)
const most = process.argv.includes('--keep-going') ? Infinity : option('most', 20)
const Source = process.argv.includes('--mutate') ? Mutation : Grammar
const dryRun = process.argv.includes('--dry-run')

const toCase = ({ tree, templates, context, options }) => ({
  template: toText(tree),
  ...(Object.keys(templates).length && { templates }),
  context,
  ...(Object.keys(options).length && { options })
})

function differs(expected, actual) {
  if (actual.crash) return true
  if (expected.hang) return false
  if ('error' in expected) return !('error' in actual)
  return actual.output !== Buffer.from(expected.output).toString() // half a surrogate pair is U+FFFD
}

// [{testCase, expected, actual}] of the cases that differ, in their order.
async function compare(items) {
  const cases = items.map(toCase)
  const [actual, expectations] = await Promise.all([renderAll(cases), askOracle(cases)])
  const differences = []
  for (const [i, testCase] of cases.entries()) {
    const expected = expectations[i]
    if (!differs(expected, actual[i])) continue
    const difference = { item: items[i], testCase, expected, actual: actual[i] }
    if (!explain(difference, Source === Mutation)) differences.push(difference)
  }
  return differences
}

// The first smaller tree or context that still differs, over and over.
async function minimise(difference) {
  let best = difference
  for (let round = 0; round < 200; round++) {
    const candidates = [...shrinkings(best.item)].slice(0, 400)
    const still = candidates.length ? await compare(candidates) : []
    if (!still.length) return best
    best = still.reduce((a, b) => (size(b) < size(a) ? b : a))
  }
  return best
}

const size = ({ testCase }) => JSON.stringify(testCase).length

function* shrinkings(item) {
  for (const tree of smaller(item.tree)) yield { ...item, tree }
  for (const key of Object.keys(item.context)) {
    const { [key]: dropped, ...context } = item.context
    yield { ...item, context }
  }
  for (const key of Object.keys(item.options)) {
    const { [key]: dropped, ...options } = item.options
    yield { ...item, options }
  }
  if (!toText(item.tree).includes('.njk')) yield { ...item, templates: {} }
}

function append({ testCase, expected }) {
  const cases = existsSync(found) ? JSON.parse(readFileSync(found, 'utf8')) : []
  if (cases.some((known) => known.template === testCase.template)) return
  cases.push({ id: `fuzz-${String(cases.length + 1).padStart(3, '0')}`, ...testCase, ...expected })
  writeFileSync(found, `[\n${cases.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`)
}

function report({ testCase, expected, actual }) {
  console.log(`DIFFERENCE ${JSON.stringify(testCase)}`)
  console.log(`  node ${JSON.stringify(expected)}`)
  console.log(`  ours ${JSON.stringify(actual)}`)
}

const until = Date.now() + seconds * 1000
const first = seed
let rendered = 0
let differences = 0
while (Date.now() < until && differences < most) {
  const items = Array.from({ length: 300 }, () => new Source(seed++).make())
  rendered += items.length
  for (const difference of await compare(items)) {
    differences++
    const small = await minimise(difference)
    report(small)
    if (!dryRun) append(small)
    if (differences >= most || Date.now() > until) break
  }
}
console.log(`${rendered} templates from seed ${first}: ${differences} differences`)
process.exit(differences ? 1 : 0)
