// SPDX-License-Identifier: MIT
//
// Differences that we keep, each with its reason; docs/nunjucks-compatibility.md tells them to
// users. `explain` gives the reason, or nothing.

// Are the texts the same but for the last digits of numbers?
function sameButForLastDigits(a, b) {
  const rounded = (text) => text?.replace(/\d+(\.\d+)?(e[+-]\d+)?/g, (n) => Number(Number(n).toPrecision(13)))
  return a !== undefined && b !== undefined && rounded(a) === rounded(b)
}

const known = [
  {
    reason: "powers: V8's Math.pow is up to a unit in the last place off, ours is rounded correctly",
    applies: ({ testCase, expected, actual }) =>
      /\*\*|round/.test(JSON.stringify(testCase)) && sameButForLastDigits(expected.output, actual.output)
  },
  {
    reason: 'Nunjucks makes JavaScript that does not parse or run: blocks and includes in some places',
    applies: ({ expected }) => /^(SyntaxError|ReferenceError): |next is not a function/.test(expected.error ?? '')
  },
  {
    reason: "a method of a literal none fails in Nunjucks' compiler, even where it never runs",
    applies: ({ expected }) => /of null \(reading 'toString'\)/.test(expected.error ?? '')
  },
  {
    reason: 'an empty index (`a[]`) is an error even where Nunjucks ignores what stands there (behind `is`)',
    applies: ({ actual }) => /: error: invalid index/.test(actual.error ?? '')
  },
  {
    reason: 'the text of a function is its JavaScript source in Node',
    applies: ({ expected }) => /function \w*\(/.test(expected.output ?? '')
  },
  {
    reason: 'a limit: Node would run until it is out of memory',
    applies: ({ actual }) => /limit|too deep|recursion/i.test(actual.error ?? '')
  }
]

export function explain(difference) {
  return known.find((entry) => entry.applies(difference))?.reason
}
