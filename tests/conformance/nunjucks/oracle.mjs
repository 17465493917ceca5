// SPDX-License-Identifier: MIT
//
// Node's nunjucks as the oracle: renders a case of the form that `guidanced template --batch` reads.
import nunjucks from 'nunjucks'

// The engines compare in UTC: Date's text depends on the zone.
process.env.TZ = 'UTC'

class CaseLoader extends nunjucks.Loader {
  constructor(templates, more) {
    super()
    this.templates = templates
    this.more = more
  }

  getSource(name) {
    if (Object.hasOwn(this.templates, name)) {
      return { src: this.templates[name], path: name, noCache: true }
    }
    return this.more ? this.more(name) : null
  }
}

export function environment(testCase, more) {
  const loader = new CaseLoader(testCase.templates ?? {}, more)
  return new nunjucks.Environment(loader, { autoescape: true, ...testCase.options })
}

function outcome(error, output) {
  if (error) return { error: String(error.message ?? error).split('\n').pop().trim() }
  return { output: output ?? '' }
}

// Some failures (of an import that does not compile, say) are thrown where nobody can catch them.
let current = () => {}
process.on('uncaughtException', (error) => current(error))

// {output} or {error: message}. One case at a time. `more` finds templates the case does not bring.
export function render(testCase, more) {
  return new Promise((resolve) => {
    const settle = (error, output) => resolve(outcome(error, output))
    current = settle
    try {
      const env = environment(testCase, more)
      const context = structuredClone(testCase.context ?? {})
      if (testCase.template === undefined) env.render(testCase.name, context, settle)
      else env.renderString(testCase.template, context, settle)
    } catch (error) {
      settle(error)
    }
    setTimeout(settle, 500, new Error('no answer')).unref()
  })
}
