// SPDX-License-Identifier: MIT
//
// What a site's own JavaScript costs: the same pages with functions of its own and without, and the
// same site built by its own Eleventy, in turn, in one run.
//
//   node tests/bench/javascript.mjs [--pages 1000] [--rounds 5] [--seconds 2] [--write]
//
// - requests of a page once it has been rendered, with finished pages remembered and without
// - a warm start, with a `script.command` that is no program: whoever asked for node would fail
// - a cold start to the first answer, beside the build of Eleventy
// - what the daemon has resident when all pages have been served
// - a changed filter, from the write to the first response that shows it, on half as many pages
//
// --write puts the table into docs/performance.md.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import { dirname, join } from 'node:path'
import { page } from './generate.mjs'
import { CLIENT_CPU, memoryOf, SERVER_CPU, sleep, tool } from './peers.mjs'
import { writeReport } from './report.mjs'
import { median } from './requests.mjs'

const ROOT = new URL('../../', import.meta.url).pathname
const BINARY = process.env.GUIDANCED ?? join(ROOT, 'build/release/guidanced')
const ELEVENTY = join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs')
const has = (name) => process.argv.includes(name)
const option = (name, fallback) => (has(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : fallback)
const PAGES = option('--pages', 1000)
const ROUNDS = option('--rounds', 5)
const SECONDS = option('--seconds', 2)
const folder = join(ROOT, 'build/bench-javascript')
const say = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
const seconds = (start) => Number(process.hrtime.bigint() - start) / 1e9
const env = { ...process.env, TZ: 'UTC' }

// ---- the sites ----

const SHOUT = 'export const shout = (text) => `${text}!`\n'
const CONFIG = `import { shout } from './lib/shout.js'
export default function (config) {
  config.addFilter('shout', shout)
  config.addFilter('initials', (text) => text.split(' ').map((word) => word[0]).join(''))
  config.addShortcode('box', function (text) { return \`<p class="box">\${text} \${this.page.fileSlug}</p>\` })
  config.addCollection('sections', (api) => api.getAll().filter((item) => item.inputPath.endsWith('index.md')).slice(0, 8))
  return { dir: { input: 'data', includes: '../templates', output: '_site' }, markdownTemplateEngine: 'njk' }
}
`
const frame = (title, sections, team) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<nav>${sections}</nav>
<main><h1>{{ title }}</h1>{{ content | safe }}</main>
<footer>${team}</footer>
</body>
</html>
`
const link = (url, text) => `<a href="${url}">${text}</a>`
const LOOP = `{% for item in collections.sections %}${link('{{ item.url }}', '{{ item.data.title }}')}{% endfor %}`

const put = (name, text) => {
  fs.mkdirSync(dirname(name), { recursive: true })
  fs.writeFileSync(name, text)
}

// With and without functions, the pages say the same.
function writeSites(site, pages) {
  fs.rmSync(site, { recursive: true, force: true })
  const own = join(site, 'own')
  const plain = join(site, 'plain')
  const linked = Array.from({ length: Math.min(8, Math.ceil(pages / 100)) }, (_, i) => link(`/s${i * 100}/`, `Page ${i * 100}`)).join('')
  const settings = 'name: Many pages\nurl: https://example.gov.uk\nfeedback: {enabled: false}\n'
  put(join(own, 'guidance.yaml'), `${settings}eleventy_config: eleventy.config.js\n`)
  put(join(own, 'eleventy.config.js'), CONFIG)
  put(join(own, 'package.json'), '{"type": "module"}')
  put(join(own, 'lib/shout.js'), SHOUT)
  put(join(own, 'data/_data/team.js'), 'export default async () => ({ name: ["Harbour", "team"].join(" ") })\n')
  put(join(own, 'templates/page.njk'), frame('{{ title | shout }}', LOOP, '{{ team.name }}'))
  put(join(plain, 'guidance.yaml'), settings)
  put(join(plain, 'templates/page.njk'), frame('{{ title }}!', linked, 'Harbour team'))
  fs.symlinkSync(join(ROOT, 'node_modules'), join(own, 'node_modules'))
  for (let n = 0; n < pages; n++) {
    const { path, text } = page(n)
    const head = text.replace(/eleventyNavigation:\n(?: {2}.*\n)*/, '')
    put(join(own, 'data', path), `${head}\n{% box "A note" %}\n\n{{ "Page ${n}" | initials }}\n`)
    const slug = n % 100 ? `p${n}` : `s${n}`
    put(join(plain, 'data', path), `${head}\n<p class="box">A note ${slug}</p>\n\nP${`${n}`[0]}\n`)
  }
  return { own, plain }
}

const urlOf = (n) => `/${page(n).path.replace(/(index)?\.md$/, '').replace(/([^/])$/, '$1/')}`

// ---- servers ----

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

const get = (url) =>
  new Promise((resolve, reject) =>
    http
      .get(url, { agent }, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text) => (body += text))
        response.on('end', () => resolve({ status: response.statusCode, body }))
      })
      .on('error', reject)
  )

async function serve(site, args = [], first = urlOf(5)) {
  const start = process.hrtime.bigint()
  const child = spawn('taskset', ['-c', SERVER_CPU, BINARY, 'serve', '--site', site, '--listen', '127.0.0.1:0', '--threads', '1', '--log-access', 'false', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  running.add(child)
  const server = { pid: child.pid, log: '' }
  child.stderr.on('data', (text) => (server.log += text))
  const ended = new Promise((resolve) => child.on('exit', resolve))
  server.stop = async () => {
    child.kill('SIGTERM')
    await ended
    running.delete(child)
  }
  const line = await Promise.race([new Promise((resolve) => child.stdout.once('data', (text) => resolve(String(text)))), ended.then(() => { throw new Error(server.log) })])
  server.url = /http:\/\/\S+:\d+/.exec(line)[0]
  while ((await get(server.url + first)).status !== 200) await sleep(1)
  server.loaded = seconds(start)
  server.metric = async (name) => Number(new RegExp(`^guidanced_${name} (\\S+)`, 'm').exec((await get(`${server.url}/metrics`)).body)?.[1])
  return server
}

// Until nothing more is asked or written: pages rendered in the background and the index are done.
async function settle(server) {
  for (let before = -1, quiet = 0; quiet < 3; quiet++) {
    const now = await server.metric('script_calls_total')
    const { checks } = JSON.parse((await get(`${server.url}/readyz`)).body)
    if (now !== before || checks['search:index'][0].status !== 'pass') quiet = 0
    before = now
    await sleep(500)
  }
}

async function serveAll(server, pages) {
  for (let n = 0; n < pages; n++) {
    const { status } = await get(server.url + urlOf(n))
    if (status !== 200) throw new Error(`${urlOf(n)}: ${status}`)
  }
}

function processesOf(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return [fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), ...children.flatMap((child) => processesOf(Number(child)))]
}

// ---- the figures ----

function rate(url) {
  const out = execFileSync('taskset', ['-c', CLIENT_CPU, tool('wrk'), '-t1', '-c16', `-d${SECONDS}s`, url], { encoding: 'utf8' })
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(`${url}: ${out}`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1])
}

// How many times as long a request takes with functions.
async function compareRequests({ own, plain }, args) {
  const servers = [await serve(own, args), await serve(plain, args)]
  const url = urlOf(5)
  const [one, other] = await Promise.all(servers.map(async (server) => (await get(server.url + url)).body))
  if (one !== other) throw new Error(`the two sites differ:\n${one}\n${other}`)
  await settle(servers[0])
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    say(`requests ${args.join(' ')}, round ${round + 1} of ${ROUNDS}`)
    const [mine, without] = servers.map((server) => rate(server.url + url))
    rounds.push({ mine, without, times: without / mine })
  }
  for (const server of servers) await server.stop()
  return { rounds, times: median(rounds.map((r) => r.times)), mine: median(rounds.map((r) => r.mine)), without: median(rounds.map((r) => r.without)) }
}

const forget = (site) => fs.rmSync(join(site, '.guidanced'), { recursive: true, force: true })

// Of children that have ended, in seconds.
function childSeconds() {
  const fields = fs.readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

// Of a process and those below it, ended or not.
function treeSeconds(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  const own = [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) / 100
  return children.reduce((sum, child) => sum + treeSeconds(Number(child)), own)
}

function eleventy(site) {
  const before = childSeconds()
  const start = process.hrtime.bigint()
  const result = spawnSync('taskset', ['-c', SERVER_CPU, process.execPath, ELEVENTY, '--quiet'], { cwd: site, env, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`Eleventy: ${result.stderr}${result.stdout}`)
  fs.rmSync(join(site, '_site'), { recursive: true })
  return { build: seconds(start), buildWork: childSeconds() - before }
}

async function coldStarts({ own }) {
  const rounds = []
  for (let round = 0; round < Math.min(3, ROUNDS); round++) {
    say(`cold start and Eleventy's build, round ${round + 1}`)
    const theirs = eleventy(own)
    forget(own)
    const server = await serve(own)
    const work = treeSeconds(server.pid)
    await server.stop()
    rounds.push({ ...theirs, cold: server.loaded, part: server.loaded / theirs.build, work, workPart: work / theirs.buildWork })
  }
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, median(rounds.map((r) => r[key]))]))
}

