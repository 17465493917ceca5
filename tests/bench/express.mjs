// SPDX-License-Identifier: MIT
//
// The pages of page.mjs served by Express, Nunjucks and markdown-it, each rendered on request as
// guidanced does: the page's own template, then Markdown, then the layout. Templates are compiled
// once, as in production.
//
//   node tests/bench/express.mjs SITE PORT
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import express from 'express'
import markdownIt from 'markdown-it'
import nunjucks from 'nunjucks'
import { SOURCES } from './page.mjs'

export const markdown = markdownIt({ html: true })
const PRELUDE = "{% from 'component.njk' import component %}"

export function load(folder) {
  const paths = [join(folder, 'templates'), join(folder, 'node_modules/govuk-frontend/dist')]
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(paths, { noCache: false }), { autoescape: true })
  const frame = JSON.parse(readFileSync(join(folder, 'data/_data/frame.json'), 'utf8'))
  return SOURCES.map(({ url, layout, title, description, body }) => ({
    url,
    layout,
    environment,
    template: new nunjucks.Template(PRELUDE + body, environment, url, true),
    data: { title, description, frame, page: { url } }
  }))
}
export const ownText = (page) => page.template.render(page.data)
export const content = (page) => markdown.render(ownText(page))
export const whole = (page) => page.environment.render(page.layout, { ...page.data, content: content(page) })

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [site, port] = process.argv.slice(2)
  const app = express()
  app.disable('x-powered-by')
  for (const page of load(site)) app.get(page.url, (request, response) => response.send(whole(page)))
  app.listen(Number(port), '127.0.0.1')
}
