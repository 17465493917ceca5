// SPDX-License-Identifier: MIT
//
// Do readers who know that a page exists find it? Five kinds of query are made from each of many
// pages – its title, its title with one word misspelt, two words of the title, words of the
// description, three rare words of the text – and sent to guidanced, MiniSearch and lunr, which
// have indexed the same texts. A query counts 1 when its page is the first, 1/2 when it is the
// second, … and 0 from the eleventh on (mean reciprocal rank).
//
//   node tests/bench/search-known-item.mjs                the texts of search-texts.mjs
//   node tests/bench/search-known-item.mjs --site DIR     all Markdown files with a title in a folder
//   … --misses KIND   prints what guidanced does not find first
//   … --alone         asks guidanced only     … --json   figures alone
//
// Ends with "N passed, N failed": guidanced must be the best of the three in each kind.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import yaml from 'js-yaml'
import lunr from 'lunr'
import markdownIt from 'markdown-it'
import MiniSearch from 'minisearch'
import { check, finish, ROOT, site, start, until } from '../e2e/harness.mjs'
import { makePages, makeRandom } from './search-texts.mjs'

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined)
const PAGES = 1500
const ASKED = 300
const SHOWN = 10
const STOP = new Set('a an and are as at be by do for from how i if in is it its my not of on or our so that the their there these this to was we what when where which who will with you your can has have it’s'.split(' '))

// ---- pages ----

