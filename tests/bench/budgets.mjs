// SPDX-License-Identifier: MIT
//
// Budgets in instructions, counted by callgrind, so that a busy machine does not change them:
//
//   node tests/bench/budgets.mjs [--record]
//
// Each figure is the difference of two runs of different length, which leaves start-up out: renders
// and loads in process, and requests, starts and edits of a server that runs under callgrind (the
// kernel's part is not counted). A figure fails when it is more than a tenth (of a server, three
// tenths) above its budget in budgets.json; --record writes the measured figures. Once warm,
// rendering must not allocate memory. Ends with "N passed, N failed".
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { page, WORDS, writeSite } from './generate.mjs'

const root = new URL('../../', import.meta.url).pathname
const build = process.env.BUILD ?? join(root, 'build', 'release')
const file = new URL('budgets.json', import.meta.url).pathname
const ALLOWANCE = 1.1
const ALLOWANCE_SERVED = 1.3 // of what a running server does: it also looks around as time goes by

function instructions(command, args) {
  const run = spawnSync('valgrind', ['--tool=callgrind', '--callgrind-out-file=/dev/null', command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC' }
  })
  const count = /refs:\s*([\d,]+)/.exec(run.stderr)
  if (run.status !== 0 || !count) throw new Error(`${command} ${args.join(' ')}: ${run.stderr}`)
  return { count: Number(count[1].replaceAll(',', '')), output: run.stdout }
}

function measureRender(url) {
  const bench = join(build, 'tests', 'bench', 'bench_render')
  const [short, long] = [50, 150].map((count) => instructions(bench, [root, String(count), url]))
  return { count: (long.count - short.count) / 100, allocations: JSON.parse(long.output).allocations }
}

function measureLoad(folder) {
  const [short, long] = [50, 150].map((pages) => {
    const site = join(folder, String(pages))
    writeSite(site, pages)
    return instructions(join(build, 'guidanced'), ['routes', '--site', site]).count
  })
  return { count: (long - short) / 100 }
}

// ---- a server under callgrind ----

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function ask(url, agent, headers) {
  return new Promise((resolve, reject) =>
    http
      .get(url, { agent, headers }, (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => resolve({ status: response.statusCode, coding: response.headers['content-encoding'], body: String(Buffer.concat(chunks)) }))
      })
      .on('error', reject)
  )
}

const FIXED = ['--listen', '127.0.0.1:0', '--threads', '1', '--log-access', 'false', '--feedback-enabled', 'false']

async function untilReady(url, agent) {
  const ready = async () => JSON.parse((await ask(`${url}/readyz`, agent)).body).checks['search:index']?.[0].status === 'pass'
  for (let i = 0; !(await ready()); i++) {
    if (i > 600) throw new Error('the search index does not get ready')
    await sleep(100)
  }
}

// Counts only threads that run one of these functions: others do periodic work. What a load needs is
// the sum over its threads, since who makes how much of it is another matter in each run.
const WORKER = ['MHD_epoll']
const LOADER = ['site_load', 'make_ahead']
function instructionsOf(names) {
  let count = 0
  for (const file of readdirSync(folder).filter((entry) => entry.startsWith('callgrind.out'))) {
    const text = readFileSync(join(folder, file), 'utf8')
    if (names.some((name) => text.includes(name))) count += Number(/^(?:totals|summary): (\d+)/m.exec(text)?.[1] ?? 0)
    rmSync(join(folder, file))
  }
  if (!count) throw new Error(`no thread runs ${names.join(' or ')}`)
  return count
}

// Runs the server, waits until it and its index are ready, does the work, stops it.
async function served(site, args, threads, work) {
  const file = join(folder, 'callgrind.out')
  const command = ['--tool=callgrind', '--separate-threads=yes', `--callgrind-out-file=${file}`, join(build, 'guidanced'), 'serve', '--site', site]
  const child = spawn('valgrind', [...command, '--sandbox', 'false', ...FIXED, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TZ: 'UTC' } })
  let out = ''
  let log = ''
  const end = () => child.kill('SIGKILL')
  process.on('exit', end)
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (log += text))
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  let url
  while (!(url = /http:\/\/\S+:\d+/.exec(out)?.[0])) {
    if (child.exitCode !== null) throw new Error(log)
    await sleep(50)
  }
  await untilReady(url, agent)
  await work((path, headers) => ask(url + path, agent, headers))
  agent.destroy()
  child.kill('SIGTERM')
  await ended
  process.off('exit', end)
  return instructionsOf(threads)
}

