import { cross, each, names, values } from '../cross.mjs'

const noArguments = [
  'abs', 'capitalize', 'center', 'dictsort', 'dump', 'e', 'escape', 'first', 'float', 'forceescape',
  'int', 'join', 'last', 'length', 'list', 'lower', 'nl2br', 'reverse', 'round', 'safe', 'select', 'reject',
  'sort', 'string', 'striptags', 'sum', 'title', 'trim', 'truncate', 'upper', 'urlencode', 'urlize', 'wordcount',
  'indent', 'default("d")', 'd("d", true)', 'batch(2)', 'slice(2)', 'groupby("length")', 'replace("a", "X")'
]

const all = { ...values }
// A filter may return an array or object: dump shows it.
const applied = (filter, name) => ({
  template: `{{ ${name} | ${filter} }}|{{ ${name} | ${filter} | dump | safe }}`,
  context: { [name]: all[name] }
})
const some = ['text', 'markup', 'accents', 'words', 'people', 'object', 'minus', 'nothing', 'missing']

export default [
  ...cross([noArguments, names.filter((name) => !['zero', 'one', 'tiny', 'big', 'yes'].includes(name))], applied),
  ...cross([['zero', 'one', 'tiny', 'big', 'yes', 'missing'], ['abs', 'round', 'int', 'float', 'string', 'length',
    'default(1)', 'default(1, true)', 'dump', 'escape', 'center', 'batch(2)', 'lower', 'join', 'wordcount', 'sort',
    'reverse', 'list', 'sum', 'first', 'last', 'trim']], (name, filter) => applied(filter, name)),
  ...cross([some, ['truncate(5)', 'truncate(7, true)', 'truncate(5, false, "…")', 'truncate(0)', 'truncate("6")',
    'truncate(length=6)', 'truncate(6, true, none)', 'truncate(6, true, "")']], (name, filter) => applied(filter, name)),
  ...cross([['text', 'words', 'people', 'list', 'nested', 'object'], ['batch(0)', 'batch(1)', 'batch(3, "-")',
    'batch("2", 0)', 'slice(1)', 'slice(3)', 'slice(3, "-")', 'slice(0)', 'slice(7, "x")', 'slice']], (name, filter) => applied(filter, name)),
  ...cross([['words', 'list', 'people', 'nested', 'none', 'text', 'missing'], ['sort(true)', 'sort(false, true)',
    'sort(reverse=true)', 'sort(case_sensitive=true)', 'sort(attribute="name")', 'sort(false, false, "age")',
    'sort(true, false, "town.name")', 'sort(attribute="absent")', 'join(", ")', 'join(", ", "name")', 'join("", "length")',
    'sum("age")', 'sum("age", 10)', 'sum(none, "x")', 'groupby("age")', 'groupby("town.name")', 'groupby("member")',
    'groupby("absent")', 'selectattr("member")', 'rejectattr("member")', 'selectattr("age")',
    'select("odd")', 'reject("odd")', 'select("string")', 'select("gt", 1)', 'select("nosuchtest")']],
    (name, filter) => applied(filter, name)),
  ...cross([['object', 'people', 'text'], ['dictsort(true)', 'dictsort(false, "value")', 'dictsort(false, "key")',
    'dictsort(by="value")', 'dictsort(false, "nonsense")']], (name, filter) => applied(filter, name)),
  ...cross([['minus', 'one', 'number', 'text', 'tiny', 'big', 'nothing', 'list'], ['round(1)', 'round(2, "ceil")',
    'round(1, "floor")', 'round(-1)', 'round(0, "nonsense")', 'int(7)', 'int(default=3)', 'int(0, 16)', 'int(base=2)',
    'float(1.5)', 'float("none")']], (name, filter) => applied(filter, name)),
  ...cross([['text', 'markup', 'number', 'one', 'list', 'nothing', 'empty'], ['replace("l", "L")', 'replace("l", "L", 2)',
    'replace("", "-")', 'replace("Hello", "")', 'replace(4, "four")', 'replace("o", 0)', 'replace("o", none)', 'replace("o")',
    'replace(r/o/g, "0")', 'replace(r/(l+)/, "[$1]")', 'replace("z", "y")', 'replace("l", "L", 0)', 'replace("<", "&lt;")',
    'replace(none, "x")', 'center(20)', 'center(5)', 'indent(2)', 'indent(2, true)', 'default("x", true)', 'default("x", false)',
    'striptags(true)', 'urlize(10)', 'urlize(10, true)', 'dump(2)', 'dump("--")', 'e | e', 'safe | e', 'e | forceescape',
    'safe | upper', 'safe | capitalize', 'safe | replace("l", "<i>")', 'safe | title', 'safe | trim', 'safe | length',
    'safe | truncate(6)', 'safe | list', 'safe | reverse', 'safe | first', 'safe | urlencode', 'safe | dump']],
    (name, filter) => applied(filter, name)),
  ...each([
    '{{ "multi\nline\r\ntext" | nl2br }}', '{{ "multi\nline" | indent }}', '{{ "a\n\nb" | indent(2) }}', '{{ "\n" | indent(2, true) }}',
    '{{ "  x \t\n" | trim }}|', '{{ "\u00a0x\ufeff" | trim }}|', '{{ "<p>a</p>\n<p>b  c</p>" | striptags }}',
    '{{ "<p>a</p>\n\n\n\n<p> b  c </p>\r\nd" | striptags(true) }}', '{{ "a < b > c" | striptags }}', '{{ "<a_b>x" | striptags }}',
    '{{ "<!-- c -->x<!-- y" | striptags }}', '{{ "</div>x<br/>" | striptags }}', '{{ "<1>x<>" | striptags }}',
    '{{ "<a href=\'>\'>x" | striptags }}', '{{ "go to http://example.com/a?b=c&d=e, now." | urlize }}',
    '{{ "www.example.com (example.org/path) me@example.co.uk" | urlize | safe }}', '{{ "<http://a.b> &lt;http://c.d&gt;" | urlize | safe }}',
    '{{ "https://x example.com:80 a.com.au .com x.net" | urlize | safe }}', '{{ "http://a-long-address.example/with/path" | urlize(15, true) | safe }}',
    '{{ "a@b a@b.c @b.c a@b.c." | urlize | safe }}', '{{ "" | urlize }}', '{{ "  two  spaces " | urlize }}|',
    '{{ "a b/c?d=é&e!*()\'~" | urlencode }}', '{{ {a: "b c", d: [1, 2]} | urlencode | safe }}', '{{ [["a", 1], ["b", "c d"]] | urlencode | safe }}',
    '{{ ["ab", "cd"] | urlencode | safe }}', '{{ [1] | urlencode }}', '{{ {} | urlencode }}', '{{ "don\'t stop, 2day" | wordcount }}',
    '{{ "" | wordcount }}', '{{ "éé ab" | wordcount }}', '{{ "hello wORLD foo-bar" | title }}', '{{ " a  b" | title }}|',
    '{{ "éCOLE" | capitalize }}', '{{ "ß" | capitalize }}', '{{ "ß" | upper }}', '{{ "İ" | lower | length }}', '{{ "ΑΣ" | lower }}',
    '{{ "abc" | first }}{{ "abc" | last }}', '{{ [] | first }}{{ [] | last }}', '{{ {"0": "z"} | first }}', '{{ 5 | first }}',
    '{{ [1, "a", none] | join }}', '{{ [undefined, none, 0, false] | join("-") }}', '{{ ["<", ">"] | join("&") }}',
    '{{ ["<" | safe, ">"] | join("&" | safe) }}', '{{ [[1, 2], [3]] | join(";") }}', '{{ [1, 2] | join(0) }}', '{{ [1, 2] | join(1) }}',
    '{{ [1, "2"] | sum }}', '{{ ["1", 2] | sum }}', '{{ [] | sum }}', '{{ [1.1, 2.2] | sum }}', '{{ [1, none] | sum }}', '{{ [1, undefined] | sum }}',
    '{{ [1, 2, 3, 4, 5] | batch(2) | dump | safe }}', '{{ [1, 2, 3, 4, 5] | slice(3) | dump | safe }}', '{{ [1, 2, 3, 4, 5] | slice(2, 0) | dump | safe }}',
    '{{ [10, 9, 1, "8"] | sort }}', '{{ ["b", "a", "C"] | sort }}', '{{ ["b", "a", "C"] | sort(case_sensitive=true) }}', '{{ [3, undefined, 1, none] | sort | dump | safe }}',
    '{{ [true, false, "x", 2] | sort }}', '{{ [[2], [10], [1]] | sort }}', '{{ ["é", "z", "a"] | sort }}', '{{ [1, 2, 3] | sort | reverse }}',
    '{{ {b: 1, A: 2, a: 3} | dictsort }}', '{{ {b: 1, A: 2, a: 3} | dictsort(true) }}', '{{ {b: "x", a: "Y", c: 1} | dictsort(false, "value") }}',
    '{% for k, v in {b: 1, a: 2} | dictsort %}{{ k }}={{ v }} {% endfor %}', '{{ [1, 2] | dictsort }}',
    '{{ "a,b" | list | dump | safe }}', '{{ {a: 1} | list | dump | safe }}', '{{ 5 | list }}', '{{ none | list }}',
    '{{ "12.7abc" | int }}', '{{ "0x1f" | int(0, 16) }}', '{{ "z" | int(0, 36) }}', '{{ "101" | int(base=2) }}', '{{ "abc" | int(5) }}',
    '{{ "abc" | int }}', '{{ 12.99 | int }}', '{{ "1e3" | float }}', '{{ ".5x" | float }}', '{{ "x" | float(2) }}', '{{ "-Infinity" | float }}',
    '{{ "" | int(9) }}', '{{ " 42 " | int }}', '{{ true | int(1) }}', '{{ [7] | int }}', '{{ 1e21 | int }}', '{{ 0.0000005 | int }}',
    '{{ 4.5 | round }}', '{{ -4.5 | round }}', '{{ 0.49999999999999994 | round }}', '{{ 1234.5678 | round(2) }}', '{{ 1234.5678 | round(-2) }}',
    '{{ 4.1 | round(0, "ceil") }}', '{{ 4.9 | round(0, "floor") }}', '{{ "4.6" | round }}', '{{ "x" | round }}', '{{ 1.005 | round(2) }}', '{{ 2.5 | round(none) }}',
    '{{ -1.5 | abs }}', '{{ "-3" | abs }}', '{{ none | abs }}', '{{ [] | abs }}', '{{ undefined | abs }}',
    '{{ false | default("x") }}', '{{ false | default("x", true) }}', '{{ none | default("x") }}', '{{ "" | default("x", true) }}', '{{ missing | default }}',
    '{{ missing | default(other) | default("z") }}', '{{ {a: [1, {b: none}], c: "d"} | dump(2) | safe }}', '{{ [undefined, 1] | dump }}', '{{ {a: undefined} | dump | safe }}',
    '{{ "\u2028<\\"" | dump }}', '{{ [] | dump(4) }}', '{{ {} | dump(4) }}', '{{ [[]] | dump("\t") | safe }}', '{{ {a: [1]} | dump(20) | safe }}', '{{ 1e21 | dump }}', '{{ missing | dump }}',
    '{{ "a" | nosuchfilter }}', '{{ "a" | upper() }}', '{{ "a" | upper | lower | upper }}', '{{ "abc" | replace("b", "$&") }}', '{{ "aXbX" | replace(r/x/gi, "-") }}',
    '{{ "abc" | replace(r/(?<n>b)/, "[$<n>]") }}', '{{ "a.b.c" | replace(".", "-") }}', '{{ "aaa" | replace("a", "b", 2) }}', '{{ "aaa" | replace("aa", "b") }}', '{{ 1234 | replace(2, 5) }}',
    '{{ "abc" | replace("b", undefined) }}', '{{ ("<b>" | safe) | replace("b", "i") }}', '{{ "x" | safe | string | upper }}', '{{ ("a" | safe) ~ "<" }}', '{{ ("a" | safe) + "<" }}',
    '{{ ["<" | safe] | first }}', '{{ [1, 2, 3, 4] | select("even") | join }}', '{{ [0, 1, "", "a"] | select | join("-") }}', '{{ [0, 1, "", "a"] | reject | join("-") }}',
    '{{ [1, 2, 3] | reject("divisibleby", 2) | join }}', '{{ "abc" | select("eq", "b") | join }}', '{{ [{a: 1}, {a: 0}] | selectattr("a") | length }}', '{{ [{a: 1}, none] | selectattr("a") }}',
    '{{ "abc" | selectattr("a") }}', '{{ [{n: "x", v: 1}, {n: "y", v: 2}, {n: "x", v: 3}] | groupby("n") | dump | safe }}', '{{ ["aa", "b", "cc"] | groupby("length") | dump | safe }}',
    '{% for k, v in [{n: 2}, {n: 1}, {n: 2}] | groupby("n") %}{{ k }}:{{ v | length }} {% endfor %}', '{{ [{a: none}] | groupby("a.b") }}', '{{ [[1], [2]] | groupby(0) | dump | safe }}',
    '{% filter upper %}a{{ "<" }}b{% endfilter %}', '{% filter replace("a", "<") %}banana{% endfilter %}', '{% filter truncate(5) %}long text here{% endfilter %}', '{% filter indent(2) %}a\nb{% endfilter %}',
    '{% filter nosuch %}x{% endfilter %}', '{{ "hello" | truncate(3) }}', '{{ "hello world again" | truncate(11) }}', '{{ "hello world again" | truncate(12, true, " >") }}', '{{ "hello" | truncate(10) }}',
    '{{ "abc" | center(8) }}|', '{{ "abc" | center(9) }}|', '{{ "abcd" | center(9) }}|', '{{ 12 | center(6) }}|', '{{ "abc" | reverse }}', '{{ [1, 2, 3] | reverse }}', '{{ 123 | reverse | dump }}',
    '{{ "\u{1f600}" | length }}', '{{ "a\u{1f600}b" | upper }}', '{{ [1, [2, 3]] | length }}', '{{ {a: 1, b: 2} | length }}', '{{ 5 | length }}|', '{{ none | length }}', '{{ true | length }}|'
  ])
]
