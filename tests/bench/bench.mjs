// SPDX-License-Identifier: MIT
//
// guidanced and its peers, in one run (script/bench installs what it needs):
//
//   node tests/bench/bench.mjs [--quick] [--rounds N] [--seconds N] [--no-scale] [--write]
//
// Prints the figures; --write puts them into docs/performance.md and the record, with every sample,
// into tests/bench/record.json. --quick tries it out: few rounds, 10,000 pages.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { stopAll, tool } from './peers.mjs'
import { render, writeReport } from './report.mjs'
import { compareRequests, median } from './requests.mjs'
import { measureBuilds, measureSite, stopScale } from './scale.mjs'

const ROOT = new URL('../../', import.meta.url).pathname
const has = (name) => process.argv.includes(name)
const option = (name, fallback) => (has(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : fallback)
const quick = has('--quick')
const folder = join(ROOT, 'build/bench')
const say = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

function version(command, args) {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return (stdout + stderr).trim().split('\n')[0].slice(0, 60)
}

function versions() {
  return [
    version(tool('nginx'), ['-v']).replace('nginx version: ', ''),
    `Caddy ${version(tool('caddy'), ['version'])}`,
    version(tool('hugo'), ['version']).replace(/ .*?(v[\d.]+).*/, ' $1').replace(/\+.*/, ''),
    `Node.js ${process.version}`
  ]
}

// Five runs of the program that callgrind counts; the fastest is the least disturbed.
function inProcess() {
  const bench = join(process.env.BUILD ?? join(ROOT, 'build/release'), 'tests/bench/bench_render')
  const runs = Array.from({ length: 5 }, () => execFileSync(bench, [join(folder, 'requests/site'), '3000', '/handbook/', '/note/'], { encoding: 'utf8' }).trim().split('\n').map(JSON.parse))
  return runs[0].map((first, i) => ({ ...first, ns: Math.min(...runs.map((run) => run[i].ns)) }))
}

const args = { rounds: option('--rounds', quick ? 2 : 9), seconds: option('--seconds', quick ? 1 : 2) }
const sizes = has('--no-scale') ? [] : quick ? [10000] : [10000, 100000]
try {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { results, problems } = await compareRequests({ folder: join(folder, 'requests'), ...args, say })
  const record = {
    at: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine: `${os.cpus().length} processors (${os.cpus()[0].model}), ${Math.round(os.totalmem() / 2 ** 30)} GB, load ${os.loadavg()[0].toFixed(1)} at the end`,
    versions: versions(),
    requests: results,
    inProcess: inProcess(),
    sites: [],
    builds: null,
    problems
  }
  for (const pages of sizes) record.sites.push(await measureSite({ folder, pages, runs: pages > 20000 ? 1 : quick ? 1 : 5, say }))
  if (sizes.length) record.builds = measureBuilds({ folder, pages: sizes[0], say })
  const text = render(record, median)
  console.log(text)
  writeFileSync(join(folder, 'record.json'), JSON.stringify(record, null, 1))
  if (has('--write')) {
    writeReport(join(ROOT, 'docs/performance.md'), text)
    writeFileSync(new URL('record.json', import.meta.url), `${JSON.stringify(record)}\n`)
  }
  process.exitCode = problems.length || record.sites.some((site) => site.failures.length) ? 1 : 0
} finally {
  await stopAll()
  await stopScale()
}
