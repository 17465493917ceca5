// SPDX-License-Identifier: MIT
//
// Differences that we keep, each with its reason; docs/nunjucks-compatibility.md tells them to
// users. `explain` gives the reason, or nothing.
const known = [
  {
    reason: 'Nunjucks makes JavaScript that does not parse or run: blocks and includes in some places',
    applies: ({ expected }) => /^(SyntaxError|ReferenceError): |next is not a function/.test(expected.error ?? '')
  },
  {
    reason: "a method of a literal none fails in Nunjucks' compiler, even where it never runs",
    applies: ({ expected }) => /of null \(reading 'toString'\)/.test(expected.error ?? '')
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
