// SPDX-License-Identifier: MIT
//
// Random templates and contexts. What is made is a tree, so that a difference can be made smaller:
// a node is {kind, parts}, its parts are texts and nodes, and toText joins them. `kind` is
// 'expression' or 'statement': one node may stand in for another of its kind.

// mulberry32: small, fast, and the same everywhere, so that a seed names a case.
export function createRandom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const int = (n) => Math.floor(next() * n)
  return { int, chance: (p) => next() < p, pick: (list) => list[int(list.length)] }
}

export const toText = (node) =>
  typeof node === 'string' ? node : node.parts.map(toText).join('')

const expression = (...parts) => ({ kind: 'expression', parts })
const statement = (...parts) => ({ kind: 'statement', parts })

const names = ['a', 'b', 's', 't', 'n', 'm', 'list', 'words', 'rows', 'obj', 'deep', 'flag', 'nil', 'gone', 'html', 'x', 'i']
const numbers = ['0', '1', '2', '3', '7', '10', '-1', '0.5', '2.75', '100', '1e3', '12345.678', '0.1']
const strings = ['""', '"a"', "'b c'", '"Hello World"', '"<b>&</b>"', '"3"', '"1.5x"', '"é ü"', '" pad "', '"a,b,c"', '"line\\nbreak"', "'it\\'s'", '"name"', '"0"']
const regexps = ['r/a/', 'r/[a-z]+/g', 'r/l/gi', 'r/(\\w)(\\w)/', 'r/\\d+/g', 'r/^H/']
const operators = ['+', '-', '*', '/', '//', '%', '**', '~', '==', '!=', '===', '!==', '<', '<=', '>', '>=', 'and', 'or']
const members = ['name', 'age', 'length', 'k', 'deep', 'v', '0', '1', 'gone']
const tests = ['defined', 'undefined', 'even', 'odd', 'string', 'number', 'mapping', 'iterable', 'truthy', 'falsy', 'callable', 'escaped', 'null', 'none', 'lower', 'upper']
const testsWith = ['divisibleby', 'eq', 'equalto', 'sameas', 'ge', 'gt', 'greaterthan', 'le', 'lt', 'lessthan', 'ne']

// Filters and methods with the kinds of their arguments: n number, i small one (Node would count up
// to any), r how often, s text, e anything, b boolean,
// p regular expression or text, f member name, t test name; ? before what may be left out.
const filters = {
  abs: '', batch: 'i?e', capitalize: '', center: '?i', d: 'e?b', default: 'e?b', dictsort: '?b', dump: '?n', e: '', escape: '', first: '',
  float: '?e', forceescape: '', groupby: 'f', indent: '?i?b', int: '?e', join: '?s?f', last: '', length: '', list: '', lower: '', nl2br: '',
  reject: '?t', rejectattr: 'f', replace: 'ps?n', reverse: '', round: '?n', safe: '', select: '?t', selectattr: 'f', slice: 'i?e',
  sort: '?b?b?f', string: '', striptags: '?b', sum: '?f', title: '', trim: '', truncate: '?n?b?s', upper: '', urlencode: '', urlize: '?n', wordcount: ''
}
const methods = {
  toUpperCase: '', toLowerCase: '', trim: '', split: 's', slice: 'n?n', substring: 'n?n', substr: 'n?n', indexOf: 'e', lastIndexOf: 'e', includes: 'e',
  startsWith: 's', endsWith: 's', charAt: 'n', replace: 'ps', concat: 'e', join: '?s', push: 'e', pop: '', shift: '', reverse: '', toFixed: '?n', toString: '',
  hasOwnProperty: 's', sort: '', repeat: 'r', padStart: 'is', match: 'p', at: 'n', unshift: 'e'
}

const keywords = ['reverse', 'case_sensitive', 'attribute', 'default', 'base', 'length', 'x']

