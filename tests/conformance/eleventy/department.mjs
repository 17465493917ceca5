// SPDX-License-Identifier: MIT
//
// A guidance site like those that departments build with Eleventy 1 or 3: 69 pages, components by
// name through a macro with a computed include path, the site's own components, block sets,
// contents, breadcrumbs, keys that many pages share, attributes on headings and links, hard breaks,
// the site's own date filter, and parts that depend on the environment. The texts are invented.
// `pages(n)` is the same site with n pages, for the benchmark.

export const links = ['node_modules'];
export const env = { SITE_ENV: 'production', GOOGLE_ID: 'G-123' };

export const settings = `name: Department
input: src
includes: src/_includes
output: public
imports:
  - from "system/component.njk" import component
  - from "system/sitecomponent.njk" import sitecomponent
filters: [system/filters.njk]
template_paths: [.]
markdown: {breaks: true, html: true, tables: true, strikethrough: true, attributes: true, heading_ids: {levels: 2, tabindex: false}}
toc: {tags: [h2], wrapper: nav, wrapper_class: contents, heading: true, heading_class: contents-heading, heading_level: h2, heading_text: Contents, list_type: ol, list_class: contents-list, list_item_class: contents-item, list_item_anchor_class: contents-link}
`;

const COMPONENTS = 'node_modules/govuk-frontend/dist/govuk/components/';

const frame = {
  'src/_includes/system/component.njk': `{% macro component(name, params) %}{%- include "${COMPONENTS}" + name + "/template.njk" -%}{% endmacro %}\n`,
  'src/_includes/system/sitecomponent.njk': '{% macro sitecomponent(name, params) %}{%- include "components/" + name + "/template.njk" -%}{% endmacro %}\n',
  'src/_includes/system/filters.njk': '{% macro publishedDate(d) %}{{ d | date("LLLL yyyy") }}{% endmacro %}\n',
  'src/_includes/components/callout/template.njk': `{%- set headingLevel = params.headingLevel or 3 -%}
<div class="site-callout{% if params.classes %} {{ params.classes }}{% endif %}">
  <h{{ headingLevel }} class="site-callout__title">{{ params.title }}</h{{ headingLevel }}>
  {{ params.content | safe }}
{%- if params.link %}
  <a class="govuk-link" href="{{ params.link.url }}"{% if params.link.external %} rel="noreferrer noopener" target="_blank"{% endif %}>{{ params.link.text }}<span class="govuk-visually-hidden"> {{ params.link.hiddenText }}</span></a>
{%- endif %}
</div>
`,
  'src/_includes/components/steps/template.njk': `<ol class="site-steps">
{%- for item in params["items"] %}
  <li class="site-steps__item"><span>{{ loop.index }} of {{ loop.length }}</span> {{ item.html | safe if item.html else item.text }}</li>
{%- endfor %}
</ol>
`,
  'src/_includes/includes/analytics.njk': '<script async src="https://example.org/tag?id={{ meta.analytics }}"></script>\n',
  'src/_includes/includes/related.njk': '{% if related %}<aside>{% for r in related %}<a href="{{ r.url | url }}">{{ r.title }}</a>{% endfor %}</aside>{% endif %}\n',
  'src/_includes/layouts/base.njk': `<!DOCTYPE html>
<html lang="{{ lang or "en" }}" class="govuk-template">
<head>
  <meta charset="utf-8">
  <title>{% block pageTitle %}{{ title }} – {{ meta.name }}{% endblock %}</title>
  {% if description %}<meta name="description" content="{{ description }}">{% endif %}
  {% if meta.env == "production" %}{% include "includes/analytics.njk" %}{% else %}<meta name="robots" content="noindex">{% endif %}
  <link rel="stylesheet" href="{{ "/assets/site.css" | url }}">
</head>
<body class="govuk-template__body">
  {% from "system/component.njk" import component %}
  {{ component("skip-link", { href: "#main", text: "Skip to main content" }) }}
  {{ component("phase-banner", { tag: { text: meta.env if meta.env != "production" else "Beta" }, html: 'This is a new service' }) }}
  {% block beforeContent %}{% endblock %}
  <main id="main">{% block content %}{{ content | safe }}{% endblock %}</main>
  {% block footer %}<footer>{{ meta.name }} {{ eleventy.generator }}</footer>{% endblock %}
</body>
</html>
`,
  'src/_includes/layouts/guidance.njk': `{% extends "layouts/base.njk" %}
{% from "system/component.njk" import component %}
{% block beforeContent %}
{% set items = [{ text: "Home", href: "/" | url }] %}
{% for entry in collections.all | eleventyNavigationBreadcrumb(eleventyNavigation.key, { includeSelf: true, allowMissing: true }) %}
  {% set items = (items.push({ text: entry.title, href: entry.url | url }), items) %}
{% endfor %}
{{ component("breadcrumbs", { items: items, collapseOnMobile: true }) }}
{% endblock %}
{% block content %}
{% set heading %}
  {% if section %}<span class="govuk-caption-xl">{{ section }}</span>{% endif %}
  <h1 class="govuk-heading-xl">{{ title }}</h1>
{% endset %}
{{ heading | safe }}
<p class="govuk-body-s">{% if dateUpdated %}Updated {{ dateUpdated | publishedDate }}{% elif datePublished %}Published {{ datePublished | publishedDate }}{% endif %}</p>
<div class="govuk-grid-row">
  <div class="govuk-grid-column-one-third">{{ content | toc | safe }}</div>
  <div class="govuk-grid-column-two-thirds">{{ content | safe }}</div>
</div>
{% include "includes/related.njk" %}
{% endblock %}
`,
  'src/_data/meta.yaml': 'name: Department\nenv: ${SITE_ENV:-development}\nanalytics: ${GOOGLE_ID:-}\n',
  'src/index.njk': `---
layout: layouts/base.njk
title: Home
date: 2024-01-01
---
<h1>{{ meta.name }}</h1>
<ul>{% for entry in collections.all | eleventyNavigation %}<li><a href="{{ entry.url | url }}">{{ entry.title }}</a>{% if entry.children.length %}<ul>{% for child in entry.children %}<li>{{ child.title }}</li>{% endfor %}</ul>{% endif %}</li>{% endfor %}</ul>
`,
};

