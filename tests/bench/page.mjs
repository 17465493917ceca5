// SPDX-License-Identifier: MIT
//
// The two pages that the servers are compared on, in the form that each peer needs.
//
//   /handbook/  about 40 kB: GOV.UK Frontend's page template with header, service navigation,
//               breadcrumbs, a section navigation of 60 links, and Markdown with components in it
//   /note/      about 3 kB: a heading, two paragraphs and a list under a plain layout
//
// guidanced and Express use the same templates and Markdown. Caddy has a different template
// language: it gets the finished frame with its includes, and the page's Markdown with the
// components expanded, which is less work than the others do. nginx gets the finished page.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import zlib from 'node:zlib'

const ROOT = new URL('../../', import.meta.url).pathname
export const PAGES = ['/handbook/', '/note/']
export const SETTINGS = `name: Bench
template_paths: [node_modules/govuk-frontend/dist]
feedback: {enabled: false}
search: {enabled: false}
imports: ["from 'component.njk' import component"]
markdown: {html: true, tables: true, strikethrough: true, breaks: false, attributes: false, heading_ids: {levels: []}}
`

const COMPONENT = `{% from "govuk/components/button/macro.njk" import govukButton %}
{% from "govuk/components/details/macro.njk" import govukDetails %}
{% from "govuk/components/inset-text/macro.njk" import govukInsetText %}
{% from "govuk/components/warning-text/macro.njk" import govukWarningText %}
{% from "govuk/components/summary-list/macro.njk" import govukSummaryList %}
{% macro component(name, params) %}
{%- if name == 'button' %}{{ govukButton(params) }}{% elif name == 'details' %}{{ govukDetails(params) }}
{%- elif name == 'inset-text' %}{{ govukInsetText(params) }}{% elif name == 'warning-text' %}{{ govukWarningText(params) }}
{%- elif name == 'summary-list' %}{{ govukSummaryList(params) }}{% endif -%}
{% endmacro %}
`

const FRAME = `{% extends "govuk/template.njk" %}
{% from "govuk/components/skip-link/macro.njk" import govukSkipLink %}
{% from "govuk/components/generic-header/macro.njk" import govukGenericHeader %}
{% from "govuk/components/service-navigation/macro.njk" import govukServiceNavigation %}
{% from "govuk/components/phase-banner/macro.njk" import govukPhaseBanner %}
{% from "govuk/components/breadcrumbs/macro.njk" import govukBreadcrumbs %}
{% from "govuk/components/footer/macro.njk" import govukFooter %}
{% block pageTitle %}{{ title }} - {{ frame.name }}{% endblock %}
{% block head %}<meta name="description" content="{{ description }}"><link rel="stylesheet" href="/assets/site.css">{% endblock %}
{% block skipLink %}{{ govukSkipLink({ href: "#main-content", text: "Skip to main content" }) }}{% endblock %}
{% block govukHeader %}{{ govukGenericHeader({ homepageUrl: "/" }) }}{% endblock %}
{% block govukServiceNavigation %}{{ govukServiceNavigation({ serviceName: frame.name, serviceUrl: "/", navigation: frame.navigation }) }}{% endblock %}
{% block beforeContent %}
{{ govukPhaseBanner({ tag: { text: "Beta" }, html: "Tell us what you think." }) }}
{{ govukBreadcrumbs({ items: frame.breadcrumbs }) }}
{% endblock %}
{% block content %}
<div class="govuk-grid-row">
<nav class="govuk-grid-column-one-third" aria-label="Section"><ul class="govuk-list">
{% for link in frame.section %}<li>{% if loop.first %}<strong>{{ link.text }}</strong>{% else %}<a class="govuk-link" href="{{ link.href }}">{{ link.text | upper }}</a>{% endif %}</li>
{% endfor %}</ul></nav>
<div class="govuk-grid-column-two-thirds"><h1 class="govuk-heading-xl">{{ title }}</h1>
{{ content | safe }}</div>
</div>
{% endblock %}
{% block govukFooter %}{{ govukFooter({ meta: { items: frame.footer } }) }}{% endblock %}
`

const PLAIN = '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{{ title }}</title></head>\n<body>\n{{ content | safe }}\n</body>\n</html>\n'

const WORDS = 'assess control data department design guidance handbook manage model plan policy review risk security service'.split(' ')
const words = (from, count) => Array.from({ length: count }, (_, i) => WORDS[(from + i * 7) % WORDS.length]).join(' ')

