import { cross, each, pick } from '../cross.mjs'

const operands = ['nothing', 'yes', 'zero', 'minus', 'text', 'number', 'list', 'none', 'object', 'missing']
const arithmetic = ['+', '-', '*', '/', '//', '%']
const comparisons = ['==', '!=', '===', '!==', '<', '<=', '>', '>=']

// All operators on one pair of operands make one case.
const pairs = (operators) =>
  cross([operands, operands], (a, b) => ({
    template: operators.map((op) => `{{ ${a} ${op} ${b} }}`).join('|'),
    context: pick(a, b)
  }))

export default [
  ...pairs(arithmetic),
  ...pairs(comparisons),
  ...cross([operands, operands], (a, b) => ({
    template: `{{ ${a} and ${b} }}|{{ ${a} or ${b} }}|{{ not ${a} }}|{{ ${a} ~ ${b} }}|{{ ${a} if ${b} else "no" }}`,
    context: pick(a, b)
  })),
  ...cross([operands, operands], (a, b) => ({ template: `{{ ${a} in ${b} }}`, context: pick(a, b) })),
  ...each([
    '{{ 1 + 2 * 3 }}', '{{ (1 + 2) * 3 }}', '{{ 2 ** 3 ** 2 }}', '{{ -2 ** 2 }}', '{{ 2 ** -1 }}', '{{ "3" ** 2 }}', '{{ none ** 0 }}', '{{ x ** 2 }}', '{{ (-8) ** (1 / 3) }}', '{{ 4 ** 0.5 }}', '{{ 0 ** 0 }}', '{{ true ** 2 }}',
    '{{ 10 - 2 - 3 }}', '{{ 7 // 2 }}', '{{ -7 // 2 }}', '{{ 7 % 3 }}', '{{ -7 % 3 }}', '{{ 7.5 % 2 }}',
    '{{ 1 + 2 ~ 3 + 4 }}', '{{ 1 ~ 2 + 3 }}', '{{ "a" ~ 1 ~ none ~ undefined }}', '{{ "1" + 2 }}',
    '{{ 1 + "2" }}', '{{ "3" * "4" }}', '{{ "x" * 2 }}', '{{ [1] + [2] }}', '{{ {} + 1 }}', '{{ + 5 }}',
    '{{ - 5 }}', '{{ +"7" }}', '{{ -"7" }}', '{{ not true }}', '{{ not not 1 }}',
    '{{ not 1 == 2 }}', '{{ not (1 == 2) }}', '{{ 1 < 2 < 3 }}', '{{ 3 > 2 > 1 }}', '{{ 1 == 1 == 1 }}',
    '{{ true and false or true }}', '{{ true or false and false }}', '{{ 0 or "" or none or "x" }}',
    '{{ 1 and 2 and 3 }}', '{{ 0 and x.y.z }}', '{{ 1 or x() }}', '{{ "a" if true }}', '{{ "a" if false }}',
    '{{ "a" if false else "b" if false else "c" }}', '{{ ("a" if x else "b") ~ "c" }}', '{{ 1 if 0 else 2 + 3 }}',
    '{{ 1 in [1, 2] }}', '{{ "1" in [1, 2] }}', '{{ 3 not in [1, 2] }}', '{{ "a" in "cat" }}',
    '{{ "a" in {a: 1} }}', '{{ "b" not in {a: 1} }}', '{{ not "a" in "cat" }}', '{{ 1 in 1 }}',
    '{{ undefined in [undefined] }}', '{{ 0.1 + 0.2 == 0.3 }}', '{{ 1 == "1" }}', '{{ 1 === "1" }}',
    '{{ none == undefined }}', '{{ none === undefined }}', '{{ "" == 0 }}', '{{ [] == "" }}', '{{ [1] == 1 }}',
    '{{ "b" > "a" }}', '{{ "B" > "a" }}', '{{ "10" < "9" }}', '{{ "10" < 9 }}', '{{ "é" > "z" }}',
    '{{ 5 | abs + 1 }}', '{{ -5 | abs }}', '{{ (-5) | abs }}', '{{ "a" ~ "b" | upper }}', '{{ 1 + 2 | string }}',
    '{{ [1,2,3] | length + 1 }}', '{{ 3 is odd and 4 is even }}', '{{ not 3 is odd }}', '{{ 3 is not odd }}',
    '{{ 1 if 2 is even else 3 }}', '{{ 2 * 3 is divisibleby 3 }}', '{{ "a" if "x" is defined }}',
    '{{ 1 +2 }}', '{{ 1+2 }}', '{{ 1-2 }}', '{{ a-b }}', '{{ 1 - -1 }}', '{{ 1 != 2 and 2 != 1 }}',
    '{{ 1 <> 2 }}', '{{ 1 && 2 }}', '{{ 1 || 2 }}', '{{ !1 }}', '{{ 1 = 2 }}', '{{ 1 =! 2 }}', '{{ 5 ** }}',
    '{{ x ? 1 : 2 }}', '{{ "a" + true }}', '{{ true + true }}', '{{ none + 1 }}', '{{ undefined + 1 }}',
    '{{ [1,2] ~ [3] }}', '{{ 1/0 ~ "" }}', '{{ 9007199254740993 }}', '{{ 0x10 }}', '{{ 1_000 }}',
    '{{ 1e21 + 1 }}', '{{ 1e-7 }}', '{{ 123e-20 }}', '{{ 5 // 0 }}', '{{ 5 % 0 }}'
  ])
]
