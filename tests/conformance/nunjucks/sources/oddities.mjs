// One of everything: each tag well and badly formed, each operator, literals, features of other
// template languages that Nunjucks lacks; and JavaScript's methods with unusual arguments.
import { each } from '../cross.mjs'

const templates = {
 'base.njk':'[{% block a %}A{% endblock %}|{% block b %}B{{ v }}{% endblock %}]',
 'mid.njk':'{% extends "base.njk" %}{% block a %}m{{ super() }}{% endblock %}',
 'inc.njk':'<{{ v }}{{ item }}{{ loop.index }}>', 'macros.njk':'{% macro f(a, b="d") %}{{ a }}-{{ b }}{% endmacro %}{% macro _p() %}p{% endmacro %}{% set exported = 5 %}{% set _hidden = 6 %}',
 'loopy.njk':'{% for i in items %}{{ i }}{{ loop.last }}{% endfor %}', 'bad.njk':'{% if %}', 'setv.njk':'{% set v = "new" %}', 'dir/x.njk':'{% include "./y.njk" %}', 'dir/y.njk':'Y{% extends "../base.njk" %}', 'circ.njk':'{% include "circ.njk" %}',
 'importer.njk':'{% from "macros.njk" import f %}{% macro g() %}{{ f(1) }}{% endmacro %}', 'blockset.njk':'{% set z %}{% block a %}X{% endblock %}{% endset %}{{ z }}'
}

const context = {v:'V<', items:[1,2,3], o:{a:1,b:{c:2}}, s:'a b c', nul:null, yes:true, n:3, list:[{k:'x',v:1},{k:'y',v:2}], html:'<p>'}

