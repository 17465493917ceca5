// SPDX-License-Identifier: MIT
//
// Flat memory: millions of requests and a thousand reloads, after edits of texts (patched) and of
// titles (loaded whole), while resident memory is sampled. Run by hand:
//
//   node tests/bench/soak.mjs [--requests 5000000] [--reloads 1000] [--pages 300]
//
// Ends with "N passed, N failed": every reload showed, no request failed, and the last quarter of
// the samples is at most a twentieth above the second.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { page, writeSite } from './generate.mjs'
import { memoryOf, sleep } from './peers.mjs'

const ROOT = new URL('../../', import.meta.url).pathname
const BINARY = process.env.GUIDANCED ?? join(ROOT, 'build/release/guidanced')
const option = (name, fallback) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : fallback)
const goal = { requests: option('--requests', 5e6), reloads: option('--reloads', 1000) }
const pages = option('--pages', 300)
const dir = mkdtempSync(join(tmpdir(), 'guidanced-soak-'))
writeSite(dir, pages)
const child = spawn(BINARY, ['serve', '--site', dir, '--listen', '127.0.0.1:0', '--threads', '1', '--render-cache', '1M', '--log-access', 'false'], { stdio: ['ignore', 'pipe', 'ignore'] })
process.on('exit', () => child.kill('SIGKILL'))
const url = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(/http:\/\/\S+:\d+/.exec(text)[0])))
const urlOf = (n) => `/${page(n).path.replace(/(index)?\.md$/, '').replace(/([^/])$/, '$1/')}`
while (!(await fetch(url + urlOf(0))).ok) await sleep(10)

const script = join(dir, '.requests.lua')
writeFileSync(script, `local urls = {${Array.from({ length: pages }, (_, n) => `"${urlOf(n)}"`).join(',')}}\nlocal i = 0\nrequest = function() i = i % #urls + 1 return wrk.format("GET", urls[i]) end\n`)
let requests = 0
let failures = 0
let late = 0
let reloads = 0
let unseen = 0
const samples = []

// Ten seconds of requests, and their number.
const load = () =>
  new Promise((resolve) => {
    const wrk = spawn('wrk', ['-t1', '-c16', '-d10s', '-s', script, url], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    wrk.stdout.on('data', (text) => (out += text))
    wrk.on('exit', () => {
      const [, connect, read, write, timeout] = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(out)?.map(Number) ?? [0, 0, 0, 0, 0]
      failures += Number(/Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? 0) + connect + read + write
      late += timeout // two seconds without an answer: wrk's, on a machine that has others to serve
      resolve(Number(/(\d+) requests in/.exec(out)?.[1] ?? 0))
    })
  })

async function reloading() {
  while (reloads < goal.reloads) {
    const n = (reloads * 7) % pages
    const { path, text } = page(n)
    const mark = `mark${reloads}x`
    writeFileSync(join(dir, 'data', path), reloads % 2 ? text.replace(/^title: .*$/m, `title: ${mark}`) : `${text}\n${mark}\n`)
    let seen = false
    for (let i = 0; i < 400 && !seen; i++) {
      seen = (await (await fetch(url + urlOf(n))).text()).includes(mark)
      if (!seen) await sleep(5)
    }
    if (!seen) unseen++
    reloads++
  }
}

const changes = reloading()
while (requests < goal.requests || reloads < goal.reloads) {
  requests += await load()
  samples.push(memoryOf(child.pid))
  console.log(`    ${requests.toLocaleString('en')} requests, ${reloads} reloads, ${samples.at(-1).toFixed(1)} MB`)
}
await changes
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const quarter = (k) => median(samples.slice(Math.floor((samples.length * k) / 4), Math.max(1, Math.floor((samples.length * (k + 1)) / 4))))
const ended = new Promise((resolve) => child.on('exit', resolve))
child.kill('SIGTERM')
await ended
rmSync(dir, { recursive: true })
let passed = 0
let failed = 0
function check(name, ok, text) {
  ok ? passed++ : failed++
  console.log(`${ok ? 'ok' : 'not ok'}: ${name}: ${text}`)
}
check('requests', failures === 0, `${requests} answered, ${failures} failed, ${late} late`)
check('reloads', unseen === 0, `${reloads} made, ${unseen} not seen within two seconds`)
check('memory', quarter(3) <= quarter(1) * 1.05, `${quarter(1).toFixed(1)} MB in the second quarter, ${quarter(3).toFixed(1)} MB in the last`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
