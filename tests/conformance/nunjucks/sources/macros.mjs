import { each } from '../cross.mjs'

const templates = {
  'forms.njk': '{% macro field(name, value="", type="text") %}<input type="{{ type }}" name="{{ name }}" value="{{ value }}">{% endmacro %}{% macro label(text) %}<label>{{ text }}</label>{% endmacro %}{% set version = 3 %}{% macro _hidden() %}h{% endmacro %}',
  'context.njk': '{% macro show() %}[{{ who }}]{% endmacro %}{% set seen = who %}',
  'wrap.njk': '{% macro wrap(title) %}<div><h2>{{ title }}</h2>{{ caller() if caller }}</div>{% endmacro %}',
  'chain.njk': '{% from "forms.njk" import field %}{% macro twice(n) %}{{ field(n) }}{{ field(n + n) }}{% endmacro %}',
  'part.njk': 'part({{ x }},{{ who }})',
  'sets.njk': '{% set x = "inner" %}set({{ x }})',
  'loop.njk': '{{ loop.index }}:{{ item }};',
  'macro-include.njk': '{% macro inc(x) %}{% include "part.njk" %}{% endmacro %}',
  'broken.njk': '{% if %}',
  'deep/a.njk': 'a{% include "./b.njk" %}',
  'deep/b.njk': 'b{% include "../part.njk" %}',
  'output.njk': 'printed{% macro m() %}m{% endmacro %}'
}
const context = { who: 'Ann', item: '<i>', items: ['x', 'y'] }

