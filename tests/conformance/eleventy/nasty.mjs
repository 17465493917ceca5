// SPDX-License-Identifier: MIT
//
// A site of difficult cases: pagination and all its variables, computed data, every form of
// permalink, chains of directory data, drafts, engines, attributes, contents, anchors, a path
// prefix, collections by pattern. Each page is about one thing.
const dump = '{{ page.url }}|{{ page.fileSlug }}|{{ page.filePathStem }}|{{ page.inputPath }}|{{ page.outputPath }}|{{ page.date.toISOString() }}|{{ page.outputFileExtension }}|{{ page.templateSyntax }}';
const pager = `<p>{{ pagination.pageNumber }} of {{ pagination.pages | length }}, size {{ pagination.size }}</p>
<p>{{ pagination.hrefs | join(" ") }} | {{ pagination.href.previous }} {{ pagination.href.next }} {{ pagination.href.first }} {{ pagination.href.last }}</p>
<p>{{ pagination.links | join(" ") }} | {{ pagination.pageLinks | join(" ") }} | {{ pagination.previous }} {{ pagination.next }}</p>
<p>{{ pagination.previousPageHref }} {{ pagination.nextPageHref }} {{ pagination.firstPageHref }} {{ pagination.lastPageHref }} {{ pagination.previousPageLink }} {{ pagination.nextPageLink }}</p>
<p>{{ pagination.items | dump | safe }} {{ pagination.page.next | dump | safe }} {{ pagination.page.previous | dump | safe }} {{ pagination.page.first | dump | safe }} {{ pagination.page.last | dump | safe }}</p>
<p>{{ pagination.data }} {{ pagination.alias }} {{ pagination.reverse }}</p>
`;

export const env = { SITE_ENV: 'staging', BASE_URL: 'https://staging.example/' };

export const settings = `name: Nasty
input: src
includes: src/_includes
layouts: src/_layouts
path_prefix: /docs/
markdown:
  breaks: false
  html: true
  tables: true
  strikethrough: true
  attributes: 5
  typographer: true
  heading_ids: {levels: [2, 4], tabindex: -1, permalink: ariaHidden, permalink_class: direct, permalink_symbol: "#"}
toc: {tags: [h2, h4], wrapper: aside, wrapper_class: contents, heading: true, heading_class: c-h, heading_level: h3, heading_text: Inside, list_type: ul, list_class: l, list_item_class: li, list_item_anchor_class: a}
filters: [system/filters.njk]
shortcodes: [system/shortcodes.njk]
paired_shortcodes: [system/paired.njk]
imports: ['from "parts/macros.njk" import card, nested']
collections:
  everything: "**"
  guides: src/guides/**/*.md
  newest: {tag: guide, reverse: true, limit: 2}
passthrough: {/static: public, /robots-of-ours.txt: public/one.txt}
`;