// What a filter or method is for; one time in eight it gets something else.
const forLists = new Set(('batch first groupby join last list reject rejectattr reverse select selectattr slice sort sum length ' +
  'push pop shift unshift').split(' '))
const forNumbers = new Set(['abs', 'round', 'toFixed', 'int', 'float'])
const forObjects = new Set(['dictsort', 'hasOwnProperty'])
const forAnything = new Set(['d', 'default', 'dump', 'e', 'escape', 'forceescape', 'safe', 'string', 'toString', 'urlencode', 'center'])

export class Grammar {
  constructor(seed) {
    this.random = createRandom(seed)
    this.templates = {}
  }

  // ---- expressions ----

  number() {
    return expression(this.random.pick(numbers))
  }

  text() {
    return this.random.chance(0.3) ? expression(this.random.pick(['s', 't', 'html'])) : expression(this.random.pick(strings))
  }

  leaf() {
    const { random } = this
    const choice = random.int(12)
    if (choice < 6) return expression(random.pick(names))
    if (choice < 8) return this.number()
    if (choice < 10) return this.text()
    return expression(random.pick(['true', 'false', 'none', 'undefined', '[]', '{}']))
  }

  argument(kind, depth) {
    const { random } = this
    switch (kind) {
      case 'n': return random.chance(0.9) ? expression(random.pick(['0', '1', '2', '3', '5', '8', '-1'])) : this.leaf()
      case 'i': return expression(random.pick(['0', '1', '2', '3', '7', '20', '"2"']))
      case 'r': return expression(random.pick(['0', '1', '3']))
      case 's': return random.chance(0.9) ? this.text() : this.leaf()
      case 'p': return random.chance(0.4) ? expression(random.pick(regexps)) : this.text()
      case 'b': return expression(random.pick(['true', 'false']))
      case 'f': return expression(random.pick(['"name"', '"age"', '"k"', '"deep.k"', '"gone"', '"length"', '0']))
      case 't': return expression(`"${random.pick(tests)}"`)
      default: return this.expression(depth - 1)
    }
  }

  arguments(signature, depth) {
    const parts = []
    for (let i = 0; i < signature.length; i++) {
      if (signature[i] === '?') {
        i++
        if (this.random.chance(0.5)) break
      }
      if (parts.length) parts.push(', ')
      parts.push(this.argument(signature[i], depth))
    }
    return parts
  }

  // An input that suits the filter or method of that name.
  suiting(name, depth) {
    const { random } = this
    // A loop over an array that grows meanwhile has no end in Node.
    if (name === 'push' || name === 'unshift') return expression('[3, 1, 2]')
    if (forAnything.has(name) || random.chance(0.12)) return this.operand(depth)
    if (forLists.has(name)) return expression(random.pick(['list', 'words', 'rows', '[3, 1, 2]', '["b", "A", "c"]', 'range(4)', 'obj.k']))
    if (forNumbers.has(name)) return expression('(', this.number(), ')')
    if (forObjects.has(name)) return expression(random.pick(['obj', 'deep', '{k: 2, a: 1, B: 3}']))
    if (random.chance(0.3) && depth > 0) return expression('(', this.expression(depth - 1), ' ~ ', this.text(), ')')
    return random.chance(0.2) ? expression('(', this.text(), ' | safe)') : expression('(', this.text(), ')')
  }

  filtered(depth) {
    const name = this.random.pick(Object.keys(filters))
    const args = this.arguments(filters[name], depth)
    if (this.random.chance(0.06)) args.push(...(args.length ? [', '] : []), this.random.pick(keywords), '=', this.leaf())
    const call = args.length ? ['(', ...args, ')'] : []
    return expression(this.suiting(name, depth - 1), ' | ', name, ...call)
  }

  method(depth) {
    const name = this.random.pick(Object.keys(methods))
    return expression(this.suiting(name, depth - 1), '.', name, '(', ...this.arguments(methods[name], depth), ')')
  }

