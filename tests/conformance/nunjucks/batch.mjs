// SPDX-License-Identifier: MIT
//
// Ours as a child process: cases in, results out, one JSON line each
// (`guidanced template --batch`). The binary is $GUIDANCED or build/*/guidanced. With --remember on
// the command line each case is rendered twice, and the second rendering counts.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const REMEMBER = process.argv.includes('--remember') ? ['--remember'] : []
const root = new URL('../../..', import.meta.url).pathname

// The binary built last, unless the environment names another.
export function findBinary() {
  if (process.env.GUIDANCED) return process.env.GUIDANCED
  const build = join(root, 'build')
  const folders = existsSync(build) ? readdirSync(build) : []
  const found = folders
    .map((folder) => join(build, folder, 'guidanced'))
    .filter((path) => existsSync(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  if (!found.length) throw new Error('no guidanced binary: build it, or set GUIDANCED')
  return found[0]
}

// Renders many cases. Results are in the order of the cases: {output} or {error}. If the process
// dies, its case gets {crash}, and a new process takes the rest.
export async function renderAll(cases, args = []) {
  const results = []
  while (results.length < cases.length) {
    await renderSome(cases, results, args)
  }
  return results
}

function renderSome(cases, results, args) {
  const child = spawn(findBinary(), ['template', '--batch', ...REMEMBER, ...args], {
    stdio: ['pipe', 'pipe', 'pipe']
  })
  let complaint = ''
  child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-4000)))
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', (line) => results.push(JSON.parse(line)))
  for (let i = results.length; i < cases.length; i++) {
    const { output, error, ...input } = cases[i]
    child.stdin.write(JSON.stringify({ id: i, ...input }) + '\n')
  }
  child.stdin.end()
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (results.length < cases.length) {
        results.push({ crash: `exit ${code ?? signal}: ${complaint}` })
      }
      resolve()
    })
  })
}
