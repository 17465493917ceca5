// Rare and broken forms of tags and expressions: what the parser must refuse, and what looks as if it must.
import { each } from '../cross.mjs'

const templates = {
  'm.njk': '{% macro f(a, b="d") %}{{ a }}-{{ b }}{% endmacro %}{% set v = 5 %}{% set _w = 6 %}',
  'p.njk': '[{% block a %}A{% endblock %}]'
}
const context = { a: 7, b: [1, 2, 3], o: { k: 'v', n: { m: 1 } }, s: 'text', d: 'a\u{1f600}é', big: 1e300, f: false }

const tags = [
  '{% import "m.njk" as 5 %}', '{% import "m.njk" %}', '{% import "m.njk" as m.n %}', '{% import as m %}', '{% import "m.njk" as m with %}{{ m.v }}',
  '{% import "m.njk" as m without context %}{{ m.v }}{{ m._w }}', '{% import "m.njk" as m with context x %}', '{% from "m.njk" import 5 %}', '{% from "m.njk" import _w %}',
  '{% from "m.njk" import f as 5 %}', '{% from "m.njk" import f as g, v %}{{ g(1) }}{{ v }}', '{% from "m.njk" import f, %}', '{% from "m.njk" import f g %}', '{% from "m.njk" import %}',
  '{% from "m.njk" %}', '{% from import f %}', '{% from "m.njk" import f without context %}{{ f(2) }}', '{% from "m.njk" import nothing as n %}', '{% extends %}', '{% extends "p.njk" x %}', '{% extends "p.njk", "m.njk" %}',
  '{% extends none %}', '{% include %}', '{% include "m.njk" x %}', '{% include "m.njk" ignore %}', '{% include "none" ignore missing x %}', '{% include ["none", "none2"] ignore missing %}.', '{% include 5 %}', '{% include [] %}', '{% include o %}',
  '{% block %}{% endblock %}', '{% block "a" %}{% endblock %}', '{% block a %}{% endblock b %}', '{% block a b %}{% endblock %}', '{% block a %}', '{% block a %}1{% endblock %}{% block a %}2{% endblock %}', '{% block a.b %}{% endblock %}',
  '{% if %}{% endif %}', '{% if a %}', '{% if a %}{% else x %}{% endif %}', '{% if a %}{% elif %}{% endif %}', '{% if a %}{% else %}{% else %}{% endif %}', '{% if a b %}{% endif %}', '{% if a %}{% endif x %}', '{% ifAsync a %}y{% endif %}',
  '{% for %}{% endfor %}', '{% for x %}{% endfor %}', '{% for x in %}{% endfor %}', '{% for x of b %}{% endfor %}', '{% for 5 in b %}{% endfor %}', '{% for x, in b %}{% endfor %}', '{% for x, y, z in [[1, 2, 3]] %}{{ x }}{{ y }}{{ z }}{% endfor %}',
  '{% for x.y in b %}{% endfor %}', '{% for x in b %}{{ x }}{% else x %}{% endfor %}', '{% for x in b %}', '{% for x in b c %}{% endfor %}', '{% for x, y in d %}{% endfor %}', '{% for x in 5 %}{% else %}e{% endfor %}',
  '{% for x in b %}{{ loop["index"] }}{{ loop.nothing }}{{ loop.index.x }}{% endfor %}', '{% for x in b %}{{ loop.index() }}{% endfor %}',
  '{% set %}', '{% set x %}', '{% set x = %}', '{% set x y = 1 %}', '{% set x, y %}b{% endset %}{{ x }}{{ y }}', '{% set "x" = 1 %}', '{% set 5 = 1 %}', '{% set x.y = 1 %}', '{% set x = 1, 2 %}{{ x }}', '{% set x, = 1 %}', '{% set x = y = 1 %}{{ x }}',
  '{% macro %}{% endmacro %}', '{% macro m %}{% endmacro %}', '{% macro m( %}{% endmacro %}', '{% macro m(5) %}{% endmacro %}', '{% macro m("x") %}{% endmacro %}', '{% macro m(a b) %}{% endmacro %}', '{% macro m(a, a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}', '{% macro m(a=1, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(3, 4) }}',
  '{% macro m(a) %}{{ a }}{% endmacro x %}{{ m(1) }}', '{% macro m() x %}{% endmacro %}', '{% macro m(a.b) %}{% endmacro %}', '{% macro m(a,) %}{{ a }}{% endmacro %}{{ m(1) }}',
  '{% call %}{% endcall %}', '{% call 5 %}{% endcall %}', '{% call m %}{% endcall %}', '{% call() %}{% endcall %}', '{% call(5) m() %}{% endcall %}', '{% macro m() %}{{ caller(1, x=2) }}{% endmacro %}{% call(y, x=9) m() %}{{ y }}{{ x }}{% endcall %}', '{% call m() x %}{% endcall %}', '{% call o.k() %}{% endcall %}',
  '{% call m() %}', '{% filter %}{% endfilter %}', '{% filter nosuch() %}{% endfilter %}', '{% filter upper x %}{% endfilter %}', '{% filter upper | lower %}Ab{% endfilter %}', '{% filter 5 %}{% endfilter %}', '{% filter replace("a", "b") %}aa{% endfilter %}', '{% filter upper %}',
  '{% switch %}{% endswitch %}', '{% switch a %}{% endswitch %}', '{% switch a %}x{% case 7 %}y{% endswitch %}', '{% switch a %}{% case %}{% endswitch %}', '{% switch a %}{% case 7 %}y{% default x %}z{% endswitch %}', '{% switch a b %}{% case 7 %}{% endswitch %}', '{% switch a %}{% default %}z{% case 7 %}y{% endswitch %}', '{% switch a %}{% case 7 %}',
  '{% raw x %}{% endraw %}', '{% raw %}{% endraw x %}', '{% raw %}', '{% verbatim %}{{ a }}{% endverbatim %}', '{%raw%}{%endraw%}', '{%- raw -%} x {%- endraw -%}', '{% raw %}a{% rawx %}{% endraw %}', '{% %}', '{% 5 %}', '{% "if" %}', '{%', '{{', '{#', '{{ }}', '{% if a %}{{ a }', '%} }} #}', '{% - if a %}{% endif %}', '{{- a -}}', '{{-a-}}', '{{ -a }}', '{{ a -}} x'
]

