// SPDX-License-Identifier: MIT
//
// Design systems' own templates through our engine:
//
//   node tests/conformance/govuk-frontend/run.mjs [--quiet] [component …]
//
// Every fixture of every component of npm govuk-frontend is rendered by ours, with trimBlocks and
// lstripBlocks as its own tests set them, and compared byte for byte, after trimming, with the
// fixture's html. GOV.UK's page template, and the examples of @moduk/frontend and its macros with
// guessed parameters, are compared with what Node's nunjucks makes of them. Ends with
// "N passed, N failed".
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { renderAll } from '../nunjucks/batch.mjs'
import { render } from '../nunjucks/oracle.mjs'
import extensions from '@moduk/frontend'

// A filter and a tag that @moduk/frontend brings as JavaScript; ours are built in.
const { addNunjucksExtensions } = extensions

const modules = new URL('../../../node_modules/', import.meta.url).pathname
const govuk = join(modules, 'govuk-frontend', 'dist')
const moduk = join(modules, '@moduk', 'frontend', 'dist', 'nunjucks')
const quiet = process.argv.includes('--quiet')
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const options = { trimBlocks: true, lstripBlocks: true }

const camelCase = (name) => name.replace(/(^|-)(\w)/g, (_, dash, letter) => letter.toUpperCase())

function macroCall(prefix, name, params, path) {
  const macro = `${prefix}${camelCase(name)}`
  const call = `{{ ${macro}(params) }}`
  return { template: `{%- from "${path}" import ${macro} -%}\n${call}`, context: { params }, options }
}

function folders(path) {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && (!wanted.length || wanted.includes(entry.name)))
    .map((entry) => entry.name)
}

function govukCases() {
  const components = join(govuk, 'govuk', 'components')
  return folders(components).flatMap((name) => {
    const file = join(components, name, 'fixtures.json')
    if (!existsSync(file)) return []
    return JSON.parse(readFileSync(file, 'utf8')).fixtures.map((fixture) => ({
      id: `govuk ${name}: ${fixture.name}`,
      expected: fixture.html,
      ...macroCall('govuk', name, fixture.options, `govuk/components/${name}/macro.njk`)
    }))
  })
}

// Node renders the same package's page template and ours.
function pageCases() {
  const blocks = ['pageTitle', 'head', 'bodyStart', 'skipLink', 'header', 'beforeContent', 'content', 'footer', 'bodyEnd']
  const set = '{% set htmlClasses = "x" %}{% set themeColor = "blue" %}{% set bodyAttributes = {"data-a": "b"} %}'
  const base = '{% extends "govuk/template.njk" %}'
  return ['', set, ...blocks.map((block) => `{% block ${block} %}<${block}>{{ super() }}{% endblock %}`)].map(
    (body, i) => ({ id: `govuk template ${i}`, template: base + body, context: {}, options })
  )
}

// What a component's macro takes is not declared, so each gets parameters that most know.
const guesses = [
  {},
  { text: 'Text & more', classes: 'extra', attributes: { 'data-x': '<1>' }, id: 'an-id' },
  { html: '<b>html</b>', titleText: 'Title', titleHtml: '<i>t</i>', href: '/a?b&c', headingLevel: 3 },
  { items: [{ text: 'One', href: '/1' }, { html: '<b>2</b>', href: '/2', active: true, current: true }], rows: [] },
  { items: [], label: { text: 'Label' }, name: 'name', hint: { text: 'hint' }, errorMessage: { text: 'bad' } },
  { serviceName: 'Service', serviceUrl: '/', navigation: [{ text: 'Nav', href: '/n', active: true }], homepageUrl: '/h' },
  { meta: { items: [{ text: 'Meta', href: '/m' }], html: '<p>' }, heading: 'Heading', headingText: 'H', type: 'warning' }
]

function modukCases() {
  const files = templatesUnder(moduk)
  const examples = files
    .filter((path) => path.includes('/__examples__/'))
    .map((path) => ({ id: `moduk ${path}`, template: `{% include "${path}" %}`, context: {}, options }))
  return [...examples, ...files.filter((path) => path.endsWith('/macro.njk')).flatMap(guessedCases)]
}

function guessedCases(path) {
  const source = readFileSync(join(moduk, path), 'utf8')
  const macros = [...source.matchAll(/\{%-?\s*macro\s+(\w+)/g)].map((match) => match[1])
  return macros.flatMap((macro) =>
    guesses.map((params, i) => ({
      id: `moduk ${macro} ${i}`,
      template: `{%- from "${path}" import ${macro} -%}\n{{ ${macro}(params) }}`,
      context: { params },
      options
    }))
  )
}

function templatesUnder(root, below = '') {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below ? `${below}/${entry.name}` : entry.name
    if (entry.isDirectory()) return templatesUnder(root, path)
    const chosen = !wanted.length || wanted.some((name) => path.includes(`/${name}/`))
    return entry.name.endsWith('.njk') && chosen ? [path] : []
  })
}

const search = [govuk, moduk, modules]

function findTemplate(name) {
  // Nunjucks resolves "./template.njk" to an absolute path.
  for (const folder of isAbsolute(name) ? [''] : search) {
    const path = join(folder, name)
    if (existsSync(path)) return { src: readFileSync(path, 'utf8'), path, noCache: true }
  }
  return null
}

async function expectation(testCase) {
  if (testCase.expected !== undefined) return { output: testCase.expected }
  return render(testCase, findTemplate, addNunjucksExtensions)
}

const trimmed = (text) => text.trim()

function same(expected, actual) {
  if (actual.crash) return false
  if (expected.error) return 'error' in actual
  return actual.output !== undefined && trimmed(actual.output) === trimmed(expected.output)
}

const cases = [...govukCases(), ...(wanted.length ? [] : pageCases()), ...modukCases()]
const paths = search.flatMap((folder) => ['--path', folder])
const results = await renderAll(
  cases.map(({ template, context, options }) => ({ template, context, options })),
  paths
)
let failed = 0
const seen = { govuk: 0, moduk: 0, errors: 0 }
for (const [i, testCase] of cases.entries()) {
  const expected = await expectation(testCase)
  seen[testCase.id.split(' ')[0]]++
  if (expected.error) seen.errors++
  if (same(expected, results[i])) continue
  failed++
  if (quiet) continue
  console.log(`FAILED ${testCase.id}`)
  console.log(`  expected ${JSON.stringify(expected)}`)
  console.log(`  got      ${JSON.stringify(results[i])}`)
}
console.log(`govuk-frontend: ${seen.govuk}; @moduk/frontend: ${seen.moduk}; errors expected: ${seen.errors}`)
console.log(`${cases.length - failed} passed, ${failed} failed`)
process.exitCode = failed || !seen.govuk ? 1 : 0