  member(depth) {
    const { random } = this
    const object = this.primary(depth - 1)
    if (random.chance(0.6)) return expression(object, '.', random.pick(members.filter((name) => !/^\d/.test(name))))
    return expression(object, '[', random.chance(0.5) ? `"${random.pick(members)}"` : this.argument('n', depth), ']')
  }

  collection(depth) {
    const { random } = this
    const count = random.int(4)
    const items = []
    const dict = random.chance(0.4)
    for (let i = 0; i < count; i++) {
      if (i > 0) items.push(', ')
      if (dict) items.push(random.pick(['name', '"k"', 'age', '"a b"', '"2"']), ': ')
      items.push(this.expression(depth - 1))
    }
    return expression(dict ? '{' : '[', ...items, dict ? '}' : ']')
  }

  // A name or something in brackets: what a dot may follow.
  primary(depth) {
    return this.random.chance(0.7) ? expression(this.random.pick(names)) : expression('(', this.expression(depth - 1), ')')
  }

  operand(depth) {
    return depth <= 0 || this.random.chance(0.6) ? this.leaf() : expression('(', this.expression(depth), ')')
  }

  test(depth) {
    const { random } = this
    const is = random.chance(0.2) ? ' is not ' : ' is '
    if (random.chance(0.6)) return expression(this.operand(depth - 1), is, random.pick(tests))
    return expression(this.operand(depth - 1), is, random.pick(testsWith), '(', this.expression(depth - 1), ')')
  }

  container(depth) {
    const { random } = this
    return random.chance(0.9) ? expression(random.pick(['list', 'words', 'obj', 's', '"abc"', '[1, "a", none]', '{a: 1}'])) : this.operand(depth - 1)
  }

  global() {
    const { random } = this
    const small = () => random.pick(['0', '1', '3', '5', '-2'])
    return random.pick([
      () => expression(`range(${small()})`),
      () => expression(`range(${small()}, ${small()})`),
      () => expression(`range(${small()}, ${small()}, ${random.pick(['1', '2', '-1', '0.5'])})`),
      () => expression('joiner(', this.text(), ')()'),
      () => expression('cycler(', this.leaf(), ', ', this.leaf(), ').next()')
    ])()
  }

  expression(depth) {
    if (depth <= 0) return this.leaf()
    const { random } = this
    return random.pick([
      () => this.leaf(),
      () => this.leaf(),
      () => this.filtered(depth),
      () => this.filtered(depth),
      () => this.filtered(depth),
      () => this.method(depth),
      () => this.method(depth),
      () => this.member(depth),
      () => this.member(depth),
      () => this.collection(depth),
      () => this.test(depth),
      () => this.global(),
      () => expression(this.expression(depth - 1), ` ${random.pick(operators)} `, this.expression(depth - 1)),
      () => expression(this.operand(depth - 1), ` ${random.pick(operators)} `, this.operand(depth - 1)),
      () => expression(random.pick(['not ', '-', '+']), this.operand(depth - 1)),
      () => expression(this.operand(depth - 1), random.pick([' in ', ' not in ']), this.container(depth)),
      () => expression(this.operand(depth - 1), ' if ', this.operand(depth - 1), ' else ', this.operand(depth - 1)),
      () => expression(this.operand(depth - 1), ' if ', this.operand(depth - 1)),
      () => expression('(', this.leaf(), ', ', this.expression(depth - 1), ')'),
      () => expression('(', this.expression(depth - 1), ')')
    ])()
  }

  // ---- statements ----

  open() {
    return this.random.chance(0.08) ? '{%- ' : '{% '
  }

  close() {
    return this.random.chance(0.08) ? ' -%}' : ' %}'
  }

  tag(...parts) {
    return [this.open(), ...parts, this.close()]
  }

  output(depth) {
    const dash = this.random.chance(0.04)
    return statement(dash ? '{{- ' : '{{ ', this.expression(depth), dash ? ' -}}' : ' }}')
  }

