import { each } from '../cross.mjs'

const templates = {
  'base.njk': '<{% block head %}H{% endblock %}|{% block body %}B{% endblock %}|{% block foot %}F{% endblock foot %}>',
  'middle.njk': '{% extends "base.njk" %}{% block body %}[{{ super() }}{% block inner %}i{% endblock %}]{% endblock %}',
  'vars.njk': '{% set colour = "red" %}<{% block body %}{{ colour }}{% endblock %}{{ title }}>',
  'loop.njk': '{% for x in [1, 2] %}{% block item %}{{ x }}{% endblock %}{% endfor %}',
  'twice.njk': '{% block a %}a{% endblock %}{% block a %}b{% endblock %}',
  'macros.njk': '{% macro m(x) %}m{{ x }}{% endmacro %}<{% block body %}{{ m(1) }}{% endblock %}>',
  'included.njk': '{% block body %}included{% endblock %}',
  'dynamic.njk': '{% extends parent %}{% block body %}dynamic{% endblock %}',
  'part.njk': '({{ colour }})',
  'includes.njk': '<{% include "part.njk" %}{% block body %}{% include "part.njk" %}{% endblock %}>',
  'cycle.njk': '{% extends "cycle.njk" %}',
  'deep/child.njk': '{% extends "./layout.njk" %}{% block x %}child{% endblock %}',
  'deep/layout.njk': '{% block x %}{% endblock %}!'
}
for (let i = 1; i <= 8; i++) {
  const parent = i === 1 ? 'base.njk' : `level${i - 1}.njk`
  templates[`level${i}.njk`] = `{% extends "${parent}" %}{% block body %}${i}{{ super() }}{% endblock %}`
}
const context = { title: '<T>', parent: 'base.njk', flag: true }

