// SPDX-License-Identifier: MIT
//
// The sample site as its users ask for it: all its pages in turn, as bytes and as a browser asks,
// with the settings that are the default – the access log is written, by nginx too –, beside nginx
// serving the same pages as files, compressed beforehand.
//
//   node tests/bench/sample.mjs [--rounds 7] [--seconds 3] [--write]
//
// Three measures: requests a second, processor time a request, and how long requests take when both
// are asked at one rate, 70 % of what the slower of the two can do. --write puts the table into
// docs/performance.md.
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import { dirname, join } from 'node:path'
import zlib from 'node:zlib'
import { CLIENT_CPU, guidancedAsIs, nginx, processorSeconds, stopAll, tool } from './peers.mjs'
import { writeReport } from './report.mjs'
import { median, quartiles } from './requests.mjs'

const ROOT = new URL('../../', import.meta.url).pathname
const BINARY = process.env.GUIDANCED ?? join(ROOT, 'build/release/guidanced')
const has = (name) => process.argv.includes(name)
const option = (name, fallback) => (has(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : fallback)
const ROUNDS = option('--rounds', 7)
const SECONDS = option('--seconds', 3)
const CONNECTIONS = 32
const LOAD = 0.7
const folder = join(ROOT, 'build/bench-sample')
const say = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

// What Chromium sends.
const BROWSER = 'gzip, deflate, br, zstd'
const IDENTITY = 'identity'

// ---- the pages, finished, for nginx ----

function finishedPages() {
  fs.rmSync(folder, { recursive: true, force: true })
  const built = join(folder, 'plain')
  execFileSync(BINARY, ['build', '--site', ROOT, '--out', built], { stdio: 'ignore' })
  const pages = fs.readdirSync(built, { recursive: true }).filter((name) => /(^|\/)index\.html$/.test(name))
  for (const name of pages) {
    const html = fs.readFileSync(join(built, name))
    const twin = join(folder, 'compressed', name)
    fs.mkdirSync(dirname(twin), { recursive: true })
    fs.writeFileSync(twin, html)
    fs.writeFileSync(`${twin}.gz`, zlib.gzipSync(html, { level: 9 }))
    fs.writeFileSync(`${twin}.br`, zlib.brotliCompressSync(html, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: html.length } }))
  }
  return pages.map((name) => ({ url: `/${name.replace(/index\.html$/, '')}`, html: fs.readFileSync(join(built, name), 'utf8') })).sort((a, b) => (a.url < b.url ? -1 : 1))
}

function brotliModule() {
  const places = ['/usr', join(ROOT, 'build/tools/usr')].map((usr) => join(usr, 'lib/nginx/modules/ngx_http_brotli_static_module.so'))
  return places.find(fs.existsSync)
}

async function startAll(pages) {
  const first = pages[0].url
  const log = (name) => join(folder, `${name}.log`)
  const plain = join(folder, 'plain')
  const compressed = join(folder, 'compressed')
  const brotli = brotliModule()
  const own = (name, args) => guidancedAsIs(name, ROOT, ['--cache', join(folder, `${name}.db`), '--feedback-file', join(folder, `${name}-feedback.db`), ...args], first, fs.openSync(log(name), 'w'))
  return {
    remembering: await own('guidanced', []),
    rendering: await own('rendering', ['--render-cache', '0']),
    nginx: await nginx('nginx', folder, plain, '', { log: log('nginx'), page: first }),
    'nginx gzip_static': await nginx('nginx gzip_static', folder, compressed, 'gzip_static on;', { log: log('nginx-gzip'), page: first }),
    ...(brotli && { 'nginx brotli_static': await nginx('nginx brotli_static', folder, compressed, 'brotli_static on;', { log: log('nginx-brotli'), page: first, modules: [brotli] }) })
  }
}