  body(depth) {
    const count = 1 + this.random.int(3)
    return statement(...Array.from({ length: count }, () => this.statement(depth - 1)))
  }

  plain() {
    return statement(this.random.pick(['text', ' ', '\n', '  \n  ', '<p>', 'a & b', ', ', '\n\n', '{ }', 'é', '-']))
  }

  // Lists and objects more often than not.
  iterable(depth) {
    const { random } = this
    return random.chance(0.6) ? expression(random.pick(['list', 'words', 'rows', 'obj', 'deep', 'range(3)', '[1, 2]', '{k: 1, name: 2}'])) : this.expression(depth - 1)
  }

  loop(depth) {
    const { random } = this
    const targets = random.pick(['x', 'i', 'x', 'k, v', 'x, i', 'a, b, n'])
    const inside = random.chance(0.5) ? [statement(`{{ loop.${random.pick(['index', 'index0', 'revindex', 'revindex0', 'first', 'last', 'length'])} }}`)] : []
    const otherwise = random.chance(0.3) ? [...this.tag('else'), this.body(depth)] : []
    return statement(...this.tag(`for ${targets} in `, this.iterable(depth)), ...inside, this.body(depth), ...otherwise, ...this.tag('endfor'))
  }

  condition(depth) {
    const { random } = this
    const elif = random.chance(0.2) ? [...this.tag('elif ', this.expression(depth - 1)), this.body(depth)] : []
    const otherwise = random.chance(0.4) ? [...this.tag('else'), this.body(depth)] : []
    return statement(...this.tag('if ', this.expression(depth - 1)), this.body(depth), ...elif, ...otherwise, ...this.tag('endif'))
  }

  set(depth) {
    const name = this.random.pick(['x', 'y', 'a', 'n', 'list', 'x, y'])
    if (this.random.chance(0.75)) return statement(...this.tag(`set ${name} = `, this.expression(depth)))
    return statement(...this.tag(`set ${name}`), this.captured(depth), ...this.tag('endset'))
  }

  macro(depth) {
    const { random } = this
    const name = random.pick(['mac', 'fun'])
    const parameters = random.pick(['', 'x', 'x, y', 'x, y="d"', 'x=1, y=x', 'a, b=n'])
    const call = random.pick([`{{ ${name}() }}`, `{{ ${name}(1, s) }}`, `{{ ${name}(html) }}`, `{{ ${name}(y=2) }}`, `{{ ${name}("p", y=list) }}`])
    const caller = random.chance(0.3) ? [statement('{{ caller() if caller }}')] : []
    return statement(...this.tag(`macro ${name}(${parameters})`), this.captured(depth), ...caller, ...this.tag('endmacro'), statement(call))
  }

  callBlock(depth) {
    const macro = statement('{% macro w(x) %}[{{ x }}{{ caller(x, 1) }}]{% endmacro %}')
    return statement(macro, ...this.tag(this.random.pick(['call w(1)', 'call(x) w(s)', 'call(a, b) w(x=list)'])), this.captured(depth), ...this.tag('endcall'))
  }

  filterBlock(depth) {
    const name = this.random.pick(['upper', 'lower', 'title', 'trim', 'escape', 'safe', 'replace("a", "<")', 'indent(2)', 'striptags', 'length', 'capitalize', 'wordcount'])
    return statement(...this.tag(`filter ${name}`), this.captured(depth), ...this.tag('endfilter'))
  }

  // Not inside a for, which Nunjucks would make asynchronous as well, and fail. Over arrays: with one name over an object Nunjucks fails.
  asynchronous(depth) {
    const { random } = this
    const tag = random.pick(['Each', 'All'])
    const list = random.pick(['list', 'words', 'rows', '[1, 2]'])
    return statement(`{% async${tag} ${random.pick(['x', 'i'])} in ${list} %}`, this.captured(depth), `{% end${tag.toLowerCase()} %}`)
  }

