import { cross, each, names, values } from '../cross.mjs'

const plain = ['callable', 'defined', 'escaped', 'even', 'falsy', 'iterable', 'lower', 'mapping', 'null', 'none',
  'number', 'odd', 'string', 'truthy', 'undefined', 'upper']
const withArgument = ['divisibleby(2)', 'eq(1)', 'equalto("42")', 'sameas(none)', 'ge(1)', 'greaterthan(0)', 'gt("a")',
  'le(1)', 'lessthan(2)', 'lt("b")', 'ne(0)', 'ne("")']

export default [
  ...cross([plain, [...names, 'missing']], (test, name) => ({
    template: `{{ ${name} is ${test} }}|{{ ${name} is not ${test} }}`,
    context: { [name]: values[name] }
  })),
  ...cross([[...names, 'missing']], (name) => ({
    template: withArgument.map((test) => `{{ ${name} is ${test} }}`).join('|'),
    context: { [name]: values[name] }
  })),
  ...each([
    '{{ range is callable }}', '{{ "x".split is callable }}', '{{ ("x" | safe) is escaped }}', '{{ ("x" | safe) is string }}', '{{ ("x" | safe) is iterable }}',
    '{{ ("x" | safe) is mapping }}', '{{ ("x" | safe) is lower }}', '{{ "x" is nosuchtest }}', '{{ 4 is divisibleby 2 }}', '{{ 4 is divisibleby(3) }}', '{{ 5 is eq 5 }}',
    '{{ [1] is eq([1]) }}', '{% set a = [1] %}{{ a is eq(a) }}', '{% if x is defined %}a{% else %}b{% endif %}', '{% if x is not defined %}a{% endif %}', '{{ 1 is odd if 2 is even }}',
    '{{ -1 is odd }}', '{{ 1.5 is odd }}', '{{ "3" is odd }}', '{{ [] is falsy }}', '{{ 0 is falsy }}', '{{ "" is truthy }}', '{{ none is null }}', '{{ undefined is null }}',
    '{{ true is true }}', '{{ x is undefined }}', '{{ x.y is undefined }}', '{{ none is undefined }}', '{{ 1 is number }}', '{{ "1" is number }}', '{{ (1/0) is number }}', '{{ 2 is lt 3 and 3 is gt 2 }}'
  ])
]
