// SPDX-License-Identifier: MIT
//
// Writes the figures between the two marks of docs/performance.md; the rest is written by hand.
import { readFileSync, writeFileSync } from 'node:fs'

const MARKS = {
  figures: ['<!-- figures: written by script/bench -->', '<!-- end of figures -->'],
  sample: ['<!-- figures: written by tests/bench/sample.mjs -->', '<!-- end of figures of the sample -->'],
  javascript: ['<!-- figures: written by tests/bench/javascript.mjs -->', '<!-- end of figures of JavaScript -->']
}
const number = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toPrecision(3).replace(/\.0+$/, ''))
const mark = (ok) => (ok ? '' : ' ✗')
const row = (...cells) => `| ${cells.join(' | ')} |`

function ratios(result) {
  const lines = [
    `### ${result.url}, ${result.bytes.toLocaleString('en')} bytes, ${result.generator}, ${result.rounds} rounds`,
    '',
    '| | goal | requests a second | quartiles | processor time |',
    '| --- | --- | --- | --- | --- |'
  ]
  for (const { what, goal, ratio, spread, processor } of result.ratios)
    lines.push(row(what, number(goal), `**${number(ratio)}**${mark(ratio >= goal)}`, `${number(spread[0])} – ${number(spread[1])}`, number(processor)))
  return lines
}

function rates(result, median) {
  const lines = ['', '| server | requests a second | µs of processor a request |', '| --- | --- | --- |']
  for (const [name, samples] of Object.entries(result.samples))
    lines.push(row(name, number(median(samples.map((s) => s.rate))), number(median(samples.map((s) => s.micros)))))
  return lines
}

const SCALE = [
  ['cold start to the first answer', (s) => s.cold, 's', 2],
  ['search index complete', (s) => s.index, 's', 5],
  ['warm start to the first answer', (s) => s.warm, 's', 0.2],
  ['resident, all pages served by 16 connections', (s) => s.resident, 'MB', 64],
  ['edit of a text to visible', (s) => s.edit, 'ms', 100],
  ['edit of a title to visible', (s) => s.editTitle, 'ms', 100],
  ['search, median', (s) => s.search.median, 'ms', null],
  ['search, 99th percentile', (s) => s.search.p99, 'ms', 5],
  ['one request after the other, median', (s) => s.request, 'ms', null]
]

function scale(sites) {
  const [small, ...larger] = sites
  const lines = [row('', 'goal', ...sites.map((s) => `${s.pages.toLocaleString('en')} pages`), ...larger.map(() => 'times')), row(...Array(2 + sites.length + larger.length).fill('---'))]
  for (const [what, of, unit, goal] of SCALE)
    lines.push(row(what, goal === null ? '' : `${goal} ${unit}`, `${number(of(small))} ${unit}${mark(goal === null || of(small) <= goal)}`, ...larger.map((s) => `${number(of(s))} ${unit}`), ...larger.map((s) => number(of(s) / of(small)))))
  return lines
}

function builds(record) {
  const cold = record.sites[0].cold
  return ['hugo', 'eleventy'].map((name) => `${name === 'hugo' ? 'Hugo' : 'Eleventy, without the breadcrumb,'} builds the same ${record.builds.pages.toLocaleString('en')} pages in ${number(record.builds[name].time)} s: **${number(record.builds[name].time / cold)} times** our cold start (goal 5).`)
}

export function render(record, median) {
  const lines = [`Measured ${record.at} on ${record.machine}. ${record.versions.join('; ')}. Load generator on processor 1, server on processor 0, one worker each; 32 connections, kept alive. Every server was checked to serve the same page. ✗: the goal is not reached.`, '']
  for (const result of record.requests) lines.push(...ratios(result), ...rates(result, median), '')
  lines.push('### In one process', '', ...record.inProcess.map(({ url, bytes, ns, allocations }) => `- ${url}, ${bytes.toLocaleString('en')} bytes: ${number(ns / 1000)} µs a render, ${allocations} calls of malloc`), '')
  if (record.sites.length) lines.push('### Many pages', '', ...scale(record.sites), '')
  if (record.builds) lines.push(...builds(record).map((line) => `- ${line}`), '')
  for (const problem of record.problems) lines.push(`**Not the same page:** ${problem}`, '')
  return lines.join('\n').trim()
}

export function writeReport(file, text, part = 'figures') {
  const [begin, end] = MARKS[part]
  const page = readFileSync(file, 'utf8')
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${file} lacks the marks of the figures`)
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`)
}
