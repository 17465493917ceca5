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
    reason: 'asyncAll over an array that shrinks meanwhile never ends in Nunjucks',
    applies: ({ expected }) => expected.error === 'no answer'
  },
  {
    reason: 'the text of a function is its JavaScript source in Node',
    applies: ({ expected }) => /function \w*\(/.test(expected.output ?? '')
  },
  {
    reason: 'one text made safe twice is one object, an empty safe text none',
    applies: ({ testCase }) => /(safe|escape|\be\b).*[!=]==?.*(safe|escape|\be\b)/s.test(testCase.template)
  },
  {
    reason: 'a limit: Node would run until it is out of memory',
    applies: ({ actual }) => /limit|too deep|recursion/i.test(actual.error ?? '')
  }
]

// Of templates that are broken on purpose.
const knownOfBroken = [
  {
    reason: 'behind `is` stands the name of a test; Nunjucks runs what else may stand there',
    applies: ({ testCase }) => /\bis\s+(not\s+)?(super\(|\w+\s*\|)/.test(testCase.template)
  },
  {
    reason: 'half of a surrogate pair cannot be kept',
    applies: ({ expected }) => /[\ud800-\udbff](?![\udc00-\udfff])/.test(expected.output ?? '')
  },
  {
    reason: 'a loop variable called loop',
    applies: ({ testCase }) => /set loop|for loop/.test(testCase.template)
  },
  {
    reason: "ours refuses broken tags that Nunjucks' parser lets pass by accident",
    applies: ({ actual }) => /error: (un)?expected|must be (a name|names)|error: invalid/.test(actual.error ?? '')
  },
  {
    reason: 'raw that is not closed',
    applies: ({ testCase }) => /\{%-?\s*(raw|verbatim)/.test(testCase.template)
  },
  {
    reason: 'the prototype of the context object is not there',
    applies: ({ testCase }) => /valueOf|toString|constructor|hasOwnProperty/.test(testCase.template)
  },
  {
    reason: "the name of an include may be a safe text: Nunjucks wants a JavaScript string",
    applies: ({ expected }) => /template names must be a string/.test(expected.error ?? '')
  }
]

export function explain(difference, broken) {
  const list = broken ? [...known, ...knownOfBroken] : known
  return list.find((entry) => entry.applies(difference))?.reason
}