const FRAME_DATA = {
  name: 'Handbook of services',
  navigation: ['Guidance', 'Patterns', 'Tools', 'Community'].map((text, i) => ({ text, href: `/${text.toLowerCase()}/`, active: i === 0 })),
  breadcrumbs: ['Home', 'Guidance', 'Handbook'].map((text, i) => ({ text, href: `/${'x/'.repeat(i)}` })),
  section: Array.from({ length: 60 }, (_, i) => ({ text: words(i, 4), href: `/guidance/part-${i}/` })),
  footer: ['Accessibility statement', 'Contact', 'Cookies', 'Privacy'].map((text) => ({ text, href: `/${text[0]}/` }))
}

function part(i) {
  const rows = Array.from({ length: 6 }, (_, r) => `| ${words(i + r, 2)} | ${words(i + r, 5)} | \`${r}\` |`).join('\n')
  return `## ${words(i, 4)}

${words(i, 40)}, with [a link](/guidance/part-${i}/), *a stress* and **an emphasis**.

- ${words(i + 1, 9)}
- ${words(i + 2, 9)}
  1. ${words(i + 3, 6)}
  2. ${words(i + 4, 6)}

{{ component('inset-text', { text: '${words(i, 12)}' }) }}

| Term | Meaning | No. |
| --- | --- | --- |
${rows}

{{ component('details', { summaryText: '${words(i, 3)}', text: '${words(i, 20)}' }) }}

> ${words(i, 25)}
`
}

const BODY = `${Array.from({ length: 11 }, (_, i) => part(i)).join('\n')}
{{ component('summary-list', { rows: [{ key: { text: 'Owner' }, value: { text: 'The team' } }, { key: { text: 'Reviewed' }, value: { text: 'Every year' } }] }) }}

{{ component('warning-text', { text: 'Ask before you publish.' }) }}

{{ component('button', { text: 'Start now', href: '/start/', isStartButton: true }) }}
`
const NOTE = `# A note\n\n${words(0, 200)}.\n\n${words(3, 160)}.\n\n- ${words(1, 8)}\n- ${words(2, 8)}\n`

export const SOURCES = [
  { url: '/handbook/', file: 'handbook.md', layout: 'frame.njk', title: 'Handbook', description: 'How to', body: BODY },
  { url: '/note/', file: 'note.md', layout: 'plain.njk', title: 'Note', description: 'A note', body: NOTE }
]

const put = (folder, path, text) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

// The site as guidanced and Express read it.
export function writeSource(folder) {
  put(folder, 'guidance.yaml', SETTINGS)
  put(folder, 'templates/component.njk', COMPONENT)
  put(folder, 'templates/frame.njk', FRAME)
  put(folder, 'templates/plain.njk', PLAIN)
  put(folder, 'data/_data/frame.json', JSON.stringify(FRAME_DATA))
  for (const { file, layout, title, description, body } of SOURCES)
    put(folder, `data/${file}`, `---\nlayout: ${layout}\ntitle: ${title}\ndescription: ${description}\n---\n${body}`)
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
}

// The finished pages as nginx serves them, with and without the compressed twin.
export function writeFinished(folder, pages) {
  for (const [url, html] of Object.entries(pages)) {
    put(folder, `plain${url}index.html`, html)
    put(folder, `static${url}index.html`, html)
    put(folder, `static${url}index.html.gz`, zlib.gzipSync(html, { level: 9 }))
  }
}

// For Caddy: the frame around the content in two includes, and the Markdown after Nunjucks.
// `content` is the HTML that the Markdown becomes.
export function writeCaddy(folder, pages) {
  for (const { url, markdown, html, content } of pages) {
    const at = html.indexOf(content)
    if (at < 0 || !content) throw new Error(`${url}: the content is not in the page`)
    put(folder, `${url}head.html`, html.slice(0, at))
    put(folder, `${url}foot.html`, html.slice(at + content.length))
    put(folder, `${url}body.md`, markdown)
    put(folder, `${url}index.html`, `{{include "${url}head.html"}}{{markdown (include "${url}body.md")}}{{include "${url}foot.html"}}`)
  }
}

// What two renderings of a page have in common: elements without ids of headings, and text.
export function normalise(html) {
  return html
    .replace(/(<h[1-6]) id="[^"]*"/g, '$1')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/ ?style="text-align: ?left;?"/g, '')
    .replace(/<(br|hr|img|meta|link|input)([^>]*?) ?\/>/g, '<$1$2>')
    .replace(/>\s+/g, '>')
    .replace(/\s+</g, '<')
    .replace(/\s+/g, ' ')
    .trim()
}

