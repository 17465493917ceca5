// SPDX-License-Identifier: MIT
//
// Makes cases from combinations: the only tools of the sources.

// One case per template; `rest` (context, templates, options) is shared.
export function each(templates, rest = {}) {
  return templates.map((template) => ({ template, ...rest }))
}

// `make` of every combination of the lists.
export function cross(lists, make) {
  const [first, ...others] = lists
  if (!first) return [make()]
  return first.flatMap((item) => cross(others, (...args) => make(item, ...args)))
}

// Values of every type, as a context can hold them.
export const values = {
  nothing: null,
  yes: true,
  no: false,
  zero: 0,
  one: 1,
  minus: -2.5,
  big: 1e21,
  tiny: 1.5e-7,
  empty: '',
  text: 'Hello World',
  number: '42',
  markup: '<b class="x">Tom & \'Jo\'</b>\\',
  accents: 'Éire, naïve façade – ß',
  list: [3, 1, 2],
  words: ['beta', 'Alpha', 'gamma', 'alpha'],
  none: [],
  nested: [[1, 2], [3, [4, 5]], []],
  object: { b: 1, a: 2, 10: 'ten', 9: 'nine' },
  people: [
    { name: 'Zoe', age: 30, town: { name: 'Leeds' }, member: true },
    { name: 'adam', age: 41, town: { name: 'Bath' }, member: false },
    { name: 'Bea', age: 30, town: { name: 'Leeds' } }
  ]
}
export const names = Object.keys(values)

// A context with some of the values.
export function pick(...wanted) {
  return Object.fromEntries(wanted.filter((name) => name in values).map((name) => [name, values[name]]))
}