export default [
  ...each(Object.keys(templates).map(() => null).slice(0, 0)),
  ...Object.keys(templates).filter((name) => name !== 'cycle.njk').map((name) => ({ name, templates, context })),
  ...each([
    '{% extends "base.njk" %}', '{% extends "base.njk" %}{% block body %}new{% endblock %}', '{% extends "base.njk" %}{% block body %}{{ super() }}+{% endblock %}', '{% extends "base.njk" %}{% block body %}{{ super() }}{{ super() }}{% endblock %}', '{% extends "base.njk" %}text outside{% block foot %}f{% endblock %}text', '{% extends "base.njk" %}{% block nosuch %}x{% endblock %}',
    '{% extends "middle.njk" %}{% block inner %}I{% endblock %}', '{% extends "middle.njk" %}{% block body %}({{ super() }}){% endblock %}', '{% extends "middle.njk" %}{% block inner %}{{ super() }}!{% endblock %}', '{% extends "level8.njk" %}{% block body %}9{{ super() }}{% endblock %}', '{% extends "nosuch.njk" %}', '{% extends parent %}{% block body %}p{% endblock %}', '{% extends missing %}', '{% extends "base.njk" if flag else "vars.njk" %}{% block body %}c{% endblock %}',
    '{% if flag %}{% extends "base.njk" %}{% endif %}{% block body %}x{% endblock %}', '{% if not flag %}{% extends "base.njk" %}{% endif %}{% block body %}x{% endblock %}', '{% extends "vars.njk" %}', '{% extends "vars.njk" %}{% set colour = "blue" %}', '{% set colour = "blue" %}{% extends "vars.njk" %}', '{% extends "vars.njk" %}{% set title = "<new>" %}', '{% extends "vars.njk" %}{% block body %}{{ colour }}{% endblock %}', '{% extends "vars.njk" %}{% block body %}{% set colour = "green" %}{{ super() }}{% endblock %}',
    '{% extends "base.njk" %}{% set x = 1 %}{% block body %}[{{ x }}]{% endblock %}', '{% extends "base.njk" %}{% block head %}{% set x = 1 %}{% endblock %}{% block body %}[{{ x }}]{% endblock %}', '{% extends "base.njk" %}{% macro m() %}M{% endmacro %}{% block body %}{{ m() }}{% endblock %}', '{% extends "base.njk" %}{% from "macros.njk" import m %}{% block body %}{{ m(2) }}{% endblock %}', '{% extends "base.njk" %}{% import "macros.njk" as ms %}{% block body %}{{ ms.m(2) }}{% endblock %}', '{% extends "macros.njk" %}{% block body %}{{ m(3) }}{% endblock %}',
    '{% extends "loop.njk" %}', '{% extends "loop.njk" %}{% block item %}[{{ x }}]{% endblock %}', '{% extends "loop.njk" %}{% block item %}{{ super() }}{{ loop.index }}{% endblock %}', '{% extends "includes.njk" %}{% set colour = "c" %}', '{% extends "includes.njk" %}{% block body %}{% set colour = "c" %}{% include "part.njk" %}{% endblock %}', '{% include "base.njk" %}', '{% block body %}mine{% endblock %}{% include "included.njk" %}', '{% include "level3.njk" %}', '{% extends "base.njk" %}{% block body %}{% include "included.njk" %}{% endblock %}',
    '{% block a %}1{% endblock %}{% block a %}2{% endblock %}', '{% block a %}{% block b %}x{% endblock %}{% endblock %}', '{% block a %}{% block a %}x{% endblock %}{% endblock %}', '{% block %}x{% endblock %}', '{% block a %}x', '{% block a %}x{% endblock b %}', '{% block "a" %}x{% endblock %}', '{% block a-b %}x{% endblock %}', '{{ super() }}', '{% block a %}{{ super() }}{% endblock %}', '{% extends "base.njk" %}{% block nosuch %}{{ super() }}{% endblock %}', '{% extends "base.njk" %}{% block body %}{{ super() | upper }}{% endblock %}', '{% extends "base.njk" %}{% block body %}{{ super | upper }}{% endblock %}', '{% extends "base.njk" %}{% block body %}{% set s = super() %}{{ s }}{{ s | length }}{% endblock %}',
    '{% extends "vars.njk" %}{% block body %}<{{ super() }}{{ title }}>{% endblock %}', '{% extends "base.njk" %}{% block body %}{% for i in [1,2] %}{{ i }}{{ super() }}{% endfor %}{% endblock %}', '{% extends "base.njk" %}{% extends "vars.njk" %}', '{% extends "base.njk" %}{% block body %}{% if flag %}{{ super() }}{% else %}no{% endif %}{% endblock %}', '{% extends "base.njk" %}{% for i in [1] %}{% block body %}for{{ i }}{% endblock %}{% endfor %}', '{% extends "base.njk" %}{% if false %}{% block body %}never{% endblock %}{% endif %}', '{% set x = 1 %}{% block a %}{{ x }}{% set x = 2 %}{% endblock %}{{ x }}', '{% for i in [1,2] %}{% block a %}{{ i }}{% endblock %}{% endfor %}', '{% if true %}{% set y = 3 %}{% endif %}{% block a %}{{ y }}{% endblock %}',
    '{% macro w() %}{% block a %}in macro{% endblock %}{% endmacro %}{{ w() }}', '{% set s %}{% block a %}in set{% endblock %}{% endset %}[{{ s }}]', '{% filter upper %}{% block a %}in filter{% endblock %}{% endfilter %}', '{% extends "base.njk" %}{% block body %}{% raw %}{{ super() }}{% endraw %}{% endblock %}', '{% extends "base.njk" -%}\n{%- block body -%} x {%- endblock -%}', '{% extends "deep/child.njk" %}', '{% extends ["base.njk"] %}', '{% extends %}', '{% extends none %}{% block a %}x{% endblock %}',
    // Long texts outside a child's blocks are not printed, whether copied or referenced.
    `{% extends "base.njk" %}{{ "${'long text '.repeat(120)}" | safe }}`, `{% extends "base.njk" %}{% filter safe %}{% for i in range(400) %}{{ i }},{% endfor %}{% endfilter %}{% block body %}x{% endblock %}`
  ], { templates, context })
]
