// SPDX-License-Identifier: MIT
//
// Differences that we keep, each with its reason; docs/nunjucks-compatibility.md tells them to
// users. `explain` gives the reason, or nothing.
const known = [
  {
    reason: 'a limit: Node would run until it is out of memory',
    applies: ({ actual }) => /limit|too deep|recursion/i.test(actual.error ?? '')
  }
]

export function explain(difference) {
  return known.find((entry) => entry.applies(difference))?.reason
}
