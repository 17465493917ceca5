// SPDX-License-Identifier: MIT
//
// Random changes to the recorded cases: tokens dropped, doubled, swapped, taken from another case.
// Where the grammar makes templates that are nearly always right, this makes ones that are nearly
// right, and so compares what the two engines accept.
import { readFileSync, readdirSync } from 'node:fs'
import { createRandom } from './grammar.mjs'

const folder = new URL('../conformance/nunjucks/cases/', import.meta.url).pathname

// Templates that Node cannot be stopped in, or that print what differs anyway.
const dangerous = /random|repeat|center|indent|1e\d|push|unshift|batch|slice|range|pad(Start|End)|async|\*\*|fill|splice/

function load() {
  return readdirSync(folder).flatMap((file) => {
    const content = JSON.parse(readFileSync(folder + file, 'utf8'))
    const cases = Array.isArray(content) ? content : content.cases
    return cases
      .filter((testCase) => testCase.template !== undefined && !dangerous.test(testCase.template))
      .map((testCase) => ({ templates: content.templates ?? {}, ...testCase, tokens: tokens(testCase.template) }))
  })
}

const tokens = (text) => text.match(/\{[%{#]-?|-?[%}#]\}|\w+|\s+|"[^"]*"|'[^']*'|[^\w\s]/gu) ?? []

let recorded
const extra = ['{{', '}}', '{%', '%}', '-%}', '{%-', '(', ')', '[', ']', '.', ',', '|', '~', 'not', 'in', 'is', 'if', 'else', '"x"', '1', 'a', ' ', '\n', '{#', '#}', '=', '==', '/', '//', ':', '{', '}', '-', '+']

export class Mutation {
  constructor(seed) {
    this.random = createRandom(seed)
    recorded ??= load()
  }

  change(list) {
    const { random } = this
    const at = random.int(list.length)
    const other = random.pick(recorded).tokens
    const choice = random.int(6)
    if (choice === 0) list.splice(at, 1)
    else if (choice === 1) list.splice(at, 0, list[at] ?? ' ')
    else if (choice === 2) list.splice(at, 0, random.pick(extra))
    else if (choice === 3) list.splice(at, 1, random.pick(extra))
    else if (choice === 4 && other.length) list.splice(at, random.int(3), ...other.slice(random.int(other.length)).slice(0, 1 + random.int(6)))
    else if (list.length > 1) [list[at], list[(at + 1) % list.length]] = [list[(at + 1) % list.length], list[at]]
  }

  make() {
    const { random } = this
    const seed = random.pick(recorded)
    const list = [...seed.tokens]
    for (let n = 1 + random.int(3); n > 0; n--) this.change(list)
    return {
      tree: { kind: 'statement', parts: list },
      templates: seed.templates,
      context: seed.context ?? {},
      options: seed.options ?? {}
    }
  }
}