async function warmStarts({ own }) {
  const times = []
  const processes = new Set()
  let starts = 0
  for (let round = 0; round < ROUNDS; round++) {
    const server = await serve(own, ['--script-command', '/nonexistent/node'])
    times.push(server.loaded)
    await serveAll(server, PAGES)
    for (const name of processesOf(server.pid)) processes.add(name)
    starts += await server.metric('script_starts_total')
    await server.stop()
  }
  return { time: median(times), processes: [...processes], starts }
}

async function memory({ own, plain }) {
  const of = async (site) => {
    const server = await serve(site)
    await serveAll(server, PAGES)
    await settle(server).catch(() => sleep(1500))
    const resident = memoryOf(server.pid)
    await server.stop()
    return resident
  }
  forget(own)
  forget(plain)
  const first = { own: await of(own), plain: await of(plain) }
  return { first, again: { own: await of(own), plain: await of(plain) } }
}

async function changedFilter(pages) {
  const { own } = writeSites(join(folder, 'edit'), pages)
  const server = await serve(own, ['--dev'])
  await settle(server)
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    const mark = `mark ${round}`
    const before = treeSeconds(server.pid)
    const start = process.hrtime.bigint()
    fs.writeFileSync(join(own, 'lib/shout.js'), SHOUT.replace('!', `! ${mark}`))
    while (!(await get(server.url + urlOf(3))).body.includes(mark)) {
      if (seconds(start) > 120) throw new Error(server.log)
      await sleep(2)
    }
    rounds.push({ time: seconds(start), work: treeSeconds(server.pid) - before })
    await settle(server)
  }
  await server.stop()
  return { time: median(rounds.map((r) => r.time)), work: median(rounds.map((r) => r.work)) }
}

