import { cross, each } from '../cross.mjs'

const templates = [
  'a\n{% if true %}\n  b\n{% endif %}\nc\n', '  {% if true %}  \n  b\n  {% endif %}  \nc', '{% for x in [1,2] %}\n  {{ x }}\n{% endfor %}\n', '\t{% set x = 1 %}\n\t{{ x }}\n',
  'a {% set x = 1 %} b\n', '{# comment #}\nb', '  {# comment #}  \n b', 'a\r\n{% if true %}\r\nb\r\n{% endif %}\r\n', '{{ 1 }}\n{{ 2 }}\n', '  {{ 1 }}  \n', '{% raw %}\n a\n{% endraw %}\n b',
  '{% set x %}\n a\n{% endset %}\n[{{ x }}]', 'a\n\n\n{% if true %}\n\n\nb{% endif %}\n\n', '{% if true %}a{% endif %} \n b', '\n\n  {% if true %}\n', '<div>\n  {%- if true %}\n  b\n  {%- endif %}\n</div>',
  '<div>\n  {% if true -%}\n  b\n  {% endif -%}\n</div>', 'a  {{- 1 -}}  b', 'a\n{{- 1 }}\nb', 'a\n{{ 1 -}}\nb', 'a {#- c -#} b', '{%- if true -%} x {%- else -%} y {%- endif -%}', 'x{% if true %}{% endif %}\ny',
  '{% macro m() %}\n  body\n{% endmacro %}\n{{ m() }}\n', '{% block b %}\n  x\n{% endblock %}\n', ' x {% if true %} y {% endif %} z ', '{% for x in [1,2] -%}\n {{ x }}\n{%- endfor %}', '  x\n  {% if true %}y{% endif %}\n', '{{ "a" }}  \n  {% if true %}\n  b{% endif %}',
  '{%- set x = 1 -%}\n\n{{ x }}', 'a{% if true %}\nb{% endif %}\n\nc', '\ufeffa', '{% if true %}\t\nb{% endif %}', 'text   {%- if true %} b{% endif %}', '{{ 1 }}\n  {%- if true %} b{% endif %}', '{% if true %}\n{% if true %}\nx\n{% endif %}\n{% endif %}\n'
]

export default [
  ...cross([templates, [{}, { trimBlocks: true }, { lstripBlocks: true }, { trimBlocks: true, lstripBlocks: true }]],
    (template, options) => ({ template, options })),
  ...each(['<% if true %>a<% endif %><$ 1 $><# c #>', '<% raw %><$ x $><% endraw %>{{ 1 }}', '<% for x in [1] -%> <$- x -$> <%- endfor %>', '<%= 1 %>', '{% if %}'],
    { options: { tags: { blockStart: '<%', blockEnd: '%>', variableStart: '<$', variableEnd: '$>', commentStart: '<#', commentEnd: '#>' } } }),
  ...each(['[[ 1 ]]', '[[ [1, 2] ]]', '{% if true %}[[ "a" ]]{% endif %}', '{{ 1 }}'], { options: { tags: { variableStart: '[[', variableEnd: ']]' } } }),
  ...each(['{% if true %}\n <$ 1 $>\n{% endif %}\n'], { options: { trimBlocks: true, lstripBlocks: true, tags: { variableStart: '<$', variableEnd: '$>' } } })
]