const lines = String.raw`
{% include "inc.njk" %}{% include "inc.njk" %}
{% for item in items %}{% include "inc.njk" %}{% endfor %}
{% include "dir/x.njk" %}
{% include "bad.njk" %}
{% include "bad.njk" ignore missing %}
{% include "nope.njk" ignore missing %}x
{% include nul %}
{% include undefinedvar ignore missing %}x
{% include "inc" ~ ".njk" %}
{% include "inc.njk" if yes %}
{% include ("inc.njk" if yes else "x") %}
{% include ["inc.njk"] %}
{% set t = "inc.njk" %}{% include t %}
{% extends "base.njk" %}
{% extends "mid.njk" %}{% block a %}c{{ super() }}{% endblock %}
{% extends "mid.njk" %}{% block b %}c{{ super() }}{{ super() }}{% endblock %}
{% extends "mid.njk" %}{% set v = 9 %}
{% extends "mid.njk" %}x{{ v }}{% block b %}{% endblock %}
{% extends nul %}
{% extends "nope.njk" %}
{% extends "base.njk" if yes %}
{% extends ("base.njk" if yes else "mid.njk") %}{% block a %}z{% endblock %}
{% block a %}1{% endblock %}{% block a %}2{% endblock %}
{% block a %}x{% endblock a %}
{% block a %}x{% endblock b %}
{% block "a" %}x{% endblock %}
{% block %}x{% endblock %}
{% block a.b %}x{% endblock %}
{% block a-b %}x{% endblock %}
{% block a %}{% block b %}y{% endblock %}{% endblock %}
{% extends "base.njk" %}{% block a %}{% block c %}y{% endblock %}{% endblock %}
{% extends "base.njk" %}{% block a %}{% for i in items %}{{ i }}{{ loop.index }}{% endfor %}{% endblock %}
{% extends "base.njk" %}{% for i in items %}{% block a %}{{ i }}{% endblock %}{% endfor %}
{% extends "blockset.njk" %}{% block a %}Q{% endblock %}
{% import "macros.njk" as m %}{{ m.f(1) }}{{ m.exported }}[{{ m._hidden }}][{{ m._p }}]
{% import "macros.njk" as m with context %}{{ m.f(1, v) }}
{% from "macros.njk" import f, exported %}{{ f("<") }}{{ exported }}
{% from "macros.njk" import f as g, exported as e %}{{ g(b=1) }}{{ e }}
{% from "macros.njk" import _p %}
{% from "macros.njk" import nope %}
{% from "macros.njk" import f,%}{{ f(1) }}
{% from "macros.njk" import %}
{% from "macros.njk" import f g %}
{% from "macros.njk" import f with context %}{{ f(1) }}
{% from "importer.njk" import g %}{{ g() }}
{% import "importer.njk" as i %}{{ i.f }}{{ i.g() }}
{% import "nope.njk" as n %}
{% import "bad.njk" as n %}
{% import "macros.njk" %}
{% import "macros.njk" as m with %}
{% macro m() %}{% endmacro %}[{{ m() }}]
{% macro m(a, a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a=1, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(5) }}{{ m(b=5) }}{{ m(5, 6) }}
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(5) }}
{% macro m(a, b=1, c=2) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1, 2, 3, 4) }}{{ m(c=9, a=8) }}{{ m(1, c=3, d=4) }}
{% macro m(*a) %}{% endmacro %}
{% macro m(a) %}{{ kwargs }}{{ varargs }}{{ arguments }}{% endmacro %}{{ m(1, 2, x=3) }}
{% macro m(a) %}{{ a }}{% endmacro m %}{{ m(1) }}
{% macro m %}x{% endmacro %}{{ m() }}
{% macro m() %}{{ caller }}{% endmacro %}{{ m() }}
{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}
{% macro m() %}{% if caller %}{{ caller() }}{% else %}none{% endif %}{% endmacro %}{{ m() }}{% call m() %}c{% endcall %}
{% macro m(x) %}{{ caller(x, 2) }}{% endmacro %}{% call(a, b=7, c=8) m(1) %}{{ a }}{{ b }}{{ c }}{% endcall %}
{% call m() %}x{% endcall %}
{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{% call m() %}in{% endcall %}{% endcall %}
{% macro m() %}{{ caller() | upper }}{% endmacro %}{% call m() %}<b>{{ v }}{% endcall %}
{% macro m() %}[{{ caller() }}]{% endmacro %}{{ m(caller=5) }}
{% call v %}x{% endcall %}
{% call %}x{% endcall %}
{% macro m(a) %}{% set b = a %}{{ b }}{% endmacro %}{{ m(3) }}{{ b }}
{% set x = 1 %}{% macro m() %}{{ x }}{% set x = 2 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}
{% for i in items %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}
{% filter upper %}a{% filter lower %}B{% endfilter %}{% endfilter %}
{% filter replace("a", "b") %}aa{{ "a" }}{% endfilter %}
{% filter upper | lower %}aBc{% endfilter %}
{% filter %}x{% endfilter %}
{% filter nope %}x{% endfilter %}
{% filter safe %}<{{ html }}{% endfilter %}
{% filter escape %}<{{ html }}{% endfilter %}
{% set x = 1, 2 %}{{ x }}
{% set x = (1, 2) %}{{ x }}
{% set x = [1, 2,] %}{{ x }}
{% set x = {a: 1,} %}{{ x.a }}
{% set x %}a{% endset %}{{ x }}{% set y = x + "b" %}{{ y }}
{% set x %}{{ html }}{% endset %}{{ x }}{{ x | safe }}{{ x | escape }}
{% set x, y %}q{% endset %}{{ x }}{{ y }}
{% set o.a = 5 %}
{% set o["a"] = 5 %}
{% set loop = 5 %}{{ loop }}{% for i in [1] %}{{ loop.index }}{% endfor %}{{ loop }}
{% set x = y = 2 %}
{% set x == 2 %}
{% set %}
{% set x = "a" if yes else "b" %}{{ x }}
{% set x = not yes %}{{ x }}
{% set x = v | upper %}{{ x }}
{% set x = [] %}{% if x %}t{% else %}f{% endif %}
{% if yes and not nul %}1{% endif %}
{% if yes && nul %}1{% endif %}
{% if !yes %}1{% endif %}
{% if yes || nul %}1{% endif %}
{% if n > 2 and n < 5 %}1{% endif %}
{% if n == 3 or nope.x.y %}1{% endif %}
{% if (n == 3) and (yes) %}1{% endif %}
{% if n in items %}1{% endif %}
{% if n not in items %}1{% else %}2{% endif %}
{% if not n in items %}1{% else %}2{% endif %}
{% if n is odd and n is number %}1{% endif %}
{% if n is not even %}1{% endif %}
{% if not n is even %}1{% endif %}
{% if yes %}1{% elif %}2{% endif %}
{% if yes %}1{% else if nul %}2{% endif %}
{% if yes %}1{% endif yes %}
{% if yes = 1 %}1{% endif %}
{% if yes %}{% endif %}{% endif %}
{% ifAsync yes %}1{% endif %}
{% ifAsync nul %}1{% else %}2{% endif %}
{% for i in items %}{{ i }}{% else %}none{% endfor %}
{% for i in [] %}{{ i }}{% else %}none{% endfor %}
{% for k, v in o %}{{ k }}{{ v }}{% endfor %}
{% for k, v in o.b %}{{ k }}{{ v }}{{ loop.index }}{{ loop.length }}{% endfor %}
{% for k, v, w in [[1,2,3],[4,5,6]] %}{{ k }}{{ v }}{{ w }}{% endfor %}
{% for x in o %}{{ x }}{% else %}e{% endfor %}
{% for x in nul %}{{ x }}{% else %}e{% endfor %}
{% for x in n %}{{ x }}{% else %}e{% endfor %}
{% for x in yes %}{{ x }}{% else %}e{% endfor %}
{% for x in s %}{{ x }}{% endfor %}
{% for i, c in s %}{{ i }}{{ c }}{% endfor %}
{% for i in items | reverse %}{{ i }}{% endfor %}
{% for i in range(3) %}{{ i }}{% endfor %}
{% for i in items %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in items %}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.depth }}{{ loop.changed }}{% endfor %}
{% for i in items %}{{ loop.parent }}{{ loop.parentloop }}{% endfor %}
{% for i in items recursive %}{{ i }}{% endfor %}
{% for i in items %}{{ i }}{% endfor items %}
{% for i items %}{% endfor %}
{% for i in items %}{% for i in [9] %}{{ i }}{% endfor %}{{ i }}{% endfor %}
{% for [a, b] in [[1,2]] %}{{ a }}{% endfor %}
{% for item in list %}{{ item.k }}={{ item.v }}{{ ", " if not loop.last }}{% endfor %}
{% asyncEach i in items %}{{ i }}{% endeach %}
{% asyncAll i in items %}{{ i }}{{ loop.index }}{% endall %}
{% asyncEach i in items %}{{ i }}{% else %}e{% endeach %}
{% switch n %}{% case 1 %}a{% case 3 %}b{% endswitch %}
{% switch n %}{% case "3" %}a{% default %}d{% endswitch %}
{% switch v %}{% case 'V<' %}{{ v }}{% endswitch %}
{% switch n %}x{% case 3 %}b{% endswitch %}
{% switch n %}
  {% case 3 %}b{% endswitch %}
{% switch n %}{% case 3 %}{% if yes %}q{% endif %}{% case 4 %}r{% default %}d{% endswitch %}
{% switch n %}{% endswitch %}
{% raw %}{{ v }}{% endraw %}
{% raw %}{% raw %}{% endraw %}{% endraw %}
{% raw -%}  x  {%- endraw %}
{%- raw %} {{ x }} {% endraw -%} y
{% verbatim %}{{ v }}{% endverbatim %}
{% raw %}{% endverbatim %}{% endraw %}
{% raw x %}{% endraw %}
{# a {{ b }} #}c
{#- a -#} c
a {#- b #} c
{# {# #} #}
{{ "{{ x }}" }}
{{ '%}' }}
{{ "a\
b" }}
{{ "a\u0041" }}
{{ "\x41" }}
{{ "\"" }}{{ '\'' }}{{ "\\" }}{{ "\n" }}{{ "\t" }}{{ "\r" | dump }}{{ "\a" }}{{ "\0" }}
{{ 1_000 }}
{{ 0x10 }}
{{ 1e3 }}{{ 1E3 }}{{ 1e-3 }}
{{ .5 }}
{{ 5. }}
{{ 1.2.3 }}
{{ 007 }}
{{ 1.0 }}{{ 1.50 }}
{{ -1 }}{{ - 1 }}{{ +1 }}
{{ 1 - -1 }}
{{ 1 -1 }}
{{ n-1 }}
{{ n -1 }}
{{ o.a-1 }}
{{ items[0]-1 }}
{{ items[n - 1] }}
{{ items[-1] }}
{{ items[1:2] }}
{{ items[""] }}
{{ o["a"] }}{{ o['b']['c'] }}{{ o.b["c"] }}{{ o["b"].c }}
{{ o[v] }}
{{ o. a }}
{{ o .a }}
{{ o.0 }}
{{ items.0 }}
{{ items.0.1 }}
{{ o.if }}{{ o.in }}{{ o.not }}{{ o.is }}
{{ {if: 1}.if }}
{{ {"a": 1}["a"] }}
{{ {a: 1}.a }}
{{ {a: {b: [1,{c: 2}]}}.a.b[1].c }}
{{ {1: 2} }}
{{ {none: 2}.none }}
{{ {true: 1} }}
{{ {a: 1, "a": 2}.a }}
{{ [1,2,3][1] }}
{{ [] }}{{ {} }}
{{ [[]] }}{{ [none] }}{{ [undefined] }}
{{ (1) }}{{ (1, 2) }}{{ () }}
{{ "a" "b" }}
{{ a b }}
{{ v | upper | lower }}
{{ v|upper }}
{{ v | upper() }}
{{ v | default("x") | upper }}
{{ nope | default(v) }}
{{ nope | default(v, true) | safe }}
{{ v | nope }}
{{ v | "upper" }}
{{ v | o.a }}
{{ v |  }}
{{ | upper }}
{{ }}
{{ "a" if yes }}
{{ "a" if nul }}
{{ "a" if nul else "b" if nul else "c" }}
{{ ("a" if yes) | upper }}
{{ "a" if yes else }}
{{ if yes }}
{{ not yes }}{{ not nul }}
{{ not }}
{{ yes and n }}{{ nul or n }}{{ nul and n }}
{{ yes or }}
{{ 1 < 2 }}{{ 1 <= 1 }}{{ 1 != 2 }}{{ 1 <> 2 }}
{{ 1 < 2 < 3 }}
{{ "a" ~ }}
{{ 5 // 2 }}{{ 5 % 3 }}{{ 2 ** 10 }}{{ 5 / 2 }}
{{ 5 ^ 2 }}{{ 5 & 1 }}
{{ 5 | 1 }}
{{ n++ }}
{{ n += 1 }}
{{ n == 3 ? 1 : 2 }}
{{ n is odd }}{{ n is divisibleby(3) }}{{ n is divisibleby 3 }}{{ n is sameas(3) }}
{{ n is none }}{{ nul is none }}{{ nul is null }}
{{ n is true }}{{ yes is true }}
{{ n is "odd" }}
{{ n is not }}
{{ n is }}
{{ n is o.a }}
{{ n is in items }}
{{ x is defined }}{{ v is defined }}{{ o.z is defined }}{{ o.a is defined }}
{{ x.y is defined }}
{{ range(3) }}{{ range(1, 4) }}{{ range(0, 10, 3) }}{{ range(5, 0, -2) }}{{ range() }}{{ range("3") }}
{{ range(0, 5, 0) }}
{{ cycler() }}
{{ (cycler("a")).next() }}
{{ super() }}
{{ super }}
{{ self.a() }}
{{ caller() }}
{{ loop }}{{ loop.index }}
{{ this }}{{ context }}{{ env }}{{ frame }}{{ output }}{{ lineno }}{{ runtime }}{{ cb }}{{ t_1 }}{{ parentTemplate }}
{{ r/a/ }}{{ r/a/g }}{{ r/a\/b/ }}{{ r/[/]/ }}
{{ r/a/x }}
{{ r/a }}
{% do items.push(4) %}{{ items }}
{% debug %}
{% with x = 1 %}{{ x }}{% endwith %}
{% autoescape false %}{{ v }}{% endautoescape %}
{% trans %}x{% endtrans %}
{% unknown %}
{% endif %}
{% %}
{%%}
{% if yes
{{ v
{% if yes %}
{% for i in items %}
{% block a %}
{% macro m() %}
{% set x %}
{% filter upper %}
{% raw %}
{# x
{{ v }
{ { v } }
{% v %}
{%if yes%}1{%endif%}
{%-if yes-%} 1 {%-endif-%}
{{v}}{{-v-}}
{{ v -}}   x
x   {{- v }}
x
{%- if yes %}
y
{%- endif %}
z
{{ s.split(" ") | join("-") }}
{{ s.split(" ")[0].toUpperCase() }}
{{ (s | upper).split(" ").length }}
{{ o | dump | safe }}{{ list | dump(1) | safe }}
{{ list | map("k") }}
{{ list | map(attribute="k") | join }}
{{ list | selectattr("k", "equalto", "x") | length }}
{{ list | groupby("k") | dump | safe }}
{{ list | sort(attribute="v", reverse=true) | dump | safe }}
{{ items | min }}{{ items | max }}
{{ items | unique }}
{{ "%s" | format("x") }}
{{ 3 | pprint }}
{{ v | tojson }}
{{ v | xmlattr }}
{% for c in "a😀b" %}{{ c }}{% endfor %}
{% for i, c in "😀" %}{{ c }}{% endfor %}
{{ 1000 | filesizeformat }}
{{ s | wordwrap(3) }}
`