const CONTESTANTS = [
  ['default', 'remembering', IDENTITY],
  ['render_cache: 0', 'rendering', IDENTITY],
  ['nginx', 'nginx', IDENTITY],
  ['default, browser', 'remembering', BROWSER],
  ['render_cache: 0, browser', 'rendering', BROWSER],
  ['nginx gzip_static', 'nginx gzip_static', BROWSER],
  ['nginx brotli_static', 'nginx brotli_static', BROWSER]
]
const RATIOS = [
  ['as bytes, beside nginx', 'default', 'nginx', 0.95],
  ['as a browser asks, beside nginx with gzip_static', 'default, browser', 'nginx gzip_static', 1],
  ['as a browser asks, beside nginx with brotli_static', 'default, browser', 'nginx brotli_static', null],
  ['each rendered, as bytes, beside nginx', 'render_cache: 0', 'nginx', 0.5],
  ['each rendered, as a browser asks, beside nginx with gzip_static', 'render_cache: 0, browser', 'nginx gzip_static', 0.5]
]

// ---- checking, and measuring ----

const DECODE = { identity: (bytes) => bytes, gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync, zstd: (input) => execFileSync('zstd', ['-dc'], { input }) }
const get = (server, url, coding) =>
  new Promise((resolve, reject) =>
    http
      .get(server.url + url, { headers: { 'Accept-Encoding': coding }, agent: false }, (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => resolve({ status: response.statusCode, coding: response.headers['content-encoding'] ?? IDENTITY, bytes: Buffer.concat(chunks) }))
      })
      .on('error', reject)
  )

// Every contestant gives every page; their mean size as sent. Twice, as a browser's second visit
// finds what the first has remembered.
async function verify(contestants, pages) {
  const sizes = {}
  for (const { label, server, coding } of contestants) {
    let sum = 0
    for (const round of [1, 2])
      for (const { url, html } of pages) {
        const got = await get(server, url, coding)
        if (got.status !== 200 || String(DECODE[got.coding](got.bytes)) !== html) throw new Error(`${label} ${url}: ${got.status}, another page`)
        if (round === 2) sum += got.bytes.length
        sizes[label] = { coding: got.coding, bytes: sum / pages.length }
      }
  }
  return sizes
}

// wrk asks for all pages in turn.
function writeScript(pages) {
  const file = join(folder, 'pages.lua')
  fs.writeFileSync(
    file,
    `local paths = {${pages.map(({ url }) => JSON.stringify(url)).join(', ')}}
local requests, n = {}, 0
init = function()
  for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path) end
end
request = function()
  n = n % #requests + 1
  return requests[n]
end
`
  )
  return file
}

const pinned = (command, args) => {
  const result = spawnSync('taskset', ['-c', CLIENT_CPU, command, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (result.status !== 0) throw new Error(`${command}: ${result.stderr}${result.stdout}`)
  return result.stdout
}

function measure({ server, coding }, script) {
  const before = processorSeconds(server)
  const out = pinned(tool('wrk'), ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-s', script, '-H', `Accept-Encoding: ${coding}`, server.url])
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(out)
  const count = Number(/(\d+) requests in/.exec(out)[1])
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]), micros: ((processorSeconds(server) - before) / count) * 1e6 }
}

// At a rate that both can keep: the 50th, 99th and 99.9th percentile in microseconds.
function latencies({ server, coding }, urls, rate) {
  const log = join(folder, 'h2load.log')
  fs.rmSync(log, { force: true })
  const file = join(folder, 'urls.txt')
  fs.writeFileSync(file, urls.map((url) => server.url + url).join('\n'))
  pinned('h2load', ['--h1', '-t1', `-c${CONNECTIONS}`, '-D', String(SECONDS), `--rps=${(rate / CONNECTIONS).toFixed(1)}`, '-H', `accept-encoding: ${coding}`, `--log-file=${log}`, '-i', file])
  // Requests that the end of the time has cut off have no status.
  const rows = fs.readFileSync(log, 'utf8').trim().split('\n').map((line) => line.split('\t').map(Number)).filter(([, status]) => status > 0)
  if (rows.length === 0) throw new Error(`no request at ${rate} a second: ${fs.readFileSync(log, 'utf8').slice(0, 300)}`)
  const failed = rows.find(([, status]) => status !== 200)
  if (failed) throw new Error(`${failed[1]} at the constant rate`)
  const times = rows.map(([, , micros]) => micros).sort((a, b) => a - b)
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))]
  return { rate: times.length / SECONDS, p50: at(0.5), p99: at(0.99), p999: at(0.999) }
}

