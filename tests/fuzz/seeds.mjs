// SPDX-License-Identifier: MIT
//
// Writes every recorded template as a seed of fuzz_template:
//
//   node tests/fuzz/seeds.mjs FOLDER && build/fuzz/tests/fuzz/fuzz_template FOLDER tests/fuzz/corpus/template
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const cases = new URL('../conformance/nunjucks/cases/', import.meta.url).pathname
const folder = process.argv[2]
if (!folder) throw new Error('usage: seeds.mjs FOLDER')
mkdirSync(folder, { recursive: true })
for (const file of readdirSync(cases)) {
  const content = JSON.parse(readFileSync(join(cases, file), 'utf8'))
  for (const testCase of content.cases ?? content) {
    const more = Object.entries({ ...content.templates, ...testCase.templates })
    const used = more.filter(([name]) => JSON.stringify([testCase.template, more]).includes(name))
    const text = [testCase.template ?? `{% include "${testCase.name}" %}`, ...used.map(([name, source]) => `${name}\n${source}`)]
    writeFileSync(join(folder, testCase.id), text.join('\x1e'))
  }
}