export default [
  ...each([
    '{% macro m() %}x{% endmacro %}{{ m() }}', '{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(1) }}{{ m() }}{{ m(1, 2) }}', '{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }}|{{ m(1, 3) }}|{{ m(1, b=4) }}|{{ m(b=5, a=6) }}|{{ m(a=7) }}',
    '{% macro m(a=1, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m() }}{{ m(2) }}', '{% macro m(a, b=who) %}{{ b }}{% endmacro %}{{ m(1) }}', '{% macro m(a) %}{{ who }}{% endmacro %}{{ m() }}', '{% set x = 1 %}{% macro m() %}[{{ x }}]{% endmacro %}{{ m() }}',
    '{% macro m() %}{% set x = 5 %}{{ x }}{% endmacro %}{{ m() }}[{{ x }}]', '{% set x = 1 %}{% macro m() %}{% set x = 5 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}', '{% macro m() %}<b>{{ "<" }}</b>{% endmacro %}{{ m() }}', '{% macro m() %}<b>{% endmacro %}{{ m() ~ "<" }}', '{% macro m() %}<b>{% endmacro %}{{ m() | upper }}',
    '{% macro m() %}<b>{% endmacro %}{% set x = m() %}{{ x }}', '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}', '{% macro fact(n) %}{{ 1 if n < 2 else n * (fact(n - 1) | int) }}{% endmacro %}{{ fact(5) }}', '{{ m() }}', '{{ m }}', '{{ who() }}', '{{ who.x() }}', '{{ missing.x() }}',
    '{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(1, b=2) }}{{ m(b=1, 2) }}', '{% macro m(a, a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}', '{% macro m %}x{% endmacro %}', '{% macro m(1) %}x{% endmacro %}', '{% macro m(a) %}x', '{% macro () %}{% endmacro %}', '{% macro m(a,) %}{{ a }}{% endmacro %}{{ m(1) }}', '{% macro m() %}{{ kwargs }}{{ varargs }}{{ caller }}{% endmacro %}{{ m(1, x=2) }}',
    '{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}body{% endcall %}', '{% macro m() %}[{{ caller(1, 2) }}]{% endmacro %}{% call(a, b) m() %}{{ a }}{{ b }}{% endcall %}', '{% macro m(x) %}[{{ x }}{{ caller() }}]{% endmacro %}{% call m("<") %}<i>{{ who }}</i>{% endcall %}', '{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}{% call m() %}x{% endcall %}',
    '{% macro m() %}[{{ caller() if caller else "none" }}]{% endmacro %}{{ m() }}{% call m() %}c{% endcall %}', '{% macro a() %}<{{ caller() }}>{% endmacro %}{% call a() %}1{% call a() %}2{% endcall %}3{% endcall %}', '{% call m() %}x{% endcall %}', '{% call %}x{% endcall %}', '{% macro m(a=1) %}{{ a }}{{ caller() }}{% endmacro %}{% call m(a=2) %}x{% endcall %}', '{% macro m() %}{{ caller(x=1) }}{% endmacro %}{% call(x=0) m() %}{{ x }}{% endcall %}',
    '{% set y = 1 %}{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ y }}{% set y = 2 %}{{ y }}{% endcall %}{{ y }}', '{% for i in items %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}', '{% for i in items %}{% call(x) wrap() %}{% endcall %}{% endfor %}', '{% if true %}{% macro m() %}x{% endmacro %}{% endif %}{{ m() }}',
    '{% import "forms.njk" as f %}{{ f.field("a") }}{{ f.label("<") }}{{ f.version }}', '{% from "forms.njk" import field, label as l %}{{ field("a", "b") }}{{ l("c") }}', '{% from "forms.njk" import field %}{{ label("x") }}', '{% from "forms.njk" import nosuch %}', '{% from "forms.njk" import version %}{{ version }}', '{% from "forms.njk" import _hidden %}{{ _hidden() }}', '{% import "forms.njk" as f %}{{ f._hidden }}|{{ f.nosuch }}|',
    '{% import "nosuch.njk" as f %}', '{% import "broken.njk" as f %}', '{% import "context.njk" as c %}{{ c.show() }}{{ c.seen }}', '{% import "context.njk" as c with context %}{{ c.show() }}{{ c.seen }}', '{% import "context.njk" as c without context %}{{ c.show() }}', '{% from "context.njk" import show, seen with context %}{{ show() }}{{ seen }}', '{% set who = "Bob" %}{% import "context.njk" as c with context %}{{ c.show() }}',
    '{% from "wrap.njk" import wrap %}{% call wrap("T") %}<p>{{ who }}</p>{% endcall %}', '{% from "wrap.njk" import wrap %}{{ wrap("<T>") }}', '{% from "chain.njk" import twice %}{{ twice("n") }}', '{% from "chain.njk" import field %}{{ field("n") }}', '{% import "forms.njk" %}', '{% from "forms.njk" import %}', '{% from "forms.njk" %}', '{% import "output.njk" as o %}{{ o.m() }}',
    '{% set name = "forms" %}{% import name + ".njk" as f %}{{ f.label(1) }}', '{% for i in items %}{% from "forms.njk" import label %}{{ label(i) }}{% endfor %}', '{% macro m() %}{% import "forms.njk" as f %}{{ f.label(2) }}{% endmacro %}{{ m() }}', '{% import "forms.njk" as f %}{% macro m() %}{{ f.label(2) }}{% endmacro %}{{ m() }}',
    '{% include "part.njk" %}', '{% set x = 1 %}{% include "part.njk" %}', '{% for x in items %}{% include "part.njk" %}{% endfor %}', '{% for item in items %}{% include "loop.njk" %}{% endfor %}', '{% include "sets.njk" %}{{ x }}', '{% set x = 0 %}{% include "sets.njk" %}{{ x }}', '{% include "nosuch.njk" %}', '{% include "nosuch.njk" ignore missing %}ok', '{% include "broken.njk" %}', '{% include "broken.njk" ignore missing %}ok',
    '{% include "part" + ".njk" %}', '{% include ["nosuch.njk", "part.njk"] %}', '{% include none %}', '{% include missing ignore missing %}ok', '{% include %}', '{% include "deep/a.njk" %}', '{% include "deep/a.njk" %}{% include "./part.njk" %}', '{% from "macro-include.njk" import inc %}{{ inc(7) }}', '{% set x = 3 %}{% from "macro-include.njk" import inc with context %}{{ inc(7) }}', '{% macro m(x) %}{% include "part.njk" %}{% endmacro %}{{ m(4) }}',
    '{% set b %}{% include "part.njk" %}{% endset %}[{{ b }}]', '{% filter upper %}{% include "part.njk" %}{% endfilter %}', '{% include "part.njk" with context %}', '{% include "part.njk" without context %}', '{% set f = "part.njk" %}{% include f %}', '{% include f or "part.njk" %}', '{% include "part.njk" if true else "loop.njk" %}', '{% if false %}{% include "nosuch.njk" %}{% endif %}ok',
    '{% macro m(p) %}{{ p.a }}{{ p["b"] }}{{ p.c | default("d") }}{% endmacro %}{{ m({a: 1, b: "<"}) }}', '{% macro m(p) %}{%- if p.items %}{% for i in p.items %}<li>{{ i.html | safe if i.html else i.text }}</li>{% endfor %}{% endif -%}{% endmacro %}{{ m({items: [{text: "<a>"}, {html: "<b>"}]}) }}',
    '{% macro attrs(o) %}{% for k, v in o %} {{ k }}="{{ v }}"{% endfor %}{% endmacro %}<a{{ attrs({href: "/x?a&b", "data-y": 1}) }}>', '{% macro m(f) %}{{ f(1) }}{% endmacro %}{% macro g(x) %}g{{ x }}{% endmacro %}{{ m(g) }}', '{% set f = range %}{{ f(3) }}', '{{ range(3)[1] }}', '{{ {f: range}.f(2) }}', '{{ (range)(2) }}', '{{ [range][0](2) }}'
  ], { templates, context })
]
