// SPDX-License-Identifier: MIT
//
// The design systems: where the npm package of each has its templates, how to render them, and the
// cases made from what it ships: fixtures with their HTML, examples, or nothing (parameters are
// then made up).
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import moduk from '@moduk/frontend'
import { guesses, mined } from './parameters.mjs'

const modules = new URL('../../../node_modules/', import.meta.url).pathname
const trimmed = { trimBlocks: true, lstripBlocks: true }
const made = 6 // sets of parameters that are made up for a component

function templatesUnder(folder, below = '') {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below ? `${below}/${entry.name}` : entry.name
    return entry.isDirectory() ? templatesUnder(folder, path) : path.endsWith('.njk') ? [path] : []
  })
}

const calling = (path, macro, lines) =>
  `{%- from "${path}" import ${macro} -%}\n{%- call ${macro}(params) -%}\n${[lines].flat().join('\n')}\n{%- endcall -%}`
const importing = (path, macro) => `{%- from "${path}" import ${macro} -%}\n{{ ${macro}(params) }}`

// The macros of a file, with the parameters that the template next to it reads.
function macroCases(folder, path) {
  const source = readFileSync(join(folder, path), 'utf8')
  const beside = join(folder, path, '..', 'template.njk')
  const body = existsSync(beside) ? readFileSync(beside, 'utf8') : source
  const macros = [...source.matchAll(/\{%-?\s*macro\s+([a-zA-Z]\w*)/g)].map((match) => match[1])
  return macros.flatMap((macro) =>
    [...guesses, ...mined(body, made)].map((params, i) => ({
      id: `${macro} ${i}`,
      template: importing(path, macro),
      context: { params }
    }))
  )
}

// One case per fixture, with the HTML that the package expects.
function fixtureCases(folder, components) {
  return readdirSync(join(folder, components)).flatMap((name) => {
    const file = join(folder, components, name, 'fixtures.json')
    if (!existsSync(file)) return []
    const path = `${components}/${name}/macro.njk`
    const macro = /\{%-?\s*macro\s+([a-zA-Z]\w*)/.exec(readFileSync(join(folder, path), 'utf8'))[1]
    return JSON.parse(readFileSync(file, 'utf8')).fixtures.map((fixture) => ({
      id: `${name}: ${fixture.name}`,
      template: fixture.callBlock ? calling(path, macro, fixture.callBlock) : importing(path, macro),
      context: { params: fixture.context ?? fixture.options },
      expected: fixture.html
    }))
  })
}

// A page template, unchanged and with each of its blocks filled.
function pageCases(folder, path) {
  const source = readFileSync(join(folder, path), 'utf8')
  const blocks = [...new Set([...source.matchAll(/\{%-?\s*block\s+(\w+)/g)].map((match) => match[1]))]
  const set = '{% set htmlClasses = "x" %}{% set themeColor = "blue" %}{% set bodyAttributes = {"data-a": "b"} %}'
  const bodies = ['', set, ...blocks.map((block) => `{% block ${block} %}<${block}>{{ super() }}{% endblock %}`)]
  return bodies.map((body, i) => ({ id: `${path} ${i}`, template: `{% extends "${path}" %}${body}`, context: {} }))
}

const macroFiles = (folder) => templatesUnder(folder).filter((path) => /(^|\/)_?macro\.njk$/.test(path))
const allMacros = (folder) => macroFiles(folder).flatMap((path) => macroCases(folder, path))
const including = (path) => ({ id: path, template: `{% include "${path}" %}`, context: {} })
const examples = (folder, wanted) => templatesUnder(folder).filter((path) => wanted.test(path)).map(including)

const govuk = (name, path) => {
  const folder = join(modules, name, path)
  return {
    name,
    paths: [folder],
    options: trimmed,
    cases: () => [...fixtureCases(folder, 'govuk/components'), ...pageCases(folder, 'govuk/template.njk')]
  }
}
const at = (...path) => join(modules, ...path)

export const systems = [
  govuk('govuk-frontend', 'dist'),
  govuk('govuk-frontend-5', 'dist'),
  govuk('govuk-frontend-4', ''),
  {
    name: '@moduk/frontend',
    paths: [at('govuk-frontend/dist'), at('@moduk/frontend/dist/nunjucks'), modules],
    options: trimmed,
    // A filter and a tag that the package has in JavaScript; ours are built in.
    extend: moduk.addNunjucksExtensions,
    cases: () => {
      const folder = at('@moduk/frontend/dist/nunjucks')
      return [...examples(folder, /\/__examples__\//), ...allMacros(folder)]
    }
  },
  {
    name: 'nhsuk-frontend',
    paths: [at('nhsuk-frontend/dist')],
    options: trimmed,
    cases: () => {
      const folder = at('nhsuk-frontend/dist')
      return [...fixtureCases(folder, 'nhsuk/components'), ...allMacros(folder), ...pageCases(folder, 'nhsuk/template.njk')]
    }
  },
  {
    name: 'nhsuk-frontend-9',
    paths: [at('nhsuk-frontend-9/packages')],
    options: trimmed,
    cases: () => {
      const folder = at('nhsuk-frontend-9/packages')
      return [...allMacros(folder), ...pageCases(folder, 'template.njk')]
    }
  },
  {
    name: 'nhsapp-frontend',
    paths: [at('nhsapp-frontend/dist'), at('nhsuk-frontend/dist')],
    options: trimmed,
    cases: () => allMacros(at('nhsapp-frontend/dist'))
  },
  {
    name: '@ministryofjustice/frontend',
    paths: [at('@ministryofjustice/frontend'), at('govuk-frontend/dist')],
    options: trimmed,
    // Ours has a filter of that name, Nunjucks has none; no value here is a date.
    extend: (env) => env.addFilter('date', () => 'Invalid DateTime'),
    cases: () => allMacros(at('@ministryofjustice/frontend'))
  },
  {
    name: 'hmrc-frontend',
    paths: [at('hmrc-frontend'), at('govuk-frontend/dist')],
    options: {},
    cases: () => allMacros(at('hmrc-frontend'))
  },
  {
    name: '@ons/design-system',
    paths: [at('@ons/design-system')],
    options: {},
    cases: () => [...examples(at('@ons/design-system'), /\/example-[^/]*\.njk$/), ...allMacros(at('@ons/design-system'))]
  }
]