// Pages with their own frame: no front matter, `extends`, variables set for the layout, one block
// overridden or not, and missing variables in the layout's includes.
const framed = {
  'src/_includes/layouts/bare.njk': `{%- from "system/component.njk" import component -%}
{%- from "system/sitecomponent.njk" import sitecomponent -%}
<html>
<head>
{# what a browser tab shows #}
<title>{{ title + " | " if title }}{{ meta.name }}</title>
<meta name="description" content="{{ description or "No description" }}">
{% if meta.env !== 'production' and (not preview or preview == "no") %}<meta name="robots" content="noindex">{% else %}{% set counter = ('live-1' if meta.env === 'production' else 'trial-2') %}<script src="/count.js?key={{ counter }}"></script>{% endif %}
</head>
<body>
{% set notice %}
  <p>Read <a href="{{ '/privacy/' | url }}">what we keep</a> & why.</p>
{% endset %}
{{ component('notification-banner', { titleText: 'News of ' + meta.name, html: notice, attributes: { 'data-kind': 'news' } }) }}
{% include "includes/absent.njk" ignore missing %}
{% block main %}{% endblock %}
{% include "includes/question.njk" ignore missing %}
{% block scripts %}{% endblock %}
</body>
</html>
`,
  'src/_includes/layouts/essay.njk': `{% extends "layouts/bare.njk" %}
{% block main %}
{%- set trail = collections.all | eleventyNavigationBreadcrumb(eleventyNavigation.key, { includeSelf: true }) -%}
{%- for step in trail %}<a href="{{ step.url }}">{{ loop.index }}: {{ step.title }}</a>
{%- else %}<!-- nowhere -->{% endfor %}
{% if part %}<p class="part">{{ part }}</p>{% endif %}
<aside>{{ content | toc | safe }}</aside>
<article>{{ content | safe }}</article>
{% include "includes/see-also.njk" ignore missing %}
{% include "includes/dated.njk" ignore missing %}
{% endblock %}
`,
  'src/_includes/includes/question.njk': `{{ component('radios', { name: "enough", idPrefix: "enough", fieldset: { legend: { text: "Was it enough?" } }, items: [{ value: 1, text: "Yes" }, { value: 0, html: "<b>No</b>", hint: { text: "Say why" } }] }) }}
{{ component('character-count', { name: "why", id: "why", maxlength: 200, rows: 2, label: { text: "Why?" } }) }}
`,
  'src/_includes/includes/see-also.njk': `{% if (kind === 'plan') or (kind === 'draft') %}{{ sitecomponent('steps', { "items": [{ "text": 'Ask first' }] }) }}
{% elif kind === 'law' %}{{ sitecomponent('callout', { title: 'The law', content: '<p>Short.</p>', link: { text: 'All of it', hiddenText: 'as a page', url: '/', external: false } }) }}
{% else %}{{ sitecomponent('file', { name: 'Order form', href: '/order.ods', about: { format: 'ods', weight: '81 kB' }, data: { 'data-n': 1 } }) }}
{% endif %}`,
  'src/_includes/includes/dated.njk': '{%- if dateUpdated -%}\n  <time>{{ dateUpdated | publishedDate }}</time>\n{% elseif datePublished -%}\n  <time class="first">{{ datePublished | publishedDate }}</time>\n{% endif -%}\n',
  // Outside the sources: found from the project's directory.
  'components/file/template.njk': `{% set level = params.level if params.level else 4 %}
{% set facts = [] %}
{% for key, value in params.about %}{% set facts = (facts.push(key + " " + (value | upper)), facts) %}{% endfor %}

<section class="file
{%- if params.wide %} file--wide{% endif %}"{%- for name, value in params.data %} {{name}}="{{value}}"{% endfor %}>

<h{{ level }}><a href="{{ params.href }}">{{ params.name }}</a></h{{ level }}>

{{ facts | join("; ") }}
{%- if (params.about.format == 'ods') and (not params.quiet) %}

<p>A spreadsheet.</p>
{%- endif %}

</section>
`,
  'src/workshop/agenda.njk': `{% extends "layouts/essay.njk" %}
{% set title = "An agenda" %}
{% set description = "Said & done" %}
{% block main %}
{% set morning %}
<p>Coffee, then:</p>

<ol><li>names</li></ol>
{% endset %}
{% set evening %}<p>{{ page.url }} {{ page.fileSlug }}</p>{% endset %}
{{ component('tabs', { id: 'day', items: [{ label: 'Morning', id: 'morning', panel: { html: morning } }, { label: 'Evening', id: 'evening', panel: { html: evening } }] }) }}
{% endblock %}

{% block scripts %}<script>/* {{ super() }} */</script>{% endblock %}
`,
  'src/workshop/index.njk': '{% extends "layouts/bare.njk" %}\n\n{% set description = "For a day." %}\n\n{% block main %}<p>{{ title }} {{ description }}<p>{% endblock %}\n',
  'src/schemes.njk': '{% for u in ["git+ssh://h", "x-y://z", "a.b://c", "a1://c", "A://c", "z://c", "1a://c", "_a://c", "a_b://c", "://c", "/a://b", "a/b://c", "https:", "http: "] %}{{ u }}={{ u | url }};{% endfor %}\n',
  'src/privacy/index.njk': '---\nlayout: layouts/essay.njk\ntitle: "Privacy"\nkind: law\ndateUpdated: 2024-05-31T23:30:00-05:00\neleventyNavigation:\n key: Privacy\n---\n{% from "system/component.njk" import component %}\n{{ component("summary-list", { rows: [{ key: { text: "Kept" }, value: { text: "a & b" } }] }) }}\n<h2 id="x">Own</h2>\n',
  'src/duties/editors.md': `---
layout: "layouts/essay.njk"
part: "Duties"
title: "Editors"
datePublished: 2021-03-09
kind: plan
eleventyNavigation:
  parent: "Rules"
  parent.url: "/duties/"
  key: "For editors"
  url: "/duties/editors/"
---

    <p class="indented">
      Code<i> below</i>
    </p>
 
Words in *one* line, ‘quoted’ & more. 

## First of all

### Second 
Right below it.

{{ component('warning-text', {
  html: 'Mind the <a href="https://example.org/" rel="nofollow">gap</a>.'
}) }}

- [One](https://example.org/a/)
- [Two](https://example.org/b/){target="_blank" rel="nofollow"}

**2\\. [No list](/a/)**

| Left | Right |
| ---- | ----- |
| a | {{ page.fileSlug }} |

{% set list = [1, 2] %}{% for n in list %}
{{ n }}. item
{% endfor %}
`,
  'src/duties/index.md': '---\nlayout: layouts/essay.njk\ntitle: Duties\neleventyNavigation: { key: Rules }\n---\n## Same\n\n## Same\n\n<h2>Raw</h2>\n\nA line\n{.lead}\n',
  'src/components/steps/README.md': '# Steps\n\n```njk\n{% raw %}{{ sitecomponent(\'steps\', {}) }}{% endraw %}\n```\n\n| Name | Type |\n| --- | --- |\n| text | string |\n',
};

