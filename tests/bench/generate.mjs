// SPDX-License-Identifier: MIT
//
// A site of many pages for the benchmarks: about 3 kB of Markdown per page, three levels of
// navigation, one layout. The same number gives the same site. By hand:
//
//   node tests/bench/generate.mjs FOLDER PAGES
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const COMMON = ('assess control data department design guidance handbook manage model plan policy review ' +
  'risk security service supplier team threat activity context').split(' ')
const SYLLABLES = 'ba co di fe gu la me no pi ra se ti vu wa zo'.split(' ')
// Words distributed as in a language: a few are common, most are rare (Zipf).
export const WORDS = Array.from({ length: 4000 }, (_, i) => {
  if (i < COMMON.length) return COMMON[i]
  let word = ''
  for (let rest = i * 7 + 300; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) word += SYLLABLES[rest % SYLLABLES.length]
  return word
})
const pick = (random) => WORDS[Math.floor(WORDS.length ** (random(1 << 20) / (1 << 20))) - 1]
const LAYOUT = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ title }}</title></head>
<body>
<nav>{{ collections.all | eleventyNavigationBreadcrumb(eleventyNavigation.key) | eleventyNavigationToHtml | safe }}</nav>
<main><h1>{{ title }}</h1>{{ content | safe }}</main>
</body>
</html>
`

// xorshift: the text must not depend on the machine.
function makeRandom(seed) {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

function sentence(random, words) {
  const text = Array.from({ length: words }, () => pick(random)).join(' ')
  return `${text[0].toUpperCase()}${text.slice(1)}.`
}

// Page number n: one in a hundred is a section of the first level, one in ten of the second.
export function page(n) {
  const random = makeRandom(n + 1)
  const parent = n % 100 === 0 ? null : n % 10 === 0 ? n - (n % 100) : n - (n % 10)
  const path = n % 100 === 0 ? `s${n}/index.md` : `s${n - (n % 100)}/p${n}.md`
  const body = Array.from({ length: 4 }, () => {
    const paragraphs = Array.from({ length: 2 }, () => Array.from({ length: 3 }, () => sentence(random, 14)).join(' '))
    return `## ${sentence(random, 4).slice(0, -1)}\n\n${paragraphs.join('\n\n')}\n\n- ${sentence(random, 6)}\n- ${sentence(random, 6)}\n`
  }).join('\n')
  const navigation = `eleventyNavigation:\n  key: k${n}\n${parent === null ? '' : `  parent: k${parent}\n`}  order: ${n % 10}\n`
  return { path, text: `---\nlayout: page.njk\ntitle: Page ${n}\n${navigation}---\n${body}` }
}

export function writeSite(folder, pages, settings = 'name: Many pages\nurl: https://example.gov.uk\nfeedback: {enabled: false}\n') {
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('guidance.yaml', settings)
  write('templates/page.njk', LAYOUT)
  for (let n = 0; n < pages; n++) {
    const { path, text } = page(n)
    write(join('data', path), text)
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) writeSite(process.argv[2], Number(process.argv[3]))