// What a reader sees: the text of the HTML, without examples of code.
const markdown = markdownIt({ html: true })
const texts = new Map()
function plain(source) {
  if (!texts.has(source))
    texts.set(source, markdown.render(source).replace(/<(pre|script|style)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<[^>]*>/g, ' ').replace(/&#?\w+;/g, ' '))
  return texts.get(source)
}
const headings = (markdown) => [...markdown.matchAll(/^#{1,6} +(.*)$/gm)].map((match) => plain(match[1])).join('\n')

function readPage(file) {
  const parts = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(readFileSync(file, 'utf8'))
  try {
    const data = yaml.load(parts[1])
    const text = (...names) => names.map((name) => data[name]).find((v) => typeof v === 'string')?.replace(/\s+/g, ' ').trim() ?? ''
    return { title: text('title'), description: text('description', 'summary', 'lede', 'intro', 'excerpt', 'deck'), markdown: plain(parts[2]) && parts[2] }
  } catch {
    return { title: '' } // no page
  }
}

function readPages(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.md')).sort()
  const pages = files.map((name) => readPage(join(folder, name))).filter((page) => page.title && plain(page.markdown).length > 300)
  const step = Math.max(1, pages.length / PAGES)
  return Array.from({ length: Math.min(pages.length, PAGES) }, (_, i) => ({ ...pages[Math.floor(i * step)], url: `/p${i}/` }))
}

const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
const telling = (text) => [...new Set(words(text).filter((word) => word.length > 2 && !STOP.has(word)))]

// ---- queries ----

function choose(random, from, count) {
  const rest = [...from]
  return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(random(rest.length), 1)[0])
}

// A typing error: two letters swapped, one missing, one wrong, or one too many.
function misspell(random, word) {
  const at = random(word.length - 1)
  const letter = 'abcdefghijklmnoprstuvwy'[random(23)]
  const [before, after] = [word.slice(0, at), word.slice(at)]
  const slips = [before + after[1] + after[0] + after.slice(2), before + after.slice(1), before + letter + after.slice(1), before + letter + after]
  const slip = slips[random(4)]
  return slip === word ? misspell(random, word) : slip
}

function makeQueries(pages) {
  const random = makeRandom(7)
  const pagesWith = new Map()
  for (const page of pages) for (const word of new Set(words(`${page.title} ${page.description} ${plain(page.markdown)}`))) pagesWith.set(word, (pagesWith.get(word) ?? 0) + 1)
  const titles = new Map()
  for (const { title } of pages) titles.set(title.toLowerCase(), (titles.get(title.toLowerCase()) ?? 0) + 1)
  const KINDS = {
    'exact title': ({ title }) => title,
    'one word misspelt': ({ title }) => {
      const long = words(title).filter((word) => word.length > 3 && /^[a-z]+$/.test(word))
      if (words(title).length < 2 || !long.length) return null
      const wrong = long[random(long.length)]
      return words(title).map((word) => (word === wrong ? misspell(random, word) : word)).join(' ')
    },
    'two words of the title': ({ title }) => (telling(title).length > 2 ? choose(random, telling(title), 2).join(' ') : null),
    'words of the description': ({ description }) => (telling(description).length > 4 ? choose(random, telling(description), 4).join(' ') : null),
    'three rare words': ({ markdown }) => {
      const rare = telling(plain(markdown)).filter((word) => word.length > 4 && pagesWith.get(word) < 10 && /^[a-z]+$/.test(word))
      return rare.length > 4 ? choose(random, rare, 3).join(' ') : null
    }
  }
  const unique = pages.filter((page) => titles.get(page.title.toLowerCase()) === 1)
  return Object.fromEntries(Object.entries(KINDS).map(([kind, make]) => {
    const queries = choose(random, unique, unique.length).map((page) => ({ text: make(page), url: page.url })).filter(({ text }) => text)
    return [kind, queries.slice(0, ASKED)]
  }))
}

// ---- search engines ----

// With the settings that sites use: VitePress's.
function miniSearch(pages) {
  const index = new MiniSearch({ idField: 'url', fields: ['title', 'headings', 'description', 'text'], searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, headings: 2, description: 2, text: 1 } } })
  index.addAll(pages.map((page) => ({ ...page, headings: headings(page.markdown), text: plain(page.markdown) })))
  return (text) => index.search(text).slice(0, SHOWN).map((hit) => hit.id)
}

// As its guide recommends for typed queries: the word itself counts most, then words it begins,
// then words one letter away.
function lunrSearch(pages) {
  const index = lunr(function () {
    this.ref('url')
    this.field('title', { boost: 10 })
    this.field('headings', { boost: 3 })
    this.field('description', { boost: 3 })
    this.field('text')
    for (const page of pages) this.add({ ...page, headings: headings(page.markdown), text: plain(page.markdown) })
  })
  const ask = (text) =>
    index.query((query) => {
      for (const word of words(text)) {
        query.term(word, { boost: 100 })
        query.term(word, { boost: 10, usePipeline: false, wildcard: lunr.Query.wildcard.TRAILING })
        if (word.length > 3) query.term(word, { boost: 1, usePipeline: false, editDistance: 1 })
      }
    }).slice(0, SHOWN).map((hit) => hit.ref)
  // It fails on some words of real pages, and finds nothing then.
  return (text) => {
    try {
      return ask(text)
    } catch {
      return []
    }
  }
}

async function guidanced(pages) {
  const quote = (text) => JSON.stringify(text)
  const files = { 'templates/page.njk': '<!DOCTYPE html><title>{{ title }}</title><h1>{{ title }}</h1>{{ content | safe }}' }
  for (const page of pages)
    files[`data${page.url}index.md`] = `---\nlayout: page.njk\ntitle: ${quote(page.title)}\ndescription: ${quote(page.description)}\ntemplateEngineOverride: md\n---\n${page.markdown}`
  const server = await start(site(files, 'name: Guidance\ninput: data\nincludes: templates\nfeedback: {enabled: false}\n'), ['--log-access', 'false'])
  if (!(await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index']?.[0].status === 'pass', 60_000))) throw new Error(server.log)
  const search = async (text) => (await (await fetch(`${server.url}/search.json?q=${encodeURIComponent(text)}`)).json()).results.slice(0, SHOWN).map((hit) => hit.url)
  return { search, server }
}

// ---- figures ----

async function reciprocal(search, { text, url }) {
  const place = (await search(text)).indexOf(url)
  return place < 0 ? 0 : 1 / (place + 1)
}

const folder = option('--site')
const pages = folder ? readPages(folder) : makePages(ROOT, PAGES)
const queries = makeQueries(pages)
const times = []
const figures = Object.fromEntries(Object.entries(queries).map(([kind, asked]) => [kind, { queries: asked.length }]))
const missed = []

async function measure(name, search) {
  for (const [kind, asked] of Object.entries(queries)) {
    let sum = 0
    for (const query of asked) {
      const began = performance.now()
      const score = await reciprocal(search, query)
      if (name === 'guidanced') times.push(performance.now() - began)
      if (name === 'guidanced' && option('--misses') === kind && score < 1) missed.push({ ...query, score })
      sum += score
    }
    figures[kind][name] = +(sum / (asked.length || 1)).toFixed(3)
  }
}

// One after the other: the server closes an idle connection.
const ours = await guidanced(pages)
await measure('guidanced', ours.search)
await ours.server.stop()
const mini = process.argv.includes('--alone') ? null : miniSearch(pages)
if (mini) {
  await measure('minisearch', mini)
  await measure('lunr', lunrSearch(pages))
}
for (const query of missed)
  console.log(`    ${query.text}: ${query.score.toFixed(2)}, MiniSearch ${mini ? (await reciprocal(mini, query)).toFixed(2) : '?'}: ${pages.find((page) => page.url === query.url).title}`)

if (process.argv.includes('--json')) console.log(JSON.stringify({ pages: pages.length, figures }))
else {
  console.log(`${pages.length} pages; mean reciprocal rank`)
  console.log(`${''.padEnd(26)}queries  guidanced  MiniSearch  lunr`)
  const three = (figure) => (figure ?? NaN).toFixed(3)
  for (const [kind, row] of Object.entries(figures))
    console.log(`${kind.padEnd(26)}${String(row.queries).padStart(7)}  ${three(row.guidanced).padStart(9)}  ${three(row.minisearch).padStart(10)}  ${three(row.lunr)}`)
  times.sort((a, b) => a - b)
  console.log(`guidanced, a request: median ${times[times.length >> 1].toFixed(2)} ms, 99th percentile ${times[Math.floor(times.length * 0.99)].toFixed(2)} ms`)
}
for (const [kind, row] of Object.entries(figures)) {
  check(`${kind}: enough queries`, row.queries >= 100, row.queries)
  check(`${kind}: guidanced is first`, !(row.guidanced < row.minisearch) && !(row.guidanced < row.lunr), JSON.stringify(row))
}
finish('search-known-item')
