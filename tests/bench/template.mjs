// SPDX-License-Identifier: MIT
//
// The template engine and Node's nunjucks in one run: same templates, same contexts, autoescape on,
// compiled and warmed up first.
//
//   node tests/bench/template.mjs [--seconds 0.5] [--rounds 5] [--json]
//
// The two take turns, round by round. A figure is the median of the rounds; the least and greatest
// ratio are shown too. Time is processor time of the rendering thread: other work on the machine
// and Node's garbage-collecting threads do not count. Both must produce one flat text. Node may
// return a rope; reading its last character makes V8 join it, as sending it would. The binary is
// $BENCH_TEMPLATE or that of the release preset.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment } from '../conformance/nunjucks/oracle.mjs'

const root = new URL('../../', import.meta.url).pathname
const govuk = join(root, 'node_modules', 'govuk-frontend', 'dist')
const option = (name, fallback) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const seconds = option('--seconds', 0.5)
const rounds = option('--rounds', 5)
const options = { trimBlocks: true, lstripBlocks: true }

const rows = Array.from({ length: 100 }, (_, i) => ({
  name: `Row ${i}`, owner: `Team <${i % 7}> & co`, count: i * 3.5, done: i % 3 === 0, url: `/rows/${i}?a=1&b=2`
}))
const levels = Object.fromEntries(
  Array.from({ length: 10 }, (_, i) => [
    `level${i}.njk`,
    i === 0
      ? '<html>{% block head %}<title>{{ title }}</title>{% endblock %}{% block body %}<main>{{ title }}</main>{% endblock %}</html>'
      : `{% extends "level${i - 1}.njk" %}{% block body %}<div class="l${i}">{{ super() }}{{ title }}</div>{% endblock %}`
  ])
)

const cases = [
  {
    name: 'button',
    template: '{% from "govuk/components/button/macro.njk" import govukButton %}{{ govukButton(params) }}',
    context: { params: { text: 'Save and continue', classes: 'app-button', attributes: { 'data-x': 'y' }, preventDoubleClick: true } }
  },
  {
    name: 'page template',
    template: `{% extends "govuk/template.njk" %}
{% from "govuk/components/header/macro.njk" import govukHeader %}
{% from "govuk/components/cookie-banner/macro.njk" import govukCookieBanner %}
{% from "govuk/components/footer/macro.njk" import govukFooter %}
{% from "govuk/components/service-navigation/macro.njk" import govukServiceNavigation %}
{% block pageTitle %}{{ title }}{% endblock %}
{% block bodyStart %}{{ govukCookieBanner(cookies) }}{% endblock %}
{% block header %}{{ govukHeader(header) }}{{ govukServiceNavigation(navigation) }}{% endblock %}
{% block content %}<h1 class="govuk-heading-l">{{ title }}</h1>{% for p in paragraphs %}<p class="govuk-body">{{ p }}</p>{% endfor %}{% endblock %}
{% block footer %}{{ govukFooter(footer) }}{% endblock %}`,
    context: {
      title: 'Apply for a thing & more',
      paragraphs: Array.from({ length: 10 }, (_, i) => `Paragraph ${i}: it's <long> enough to be read`),
      header: { homepageUrl: '/', classes: 'app-header' },
      navigation: { serviceName: 'Service', serviceUrl: '/', navigation: [{ text: 'One', href: '/1', active: true }, { text: 'Two', href: '/2' }] },
      cookies: { messages: [{ headingText: 'Cookies', html: '<p>We use some</p>', actions: [{ text: 'Accept', type: 'button' }, { text: 'View', href: '/cookies' }] }] },
      footer: { meta: { items: [{ href: '/a', text: 'Accessibility' }, { href: '/b', text: 'Contact' }] } }
    }
  },
  {
    name: 'table of 100 rows',
    template:
      '<table>{% for row in rows %}<tr class="{{ loop.cycle or "row" }}{% if loop.first %} first{% endif %}"><td>{{ loop.index }}</td>' +
      '<td><a href="{{ row.url }}">{{ row.name }}</a></td><td>{{ row.owner }}</td><td>{{ row.count }}</td><td>{{ "yes" if row.done else "no" }}</td></tr>{% endfor %}</table>',
    context: { rows }
  },
  {
    name: 'inheritance, 10 deep',
    template: '{% extends "level9.njk" %}{% block body %}[{{ super() }}]{% endblock %}',
    templates: levels,
    context: { title: 'A <title>' }
  },
  {
    name: 'escape-heavy loop',
    template: '<ul>{% for t in texts %}<li title="{{ t }}">{{ t }}</li>{% endfor %}</ul>',
    context: { texts: Array.from({ length: 200 }, (_, i) => `<b class="x">${i}</b> & 'quoted' text that goes on for a while`) }
  }
].map((row) => ({ options, paths: [govuk], ...row }))

