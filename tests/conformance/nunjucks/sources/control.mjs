import { cross, each, names, pick } from '../cross.mjs'

const loopBody = '{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.first }}/{{ loop.last }}/{{ loop.length }}'

export default [
  ...cross([[...names, 'missing']], (name) => ({
    template: `{% if ${name} %}yes{% else %}no{% endif %}|{% if not ${name} %}yes{% elif ${name} %}also{% endif %}`,
    context: pick(name)
  })),
  ...cross([[...names, 'missing']], (name) => ({
    template: `{% for x in ${name} %}[{{ x }} ${loopBody}]{% else %}none{% endfor %}`,
    context: pick(name)
  })),
  ...cross([[...names, 'missing']], (name) => ({
    template: `{% for k, v in ${name} %}[{{ k }}={{ v }} ${loopBody}]{% else %}none{% endfor %}`,
    context: pick(name)
  })),
  ...cross([['list', 'nested', 'none', 'people', 'missing', 'object'], ['asyncEach k, v in ', 'asyncAll k, v in ', 'asyncEach x in ', 'asyncAll x in ']],
    (name, tag) => name === 'object' && !tag.includes(',') ? null : ({
      template: `{% ${tag}${name} %}[{{ x }}{{ k }}={{ v }} {{ loop.index }}/{{ loop.length }}/{{ loop.last }}]{% end${tag.startsWith('asyncEach') ? 'each' : 'all'} %}`,
      context: pick(name)
    })).filter(Boolean),
  ...each([
    '{% if 1 %}a{% endif %}', '{% if 0 %}a{% elif 0 %}b{% elseif 1 %}c{% else %}d{% endif %}', '{% if 0 %}a{% elseif 0 %}b{% else %}d{% endif %}',
    '{% if a %}{% if b %}x{% else %}y{% endif %}{% else %}z{% endif %}', '{% if [] %}a{% endif %}', '{% if {} %}a{% endif %}', '{% if "" | safe %}a{% endif %}', '{% if "0" %}a{% endif %}',
    '{% if 1 %}a', '{% endif %}', '{% if %}a{% endif %}', '{% else %}', '{% if 1 %}a{% endfor %}', '{% nosuchtag %}', '{% if 1 %}a{% else %}b{% else %}c{% endif %}',
    '{% for x in [1,2,3] %}{{ x }}{% endfor %}', '{% for x in [] %}a{% else %}b{% endfor %}', '{% for x in none %}a{% else %}b{% endfor %}', '{% for x in "abc" %}{{ x }},{% endfor %}', '{% for x in 5 %}{{ x }}{% else %}e{% endfor %}',
    '{% for a, b in [[1,2],[3,4]] %}{{ a }}-{{ b }};{% endfor %}', '{% for a, b, c in [[1,2,3],[4,5]] %}{{ a }}{{ b }}{{ c }};{% endfor %}', '{% for a, b in [1, 2] %}{{ a }}-{{ b }};{% endfor %}', '{% for a, b in ["xy"] %}{{ a }}-{{ b }};{% endfor %}',
    '{% for k, v in {b: 1, a: 2, "10": 3, "9": 4} %}{{ k }}={{ v }};{% endfor %}', '{% for k in {b: 1, a: 2} %}{{ k }};{% endfor %}', '{% for a, b, c in {x: 1} %}{{ a }}{% endfor %}',
    '{% for x in [1,2] %}{% for y in [3,4] %}{{ loop.index }}{{ x }}{{ y }} {% endfor %}{{ loop.index }}{% endfor %}', '{% for x in [1,2] %}{% set l = loop %}{% for y in [3] %}{{ l.index }}{% endfor %}{% endfor %}',
    '{% for x in [1,2,3] %}{{ "," if not loop.last }}{% endfor %}', '{% for x in [1] %}{{ loop.cycle }}{% endfor %}', '{{ loop }}', '{{ loop.index }}', '{% for x in [1,2] %}{{ x }}{% endfor %}{{ x }}', '{% for x in [1,2] %}{% if x == 1 %}a{% endif %}{% endfor %}',
    '{% for x in range(3) %}{{ x }}{% endfor %}', '{% for x in range(3) | reverse %}{{ x }}{% endfor %}', '{% for x in [3,1,2] | sort %}{{ x }}{% endfor %}', '{% for x in "a b".split(" ") %}[{{ x }}]{% endfor %}', '{% for x in a.b.c %}x{% else %}none{% endfor %}',
    '{% for x in [1,2] if x > 1 %}{{ x }}{% endfor %}', '{% for x of [1] %}{% endfor %}', '{% for in [1] %}{% endfor %}', '{% for x in %}{% endfor %}', '{% for x in [1] %}{{ x }}', '{% for x.y in [1] %}{% endfor %}', '{% for (a, b) in [[1,2]] %}{{ a }}{% endfor %}',
    '{% set x = 1 %}{{ x }}', '{% set x, y = 5 %}{{ x }}{{ y }}', '{% set x = 1 %}{% set x = x + 1 %}{{ x }}', '{% set x %}a{{ 1 }}b{% endset %}[{{ x }}]', '{% set x %}<b>{{ "<" }}</b>{% endset %}{{ x }}', '{% set x %}<b>{% endset %}{{ x | length }}{{ x is string }}',
    '{% set x %}{% endset %}[{{ x }}]', '{% set x = [1] %}{% set y = x %}{{ y.push(2) }}{{ x }}', '{% set x.y = 1 %}{{ x.y }}', '{% set = 1 %}', '{% set x %}a', '{% set x = %}', '{% set "x" = 1 %}', '{% set x = 1, y = 2 %}{{ x }}{{ y }}', '{% set x, y %}q{% endset %}{{ x }}{{ y }}',
    '{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}', '{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}', '{% for i in [1] %}{% set x = 2 %}{% endfor %}[{{ x }}]', '{% if true %}{% set x = 2 %}{% endif %}[{{ x }}]', '{% for i in [1,2,3] %}{% set x = x + i %}{{ x }} {% endfor %}',
    '{% set t = 0 %}{% for i in [1,2,3] %}{% set t = t + i %}{% endfor %}{{ t }}', '{% for i in [1,2] %}{% for j in [1,2] %}{% set y = i * j %}{{ y }}{% endfor %}{{ y }}{% endfor %}', '{% set i = 9 %}{% for i in [1,2] %}{{ i }}{% endfor %}{{ i }}', '{% for i in [1,2] %}{% set i = 5 %}{{ i }}{% endfor %}{{ i }}',
    '{% switch 1 %}{% case 1 %}one{% case 2 %}two{% default %}other{% endswitch %}', '{% switch 3 %}{% case 1 %}one{% case 2 %}two{% default %}other{% endswitch %}', '{% switch 3 %}{% case 1 %}one{% endswitch %}|', '{% switch "a" %}{% case "a" %}{% case "b" %}ab{% default %}c{% endswitch %}', '{% switch "1" %}{% case 1 %}number{% default %}text{% endswitch %}',
    '{% switch x %}{% case undefined %}u{% default %}d{% endswitch %}', '{% switch 1 %}text{% case 1 %}one{% endswitch %}', '{% switch 1 %}{% default %}d{% case 1 %}one{% endswitch %}', '{% switch 1 %}{% endswitch %}', '{% switch %}{% endswitch %}', '{% switch 1 %}\n  {% case 1 %}\n one\n {% endswitch %}', '{% switch 2 %}{% case 1 %}{% set x = 1 %}{% case 2 %}{% set x = 2 %}{% endswitch %}{{ x }}',
    '{% for x in [1,2] %}{% switch x %}{% case 1 %}a{% case 2 %}b{% endswitch %}{% endfor %}', '{% switch 1 %}{% case 1 + 0 %}sum{% endswitch %}', '{% switch 1 %}{% case 1, 2 %}x{% endswitch %}',
    '{% raw %}{{ x }}{% if %}{% endraw %}', '{% verbatim %}{{ x }}{% endverbatim %}', '{% raw %}a{% raw %}b{% endraw %}c{% endraw %}', '{% raw %}{# c #}{% endraw %}', '{%- raw -%} x {%- endraw -%} y', '{% raw %}a', '{% raw %}{% verbatim %}{% endraw %}', '{% raw %}\n  a\n{% endraw %}\nb', '{%raw%}{{x}}{%endraw%}', '{% raw %}{{ "{% endraw %}',
    '{% set a = {x: 1} %}{% set b = a %}{{ b.x }}{{ a.x }}', '{% if a.b.c.d %}x{% else %}y{% endif %}', '{% if a == undefined %}u{% endif %}', '{% if a === null %}n{% else %}x{% endif %}', '{%if 1%}a{%endif%}', '{% if(1) %}a{% endif %}', '{% if not(0) %}a{% endif %}',
    '{% for i in [1,2,3,4] %}{% if loop.index is even %}{{ i }}{% endif %}{% endfor %}', '{% for i in [[1,2],[3]] %}{% for j in i %}{{ loop.first }}{{ loop.last }} {% endfor %}{% endfor %}', '{% for k, v in [["a", 1], ["b", 2]] %}{{ loop.index }}{{ k }}{{ v }}{% endfor %}'
  ]),
  // In an else, loop belongs to the surrounding for.
  ...[
    '{% for x in [] %}a{% else %}[{{ loop }}{{ loop.index }}]{% endfor %}',
    '{% for y in [1, 2] %}{% for x in [] %}a{% else %}[{{ loop.index }}{{ loop.last }}]{% endfor %}{{ loop.index }}{% endfor %}',
    '{% for y in [1, 2] %}{% for x in {} %}a{% else %}{% for z in none %}{% else %}[{{ loop.index }}]{% endfor %}{% endfor %}{% endfor %}',
    '{% for y in [1, 2] %}{% for x in "" %}a{% else %}{% set q = loop %}{{ q.index }}{% endfor %}{% endfor %}',
    '{% for y in [1, 2] %}{% for x in [] %}a{% else %}{% for z in [7] %}{{ loop.length }}{% endfor %}{{ loop.length }}{% endfor %}{% endfor %}',
    '{% set loop = 3 %}{% for x in [] %}a{% else %}[{{ loop }}]{% endfor %}',
    '{% for a, b in [] %}{% else %}[{{ a }}{{ loop }}]{% endfor %}',
    '{% for x in undefined %}{% else %}[{{ loop.length }}]{% endfor %}',
    '{% for x in [] %}{% else %}{% set loop = 5 %}[{{ loop }}]{% endfor %}[{{ loop }}]',
    '{% for y in [1] %}{% for x in [] %}{% else %}{% macro m() %}[{{ loop }}]{% endmacro %}{{ m() }}{{ loop.first }}{% endfor %}{% endfor %}'
  ].map((template) => ({ template })),
  ...['ﬁ', 'straße', 'ŉ', 'ᾳ', 'ΐ', 'և', 'ὈΔΥΣΣΕΎΣ', 'İ', 'Σ.', "ΑΣ'Α", 'ƛ'].flatMap((s) => ['upper', 'lower', 'capitalize', 'title']
    .map((f) => ({ template: `{{ s | ${f} }}|{{ s.toUpperCase() }}|{{ s.toLowerCase() }}`, context: { s } })))
]