  choice(depth) {
    const arm = () => [...this.tag('case ', this.leaf()), this.random.chance(0.8) ? this.captured(depth) : statement('')]
    const fallback = this.random.chance(0.5) ? [...this.tag('default'), this.captured(depth)] : []
    return statement('{% switch ', this.leaf(), ' %}', ...arm(), ...arm(), ...fallback, '{% endswitch %}')
  }

  // Nunjucks makes invalid JavaScript of an include inside a captured body or a switch.
  captured(depth) {
    const before = this.capturing
    this.capturing = true
    const body = this.body(depth)
    this.capturing = before
    return body
  }

  include() {
    if (this.capturing && !this.random.chance(0.02)) return this.output(2)
    return statement(this.random.pick([
      '{% include "part.njk" %}', '{% include "gone.njk" ignore missing %}', '{% import "lib.njk" as lib %}{{ lib.m(1) }}{{ lib.v }}',
      '{% from "lib.njk" import m as mm, v %}{{ mm(s) }}{{ v }}', '{% import "lib.njk" as lib with context %}{{ lib.who() }}', '{% from "lib.njk" import who with context %}{{ who() }}',
      '{% from "lib.njk" import who %}{{ who() }}', '{% include "inner.njk" %}'
    ]))
  }

  block(depth) {
    const name = this.random.pick(['one', 'two', 'three'])
    const above = this.random.chance(this.extending ? 0.5 : 0.02) ? [statement('{{ super() }}')] : []
    if (this.used.has(name) || (this.capturing && !this.random.chance(0.02))) return this.plain()
    this.used.add(name)
    return statement(`{% block ${name} %}`, ...above, this.body(depth), '{% endblock %}')
  }

  statement(depth) {
    const { random } = this
    if (depth <= 0) return random.chance(0.5) ? this.plain() : this.output(1)
    return random.pick([
      () => this.plain(),
      () => this.output(depth + 1),
      () => this.output(depth + 1),
      () => this.output(depth + 1),
      () => this.loop(depth),
      () => this.loop(depth),
      () => this.condition(depth),
      () => this.condition(depth),
      () => this.set(depth),
      () => this.set(depth),
      () => this.macro(depth),
      () => this.callBlock(depth),
      () => this.filterBlock(depth),
      () => this.choice(depth),
      () => this.include(),
      () => this.block(depth),
      () => statement(random.pick(['{# comment #}', '{#- a -#}', '{# a\n #}\n'])),
      () => statement('{% raw %}{{ x }}{% endraw %}')
    ])()
  }

  mutation() {
    return statement(`{% set y = ${this.random.pick(['list', 'words', 'rows', 'obj.k'])}.`, this.random.pick(['push', 'unshift']), '(', this.leaf(), ') %}')
  }

  template(depth) {
    this.used = new Set()
    this.extending = this.random.chance(0.15)
    const count = 1 + this.random.int(4)
    const parts = Array.from({ length: count }, () => this.statement(depth))
    if (this.random.chance(0.2)) parts.splice(this.random.int(parts.length + 1), 0, this.mutation())
    if (this.random.chance(0.05)) parts.push(this.asynchronous(depth))
    if (this.extending) parts.unshift(statement('{% extends "base.njk" %}'))
    return statement(...parts)
  }

  // ---- contexts and cases ----

  value(depth) {
    const { random } = this
    const choice = random.int(depth > 0 ? 9 : 6)
    if (choice === 0) return null
    if (choice === 1) return random.chance(0.5)
    if (choice === 2 || choice === 3) return random.pick([0, 1, -1, 2.5, 42, 1e21, 1e-7, 0.1, 1234.5])
    if (choice < 6) return random.pick(['', 'a', 'Hello World', '<i>&"\'</i>', '3', 'b c', 'été', 'x\ny', 'http://a.example/?b&c', '  s  '])
    const count = random.int(4)
    if (choice < 8) return Array.from({ length: count }, () => this.value(depth - 1))
    return Object.fromEntries(Array.from({ length: count }, () => [random.pick(['name', 'age', 'k', 'v', '1', 'deep', 'a b']), this.value(depth - 1)]))
  }

