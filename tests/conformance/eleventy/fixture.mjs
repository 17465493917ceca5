// SPDX-License-Identifier: MIT
//
// A small site with the features that Eleventy sites use. The test writes it to a directory; one
// row per file.
const dump = '{{ page.url }}|{{ page.fileSlug }}|{{ page.filePathStem }}|{{ page.inputPath }}|{{ page.outputPath }}|{{ page.date.toISOString() }}';
export default {
  'data/_includes/layouts/base.njk': '---\ntitle: From base\nbaseOnly: B\nshared: { a: 1, list: [1] }\n---\n<html><title>{{ title }}</title><body>{% block body %}{{ content | safe }}{% endblock %}<p>{{ baseOnly }} {{ shared | dump }}</p></body></html>\n',
  'data/_includes/layouts/mid.njk': '---\nlayout: layouts/base.njk\nmidOnly: M\nshared: { b: 2, list: [2] }\n---\n<main class="{{ midOnly }}">{{ content | safe }}</main>\n',
  'data/_includes/layouts/ext.njk': '{% extends "layouts/parent.njk" %}{% block body %}[{{ super() }}]{{ content | safe }}{% endblock %}\n',
  'data/_includes/layouts/parent.njk': '<i>{{ title }}</i>{% block body %}default{% endblock %}\n',
  'data/_includes/macros.njk': '{% macro box(text, kind="plain") %}<div class="{{ kind }}">{{ text }}{{ caller() if caller }}</div>{% endmacro %}\n',
  'data/_includes/part.njk': '<em>{{ item or "none" }}</em>',
  'data/_data/site.json': '{"name":"Fixture & co","nested":{"deep":[1,2,3]}}',
  'data/_data/a/b.json': '{"x":"global a.b"}',
  'data/_data/colours.json': '["red","green","blue","grey","black"]',
  'data/_data/empty.json': '',
  'data/_data/things.json': '{"one":1,"two":2,"three":3}',
  'data/index.md': `---\nlayout: layouts/mid.njk\ntitle: Home\ndate: 2020-01-01\n---\n# {{ title }}\n\n{{ site.name }} {{ a.b.x }}\n\n${dump}\n`,
  'data/about.md': `---\nlayout: layouts/mid\ndate: 2020-01-02\nshared: { c: 3, list: [3] }\n---\n${dump}\n\n{{ shared | dump | safe }}\n`,
  'data/foo/foo.md': `---\nlayout: layouts/base.njk\ndate: 2020-01-03\n---\n${dump}\n`,
  'data/2021-02-03-dated.md': `---\nlayout: layouts/base.njk\n---\n${dump}\n`,
  'data/posts/posts.json': '{"layout":"layouts/mid.njk","tags":["post"],"dirData":"D","shared":{"d":4}}',
  'data/posts/one.md': '---\ntitle: One\ndate: 2022-01-01\ntags: [extra]\n---\n{{ dirData }} {{ tags | join(",") }} {{ shared | dump | safe }}\n',
  'data/posts/two.md': '---\ntitle: Two\ndate: 2021-01-01\n---\n*two*\n',
  'data/posts/two.11tydata.json': '{"fromTemplateData":"T","title":"ignored"}',
  'data/posts/three.njk': '---\ntitle: Three\ndate: 2021-01-01\n---\n<p>{{ fromTemplateData }} {{ title }}</p>\n',
  'data/posts/hidden.md': '---\ntitle: Hidden\ndate: 2019-01-01\neleventyExcludeFromCollections: true\n---\nhidden\n',
  'data/list.njk': '---\nlayout: layouts/base.njk\ndate: 2020-02-01\n---\n<ul>{% for p in collections.post %}<li>{{ p.url }} {{ p.data.title }} {{ p.date.toISOString() }} {{ p.fileSlug }}</li>{% endfor %}</ul>{{ collections.extra | length }}<p>{% for p in collections.all %}{{ p.inputPath }};{% endfor %}</p>\n',
  'data/neighbours.njk': '---\nlayout: layouts/base.njk\ntags: post\ndate: 2021-06-01\n---\n{% set p = collections.post | getPreviousCollectionItem(page) %}{% set n = collections.post | getNextCollectionItem(page) %}{{ p.url }} {{ n.url }} {{ collections.post | getCollectionItemIndex(page) }}\n',
  'data/content.njk': '---\nlayout: layouts/base.njk\ndate: 2023-01-01\n---\n{% for p in collections.post %}<section>{{ p.templateContent | safe }}</section>{% endfor %}\n',
  'data/perma/string.md': `---\nlayout: layouts/base.njk\ndate: 2020-03-01\npermalink: /custom/place/\n---\n${dump}\n`,
  'data/perma/template.md': `---\nlayout: layouts/base.njk\ntitle: My Title\ndate: 2020-03-02\npermalink: "/t/{{ title | slugify }}/index.html"\n---\n${dump}\n`,
  'data/perma/none.md': '---\ntitle: None\ndate: 2020-03-03\npermalink: false\n---\nx\n',
  'data/perma/file.njk': '---\ndate: 2020-03-04\npermalink: /feed/out.txt\n---\n{{ site.nested.deep | join("-") }}\n',
  'data/computed.md': '---\nlayout: layouts/base.njk\ndate: 2020-04-01\nfirst: A\neleventyComputed:\n  title: "{{ first }}!"\n  nested:\n    deep: "{{ page.url }} {{ first }}"\n---\n{{ title }} {{ nested.deep }}\n',
  'data/paged.njk': '---\nlayout: layouts/base.njk\ndate: 2020-05-01\npagination:\n  data: colours\n  size: 2\n  alias: some\npermalink: "/paged/{{ pagination.pageNumber }}/"\n---\n{{ some | join(",") }} {{ pagination.pageNumber }} {{ pagination.items | length }} {{ pagination.pages | length }}\n',
  'data/paged-object.njk': '---\nlayout: layouts/base.njk\ndate: 2020-05-02\npagination:\n  data: things\n  size: 1\n  alias: thing\npermalink: "/thing/{{ thing }}/"\n---\n{{ thing }}\n',
  'data/paged-reverse.njk': '---\nlayout: layouts/base.njk\ndate: 2020-05-03\npagination:\n  data: colours\n  size: 3\n  reverse: true\n  filter: [grey]\npermalink: "/reverse/{{ pagination.pageNumber }}/"\n---\n{{ pagination.items | join(",") }}\n',
  'data/paged-posts.njk': '---\nlayout: layouts/base.njk\ndate: 2020-05-04\npagination:\n  data: collections.post\n  size: 2\n  alias: posts\npermalink: "/archive/{{ pagination.pageNumber }}/"\n---\n{% for p in posts %}{{ p.url }} {% endfor %}\n',
  'data/engines/html.html': `---\nlayout: layouts/base.njk\ndate: 2020-06-01\n---\n${dump} *not markdown*\n`,
  'data/engines/md-only.md': '---\nlayout: layouts/base.njk\ndate: 2020-06-02\ntemplateEngineOverride: md\n---\n*em* {{ title }}\n',
  'data/engines/njk-only.md': '---\nlayout: layouts/base.njk\ndate: 2020-06-03\ntemplateEngineOverride: njk\n---\n*em* {{ title }}\n',
  'data/engines/none.md': '---\nlayout: layouts/base.njk\ndate: 2020-06-04\ntemplateEngineOverride: false\n---\n*em* {{ title }}\n',
  'data/engines/extends.md': '---\nlayout: layouts/ext.njk\ntitle: Extended\ndate: 2020-06-05\n---\n*em*\n',
  'data/engines/nolayout.md': '---\ntitle: x\ndate: 2020-06-06\n---\n*em* {{ title }}\n',
  'data/engines/macros.md': '---\nlayout: layouts/base.njk\ndate: 2020-06-07\n---\n{% from "macros.njk" import box %}\n{{ box("text & more") }}\n\n{% call box("t", kind="k") %}**called**{% endcall %}\n\n{% set item = "I" %}{% include "part.njk" %}\n\n{% for i in range(3) %}{{ loop.index }}{{ "," if not loop.last }}{% endfor %}\n',
  'data/engines/nav.md': '---\nlayout: layouts/base.njk\ndate: 2020-06-08\neleventyNavigation:\n  key: Nav\n  order: 2\n---\n{{ collections.all | eleventyNavigation | eleventyNavigationToHtml | safe }}\n\n{{ collections.all | eleventyNavigationBreadcrumb("Leaf", { includeSelf: true }) | eleventyNavigationToHtml | safe }}\n',
  'data/engines/leaf.md': '---\nlayout: layouts/base.njk\ndate: 2020-06-09\neleventyNavigation:\n  key: Leaf\n  parent: Nav\n---\nleaf\n',
  'data/engines/first.md': '---\nlayout: layouts/base.njk\ndate: 2020-06-10\neleventyNavigation:\n  key: First\n  order: 1\n  title: The first\n---\nfirst {{ "/x/" | url }} {{ "Some Title" | slugify }}\n',
  'data/override.md': '---\nlayout: layouts/mid.njk\ndate: 2020-07-01\n"override:shared": { only: 1 }\n---\n{{ shared | dump | safe }}\n',
  'data/lang/cy.md': '---\nlayout: layouts/base.njk\ndate: 2020-08-01\nlang: cy\ntitle: Cymraeg\n---\n{{ lang }} \u0175\u00ea\n',
};
export const settings = `name: t
includes: data/_includes
markdown: {breaks: true, html: true, tables: true, strikethrough: true, attributes: 5, heading_ids: {levels: 2, tabindex: false}}
`;
