// SPDX-License-Identifier: MIT
//
// Parameters for components without examples: common ones and those that the component's own
// template reads, with pseudo-random values that are the same every time.

export const guesses = [
  {},
  { text: 'Text & more', classes: 'extra', attributes: { 'data-x': '<1>' }, id: 'an-id' },
  { html: '<b>html</b>', titleText: 'Title', titleHtml: '<i>t</i>', href: '/a?b&c', headingLevel: 3 },
  { items: [{ text: 'One', href: '/1' }, { html: '<b>2</b>', href: '/2', active: true, current: true }], rows: [] },
  { items: [], label: { text: 'Label' }, name: 'name', hint: { text: 'hint' }, errorMessage: { text: 'bad' } },
  { serviceName: 'Service', serviceUrl: '/', navigation: [{ text: 'Nav', href: '/n', active: true }], homepageUrl: '/h' },
  { meta: { items: [{ text: 'Meta', href: '/m' }], html: '<p>' }, heading: 'Heading', headingText: 'H', type: 'warning' }
]

// A pseudo-random sequence that depends only on its seed.
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const texts = ['Plain text', 'A & <b>', '"quoted"', '', 'two\nlines', 'x', 'https://example.org/?a=1&b=2', 'été']

// Every `name.path.to.member` that the template reads of one of its variables, as a tree.
function readsOf(source) {
  const tree = {}
  const loops = [...source.matchAll(/\{%-?\s*for\s+(\w+)(?:\s*,\s*(\w+))?\s+in\s+\(?([\w.]+)/g)]
  for (const [, path] of source.matchAll(/\bparams\.([a-zA-Z_][\w.]*)/g)) add(tree, path.split('.'))
  for (const [, item, second, list] of loops) {
    const at = find(tree, list.split('.').slice(list.startsWith('params.') ? 1 : 0))
    if (!at || !list.startsWith('params.')) continue
    at['*'] = {}
    const reads = new RegExp(`\\b${second ?? item}\\.([a-zA-Z_][\\w.]*)`, 'g')
    for (const [, path] of source.matchAll(reads)) add(at['*'], path.split('.'))
  }
  return tree
}

const add = (tree, [head, ...rest]) => head && add((tree[head] ??= {}), rest)
const find = (tree, path) => path.reduce((at, name) => at?.[name], tree)
const methods = new Set(['length', 'replace', 'split', 'push', 'concat', 'slice', 'val', 'trim', 'join', 'indexOf', 'forEach'])

function value(name, tree, next, fill) {
  const members = Object.keys(tree).filter((key) => !methods.has(key))
  if (members.includes('*') || (!members.length && /(items|rows|list|head|actions|messages)$/i.test(name))) {
    return Array.from({ length: 1 + Math.floor(next() * 3) }, () => object(tree['*'] ?? { text: {}, href: {} }, next, fill))
  }
  if (members.length) return object(tree, next, fill)
  if (/attributes$/i.test(name)) return { 'data-a': 'b & c', hidden: { value: true, optional: true } }
  if (/^(is|has|show|open|checked|disabled|active|current|allow|wide|auto)/.test(name) || next() < 0.15) return next() < 0.7
  if (/(level|size|length|rows|count|page|max|min|number)$/i.test(name)) return 1 + Math.floor(next() * 5)
  return texts[Math.floor(next() * texts.length)]
}

function object(tree, next, fill) {
  const made = {}
  for (const key of Object.keys(tree)) if (key !== '*' && !methods.has(key) && next() < fill) made[key] = value(key, tree[key], next, fill)
  return made
}

// `count` sets of parameters for the component whose template is `source`.
export function mined(source, count) {
  const tree = readsOf(source)
  return Array.from({ length: count }, (_, i) => object(tree, random(i * 7919 + source.length), i === 0 ? 1 : 0.6))
}
