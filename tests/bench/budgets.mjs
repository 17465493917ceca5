// SPDX-License-Identifier: MIT
//
// Budgets in instructions, counted by callgrind, so that they are the same on a busy machine:
//
//   node tests/bench/budgets.mjs [--record]
//
// Each figure is the difference of two runs of different length, so that start-up is not in it. One
// fails when it is more than a tenth above its budget in budgets.json; --record writes what was
// measured. The pages rendered must not ask for memory once warm. Ends with "N passed, N failed".
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeSite } from './generate.mjs'

const root = new URL('../../', import.meta.url).pathname
const build = process.env.BUILD ?? join(root, 'build', 'release')
const file = new URL('budgets.json', import.meta.url).pathname
const ALLOWANCE = 1.1

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

const folder = mkdtempSync(join(tmpdir(), 'guidanced-budgets-'))
const measured = {
  'render /': measureRender('/'),
  'render /secure-by-design/': measureRender('/secure-by-design/'),
  'load a page': measureLoad(folder)
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
  check(name, count <= budgets[name] * ALLOWANCE, `${Math.round(count)} instructions, budget ${budgets[name]}`)
  if (allocations !== undefined) check(name, allocations === 0, `${allocations} calls of malloc once warm`)
}
if (process.argv.includes('--record')) {
  const rounded = Object.entries(measured).map(([name, { count }]) => [name, Math.round(count / 1000) * 1000])
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