// The server without callgrind, once it is ready; { url, agent, stop }.
async function start(site, args, env = {}) {
  const child = spawn(join(build, 'guidanced'), ['serve', '--site', site, ...FIXED, ...args], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
  const end = () => child.kill('SIGTERM')
  process.on('exit', end)
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const url = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(/http:\/\/\S+:\d+/.exec(text)[0])))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  await untilReady(url, agent)
  const stop = async () => {
    agent.destroy()
    end()
    await ended
    process.off('exit', end)
  }
  return { url, agent, stop }
}

// Allocations of the server's worker in two hundred requests, once warm.
async function measureAllocations(args, headers, path = '/secure-by-design/') {
  const file = join(folder, 'count-malloc')
  writeFileSync(file, Buffer.alloc(8))
  const { url, agent, stop } = await start(root, args, { LD_PRELOAD: join(build, 'tests', 'bench', 'libcount_malloc.so'), COUNT_MALLOC: file, GUIDANCED_SANDBOX: 'false' })
  const requests = async (count) => {
    for (let i = 0; i < count; i++) await ask(url + path, agent, headers)
    return Number(readFileSync(file).readBigUInt64LE())
  }
  // Assets are compressed while the server answers.
  for (let i = 0; headers['Accept-Encoding'] && path.startsWith('/assets/') && (await ask(url + path, agent, headers)).coding !== headers['Accept-Encoding']; i++) {
    if (i > 600) throw new Error(`${path} is never compressed`)
    await sleep(100)
  }
  const before = await requests(50)
  const after = await requests(200)
  await stop()
  if (!before) throw new Error('libcount_malloc.so counts nothing')
  return after - before
}

// Instructions per request, from the difference between `few` and `many` requests.
async function measureRequests(site, args, path, headers = {}, [few, many] = [100, 600]) {
  const counts = []
  for (const n of [few, many])
    counts.push(
      await served(site, args, WORKER, async (get) => {
        for (let i = 0; i < n + 10; i++) {
          const { status } = await get(typeof path === 'function' ? path(i) : path, headers)
          if (status !== 200) throw new Error(`${path}: ${status}`)
        }
      })
    )
  return { count: (counts[1] - counts[0]) / (many - few) }
}

// A page of a site that is already in the cache.
async function measureWarmStart() {
  const counts = []
  for (const pages of [50, 150]) {
    const site = join(folder, `warm-${pages}`)
    writeSite(site, pages)
    // Both under valgrind: a cache belongs to one program, and /proc/self/exe is valgrind there.
    const start = () => served(site, ['--watch', 'false', '--asset-cache', '0'], LOADER, () => {})
    await start()
    counts.push(await start())
  }
  return { count: (counts[1] - counts[0]) / 100 }
}

// An edited text, from the file to the search index.
async function measureEdit(pages) {
  const site = join(folder, `edit-${pages}`)
  const counts = []
  for (const edits of [2, 8]) {
    rmSync(site, { recursive: true, force: true })
    writeSite(site, pages)
    counts.push(
      await served(site, [], LOADER, async (get) => {
        for (let i = 1; i <= edits; i++) {
          const { path, text } = page(i)
          writeFileSync(join(site, 'data', path), `${text}\nedit${i}x\n`)
          const address = `/${path.replace(/\.md$/, '/')}`
          while (!(await get(address)).body.includes(`edit${i}x`)) await sleep(20)
          while (!(await get(`/search.json?q=edit${i}x`)).body.includes(address)) await sleep(20)
        }
      })
    )
  }
  return { count: (counts[1] - counts[0]) / 6 }
}

