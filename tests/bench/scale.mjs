// SPDX-License-Identifier: MIT
//
// Many pages: the cost of loading them cold and warm, the delay of an edit, resident memory while
// all are served, and the speed of search; and how long Hugo and Eleventy take to build the same
// pages. The pages come from generate.mjs: 3 kB of Markdown, three levels of navigation.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { dirname, join } from 'node:path'
import { page, WORDS, writeSite } from './generate.mjs'
import { memoryOf, sleep, tool } from './peers.mjs'
import { median } from './requests.mjs'

const ROOT = new URL('../../', import.meta.url).pathname
const BINARY = process.env.GUIDANCED ?? join(ROOT, 'build/release/guidanced')
const seconds = (start) => Number(process.hrtime.bigint() - start) / 1e9
const running = new Set()

export async function stopScale() {
  for (const server of running) await server.stop()
}

async function serve(site) {
  const start = process.hrtime.bigint()
  const child = spawn(BINARY, ['serve', '--site', site, '--listen', '127.0.0.1:0', '--log-access', 'false'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const server = { pid: child.pid, agent: new http.Agent({ keepAlive: true, maxSockets: 16 }) }
  running.add(server)
  const ended = new Promise((resolve) => child.on('exit', resolve))
  server.stop = async () => {
    running.delete(server)
    server.agent.destroy()
    child.kill('SIGTERM')
    await ended
  }
  const line = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(String(text))))
  server.url = /http:\/\/\S+:\d+/.exec(line)[0]
  while ((await get(server, urlOf(0))).status !== 200) await sleep(2) // 503 while loading
  server.loaded = seconds(start)
  for (;;) {
    const state = JSON.parse((await get(server, '/readyz')).body)
    if (state.checks['search:index'][0].status === 'pass') break
    await sleep(10)
  }
  server.indexed = seconds(start)
  return server
}

function get(server, path) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint()
    http
      .get(server.url + path, { agent: server.agent }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text) => (body += text))
        response.on('end', () => resolve({ status: response.statusCode, body, ms: seconds(start) * 1000 }))
      })
      .on('error', reject)
  })
}

const urlOf = (n) => `/${page(n).path.replace(/(index)?\.md$/, '').replace(/([^/])$/, '$1/')}`

// Requests every page once, sixteen at a time; gives the peak resident memory.
async function serveAll(server, pages) {
  let next = 0
  let most = 0
  const failures = []
  const client = async () => {
    while (next < pages) {
      const n = next++
      const { status, body } = await get(server, urlOf(n))
      if (status !== 200 || !body.includes(`<h1>Page ${n}</h1>`)) failures.push(`${urlOf(n)}: ${status}`)
      if (n % 500 === 0) most = Math.max(most, memoryOf(server.pid))
    }
  }
  await Promise.all(Array.from({ length: 16 }, client))
  return { resident: Math.max(most, memoryOf(server.pid)), failures }
}

// From writing a file to the first response that shows it.
async function edits(server, site, pages, count, change) {
  const times = []
  for (let i = 0; i < count; i++) {
    const n = (i * 37 + 5) % pages
    const { path, text } = page(n)
    const mark = `mark-${Date.now()}-${i}`
    await get(server, urlOf(n))
    await sleep(150)
    const start = process.hrtime.bigint()
    writeFileSync(join(site, 'data', path), change(text, mark))
    for (;;) {
      if ((await get(server, urlOf(n))).body.includes(mark)) break
      if (seconds(start) > 60) throw new Error(`${path}: the edit does not appear`)
    }
    times.push(seconds(start) * 1000)
  }
  return times
}
const inBody = (text, mark) => `${text}\n${mark}\n`
const inTitle = (text, mark) => text.replace(/^title: .*$/m, `title: ${mark}`)

async function searches(server, count) {
  const times = []
  for (let i = 0; i < count; i++) {
    const query = [WORDS[20 + ((i * 131) % 3000)], WORDS[5 + ((i * 17) % 500)]].slice(0, 1 + (i % 2)).join('+')
    const { status, ms } = await get(server, `/search.json?q=${query}`)
    if (status !== 200) throw new Error(`search ${query}: ${status}`)
    if (i >= 10) times.push(ms)
  }
  times.sort((a, b) => a - b)
  return { median: median(times), p99: times[Math.floor(times.length * 0.99)] }
}

