// SPDX-License-Identifier: MIT
//
// Node's nunjucks in a process of its own, because some templates run for ever in it or until there
// is no memory left: askOracle gives the results of many cases, {hang: true} for such ones.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { render } from '../conformance/nunjucks/oracle.mjs'

const PATIENCE = 2000
const file = fileURLToPath(import.meta.url)

if (process.argv[1] === file) {
  process.on('message', async (cases) => {
    for (const testCase of cases) process.send(await render(testCase))
  })
}

let worker
function start() {
  worker = fork(file, { execArgv: ['--max-old-space-size=512'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  worker.on('error', () => {})
  worker.unref()
  worker.channel.unref()
}

// Appends results until all cases have one, or the worker hangs.
function ask(cases, results) {
  if (!worker) start()
  return new Promise((resolve) => {
    let timer
    const stop = (hang) => {
      clearTimeout(timer)
      worker.removeAllListeners('message')
      worker.removeAllListeners('exit')
      if (hang) {
        worker.kill('SIGKILL')
        worker = undefined
        results.push({ hang: true })
      }
      resolve()
    }
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(stop, PATIENCE, true)
    }
    worker.on('exit', () => stop(true))
    worker.on('message', (result) => {
      results.push(result)
      if (results.length === cases.length) stop(false)
      else wait()
    })
    wait()
    worker.send(cases.slice(results.length))
  })
}

export async function askOracle(cases) {
  const results = []
  while (results.length < cases.length) await ask(cases, results)
  return results
}