const folder = mkdtempSync(join(tmpdir(), 'guidanced-budgets-'))
const measured = {
  'render /': measureRender('/'),
  'render /secure-by-design/': measureRender('/secure-by-design/'),
  'load a page': measureLoad(folder)
}
// No compression of assets meanwhile: its instructions would be counted too.
const quiet = ['--cache', ':memory:', '--watch', 'false']
const memory = [...quiet, '--asset-cache', '0']
const rendering = [...memory, '--render-cache', '0']
const counting = ['--usage-enabled', 'true', '--usage-file', join(folder, 'usage.db')]
const BROWSER = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }
const note = (name) => console.log(`    ${name}: ${Math.round(measured[name].count)}`)
measured['request, remembered page'] = await measureRequests(root, memory, '/secure-by-design/')
note('request, remembered page')
measured['request, remembered page with gzip'] = await measureRequests(root, memory, '/secure-by-design/', { 'Accept-Encoding': 'gzip' })
note('request, remembered page with gzip')
measured['request, remembered page, counted'] = await measureRequests(root, [...memory, ...counting], '/secure-by-design/', BROWSER)
note('request, remembered page, counted')
measured['request, rendered page'] = await measureRequests(root, rendering, '/secure-by-design/', {}, [20, 80])
note('request, rendered page')
const many = join(folder, 'search')
writeSite(many, 200)
// Words of one page, and words that no single page contains: search then tries spellings, and most
// of the words.
const wordsOf = (i) => [...new Set(page(1 + (i * 37) % 199).text.split(/\W+/).filter((word) => word.length > 7))]
measured.search = await measureRequests(many, memory, (i) => `/search.json?q=${wordsOf(i).slice(3, 5).join('+')}`, {}, [20, 80])
note('search')
measured['search, most of the words'] = await measureRequests(many, memory, (i) => `/search.json?q=${WORDS[20 + ((i * 131) % 3000)]}+${WORDS[5 + ((i * 17) % 500)]}`, {}, [20, 80])
note('search, most of the words')
measured['warm start, a page'] = await measureWarmStart()
note('warm start, a page')
measured['edit, of 200 pages'] = await measureEdit(200)
note('edit, of 200 pages')
measured['edit, of 600 pages'] = await measureEdit(600)
note('edit, of 600 pages')

const OLD = '/secure-by-design/scope/' // redirect_from of data/secure-by-design/who-needs-to-do-this.md
const allocations = {
  'remembered page': [await measureAllocations(memory, {}), 0],
  'remembered page, counted': [await measureAllocations([...memory, ...counting], BROWSER), 0],
  'remembered page with gzip': [await measureAllocations(memory, { 'Accept-Encoding': 'gzip' }), 0],
  'rendered page': [await measureAllocations(rendering, {}), 0],
  'rendered page with zstd': [await measureAllocations(rendering, { 'Accept-Encoding': 'zstd' }), 0],
  'page not modified': [await measureAllocations(memory, { 'If-None-Match': '*' }), 0],
  'compressed asset': [await measureAllocations(quiet, { 'Accept-Encoding': 'gzip' }, '/assets/site.css'), 0],
  'asset from its file': [await measureAllocations(memory, {}, '/assets/images/logo.svg'), 0],
  'redirect to the slash': [await measureAllocations(memory, {}, '/secure-by-design'), 0],
  'old address': [await measureAllocations(memory, {}, OLD), 0],
  'missing page': [await measureAllocations(memory, {}, '/no-such-page/'), 0]
}
rmSync(folder, { recursive: true })

const budgets = JSON.parse(readFileSync(file, 'utf8'))
let passed = 0
let failed = 0
function check(name, ok, text) {
  ok ? passed++ : failed++
  console.log(`${ok ? 'ok' : 'not ok'}: ${name}: ${text}`)
}
for (const [name, { count, allocations }] of Object.entries(measured)) {
  const allowance = /^render|^load/.test(name) ? ALLOWANCE : ALLOWANCE_SERVED
  check(name, count <= budgets[name] * allowance, `${Math.round(count)} instructions, budget ${budgets[name]}`)
  if (allocations !== undefined) check(name, allocations === 0, `${allocations} calls of malloc once warm`)
}
for (const [name, [count, most]] of Object.entries(allocations))
  check(`200 requests, ${name}`, count <= most, `${count} calls of malloc, at most ${most}`)
if (process.argv.includes('--record')) {
  const rounded = Object.entries(measured).map(([name, { count }]) => [name, Math.round(count / 1000) * 1000])
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
