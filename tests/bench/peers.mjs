// SPDX-License-Identifier: MIT
//
// Starts the servers to compare, each pinned to the servers' processor; guidanced in each of its
// configurations. A server is { name, url, pid, stop }.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'

const ROOT = new URL('../../', import.meta.url).pathname
export const SERVER_CPU = '0'
export const CLIENT_CPU = '1'

// From PATH, or unpacked by script/tools.
export function tool(name) {
  const places = [...process.env.PATH.split(':'), ...['usr/sbin', 'usr/bin'].map((p) => join(ROOT, 'build/tools', p))]
  const found = places.map((place) => join(place, name)).find(existsSync)
  if (!found) throw new Error(`${name} is not installed: run script/bench`)
  return found
}

export const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const running = new Set()
export async function stopAll() {
  for (const server of running) await server.stop()
}

// `page` is asked for until it is there; `output` takes what the server prints.
async function launch(name, port, command, args, { env = {}, page = '/note/', output = 'ignore' } = {}) {
  const child = spawn('taskset', ['-c', SERVER_CPU, command, ...args], { stdio: ['ignore', output, 'pipe'], env: { ...process.env, ...env } })
  let log = ''
  child.stderr.on('data', (text) => (log = (log + text).slice(-2000)))
  const server = { name, url: `http://127.0.0.1:${port}`, pid: child.pid, exited: false }
  child.on('exit', () => (server.exited = true))
  running.add(server)
  server.stop = async () => {
    running.delete(server)
    child.kill('SIGTERM')
    for (let i = 0; i < 100 && !server.exited; i++) await sleep(20)
    if (!server.exited) child.kill('SIGKILL')
  }
  for (let i = 0; i < 250; i++) {
    if (server.exited) throw new Error(`${name} has ended: ${log}`)
    const up = await fetch(server.url + page, { signal: AbortSignal.timeout(1000) }).then((response) => response.ok, () => false)
    if (up) return server
    await sleep(20)
  }
  await server.stop()
  throw new Error(`${name} does not answer: ${log}`)
}

const BINARY = process.env.GUIDANCED ?? join(ROOT, 'build/release/guidanced')

// As configured by default, apart from the number of threads; `output` takes the access log.
export async function guidancedAsIs(name, site, args, page, output) {
  const port = await freePort()
  return launch(name, port, BINARY, ['serve', '--site', site, '--listen', `127.0.0.1:${port}`, '--threads', '1', ...args], { page, output })
}

export async function guidanced(name, site, args) {
  return guidancedAsIs(name, site, ['--log-access', 'false', '--cache', ':memory:', ...args])
}

export async function express(name, site) {
  const port = await freePort()
  const script = new URL('express.mjs', import.meta.url).pathname
  return launch(name, port, process.execPath, [script, site, String(port)], { env: { NODE_ENV: 'production' } })
}

export async function caddy(name, folder, root) {
  const port = await freePort()
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, `{\n  admin off\n  auto_https off\n}\nhttp://127.0.0.1:${port} {\n  root * ${root}\n  templates\n  file_server\n}\n`)
  return launch(name, port, tool('caddy'), ['run', '--adapter', 'caddyfile', '--config', file], { env: { GOMAXPROCS: '1', HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } })
}

// One worker; configured for speed: files kept open, sendfile, and no access log unless `log` names
// its file. `modules` are loaded.
export async function nginx(name, folder, root, more, { log, page, modules = [] } = {}) {
  const port = await freePort()
  const own = join(folder, name.replaceAll(' ', '-'))
  mkdirSync(own, { recursive: true })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((t) => `${t}_temp_path ${own}/${t};`).join(' ')
  const user = process.getuid() === 0 ? 'user root;' : ''
  writeFileSync(
    join(own, 'nginx.conf'),
    `${modules.map((module) => `load_module ${module}; `).join('')}daemon off; worker_processes 1; ${user} pid ${own}/pid; error_log ${own}/error.log;
events { worker_connections 1024; }
http {
  access_log ${log ?? 'off'}; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=1000; etag on;
  types { text/html html; } default_type text/html; ${temporary}
  server { listen 127.0.0.1:${port}; root ${root}; ${more} }
}
`
  )
  return launch(name, port, tool('nginx'), ['-p', own, '-c', join(own, 'nginx.conf')], { page })
}

function tree(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => tree(Number(child)))]
}

// Processor time of a server and its children, in seconds.
export function processorSeconds(server) {
  let ticks = 0
  for (const pid of tree(server.pid)) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}

export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(text)[1]) / 1024
}