const expressions = [
  'f(a b)', 'f(a,, b)', 'f(,)', 'f(a', 's.', 's.5', 's."x"', 's[', 's[]', 's[a', 's[1, 2]', 's[1', 'o["n"]["m"]', 'o.n.m.x', '5.x', '"x".length', '[1,,2]', '[1', '[1,]', '[,]', '{a: 1', '{a: 1,}', '{a 1}', '{a}', '{: 1}', '{5: 1}', '{a.b: 1}', '{"1": 2}', '{"": 3}', '{a: 1, a: 2}', '{a: 1, "b": {c: [1]}}', '{f(x): 1}',
  '()', '(a', '(a))', '(1, 2)', '(1, 2)[0]', 'a |', 'a | 5', 'a | "x"', '| a', 'a | abs |', 'a | default.x', 'a | default()', 'a | default(1', 'a |abs|string', 'a | o.k', 'a is', 'a is 5', 'a is "odd"', 'a is true', 'a is none', 'a is not', 'a is not odd', 'a is odd odd', 'a is divisibleby', 'a is divisibleby(0)', 'a is divisibleby 7', 'a is r/x/', 'a is []', 'a not', 'a not 5', 'a not b', '7 not in b', 'not a in b', 'not not a', 'a in', 'in b', '1 in b in b', 'a in 5', 'a in o', '"k" in o', '"x" in s', 'a in none',
  'a if', 'if a', 'a if b else', 'a if f', 'a if f else b', '1 if f else 2 if f else 3', 'a and', 'or a', 'a and or b', 'a ==', '== a', 'a = 5', 'a == 7 == true', '1 < 2 < 3', '1 < < 2', 'a => b', 'a <> b', 'a === "7"', 'a !== 7', '!a', 'a != = b',
  '+', '-', '1 +', '* 2', '1 */ 2', '2 ** 3 ** 2', '2 ** -1', '-2 ** 2', '(-2) ** 2', '10 % 7 // 2', '10 // 3 % 2', '7 // 2 // 2', '2 * 7 // 3', '7 // 2 * 3', '1 ** (0/0)', '(0/0) ** 0', '1 ** (1/0)', '(-1) ** (1/0)', '0 ** 0', 'big * big', '-big * big', '5 % 0', '-5 % 3', '5 % -3', '5.5 % 2', '1 ~ 2 ~ 3 ~ 4 ~ 5 ~ 6 ~ 7 ~ 8 ~ 9 ~ 10 ~ 11 ~ 12 ~ 13 ~ 14 ~ 15 ~ 16 ~ 17 ~ 18 ~ 19 ~ 20', '~ 1', '1 ~', '"a" ~ none ~ o.x', '- "5"', '+ "x"', '1 - - 1',
  '"a', "'a\"", '"\\q\\x41\\u0041\\\n"', "'\\''", '"\\"', 'r/a/', 'r/a/gimy', 'r/a/x', 'r/a', 'r/[/]/', 'r/\\//.test("/")', 'r/(/', 'r/a/g.test("xay")', '1.', '.5', '1.5.5', '1..2', '1e5', '1e', '0x1F', '01', '1_0', '1a', 'a1', '$a', '_a', 'é', 'a@b', 'a\\b', 'a;b', 'a`b', 'a?b', '#a', '\u00a0a\u00a0', '\u2003a', 'true', 'True', 'TRUE', 'none', 'None', 'null', 'NONE', 'undefined', 'a\u0000b',
  'd.length', 'd | length', 'd | first', 's.k.x', 'nothing.x', 'none.x', 'nothing[0]', 'nothing()', 'o.nothing()', 'o.k()', 'o["k"]()', 'b[0]()', 's.nothing()', '5()', '"x"()', '(a)()', '[1]()', 'o.hasOwnProperty("k")', '(s.toUpperCase)()', 'b.length.x', 'range(2) | join', 'range(5, 1, -2)', 'range(1, 2, 0) | length', 'range("a") | length', 'range(2.5) | join', 'cycler().next()', 'joiner()()', 'super()', 'super', 'caller()', 'caller', 'loop', 'loop.index', 'self'
]

export default [
  ...each(tags, { templates, context }),
  ...each(expressions.map((expression) => `{{ ${expression} }}`), { templates, context }),
  ...each(expressions.map((expression) => `{% set x = ${expression} %}{{ x | dump | safe }}`), { templates, context }),
  ...each(['{% for x in b %}{{ x }}', '[[ a ]]', '<% if a %>y<% endif %>', '<# c #>[[- a -]]', '<% raw %>[[ a ]]<% endraw %>', '[[ "]]" ]]', '<% if a -%> y <%- endif %>', '{{ a }}{% if %}'], { templates, context, options: { tags: { blockStart: '<%', blockEnd: '%>', variableStart: '[[', variableEnd: ']]', commentStart: '<#', commentEnd: '#>' } } }),
  ...each(['a  \n  {% if a %}\n  b\n{% endif %}\n c {# d #}\n e', '{% raw %}\n x\n{% endraw %}\n', '\r\n{% if a %}\r\n x {% endif %}\r\ny', 'x {{ a }}\n{% set q = 1 %}\n\n y', '  {{ a }}\n  {#- c -#}  \n z'], { templates, context, options: { trimBlocks: true, lstripBlocks: true } })
]