const SECTIONS = ['Secure by Design', 'Accessibility', 'Service manual', 'Data', 'Architecture', 'Delivery', 'People', 'Commercial'];
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
const two = (n) => String(n).padStart(2, '0');

// Pages of a section share its key and URL; every fifth has its own key below it.
function navigation(section, i) {
  if (i % 5 === 4) return `  key: "${section} ${i}"\n  parent: "${section}"\n  order: ${(i * 7) % 11}\n`;
  return `  key: "${section}"\n  url: "/${slug(section)}/"\n`;
}

function page(section, i) {
  const title = i ? `${section}: part ${i}` : section;
  const updated = i % 3 ? `dateUpdated: 2024-${two(1 + (i % 12))}-${two(1 + (i % 28))}\n` : `datePublished: 2022-${two(1 + (i % 12))}-07\n`;
  const related = i % 4 === 1 ? `related:\n  - { title: "Part one & two", url: "/${slug(section)}/" }\n` : '';
  return `---
layout: "layouts/guidance.njk"
section: "${section}"
title: "${title}"
description: "What ${section.toLowerCase()} asks of you, part ${i}."
date: 2024-02-${two(1 + (i % 28))}
${updated}${related}eleventyNavigation:
${navigation(section, i)}---

You need to think about ${section.toLowerCase()} from the start.
A second line, which is a line of its own.

## Why it’s important {.govuk-heading-l}

Read the [standard](https://example.org/standard?a=1&b=2){target=_blank rel="noreferrer noopener" .govuk-link} and the *guide*, "quoted" & all.

- first point, with \`code\`
- second point
  - nested **strongly**
- third

{{ sitecomponent('callout', {
  title: 'Case study ${i}',
  content: '<p class="govuk-body">What a team did & why.</p>',
  link: { text: 'Find out more', hiddenText: 'about the case', url: '/${slug(section)}/', external: ${i % 2 === 0} }
}) }}

## What to do {#what-you-do-${i} .govuk-heading-l data-part="${i}"}

{% set steps = [] %}
{% for n in range(1, ${2 + (i % 4)}) %}{% set steps = (steps.push({ text: "Step " + n + " of part ${i}" }), steps) %}{% endfor %}
{{ sitecomponent('steps', { items: steps }) }}

1. Set your context
2. Plan

   with a paragraph

| Role | Who | When |
| :--- | :-: | ---: |
| Owner | ${section} | ${i} |
| Team {.wide} | everyone | *always* |

{{ component('button', { text: 'Start part ${i}', href: '/${slug(section)}/', isStartButton: ${i % 2 === 1} }) }}

## Further reading

{% set panel %}
<p class="govuk-body">Set once, shown here: {{ title }}, {{ page.url }}.</p>
{% endset %}
{{ component('inset-text', { html: panel }) }}

{{ component('details', { summaryText: 'Help with part ${i}', text: 'Ask & you will be told.' }) }}

{% if meta.env == "production" %}Live text.{% else %}Draft text.{% endif %}

> A quotation.

Date: {{ page.date | publishedDate }}
`.replace('{#what', '{ #what'); // {# opens a comment of Nunjucks
}

export function pages(count) {
  const files = { ...frame };
  for (let n = 0; n < count - 1; n++) {
    const section = SECTIONS[n % SECTIONS.length];
    const i = Math.floor(n / SECTIONS.length);
    files[`src/${slug(section)}/${i ? `part-${i}` : 'index'}.md`] = page(section, i);
  }
  return files;
}

export default { ...pages(69), ...framed };
