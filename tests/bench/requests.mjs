// SPDX-License-Identifier: MIT
//
// Requests per second: the servers answer in turn, round after round, so that other work on the
// machine affects all alike. A figure is the median of the rounds' ratios. A second measure, which
// the load generator does not limit, is the server's processor time per request.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { normalise, PAGES, SOURCES, writeCaddy, writeFinished, writeSource } from './page.mjs'
import { caddy, CLIENT_CPU, express, guidanced, nginx, processorSeconds, stopAll } from './peers.mjs'

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
export const quartiles = (list) => {
  const sorted = [...list].sort((a, b) => a - b)
  return [sorted[Math.floor(sorted.length / 4)], sorted[Math.floor((sorted.length * 3) / 4)]]
}

function run(command, args) {
  const result = spawnSync('taskset', ['-c', CLIENT_CPU, command, ...args], { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${command}: ${result.stderr}${result.stdout}`)
  return result.stdout
}

const GENERATORS = {
  wrk(url, seconds, coding) {
    const out = run('wrk', ['-t1', '-c32', `-d${seconds}s`, '-H', `Accept-Encoding: ${coding}`, url])
    if (/Non-2xx|Socket errors/.test(out)) throw new Error(`${url}: ${out}`)
    return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]), count: Number(/(\d+) requests in/.exec(out)[1]) }
  },
  h2load(url, seconds, coding) {
    const out = run('h2load', ['--h1', '-t1', '-c32', '-D', String(seconds), '-H', `accept-encoding: ${coding}`, url])
    const count = Number(/status codes: (\d+) 2xx/.exec(out)[1])
    if (!/ 0 3xx, 0 4xx, 0 5xx/.test(out)) throw new Error(`${url}: ${out}`)
    return { rate: Number(/, ([\d.]+) req\/s/.exec(out)[1]), count }
  }
}

async function body(server, url, coding) {
  const { default: http } = await import('node:http')
  return new Promise((resolve, reject) =>
    http
      .get(server.url + url, { headers: { 'Accept-Encoding': coding } }, (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => resolve({ coding: response.headers['content-encoding'] ?? 'identity', bytes: Buffer.concat(chunks) }))
      })
      .on('error', reject)
  )
}

// Each serves the page, and in the coding that is compared.
async function verify(contestants, expected) {
  const problems = []
  for (const { server, coding, label, loose } of contestants)
    for (const url of PAGES) {
      const got = await body(server, url, coding)
      const text = got.coding === 'gzip' ? String(zlib.gunzipSync(got.bytes)) : got.coding === 'zstd' ? execFileSync('zstd', ['-dc'], { input: got.bytes, encoding: 'utf8' }) : String(got.bytes)
      const same = loose ? normalise(text) === normalise(expected[url]) : text === expected[url]
      if (got.coding !== coding) problems.push(`${label} ${url}: ${got.coding} instead of ${coding}`)
      if (!same) problems.push(`${label} ${url}: another page`)
    }
  return problems
}

// The finished pages and Caddy's parts come from guidanced; Express must produce the same bytes.
async function finishedPages(site) {
  const binary = process.env.GUIDANCED ?? new URL('../../build/release/guidanced', import.meta.url).pathname
  const peer = await import('./express.mjs')
  const pages = {}
  const parts = []
  for (const page of peer.load(site)) {
    pages[page.url] = execFileSync(binary, ['render', '--site', site, page.url], { encoding: 'utf8' })
    parts.push({ url: page.url, html: pages[page.url], markdown: peer.ownText(page), content: peer.content(page) })
  }
  return { pages, parts }
}

async function startAll(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const site = join(folder, 'site')
  writeSource(site)
  const { pages, parts } = await finishedPages(site)
  writeFinished(join(folder, 'nginx'), pages)
  writeCaddy(join(folder, 'caddy'), parts)
  const start = {
    rendering: () => guidanced('guidanced', site, ['--render-cache', '0']),
    remembering: () => guidanced('guidanced, render cache', site, ['--render-cache', '64M']),
    nginx: () => nginx('nginx', folder, join(folder, 'nginx/plain'), ''),
    'nginx gzip_static': () => nginx('nginx gzip_static', folder, join(folder, 'nginx/static'), 'gzip_static on;'),
    'nginx gzip': () => nginx('nginx gzip', folder, join(folder, 'nginx/plain'), 'gzip on; gzip_min_length 256;'),
    caddy: () => caddy('caddy', folder, join(folder, 'caddy')),
    express: () => express('express', site)
  }
  const servers = {}
  for (const [name, begin] of Object.entries(start)) servers[name] = await begin()
  return { servers, pages }
}

// What is measured: a server and the content coding requested.
const CONTESTANTS = [
  ['rendering', 'rendering', 'identity'],
  ['remembered', 'remembering', 'identity'],
  ['nginx', 'nginx', 'identity'],
  ['caddy', 'caddy', 'identity'],
  ['express', 'express', 'identity'],
  ['remembered gzip', 'remembering', 'gzip'],
  ['nginx gzip_static', 'nginx gzip_static', 'gzip'],
  ['rendering zstd', 'rendering', 'zstd'],
  ['nginx gzip', 'nginx gzip', 'gzip']
]

// [what, measured, compared with, goal]
export const RATIOS = [
  ['rendering every request, beside Express + Nunjucks + markdown-it', 'rendering', 'express', 50],
  ["rendering every request, beside Caddy's templates with markdown", 'rendering', 'caddy', 20],
  ['rendering every request, beside nginx sending the finished file', 'rendering', 'nginx', 0.8],
  ['render cache, beside nginx', 'remembered', 'nginx', 1],
  ['render cache with gzip, beside nginx with gzip_static', 'remembered gzip', 'nginx gzip_static', 1],
  ['rendering and zstd on the fly, beside nginx with gzip on the fly', 'rendering zstd', 'nginx gzip', 5]
]

function measure(contestant, url, generator, seconds) {
  const before = processorSeconds(contestant.server)
  const { rate, count } = GENERATORS[generator](contestant.server.url + url, seconds, contestant.coding)
  return { rate, micros: ((processorSeconds(contestant.server) - before) / count) * 1e6 }
}

export function ratiosOf(samples) {
  return RATIOS.map(([what, one, other, goal]) => {
    const of = (field, invert) => samples[one].map((sample, i) => (invert ? samples[other][i][field] / sample[field] : sample[field] / samples[other][i][field]))
    const rates = of('rate', false)
    return { what, goal, ratio: median(rates), spread: quartiles(rates), processor: median(of('micros', true)) }
  })
}

export async function compareRequests({ folder, rounds, seconds, say }) {
  try {
    const { servers, pages } = await startAll(folder)
    const contestants = CONTESTANTS.map(([label, server, coding]) => ({ label, coding, server: servers[server], loose: server === 'caddy' }))
    const problems = await verify(contestants, pages)
    const results = []
    for (const [url, generator, count] of [...PAGES.map((url) => [url, 'wrk', rounds]), [PAGES[0], 'h2load', Math.ceil(rounds / 2)]]) {
      const samples = Object.fromEntries(contestants.map(({ label }) => [label, []]))
      for (let round = 0; round < count; round++) {
        say(`${url} ${generator}, round ${round + 1} of ${count}`)
        for (const contestant of contestants) samples[contestant.label].push(measure(contestant, url, generator, seconds))
      }
      results.push({ url, bytes: Buffer.byteLength(pages[url]), generator, rounds: count, ratios: ratiosOf(samples), samples })
    }
    return { results, problems, pages: SOURCES.length }
  } finally {
    await stopAll()
  }
}
