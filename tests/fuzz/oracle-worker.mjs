// SPDX-License-Identifier: MIT
//
// Node's nunjucks in a thread of its own, because some templates run for ever in it: askOracle gives
// the results of many cases, {hang: true} for those that took more than two seconds or all memory.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { render } from '../conformance/nunjucks/oracle.mjs'

const PATIENCE = 2000

if (!isMainThread) {
  parentPort.on('message', async (cases) => {
    for (const testCase of cases) parentPort.postMessage(await render(testCase))
  })
}

let worker
function start() {
  worker = new Worker(new URL(import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 512 } })
  worker.on('error', () => {})
  worker.unref()
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
        worker.terminate()
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
    worker.postMessage(cases.slice(results.length))
  })
}

export async function askOracle(cases) {
  const results = []
  while (results.length < cases.length) await ask(cases, results)
  return results
}