const values = { text:'Hello World, hello', list:[5,3,8,3], words:['b','a','C'], object:{b:1,a:[1,2],c:{d:'e'}}, n:1234.5678, accents:'café', nested:[[1],[2,[3]]], markup:'<i>"x"</i>', people:[{name:'Zoe',age:30},{name:'adam',age:41},{name:'Bea'}], big:1234567.891, emoji:'a😀b', t:true, f:false, nul:null, neg:-5, s:'str', html:'<b>&amp;</b>' }

const expressions = String.raw`
text.localeCompare("a")
text.localeCompare("Z")
"a".localeCompare("b")
"a".localeCompare("B")
"a".localeCompare("A")
"é".localeCompare("f")
text.normalize("NFD").length
accents.normalize("NFD").length
text.search(r/o/)
text.search("W")
text.search("zz")
text.replaceAll("o", "0")
text.replaceAll(r/o/g, "0")
text.replaceAll(r/o/, "0")
text.trimLeft()
text.toLocaleUpperCase()
text.toLocaleLowerCase()
text.at(0)
text.at(100)
emoji.codePointAt(1)
emoji.length
emoji.slice(1,3)
emoji.charAt(1).length
text.split("o", 0)
text.split(r/(o)/)
text.split(r//)
text.split("", 3)
text.split(none)
text.split(undefined)
text.match(r/z/)
text.match("o")
text.match(r/(?<first>H)/).groups.first
text.match(r/o/).index
text.match(r/o/).input
text.match(r/o/g).length
text.startsWith("World", 6)
text.endsWith("Hello", 5)
text.includes("W", 7)
text.indexOf("")
text.indexOf("", 100)
text.lastIndexOf("o", 5)
text.lastIndexOf("")
text.concat(none, undefined, [1,2])
text.substr(2)
text.substr(-3)
text.substring("2")
text.slice("2","4")
text.slice(none, 3)
text.repeat("2")
text.repeat(1.9)
text.padEnd(25, "ab")
text.padStart(25)
text.padStart(3)
text.valueOf()
text.toString()
text[0]
text["0"]
text[-1]
text["length"]
text.foo
text.foo.bar
text.prototype
list.flat()
nested.flat()
nested.flat(2)
nested.flat(0)
list.fill(0)
list.fill(9, 1, 2)
list.includes(3)
list.includes("3")
list.lastIndexOf(3)
list.indexOf(3, 2)
list.reverse()
list.sort()
[10,9,1].sort()
words.sort()
[3,undefined,1,none].sort()
list.toString()
nested.toString()
list.toLocaleString()
list.at(-1)
list.at(9)
list.join()
list.join(none)
list.join(undefined)
list.join("")
nested.join(";")
list.concat()
list.concat(1,[2,[3]])
list.slice()
list.slice(-1)
list.slice(1,-1)
list.splice(1)
list.splice(1,1)
list.splice(-1,1,"x","y")
list.toSorted()
list.toReversed()
list.with(0, 9)
list.toSpliced(0, 1)
list.copyWithin(0, 2)
list.push()
list.push(1,2,3)
list.unshift(1,2)
list.pop()
list.shift()
[].pop()
[].shift()
list.length
list["length"]
list.foo
list.hasOwnProperty(0)
list.hasOwnProperty(9)
list.hasOwnProperty("length")
object.hasOwnProperty("c")
object.propertyIsEnumerable("b")
object.toLocaleString()
object.valueOf().b
object.keys
object["a"]["1"]
object["c"]["d"].length
n.toFixed(20)
n.toFixed(101)
n.toFixed(-1)
n.toPrecision(2)
n.toPrecision(10)
n.toPrecision()
n.toExponential()
n.toExponential(3)
n.toLocaleString()
big.toLocaleString()
neg.toLocaleString()
(0.1).toLocaleString()
(1e21).toLocaleString()
(12).toString(36)
(-255).toString(16)
(0.1).toString(3)
(255).toString(1)
(255).toString(37)
n.valueOf()
n.foo
t.toString()
t.valueOf()
f.toString()
f.foo
nul.foo
undefined.foo
nul.foo.bar
nul.foo()
undefinedname()
object.foo()
object.b()
text.foo()
text.length()
list[0]()
list.foo.bar()
"%" in "a%"
"" in "abc"
1 in "abc1"
undefined in ["x"]
none in [none]
"length" in list
0 in list
"b" in object
"toString" in object
"x" in nul
"x" in 5
"x" in true
r/a/.flags
r/a/gi
r/a/g.global
r/a/.source
r/a/.lastIndex
r/a/.test("b")
r/a/.exec("xay")
r/a/.exec("b")
"a-b_c".replace(r/[-_]/g, " ")
"abc".replace(r/(a)(b)/, "$2$1")
"abc".replace("b", "$&$&")
"abc".replace("b", "$\`|$'")
"abc".replace("b", "$$")
"abc".replace("b", "$1")
"abc".replace(r/b/, "$01")
"abc".replace(r/(b)/, "$10")
"aaa".replace("a", "b")
"abc".replace("", "-")
"abc".replace(r/x*/g, "-")
"x".replace("x", none)
"x".replace("x", undefined)
"xnullx".replace(none, "y")
`

const rows = (text) => text.split('\n').filter(Boolean)

export default [
  ...each(rows(lines), { templates, context }),
  ...each(rows(lines).filter((_, i) => i % 3 === 0), { templates, context, options: { throwOnUndefined: true } }),
  ...each(rows(expressions).map((expression) => `{{ ${expression} }}`), { templates, context: values })
]