function findTemplate(name) {
  const path = name.startsWith('/') ? name : join(govuk, name)
  return existsSync(path) ? { src: readFileSync(path, 'utf8'), path, noCache: false } : null
}

// Nanoseconds that this thread has run (Linux).
const processorTime = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0])

function createNode(row) {
  const env = environment({ templates: { ...row.templates, 'bench.njk': row.template }, options: row.options }, findTemplate)
  for (const loader of env.loaders) {
    const find = loader.getSource.bind(loader)
    loader.getSource = (name) => Object.assign(find(name) ?? {}, { noCache: false })
  }
  const template = env.getTemplate('bench.njk', true)
  const run = (limit) => {
    const start = processorTime()
    let count = 0
    let last
    while (processorTime() < start + limit * 1e9) {
      for (let i = 0; i < 100; i++) last = template.render(row.context).at(-1)
      count += 100
    }
    if (!last) throw new Error(`${row.name}: no output`)
    return (processorTime() - start) / count
  }
  run(Math.max(seconds, 0.5))
  return { measure: () => run(seconds), output: template.render(row.context) }
}

function findBench() {
  const bench = process.env.BENCH_TEMPLATE ?? join(root, 'build', 'release', 'tests', 'bench', 'bench_template')
  if (!existsSync(bench)) throw new Error(`no ${bench}: build the preset release, or set BENCH_TEMPLATE`)
  return bench
}

function measureOurs() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const file = join(folder, 'cases.json')
  writeFileSync(file, JSON.stringify(cases))
  const run = spawnSync(findBench(), [file, String(seconds)], { encoding: 'utf8', maxBuffer: 1 << 28 })
  rmSync(folder, { recursive: true })
  if (run.status !== 0) throw new Error(run.stderr || `bench_template: ${run.signal ?? run.status}`)
  return run.stdout.trim().split('\n').map((line) => JSON.parse(line))
}

const node = cases.map(createNode)
const measured = Array.from({ length: rounds }, () => ({ ours: measureOurs(), node: node.map(({ measure }) => measure()) }))
const sorted = (list) => list.toSorted((a, b) => a - b)
const median = (list) => sorted(list)[Math.floor(list.length / 2)]
const table = cases.map((row, i) => {
  const ratios = sorted(measured.map((round) => round.node[i] / round.ours[i].ns))
  return {
    name: row.name,
    bytes: Buffer.byteLength(node[i].output),
    node: median(measured.map((round) => round.node[i])),
    ours: median(measured.map((round) => round.ours[i].ns)),
    times: median(ratios),
    least: ratios[0],
    greatest: ratios.at(-1),
    same: measured.every((round) => round.ours[i].output === node[i].output)
  }
})
if (process.argv.includes('--json')) {
  console.log(JSON.stringify(table, null, 2))
} else {
  const micros = (ns) => `${(ns / 1000).toFixed(1)} µs`.padStart(11)
  console.log(`${'template'.padEnd(22)}${'bytes'.padStart(8)}${'node'.padStart(12)}${'ours'.padStart(12)}${'times'.padStart(8)}  least–greatest`)
  for (const row of table) {
    console.log(
      `${row.name.padEnd(22)}${String(row.bytes).padStart(8)} ${micros(row.node)} ${micros(row.ours)}${row.times.toFixed(1).padStart(8)}  ${row.least.toFixed(1)}–${row.greatest.toFixed(1)}${row.same ? '' : '  OUTPUT DIFFERS'}`
    )
  }
}
process.exitCode = table.every((row) => row.same) ? 0 : 1