const number = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toPrecision(3))
const row = (what, goal, figure, ok, detail) => `| ${what} | ${goal} | **${figure}**${ok ? '' : ' ✗'} | ${detail} |`

function render({ remembered, rendering, cold, warm, resident, changed }) {
  const more = resident.first.own - resident.first.plain
  return [
    `Measured ${new Date().toISOString().slice(0, 16).replace('T', ' ')} on ${os.cpus().length} processors (${os.cpus()[0].model}), load ${os.loadavg()[0].toFixed(1)} at the end; Node.js ${process.version}, Eleventy ${JSON.parse(fs.readFileSync(join(ROOT, 'node_modules/@11ty/eleventy/package.json'))).version}. ${PAGES.toLocaleString('en')} pages with two filters, a shortcode, a collection by function and data in JavaScript each; the pages without say the same. Server and builds on one processor. ✗: the goal is not reached.`,
    '',
    '| | goal | | |',
    '| --- | --- | --- | --- |',
    row('a request, times that of the page without', '1.2', number(remembered.times), remembered.times <= 1.2, `${number(remembered.mine)} and ${number(remembered.without)} requests a second`),
    row('the same, each rendered (`render_cache: 0`)', '1.2', number(rendering.times), rendering.times <= 1.2, `${number(rendering.mine)} and ${number(rendering.without)} requests a second`),
    row('warm start to the first answer', '0.3 s', `${number(warm.time)} s`, warm.time <= 0.3, `all pages served, \`script.command\` being no program; processes: ${warm.processes.join(', ')}; ${warm.starts} node processes started`),
    row("cold start to the first answer, part of Eleventy's build", '0.333', number(cold.part), cold.part <= 1 / 3, `${number(cold.cold)} s, ${number(cold.build)} s; of processor time, ${number(cold.workPart)}: ${number(cold.work)} s, ${number(cold.buildWork)} s`),
    row('resident when all pages are served, more than without', '10 MB', `${number(more)} MB`, more <= 10, `${number(resident.first.own)} and ${number(resident.first.plain)} MB; after a warm start ${number(resident.again.own)} and ${number(resident.again.plain)} MB`),
    row(`a changed filter is seen, ${PAGES / 2} pages`, '1 s', `${number(changed.time)} s`, changed.time <= 1, `\`serve --dev\`, from the write of the module to the first response that shows it; ${number(changed.work)} s of processor time`)
  ].join('\n')
}

const noted = (name, value) => {
  say(`${name}: ${JSON.stringify(value)}`)
  return value
}
const sites = writeSites(join(folder, 'many'), PAGES)
const cold = noted('cold', await coldStarts(sites))
say('everything is rendered once')
const settling = await serve(sites.own)
await settle(settling)
await settling.stop()
say('warm starts')
const warm = noted('warm', await warmStarts(sites))
const remembered = noted('remembered', await compareRequests(sites, []))
const rendering = noted('rendering', await compareRequests(sites, ['--render-cache', '0']))
say('memory')
const resident = noted('resident', await memory(sites))
say('a changed filter')
const changed = noted('changed', await changedFilter(PAGES / 2))
const text = render({ remembered, rendering, cold, warm, resident, changed })
console.log(text)
if (has('--write')) writeReport(join(ROOT, 'docs/performance.md'), text, 'javascript')
agent.destroy()
process.exit()