  context() {
    const row = () => ({ name: this.random.pick(['Zoe', 'adam', 'Bea', 'Ärm']), age: this.random.int(5), deep: { k: this.value(0) } })
    const context = {
      s: this.random.pick(['Hello World', 'abc', '', 'The quick brown fox', 'a b  c']),
      t: 'naïve <b>',
      n: this.random.pick([0, 1, 3, 7.5, -2]),
      m: this.random.int(10),
      list: Array.from({ length: this.random.int(5) }, () => this.random.int(9)),
      words: ['beta', 'Alpha', 'gamma'].slice(this.random.int(3)),
      rows: Array.from({ length: this.random.int(4) }, row),
      obj: { name: 'O', age: 3, k: [1, 2], 7: 'seven' },
      deep: { k: { v: [{ name: 'd' }] } },
      flag: this.random.chance(0.5),
      nil: null,
      html: '<b>"x" & \'y\'</b>',
      a: this.value(2),
      b: this.value(2)
    }
    return context
  }

  make() {
    const tree = this.template(3)
    const { random } = this
    const text = toText(tree)
    const templates = {}
    if (text.includes('.njk')) {
      Object.assign(templates, {
        'base.njk': '<{% block one %}1{{ s }}{% endblock %}{% block two %}2{% set x = 5 %}{{ x }}{% endblock %}{{ x }}>',
        'part.njk': '({{ x }},{{ i }},{{ n }}{% set x = "p" %}{{ x }})',
        'inner.njk': '{% for x in list %}{{ x }}{% include "part.njk" %}{% endfor %}{% block one %}inner{% endblock %}',
        'lib.njk': '{% macro m(x, y=2) %}<m {{ x }} {{ y }}>{% endmacro %}{% set v = "<v>" %}{% macro who() %}{{ s }}{{ x }}{% endmacro %}'
      })
    }
    const options = {}
    if (random.chance(0.2)) options.autoescape = false
    if (random.chance(0.05)) options.throwOnUndefined = true
    if (random.chance(0.2)) options.trimBlocks = true
    if (random.chance(0.2)) options.lstripBlocks = true
    return { tree, templates, context: this.context(), options }
  }
}

// Trees with one node less: each node replaced by a simpler one of its kind, largest first.
export function* smaller(tree) {
  const places = []
  const visit = (node, replace) => {
    if (typeof node === 'string') return
    places.push({ node, replace })
    node.parts.forEach((part, i) =>
      visit(part, (other) => replace({ ...node, parts: node.parts.map((p, j) => (j === i ? other : p)) }))
    )
  }
  visit(tree, (other) => other)
  for (const { node, replace } of places) {
    if (node.parts.length > 1 && node.parts.every((part) => typeof part === 'string')) {
      for (let size = node.parts.length >> 1; size > 0; size >>= 1) {
        for (let i = 0; i < node.parts.length; i += size) {
          yield replace({ ...node, parts: node.parts.filter((_, j) => j < i || j >= i + size) })
        }
      }
    }
    if (node.kind === 'statement' && node.parts.length) yield replace(statement())
    for (const child of descendants(node)) if (child.kind === node.kind) yield replace(child)
    if (node.kind === 'statement' && node.parts.length > 1 && node.parts.every((part) => typeof part !== 'string')) {
      for (let i = 0; i < node.parts.length; i++) yield replace({ ...node, parts: node.parts.filter((_, j) => j !== i) })
    }
    if (node.kind === 'expression' && !/^(1|a|"")$/.test(toText(node))) {
      for (const simple of ['1', '""', 'a']) yield replace(expression(simple))
    }
  }
}

function descendants(node) {
  return node.parts.filter((part) => typeof part !== 'string')
}
