import { cross, each, names, values } from '../cross.mjs'

const literals = [
  '1', '1.0', '0.1 + 0.2', '1e3', '100000000000000000000', '1000000000000000000000', '0.000001',
  '0.0000001', '-0', '1/3', '5 / 0', '-5 / 0', '0 / 0', '123456789.125', '4.35 * 100', '1.005 * 1000',
  'true', 'false', 'none', 'null', 'undefined', '"text"', "'text'", '"a\\nb"', '"a\\tb"', '"a\\"b"',
  "'it\\'s'", '"a\\\\b"', '"\\q"', '[]', '[1, 2, 3]', '[1, [2, [3]]]', '[none, undefined, true]',
  '{}', '{a: 1}', '{"a b": 1}["a b"]', '{a: {b: {c: 1}}}.a.b.c', '[[1], {a: 2}][1].a', '(1, 2, 3)',
  '"é" + "ü"', '"<&>"', '"<&>" | safe', 'missing', 'missing.deeper', 'missing.deeper.still',
  'missing["a"]', 'None', 'True', '"a" "b"', '1 2', '', '%', '{{', '"unclosed', '[1, 2', '{a: }',
  '1 +', 'a b', '.5', '5.', '1.2.3', '"\u00a0"', '[1,2,3].length', '"abc".length', '{a: 1}.length'
]

export default [
  ...cross([names, [true, false]], (name, autoescape) => ({
    template: `{{ ${name} }}|{{ [${name}, ${name}] }}|{{ {k: ${name}} }}`,
    context: { [name]: values[name] },
    options: { autoescape }
  })),
  ...each(literals.map((literal) => `[{{ ${literal} }}]`)),
  ...each([
    'plain text', '', '\n', 'a\n\nb\n', '{ not a tag }', '} } %} }}', '{{ 1 }}{{ 2 }}', '{{1}}',
    '{{- 1 -}}', '{{ "}}" }}', '{{ "%}" }}', "{{ '{{' }}", '{% if true %}{{ "%}" }}{% endif %}',
    'a{# comment #}b', 'a{# multi\nline #}b', 'a{#- c -#} b', 'a {#- c #}b', '{# {{ 1 }} #}', '{# a # b #}',
    'a{# unclosed', '{{ 1 | string }}', 'tab\there', '\u00e9 \u2013 \u{1f600}', '{{ "\u{1f600}" }}'
  ])
]
