// SPDX-License-Identifier: MIT
//
// Node's nunjucks as the oracle: renders a case in the format of `guidanced template --batch`.
import { posix } from 'node:path'
import nunjucks from 'nunjucks'

// The engines compare in UTC: Date's text depends on the zone.
process.env.TZ = 'UTC'

class CaseLoader extends nunjucks.Loader {
  constructor(templates, more) {
    super()
    this.templates = templates
    this.more = more
  }

  // Names are like URLs, not paths of this machine.
  resolve(from, to) {
    return from.startsWith('/') ? posix.resolve(posix.dirname(from), to) : posix.join(posix.dirname(from), to)
  }

  getSource(name) {
    if (Object.hasOwn(this.templates, name)) {
      return { src: this.templates[name], path: name, noCache: true }
    }
    return this.more ? this.more(name) : null
  }
}

export function environment(testCase, more, extend) {
  const loader = new CaseLoader(testCase.templates ?? {}, more)
  const env = new nunjucks.Environment(loader, { autoescape: true, ...testCase.options })
  extend?.(env)
  return env
}

function outcome(error, output) {
  if (error) return { error: String(error.message ?? error).split('\n').pop().trim() }
  return { output: output ?? '' }
}

// Some failures (of an import that does not compile, say) are thrown where they cannot be caught.
let current = () => {}
process.on('uncaughtException', (error) => current(error))

// {output} or {error: message}. One case at a time. `more` finds templates that the
// case lacks, `extend` adds filters and tags to the environment.
export function render(testCase, more, extend) {
  return new Promise((resolve) => {
    const settle = (error, output) => resolve(outcome(error, output))
    current = settle
    try {
      const env = environment(testCase, more, extend)
      const context = structuredClone(testCase.context ?? {})
      if (testCase.template === undefined) env.render(testCase.name, context, settle)
      else env.renderString(testCase.template, context, settle)
    } catch (error) {
      settle(error)
    }
    setTimeout(settle, 500, new Error('no answer')).unref()
  })
}