async function oneByOne(server, pages, count) {
  const times = []
  for (let i = 0; i < count; i++) times.push((await get(server, urlOf((i * 7919) % pages))).ms)
  return median(times.slice(20))
}

export async function measureSite({ folder, pages, runs, say }) {
  const site = join(folder, `site-${pages}`)
  rmSync(site, { recursive: true, force: true })
  writeSite(site, pages)
  const cold = [] // from the start of the process to the first page
  const warm = []
  const index = []
  let server
  for (let run = 0; run < runs; run++) {
    say(`${pages} pages: cold start ${run + 1} of ${runs}`)
    rmSync(join(site, '.guidanced'), { recursive: true, force: true })
    server = await serve(site)
    cold.push(server.loaded)
    index.push(server.indexed)
    await server.stop()
    say(`${pages} pages: warm start ${run + 1} of ${runs}`)
    server = await serve(site)
    warm.push(server.loaded)
    if (run < runs - 1) await server.stop()
  }
  say(`${pages} pages: all are served`)
  const { resident, failures } = await serveAll(server, pages)
  const request = await oneByOne(server, pages, 500)
  const search = await searches(server, 500)
  say(`${pages} pages: edits`)
  const body = await edits(server, site, pages, pages > 20000 ? 5 : 11, inBody)
  const title = await edits(server, site, pages, pages > 20000 ? 3 : 7, inTitle)
  await server.stop()
  return { pages, cold: median(cold), index: median(index), warm: median(warm), resident, request, search, edit: median(body), editTitle: median(title), failures: failures.slice(0, 5), samples: { cold, index, warm, body, title } }
}

// ---- builds of peers ----

function put(folder, path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function timed(command, args, cwd) {
  const start = process.hrtime.bigint()
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, HUGO_ENVIRONMENT: 'production' } })
  if (result.status !== 0) throw new Error(`${command}: ${result.stderr}${result.stdout}`.slice(0, 2000))
  return seconds(start)
}

// Hugo's sections replace the navigation: its breadcrumb follows the folders.
function hugo(folder, pages) {
  const site = join(folder, 'hugo')
  rmSync(site, { recursive: true, force: true })
  put(site, 'config.toml', 'baseURL = "http://127.0.0.1/"\ntitle = "Many pages"\ndisableKinds = ["RSS", "sitemap", "taxonomy", "term", "404"]\n[markup.goldmark.renderer]\nunsafe = true\n')
  const layout = '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{{ .Title }}</title></head>\n<body>\n<nav><ul>{{ range .Ancestors.Reverse }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul></nav>\n<main><h1>{{ .Title }}</h1>{{ .Content }}</main>\n</body>\n</html>\n'
  for (const name of ['single', 'list']) put(site, `layouts/_default/${name}.html`, layout)
  for (let n = 0; n < pages; n++) {
    const { path, text } = page(n)
    put(site, `content/${path.replace('index.md', '_index.md')}`, text.replace('layout: page.njk\n', ''))
  }
  const time = timed(tool('hugo'), ['--quiet'], site)
  const ok = readFileSync(join(site, 'public/s0/p5/index.html'), 'utf8').includes('<h1>Page 5</h1>')
  return { time, ok }
}

// Without the breadcrumb, for which the plugin takes time quadratic in the number of pages.
function eleventy(folder, pages) {
  const site = join(folder, 'eleventy')
  rmSync(site, { recursive: true, force: true })
  put(site, 'package.json', '{"type": "commonjs"}')
  put(site, 'eleventy.config.cjs', 'module.exports = () => ({ dir: { input: "data", includes: "../templates", output: "public" }, markdownTemplateEngine: "njk" })\n')
  put(site, 'templates/page.njk', '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{{ title }}</title></head>\n<body>\n<main><h1>{{ title }}</h1>{{ content | safe }}</main>\n</body>\n</html>\n')
  for (let n = 0; n < pages; n++) {
    const { path, text } = page(n)
    put(site, `data/${path}`, text)
  }
  const time = timed(process.execPath, [join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs'), '--quiet', '--config=eleventy.config.cjs'], site)
  const ok = readFileSync(join(site, 'public/s0/p5/index.html'), 'utf8').includes('<h1>Page 5</h1>')
  return { time, ok }
}

export function measureBuilds({ folder, pages, say }) {
  const result = { pages }
  for (const [name, build] of Object.entries({ hugo, eleventy })) {
    say(`${name} builds ${pages} pages`)
    result[name] = build(folder, pages)
  }
  return result
}
