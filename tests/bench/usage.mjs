// SPDX-License-Identifier: MIT
//
// How long the owners' report takes over a generated year of use of 10,000 pages: visits in every
// week, as many words and missing addresses as the file may have, and 100,000 answers to "Is this
// page useful?". Prints for each form the server's processor time for a request, and the median of
// the time until it is there; fails if the former is above the limit (200 ms), as it does not depend
// on what else the machine does. Wants an optimised build:
//
//   GUIDANCED=build/release/guidanced node tests/bench/usage.mjs [--pages 10000] [--limit 200]
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { page, WORDS, writeSite } from './generate.mjs'

const { values } = parseArgs({ options: { pages: { type: 'string', default: '10000' }, limit: { type: 'string', default: '200' } } })
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const binary = resolve(process.env.GUIDANCED ?? join(root, 'build/release/guidanced'))
const folder = mkdtempSync(join(tmpdir(), 'guidanced-usage-'))
const pages = +values.pages, weeks = 53, rows = 10000
const today = Math.floor(Date.now() / 86400000), week = Math.floor((today + 3) / 7)

// The same year each time: a number of a week that depends only on the row and the week.
const number = (row, back) => 1 + ((row * 2654435761 + back * 40503) >>> 0) % 97
const blob = (row, count = weeks) => {
  const bytes = Buffer.alloc(count * 4)
  for (let back = 0; back < count; back++) bytes.writeUInt32LE(number(row, back), back * 4)
  return `x'${bytes.toString('hex')}'`
}
const urls = Array.from({ length: pages }, (_, n) => `/${page(n).path.replace(/(index)?\.md$/, '')}`.replace(/([^/])$/, '$1/'))

function usage() {
  const lines = [`INSERT INTO since VALUES(${today - 364});`, 'BEGIN;']
  const put = (kind, subject, source, row) => lines.push(`INSERT OR REPLACE INTO counts VALUES(${kind},'${subject}','${source}',${week},${blob(row)});`)
  for (let kind = 0; kind < 5; kind++) put(kind, '', '', kind)
  urls.forEach((url, n) => n % 20 && put(0, url, '', n))
  for (let n = 0; n < rows - 1; n++) {
    const words = `${WORDS[n % WORDS.length]} ${WORDS[(n * 7) % WORDS.length]} ${n}`
    for (const kind of [1, 2, 3]) put(kind, words, '', n + kind)
    put(4, `/gone/${n}/`, n % 3 ? urls[n % pages] : `host${n}.example`, n)
  }
  return [...lines, 'COMMIT;'].join('\n')
}

function feedback() {
  const lines = ['BEGIN;']
  for (let n = 0; n < 100000; n++) {
    const at = Math.floor(Date.now() / 1000) - Math.floor((100000 - n) * 315)
    lines.push(`INSERT INTO entries(at, page, useful, comment, uid) VALUES(${at},'${urls[(n * 31) % pages]}','${n % 4 ? 'yes' : 'no'}','${n % 10 ? '' : `Comment ${n}`}','u${n}');`)
  }
  return [...lines, 'COMMIT;'].join('\n')
}

async function ready(child) {
  let out = ''
  for await (const part of child.stdout) if (/serving/.test((out += part))) return
  throw new Error('it did not start')
}

const port = 20000 + Math.floor(Math.random() * 20000)
const serve = () => spawn(binary, ['serve', '--site', folder, '--listen', '127.0.0.1:0', '--admin-listen', `127.0.0.1:${port}`, '--usage-enabled'], { stdio: ['ignore', 'pipe', 'inherit'] })
// Milliseconds of the server's processor time since it started.
const processor = (child) => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (+fields[11] + +fields[12]) * 10
}
// Until it has rendered every page once and indexed it.
async function quiet(child) {
  for (let before = -1; before !== processor(child); await new Promise((next) => setTimeout(next, 1000))) before = processor(child)
}

const ROUNDS = 10
let worst = 0
try {
  mkdirSync(folder, { recursive: true })
  writeSite(folder, pages, 'name: A year of use\nurl: https://example.gov.uk\n')
  let child = serve()
  await ready(child) // makes both files
  child.kill()
  await new Promise((done) => child.on('exit', done))
  for (const [name, sql] of [['usage', usage()], ['feedback', feedback()]]) {
    writeFileSync(join(folder, `${name}.sql`), sql)
    execFileSync('sqlite3', ['-cmd', 'PRAGMA synchronous=OFF', join(folder, `.guidanced/${name}.db`), `.read ${join(folder, `${name}.sql`)}`])
  }
  child = serve()
  await ready(child)
  await quiet(child)
  for (const query of ['', '?format=json', '?format=csv', '?format=csv&table=searches', '?format=csv&table=not-found', '?format=text', '?format=atom', '?owner=nobody']) {
    const times = []
    const before = processor(child)
    let bytes = 0
    for (let i = 0; i < ROUNDS; i++) {
      const start = performance.now()
      const answer = await fetch(`http://127.0.0.1:${port}/-/report${query}`, { headers: { 'accept-encoding': 'identity' } })
      bytes = (await answer.arrayBuffer()).byteLength
      if (answer.status !== 200) throw new Error(`${query}: ${answer.status}`)
      times.push(performance.now() - start)
    }
    times.sort((a, b) => a - b)
    const used = (processor(child) - before) / ROUNDS
    worst = Math.max(worst, used)
    console.log(`/-/report${query}: ${bytes.toLocaleString('en')} bytes, ${used.toFixed(0)} ms of the processor, there after ${times[ROUNDS / 2].toFixed(0)} ms`)
  }
  child.kill()
  await new Promise((done) => child.on('exit', done))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const ok = worst < +values.limit
console.log(`usage-report: ${ok ? '1 passed, 0 failed' : '0 passed, 1 failed'}`)
process.exitCode = ok ? 0 : 1