export default {
  // ---- macros that stand in for the configuration's functions ----
  'src/_includes/system/filters.njk': '{% macro publishedDate(d) %}{{ d | date("LLLL yyyy") }}{% endmacro %}{% macro shout(text, mark="!") %}{{ text | upper }}{{ mark }}{% endmacro %}',
  'src/_includes/system/shortcodes.njk': '{% macro badge(text, kind) %}<b class="{{ kind }}">{{ text }}</b>{% endmacro %}',
  'src/_includes/system/paired.njk': '{% macro box(title) %}<section><h5>{{ title | safe }}</h5>{{ caller() }}</section>{% endmacro %}',

  // ---- layouts: front matter of each is in the cascade, and environment decides one ----
  'src/_layouts/base.njk': '---\nsiteName: From base\nmeta: { a: base, list: [base] }\n---\n<!doctype html><html lang="{{ lang or "en" }}"><head><title>{% block title %}{{ title }} – {{ siteName }}{% endblock %}</title>{% if environment.name == "production" %}<script src="/a.js"></script>{% else %}<meta name="robots" content="noindex">{% endif %}</head><body>{% block body %}{{ content | safe }}{% endblock %}</body></html>\n',
  'src/_layouts/page.njk': '---\nlayout: base.njk\nmeta: { b: page, list: [page] }\nkind: page\n---\n<main class="{{ kind }}">{{ content | toc | safe }}{{ content | safe }}<footer>{{ meta | dump | safe }}</footer></main>\n',
  'src/_layouts/env.njk': '{% extends "frames/" + environment.name + ".njk" %}{% block body %}<i>{{ super() }}</i>{{ content | safe }}{% endblock %}\n',
  'src/_includes/frames/staging.njk': '<div class="staging">{{ environment.url }}{% block body %}frame{% endblock %}</div>',
  'src/_includes/frames/production.njk': '<div class="production">{% block body %}frame{% endblock %}</div>',
  'src/_includes/parts/macros.njk': '{% macro card(params) %}<div class="card {{ params.classes }}">{{ params.html | safe if params.html else params.text }}{% if caller %}{{ caller() }}{% endif %}</div>{% endmacro %}{% macro nested(name, params) %}{% include "parts/" + name + ".njk" %}{% endmacro %}',
  'src/_includes/parts/leaf.njk': '<em>{{ params.text }}</em>',

  // ---- data: folders, YAML and JSON, environment ----
  'src/_data/environment.yaml': 'name: ${SITE_ENV:-production}\nurl: "${BASE_URL:-/}"\n',
  'src/_data/a/b.yaml': 'c: deep\nlist: [1, {x: y}]\ndate: 2024-05-23\nno: no\n',
  'src/_data/a/d/e.json': '{"f":[1,2,3]}',
  'src/_data/people.yaml': 'ann: {name: Ann, tags: [x]}\nbob: {name: Bob}\ncy: {name: Cy}\n',
  'src/_data/words.yaml': '- alpha\n- beta\n- gamma\n- delta\n- epsilon\n- zeta\n- eta\n',

  'src/index.md': `---\nlayout: page.njk\ntitle: Home\ndate: 2020-01-01\n---\n## One\n\n{{ a.b.c }} {{ a.b.list | dump | safe }} {{ a.b.date | publishedDate }} {{ a.d.e.f | join("/") }} {{ a.b.no }}\n\n#### Four {.x}\n\n## One\n\n### Not linked\n\n${dump}\n`,
  'src/env.md': '---\nlayout: env.njk\ntitle: Env\ndate: 2020-01-02\n---\n{{ environment.name }}\n',

  // ---- directory data: each level adds to the one above ----
  'src/guides/guides.yaml': 'layout: page.njk\ntags: [guide]\nmeta: { c: guides, list: [guides] }\nlevel: 1\n',
  'src/guides/guides.11tydata.json': '{"level":"11tydata","fromSuffix":true}',
  'src/guides/deep/deep.json': '{"tags":["deep"],"meta":{"d":"deep","list":["deep"]},"level":2}',
  'src/guides/deep/er/er.yaml': 'kind: er\nmeta: { list: [er] }\n',
  'src/guides/deep/er/page.md': `---\ntitle: Chain\ndate: 2021-05-01\nmeta: { e: own, list: [own] }\ntags: own\n---\n{{ meta | dump | safe }} {{ tags | join(",") }} {{ level }} {{ fromSuffix }} {{ kind }}\n\n${dump}\n`,
  'src/guides/deep/er/page.11tydata.json': '{"meta":{"f":"template data"},"level":3}',
  'src/guides/deep/er/page.json': '{"meta":{"g":"json data"},"level":4}',
  'src/guides/2022-07-08-dated.md': `---\ntitle: Dated\n---\n${dump}\n`,
  'src/guides/2022-07-08-index/index.md': `---\ntitle: Dated folder\n---\n${dump}\n`,
  'src/guides/same.md': `---\ntitle: Same\ndate: 2022-07-08\n---\n${dump}\n`,
  'src/guides/guides.md': `---\ntitle: Guides\ndate: 2019-01-01\n---\n${dump}\n`,
  'src/guides/draft.md': '---\ntitle: Draft\ndate: 2019-01-01\ndraft: true\n---\nnobody sees this\n',
  'src/guides/Some Name & More.md': `---\ntitle: Odd name\ndate: 2019-02-01\n---\n${dump}\n`,
  'src/guides/v1.2.notes.md': `---\ntitle: Dots\ndate: 2019-03-01\n---\n${dump}\n`,

  // ---- permalinks ----
  'src/links/object.md': `---\ndate: 2020-02-01\ntitle: Object\npermalink:\n  build: "/obj/{{ title | slugify }}/"\n---\n${dump}\n`,
  'src/links/false.md': '---\ndate: 2020-02-02\ntitle: False\ntags: hidden\npermalink: false\n---\nfalse\n',
  'src/links/template.md': `---\ndate: 2020-02-03\ntitle: "Ünïcode & Co. (2)"\npermalink: "{{ page.date.getUTCFullYear() }}/{{ title | slugify }}/{{ page.fileSlug }}.html"\n---\n${dump}\n`,
  'src/links/stem.md': `---\ndate: 2020-02-04\npermalink: "{% if true %}{{ page.filePathStem }}/x/index.html{% endif %}"\n---\n${dump}\n`,
  'src/links/raw.md': `---\ndate: 2020-02-05\npermalink: "/raw/{x}/"\ndynamicPermalink: false\n---\n${dump}\n`,
  'src/links/data.njk': `---\ndate: 2020-02-06\npermalink: /data/out.json\n---\n{"words":{{ words | dump | safe }},"url":"{{ page.url }}"}\n`,
  'src/links/from-data.yaml': 'permalink: "/from/data/{{ title }}/"\n',
  'src/links/from-data.md': `---\ndate: 2020-02-07\ntitle: T\n---\n${dump}\n`,

  // ---- computed data ----
  'src/computed/computed.yaml': 'eleventyComputed:\n  heading: "{{ title | upper }} in {{ page.url }}"\n  nested: { one: "{{ title }}", two: { three: "{{ nested.given }} {{ environment.name }}" } }\n',
  'src/computed/plain.md': '---\nlayout: page.njk\ndate: 2020-03-01\ntitle: Plain\nnested: { given: G }\n---\n{{ heading }} {{ nested | dump | safe }}\n',
  'src/computed/own.md': '---\nlayout: page.njk\ndate: 2020-03-02\ntitle: Own\neleventyComputed:\n  heading: "own {{ title }}"\n  permalink: "/computed-{{ title | lower }}/"\n---\n{{ heading }} {{ page.url }}\n',
  'src/computed/navigation.md': '---\nlayout: page.njk\ndate: 2020-03-03\ntitle: Nav title\neleventyComputed:\n  eleventyNavigation:\n    key: "{{ title }}"\n    order: 3\n---\n{{ eleventyNavigation.key }} {{ collections.all | eleventyNavigation | eleventyNavigationToMarkdown | safe }}\n',

  // ---- pagination ----
  'src/paged/list.njk': `---\nlayout: base.njk\ndate: 2020-04-01\npagination: { data: words, size: 3, alias: chunk }\npermalink: "/paged/{% if pagination.pageNumber > 0 %}{{ pagination.pageNumber + 1 }}/{% endif %}"\n---\n${pager}{{ chunk | join(",") }}\n`,
  'src/paged/default-url.njk': `---\nlayout: base.njk\ndate: 2020-04-02\npagination: { data: words, size: 4 }\n---\n${pager}\n`,
  'src/paged/one.md': '---\nlayout: base.njk\ndate: 2020-04-03\npagination: { data: people, size: 1, alias: person }\npermalink: "/people/{{ person }}/"\n---\n# {{ person }} {{ people[person].name }}\n',
  'src/paged/values.md': '---\nlayout: base.njk\ndate: 2020-04-04\npagination: { data: people, size: 1, alias: person, resolve: values }\npermalink: "/values/{{ person.name | slugify }}/"\n---\n# {{ person.name }}\n',
  'src/paged/keys.md': '---\nlayout: base.njk\ndate: 2020-04-05\npagination: { data: people, size: 2, alias: who.now }\npermalink: "/keys/{{ pagination.pageNumber }}/"\n---\n{{ who.now | join("+") }}\n',
  'src/paged/filtered.njk': `---\nlayout: base.njk\ndate: 2020-04-06\npagination: { data: words, size: 2, reverse: true, filter: [zeta, beta] }\npermalink: "/filtered/{{ pagination.pageNumber }}/"\n---\n${pager}\n`,
  'src/paged/empty.njk': `---\nlayout: base.njk\ndate: 2020-04-07\nnothing: []\npagination: { data: nothing, size: 2, generatePageOnEmptyData: true }\npermalink: /empty/\n---\n{{ pagination.pages | length }}\n`,
  'src/paged/none.njk': '---\nlayout: base.njk\ndate: 2020-04-08\nnothing: []\npagination: { data: nothing, size: 2 }\npermalink: /none/\n---\nno page\n',
  'src/paged/all.njk': '---\nlayout: base.njk\ndate: 2020-04-09\ntags: chunks\npagination: { data: words, size: 3, addAllPagesToCollections: true }\npermalink: "/all/{{ pagination.pageNumber }}/"\n---\n{{ collections.chunks | length }}\n',
  'src/paged/collection.njk': `---\nlayout: base.njk\ndate: 2020-04-10\npagination: { data: collections.guide, size: 2, alias: posts }\npermalink: "/guides-list/{{ pagination.pageNumber }}/"\n---\n{% for p in posts %}{{ p.url }} {{ p.data.title }} {% endfor %}{{ pagination.hrefs | join(" ") }}\n`,
  'src/paged/computed.njk': '---\nlayout: base.njk\ndate: 2020-04-11\npagination: { data: words, size: 1, alias: word }\npermalink: "/word/{{ word }}/"\neleventyComputed:\n  title: "About {{ word }}"\n---\n{{ title }}\n',

  // ---- collections ----
  'src/collections.njk': '---\nlayout: base.njk\ndate: 2020-05-01\ntags: [one, "two words"]\n---\n{% for name, list in collections | dictsort %}{% if name != "all" and name != "everything" %}<p>{{ name }}: {% for p in list %}{{ p.url }} {{ p.date.toISOString() }} {{ p.data.title }};{% endfor %}</p>{% endif %}{% endfor %}<p>{% for p in collections.all %}{{ p.inputPath }} {% endfor %}</p>\n',
  'src/excluded.md': '---\nlayout: base.njk\ndate: 2020-05-02\ntags: one\neleventyExcludeFromCollections: true\n---\n{{ collections.one | length }}\n',
  'src/contents.njk': '---\nlayout: base.njk\ndate: 2030-01-01\n---\n{% for p in collections.guides %}<article>{{ p.templateContent | safe }}</article>{% endfor %}\n',

  // ---- engines ----
  'src/engines/njk-in-md.md': '---\ntitle: e\ndate: 2020-06-01\ntemplateEngineOverride: njk,md\n---\n*{{ title }}*\n',
  'src/engines/only-md.njk': '---\ntitle: e\ndate: 2020-06-02\ntemplateEngineOverride: md\n---\n*{{ title }}*\n',
  'src/engines/html-as-md.html': '---\ntitle: e\ndate: 2020-06-03\ntemplateEngineOverride: njk,md\n---\n*{{ title }}*\n',
  'src/engines/none.njk': '---\ntitle: e\ndate: 2020-06-04\ntemplateEngineOverride: false\n---\n{{ title }}\n',

  // ---- Markdown ----
  'src/markdown/attrs.md': '---\nlayout: page.njk\ntitle: Attrs\ndate: 2020-07-01\n---\n## Heading {.govuk-heading-l #own data-x=ab}\n\nA paragraph {.lead}\n\n[link](/a/){.govuk-link target=_blank} and **bold**{.b} and `code`{.c}\n\n- one {.first}\n- two\n{.list}\n\n> quote {.q}\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n```js {.hl}\nlet x = "<y>";\n```\n\n![alt](/i.png){.img width=10}\n\n#### Last "quoted" -- dash...\n\nline one\nline two  \nhard\n',
  'src/markdown/shortcodes.md': '---\nlayout: page.njk\ntitle: Codes\ndate: 2020-07-02\nv: "<b>&</b>"\n---\n{% markdown %}\n## Inside *markdown*\n\n- {{ v }}\n{% endmarkdown %}\n\n{% badge "New", "tag" %} {% box "Title & co" %}inner **not md**{% endbox %}\n\n{{ "shout" | shout }} {{ "a" | shout("?") }} {{ "*em*" | markdown | safe }}\n\n{{ card({ text: v, classes: "wide" }) }}\n\n{% call card({ html: "<u>h</u>" }) %}called{% endcall %}\n\n{{ nested("leaf", { text: "deep" }) }}\n',
  'src/markdown/no-toc.md': '---\nlayout: page.njk\ntitle: None\ndate: 2020-07-03\n---\nno headings at all\n',
  'src/markdown/blocks.md': '---\nlayout: page.njk\ntitle: Blocks\ndate: 2020-07-04\n---\n{% set panel %}\n<p>{{ title }}</p>\n{% endset %}\n{{ panel | safe }}\n\n{{ panel }}\n\n{%- if panel %} yes {%- endif %}\n\n<div class="x">\n\n*inside* html\n\n</div>\n\n1. one\n2. two\n\n   para\n',

  // ---- the url filter under a path prefix; navigation ----
  'src/urls.njk': '---\nlayout: base.njk\ndate: 2020-08-01\n---\n{% for u in ["/", "", "/a/", "/a/../b/", "a/", "../x/", "#frag", "?q=1", "https://e.org/", "//e.org/", "mailto:a@b.c", "/docs/", "/docs/a/", "./", "/a//b/"] %}{{ u }}={{ u | url }};{% endfor %}{{ "/a/" | url("/other") }} {{ "A Title: with & signs" | slugify }} {{ "A Title" | slug }}\n',
  'src/nav/top.md': '---\nlayout: page.njk\ntitle: Top\ndate: 2020-09-01\neleventyNavigation: { key: Top, order: 1, excerpt: E }\n---\n{{ collections.all | eleventyNavigation | eleventyNavigationToHtml({ listElement: "ol", listItemElement: "li", listClass: "n", listItemClass: "i", listItemHasChildrenClass: "has", activeKey: "Top", activeListItemClass: "on", anchorClass: "an", activeAnchorClass: "aon", useAriaCurrentAttr: true, showExcerpt: true, anchorElementWithoutHref: "span" }) | safe }}\n',
  'src/nav/child.md': '---\nlayout: page.njk\ntitle: Child title\ndate: 2020-09-02\neleventyNavigation: { key: Child, parent: Top, order: 2, title: The child }\n---\n{% for e in collections.all | eleventyNavigationBreadcrumb("Child", { includeSelf: true }) %}{{ e.title }} {{ e.url }};{% endfor %}{% for e in collections.all | eleventyNavigationBreadcrumb("Nobody", { allowMissing: true }) %}x{% endfor %}\n',
  'src/nav/pinned.md': '---\nlayout: page.njk\ntitle: Pinned\ndate: 2020-09-03\neleventyNavigation: { key: Pinned, parent: Top, pinned: true, order: 9 }\n---\n{{ collections.all | eleventyNavigation("Top") | eleventyNavigationToHtml | safe }}\n',
  'src/nav/repeated.md': '---\nlayout: page.njk\ntitle: Repeated\ndate: 2020-09-04\neleventyNavigation: { key: Child, parent: Top, url: /elsewhere/ }\n---\n{% for e in collections.all | eleventyNavigationBreadcrumb("Child") %}{{ e.title }} {{ e.url }};{% endfor %}\n',

  // ---- the program's own data, passthrough, more of the cascade ----
  'public/one.txt': 'one\n',
  'public/deep/two words.css': 'body { color: red }\n',
  'src/program.njk': '---\nlayout: base.njk\ndate: 2020-09-10\n---\n{{ pkg.name }} {{ pkg.nothing }} {{ eleventy.version }} {{ eleventy.generator }} {{ eleventy.env.source }} {{ eleventy.env.runMode }} {{ page.lang }} {{ site.name }} {{ eleventy.directories.input }} {{ eleventy.directories.output }}\n',
  'src/_data/site.json': '{"name":"Global & site"}',
  'src/_data/eleventyComputed.yaml': 'fromGlobalComputed: "computed {{ title }} {{ page.fileSlug }}"\n',
  'src/_data/kind.json': '"global kind"',
  'src/_data/override.json': '{"a":{"b":1,"c":[1]}}',
  'src/cascade/cascade.11tydata.yaml': 'tags: [cascade]\noverride: { a: { d: dir, c: [2] } }\nkind: directory\n',
  'src/cascade/one.md': '---\nlayout: page.njk\ntitle: One\ndate: 2020-09-11\noverride: { a: { c: [3] } }\n---\n{{ override | dump | safe }} {{ kind }} {{ fromGlobalComputed }}\n',
  'src/cascade/one.11tydata.yaml': 'override: { a: { e: file } }\nfromFile: yes\n',
  'src/cascade/two.html': '---\nlayout: page.njk\ntitle: Two\ndate: 2020-09-12\n"override:override": { only: this }\n"override:tags": []\n---\n{% set x = [1, 2] %}{{ override | dump | safe }} {{ x | join("-") }} {{ tags | dump | safe }} *no Markdown* {{ fromFile }}\n',
  'src/cascade/three.njk': '---\ntitle: Three\ndate: 2020-09-13\nlayout: page\neleventyComputed:\n  kind: "computed over {{ title }}"\n  list: ["{{ title }}", "{{ kind }}"]\n  flag: true\n  number: 3\n---\n{{ kind }} {{ list | dump | safe }} {{ flag }} {{ number }} {{ fromGlobalComputed }}\n',
  'src/cascade/deep/deep.yaml': 'layout: wrap.md\n',
  'src/_layouts/wrap.md': '---\nlayout: base\nwrapped: from wrap\n---\n## {{ title }}\n\n{{ content | safe }}\n',
  'src/cascade/deep/page.md': '---\ntitle: In Markdown\ndate: 2020-09-14\n---\n{{ wrapped }} *em*\n',
  'src/cascade/deep/no-layout.md': '---\ntitle: None\nlayout: false\ndate: 2020-09-15\n---\nalone\n',
  'src/cascade/same/same.md': '---\ntitle: Same\nlayout: base.njk\ndate: 2020-09-16\n---\n{{ page.url }} {{ page.filePathStem }}\n',
  'src/relative/index.njk': '---\ndate: 2020-09-17\nlayout: base.njk\n---\n{% include "./inner/../inner/part.njk" ignore missing %}{% include "parts/outer.njk" %}{% import "parts/macros.njk" as m %}{{ m.card({ text: "t" }) }}\n',
  'src/_includes/parts/outer.njk': '[{% include "./inner.njk" %}{% include "../parts/inner.njk" %}]',
  'src/_includes/parts/inner.njk': '<q>{{ page.url }}</q>',
  'src/filters.njk': '---\nlayout: base.njk\ndate: 2020-09-18\n---\n{{ "./src/env.md" | inputPathToUrl }} {{ "src/links/template.md" | inputPathToUrl }} {{ { a: 1 } | log | dump | safe }} {{ "Ünï & Çödé, v1.2!" | slugify }} {{ "Ünï & Çödé" | slug }} {{ collections.guide | getPreviousCollectionItem | dump }} {% set item = collections.everything | getCollectionItem %}{{ item.url }} {{ (collections.everything | getNextCollectionItem).url }} {{ (collections.everything | getPreviousCollectionItem).url }}\n',
  'src/nav/options.njk': '---\nlayout: base.njk\ndate: 2020-09-19\n---\n{{ collections.all | eleventyNavigation | eleventyNavigationToHtml({ listClass: "l", useTopLevelDetails: true, anchorElementWithoutHref: "span" }) | safe }}{{ collections.all | eleventyNavigation("Top,Child") | eleventyNavigationToMarkdown({ showExcerpt: true }) | safe }}{{ collections.all | eleventyNavigationBreadcrumb("Pinned", { includeSelf: true }) | eleventyNavigationToHtml | safe }}{{ collections.guide | eleventyNavigation | length }}\n',
  'src/toc/options.njk': '---\nlayout: base.njk\ndate: 2020-09-20\n---\n{% set html %}<h2 id="a">A &amp; <em>b</em></h2><h3 id="c">C</h3><h4 id="d">D "q"</h4><h2>no id</h2><h2 id="e" data-toc-exclude>E</h2><h2 id="f">F</h2>{% endset %}{{ html | toc | safe }}{{ html | toc({ tags: ["h2", "h3", "h4"], wrapper: "div", heading: false, listType: "ol" }) | safe }}{{ "<p>none</p>" | toc | safe }}\n',

  // ---- more pagination ----
  'src/paged/nested.njk': `---\nlayout: base.njk\ndate: 2020-09-21\npagination: { data: a.d.e.f, size: 2, alias: few }\npermalink: "/nested/{{ pagination.pageNumber }}/{{ few[0] }}.html"\n---\n${pager}{{ few | join("+") }}\n`,
  'src/paged/string.njk': '---\nlayout: base.njk\ndate: 2020-09-22\ninline: [{ n: x, v: 1 }, { n: y, v: 2 }]\npagination: { data: inline, size: 1, alias: it }\npermalink: "/inline/{{ it.n }}/"\ntags: inlined\n---\n{{ it.v }} {{ pagination.pages | dump | safe }} {{ page.url }}\n',
  'src/paged/tags.njk': '---\nlayout: base.njk\ndate: 2020-09-23\npagination: { data: collections, size: 1, alias: tag, filter: [all, everything, guides, newest] }\npermalink: "/tags/{{ tag | slugify }}/"\n---\n{{ tag }} {{ collections[tag] | length }}\n',
  'src/paged/before.njk': '---\nlayout: base.njk\ndate: 2020-09-24\npagination: { data: words, size: 20 }\n---\n{{ pagination.items | length }} {{ page.url }}\n',

  // ---- dates and places ----
  'src/dates/2023-02-03.md': '---\nlayout: base.njk\n---\n{{ page.date.toISOString() }} {{ page.fileSlug }} {{ page.url }}\n',
  'src/dates/string.md': '---\nlayout: base.njk\ndate: "2023-04-05T06:07:08Z"\n---\n{{ page.date.toISOString() }} {{ date }}\n',
  'src/dates/offset.md': '---\nlayout: base.njk\ndate: 2023-04-05T23:00:00-05:00\n---\n{{ page.date.toISOString() }} {{ date | publishedDate }}\n',
  'src/permalink-with-space.md': '---\nlayout: base.njk\ndate: 2020-09-25\npermalink: "/a b/c%20d/index.html"\n---\n{{ page.url }}\n',
  'src/index-html.njk': '---\nlayout: base.njk\ndate: 2020-09-26\npermalink: "sub//dir/index.html"\n---\n{{ page.url }} {{ page.outputPath }}\n',
  'src/feed.njk': '---\ndate: 2020-09-27\npermalink: /feeds/atom.xml\ntags: [one, feeds]\neleventyExcludeFromCollections: [one]\n---\n<?xml version="1.0"?><feed>{% for p in collections.guide %}<entry href="{{ p.url | url }}">{{ p.data.title }}</entry>{% endfor %}</feed>\n',

  // ---- languages ----
  'src/cy/cy.yaml': 'lang: cy\nlayout: base.njk\nalternates:\n  - { lang: en, url: / }\n',
  'src/cy/index.md': '---\ntitle: Hafan\ndate: 2020-10-01\n---\n{{ lang }} {% for x in alternates %}<a hreflang="{{ x.lang }}" lang="{{ x.lang }}" href="{{ x.url | url }}">{{ x.lang }}</a>{% endfor %}\n',
};