// ---- the report ----

const number = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toPrecision(3).replace(/\.0+$/, ''))
const row = (...cells) => `| ${cells.join(' | ')} |`

function ratioRow([what, one, other, goal], samples) {
  if (!samples[other]) return row(what, '', 'not installed', '', '')
  const of = (field, invert) => samples[one].map((sample, i) => (invert ? samples[other][i][field] / sample[field] : sample[field] / samples[other][i][field]))
  const [rates, processor] = [of('rate'), of('micros', true)]
  const ratio = median(rates)
  return row(what, goal ?? '', `**${number(ratio)}**${goal && ratio < goal ? ' ✗' : ''}`, quartiles(rates).map(number).join(' – '), number(median(processor)))
}

function report(pages, sizes, samples, steady) {
  const bytes = pages.reduce((sum, { html }) => sum + Buffer.byteLength(html), 0) / pages.length
  const lines = [
    `Measured ${new Date().toISOString().slice(0, 16).replace('T', ' ')} on ${os.cpus().length} processors (${os.cpus()[0].model}), load ${os.loadavg()[0].toFixed(1)} at the end; nginx ${/[\d.]+/.exec(spawnSync(tool('nginx'), ['-v'], { encoding: 'utf8' }).stderr)[0]}. All ${pages.length} pages of the sample in turn, ${number(bytes)} bytes on average; default settings, access logs written; ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s, server and load generator on a processor each. ✗: the goal is not reached.`,
    '',
    row('', 'goal', 'requests a second', 'quartiles', 'processor time'),
    row('---', '---', '---', '---', '---'),
    ...RATIOS.map((ratio) => ratioRow(ratio, samples)),
    '',
    row('', 'requests a second', 'µs of processor a request', 'coding', 'bytes a page'),
    row('---', '---', '---', '---', '---'),
    ...Object.entries(samples).map(([label, list]) => row(label, number(median(list.map((s) => s.rate))), number(median(list.map((s) => s.micros))), sizes[label].coding, number(sizes[label].bytes))),
    '',
    row(`at ${LOAD * 100} % load`, 'requests a second', 'median', '99 %', '99.9 %'),
    row('---', '---', '---', '---', '---'),
    ...steady.map(({ label, rate, p50, p99, p999 }) => row(label, number(rate), ...[p50, p99, p999].map((micros) => `${number(micros)} µs`)))
  ]
  const p99 = (label) => steady.find((each) => each.label === label).p99
  const times = p99('default, browser') / p99('nginx gzip_static')
  lines.push('', `The 99th percentile is **${number(times)} times** that of nginx with gzip_static (goal 1.5${times > 1.5 ? ', ✗' : ''}).`)
  return lines.join('\n')
}

try {
  const pages = finishedPages()
  const servers = await startAll(pages)
  const contestants = CONTESTANTS.filter(([, name]) => servers[name]).map(([label, name, coding]) => ({ label, coding, server: servers[name] }))
  const sizes = await verify(contestants, pages)
  const script = writeScript(pages)
  const samples = Object.fromEntries(contestants.map(({ label }) => [label, []]))
  for (let round = 0; round < ROUNDS; round++) {
    say(`round ${round + 1} of ${ROUNDS}`)
    for (const contestant of contestants) samples[contestant.label].push(measure(contestant, script))
  }
  const rateOf = (label) => median(samples[label].map((s) => s.rate))
  const pair = ['default, browser', 'nginx gzip_static']
  const rate = LOAD * Math.min(...pair.map(rateOf))
  const rounds = Array.from({ length: Math.min(ROUNDS, 5) }, (_, n) => (say(`constant rate, round ${n + 1}`), pair.map((label) => latencies(contestants.find((c) => c.label === label), pages.map(({ url }) => url), rate))))
  const steady = pair.map((label, i) => ({ label, ...Object.fromEntries(['rate', 'p50', 'p99', 'p999'].map((key) => [key, median(rounds.map((round) => round[i][key]))])) }))
  const text = report(pages, sizes, samples, steady)
  console.log(text)
  if (has('--write')) writeReport(join(ROOT, 'docs/performance.md'), text, 'sample')
} finally {
  await stopAll()
}
