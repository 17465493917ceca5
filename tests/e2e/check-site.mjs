// SPDX-License-Identifier: MIT
//
// A site full of mistakes for tests/e2e/check.mjs. «rule» marks the place where `check` must report
// the rule; it is removed before the file is written. Nothing else may be reported: each file also
// has texts that almost break a rule.
const page = (title, body, front = '', { layout = 'layouts/page.njk', description } = {}) =>
  `---\ntitle: ${title}\ndescription: ${description ?? `What ${title} is for.`}\nlayout: ${layout}\n${front}---\n${body}`;

// Written as one byte that is not UTF-8.
export const LATIN = '\uf8e9';

// Good links, in every way to write one.
const GOOD_LINKS = `
[A page](/good/), [a part of it](/good/#second-part), [the top](#top), [home](/), [a file](/files/form.csv).
[Without its slash](/good), [from here](../good/), [mail](mailto:someone@example.org), [call](tel:+441632960001).
[Elsewhere](https://example.org/nothing/), [search](/search?q=x), <https://example.org/>, [moved](/old-good/).
<a href="/good/#second-part">The second part</a> <a id="named"></a><a href="#named">Named</a> <a name="older"></a><a href="#older">Older</a>

\`[code]()\` and \`<a href="">code</a>\` and \`<img src="x.png">\` are no links.

\`\`\`
[in a fence]() TODO <a href="" target="_blank">x</a>
\`\`\`

<!-- [in a comment]() TODO -->
{# [in another]() TODO #}
[reference][good] and {{ "text" }} in [brackets].

[good]: /good/
`;

export const files = {
  'guidance.yaml': `name: Full of mistakes
markdown: {tables: true, heading_ids: {levels: [2, 3]}}
imports:
  - from "components.njk" import component
ignores: [data/ignored/**, data/ignored-too.md]
log: {file: files/server.log, access_file: files/access.log}
passthrough:
  /files: files
  «passthrough»/images: no-such-folder
  «passthrough»/fonts: nor-this-one
redirects:
  - {from: /old-good/, to: /good/}
  - {from: /wild/*, to: /good/}
  - {from: /away/, to: "https://example.org/"}
  - {from: /gone/, status: 410}
  - «redirect»{from: /half/}
  - «redirect»{from: /half%2, to: /good/}
  - «redirect»{from: https://elsewhere.example/x, to: /good/}
  - «redirect»{from: /odd/, to: /good/, status: 200}
  - {from: /loop-a/, to: «redirect-loop»/loop-b/}
  - {from: /loop-b/, to: «redirect-loop»/loop-a/}
  - {from: /again/*, to: «redirect-loop»/again/more/*}
  - {from: /to-nothing/, to: «redirect-target»/no-such-page/}
  - {from: /to-nothing-too/, to: «redirect-target»/goood/}
  - «redirect-shadowed»{from: /good/, to: /}
  - «redirect-shadowed»{from: /old-good/, to: /}
  - {from: /old-good/, to: /good/}
security_txt: «security-txt»"Contact: mailto:a@guide.example\\nExpires: 2020-01-01T00:00:00Z"
theme:
  footer: «link-broken»/from-the-settings/
check:
  image-alt:
    except: [data/archive/**]
  orphan: {severity: note}
  link-text: {except: ["/excepted/**"]}
  link-broken: {except: ["/other-service/**"]}
  link-borken: «check-setting»warning
  link-anchor: «check-setting»eror
  word-avoided: {words: {utilise: use, in order to: to, leverage: }}
  heading-case: {words: [Green Book, Latin, Swansea Bay]}
  sentence-long: {words: 22, word: «check-setting»9}
  reading-age: {severity: off, age: «check-setting»five}
  title-missing: {excpet: «check-setting»[data/x.md]}
  image-large: {width: 400, bytes: 2000}
  mojibake: {except: «check-setting»5}
  title-repeated: {except: «check-setting»[data/a.md, {b: c}]}
  redirect-target: «check-setting»[off]
  redirect-loop: true
  drafts: on
  future: «check-setting»later
`,
  'files/form.csv': 'a,b\n',
  // GIFs as far as their size goes: 8224 by 8224 pixels, 800 by 600, and the same in too many bytes.
  'files/wide.gif': 'GIF89a    ',
  'files/fits.gif': 'GIF89a \u0003X\u0002',
  'files/heavy.gif': `GIF89a \u0003X\u0002${'.'.repeat(2000)}`,
  'files/any.svg': '<svg width="9999" height="9999" xmlns="http://www.w3.org/2000/svg"></svg>',

  // ---- templates ----
  'templates/layouts/page.njk': `«link-broken»<!DOCTYPE html>
<html lang="{{ lang or 'en' }}">
<head><title>{{ title }}</title></head>
<body>
<nav>{{ collections.all | eleventyNavigation | eleventyNavigationToHtml | safe }}</nav>
<p>{{ words.welcome }} {{ hero }}</p>
<h1>{{ title }}</h1>
{{ content | safe }}
<footer><a href="{{ site.theme.footer }}">Foot</a> <a href="«link-broken»/from-the-layout/">Lay</a>
<a href="/good/">Good</a> <a href="/{{ 'made-of' + '-parts' }}/">Out</a></footer>
</body>
</html>
`,
  'templates/layouts/unfound.njk': '{% if false %}{% include "«include-missing»no-such-part.njk" %}{% endif %}{% include "perhaps.njk" ignore missing %}{{ content | safe }}',
  'templates/layouts/broken.njk': '{{ content | safe }}\n{% «template»endfor %}\n',
  'templates/components.njk': '{% macro component(name, params) %}{% include "components/" + name + "/template.njk" %}{% endmacro %}',
  'templates/components/card/template.njk': '<a href="{{ params.href }}"{% if params.blank %} target="_blank"{% endif %}>{{ params.text }}</a>{% if params.url %}<a href="{{ params.url }}">{{ params.title }}</a>{% endif %}{{ params.html | safe }}',
  'templates/components/nobody-calls-it/template.njk': '<p>A component is there to be called.</p>',
  'templates/parts/used.njk': '<p>used</p>{% include "./below.njk" %}',
  'templates/parts/below.njk': '<p>used by one that is used</p>',
  'templates/parts/chosen-a.njk': '<p>chosen by name</p>',
  'templates/parts/lonely.njk': '«unused-include»<p>nobody</p>\n',
  'templates/parts/lonely-too.njk': '«unused-include»{% macro x() %}{% endmacro %}\n',
  'templates/parts/dirty.njk': '<p>it«mojibake»â€™s</p>\n<p>«placeholder»TODO: write</p>{# TODO: not shown #}\n<script>// TODO: not shown either\n</script>\n',

  // ---- data ----
  'data/_data/words.yaml': 'welcome: "Welcome to everyone«mojibake»â€™s site"\n',
  'data/_data/listed.json': '["a","b"]',
  'data/_data/unheard_of.yaml': '«unused-data»a: 1\n',
  'data/_data/deep/nobody.json': '«unused-data»{"a": 1}\n',
  'data/_data/program.js': '«javascript-data»module.exports = { a: Number(1) };\n',
  'data/_data/other.cjs': '«javascript-data»module.exports = () => [1];\n',
  'data/section/section.yaml': 'audience: all\n',
  'data/section/lost.json': '«unused-data»{"a": 1}\n',
  'data/section/section.11tydata.js': '«javascript-data»module.exports = Object.create({});\n',
  'data/scripted.11ty.js': '«javascript-template»module.exports = class {};\n',
  'data/scripted-too.11ty.js': '«javascript-template»exports.render = () => "x";\n',
  'data/helper.js': '// a script beside pages is nobody\'s business\n',

  // ---- good pages ----
  'data/index.md': page('Home', '{% for p in collections.all %}{% if p.url and not p.data.alone %}<a href="{{ p.url }}">{{ p.data.title or p.url }}</a>\n{% endif %}{% endfor %}{% include "parts/used.njk" %}{% set choice = "a" %}{% include "parts/chosen-" + choice + ".njk" %}{% include "parts/dirty.njk" %}\n'),
  'data/good.md': page('Good', `Words.\n\n## First part\n\n### Below it\n\n## Second part\n\nWords, and a dotted line of contents: Part one ........ 3. Add your name here and press the button. The todo list. An ellipsis... And so on.\n${GOOD_LINKS}`),
  'data/archive/old.md': page('Old', '<img src="/files/form.csv">\n\n[Other service](/other-service/apply/)\n'),
  'data/404.md': page('Nothing here', 'Not found.\n', 'permalink: /404.html\nalone: true\n'),
  'data/hidden.md': page('Hidden', 'Not to be found.\n', 'alone: true\nsearchable: false\n'),
  'data/draft.md': page('Draft', 'TODO: everything. Lorem ipsum.\n', 'alone: true\ndraft: true\ndate: 2999-01-01\n'),
  'data/later.md': page('Later', 'Appears later.\n', 'publishAt: 2999-01-01\ndate: 2999-01-01\n'),
  'data/cy.md': page('Good', 'Geiriau.\n', 'lang: cy\n', { description: 'Tudalen.' }),

  // ---- links ----
  'data/links/empty.md': page('Empty links', `«link-empty»[nowhere](), «link-empty»[nor **this**](), [somewhere](/good/), «link-empty»[twice]() and «link-empty»[twice]().
«link-empty»<a href="">in HTML</a>, «link-empty»<a href="#">only a mark</a>, <a>no link at all</a>.

{{ component('card', {text: 'A card', «link-empty»href: ''}) }}

{{ component('card', {text: 'Another', href: '/good/', «link-empty»url: "", title: 'not shown'}) }}

{{ component('card', {text: 'HTML', href: '/good/', html: '<p>«link-empty»<a href="">inside</a></p>'}) }}

{% set url = "" %}{% if url == "" %}An empty variable is no link.{% endif %}
`),
  'data/links/broken.md': page('Broken links', `[one](«link-broken»/no-page/), [two](«link-broken»../no-page-either/), ![the picture](«link-broken»/files/no.png), [three](«link-broken»/files/no.csv).
[the same](«link-broken»/no-page/), <a href="«link-broken»/no-page-in-html/">HTML</a>, <img alt="" src="«link-broken»/files/none.svg">
[reference][no], [a source](«link-broken»../good.md), [an address](«link-broken»www.example.org), [with a query](«link-broken»/no-page/?a=b).
[spaces](<«link-broken»/no page/>), [capitals](«link-broken»/Good/), [filtered]({{ "«link-broken»/filtered/" | url }}).

{{ component('card', {text: 'A card', href: '«link-broken»/no-card/'}) }}
{{ component('card', {text: 'HTML', href: '/good/', html: '<a href="«link-broken»/no-inside/">inside</a>'}) }}

[no]: «link-broken»/no-reference/

<video src="«link-broken»/files/no.mp4"></video>
`),
  'data/links/addresses.md': page('Addresses', `[fine](https://example.org/a?b#c) [fine](http://intranet) [fine](https://u@example.org:8080/) [fine](mailto:a@example.org,b@example.org?subject=x) [fine](mailto:?subject=x)
[fine](tel:+44-20-1234) [fine](//example.org/x) [fine](git+ssh://x) [fine](http://[::1]:80/) [fine](ftp://x) [fine](MAILTO:a%40example.org) [fine](https://example.org/a:b)
<a href="«link-address»javascript:void(0)">script</a> [no site](«link-address»http://) [no site](«link-address»//) [no site](«link-address»https:///a) [a port](«link-address»https://:80/) [dots](«link-address»https://www..example.org)
[one slash](«link-address»https:/example.org) [none](«link-address»HTTPS:example.org) [misspelt](«link-address»htps://example.org) [too](«link-address»htp://example.org) [mail](«link-address»mailo:a@example.org)
[nobody](«link-address»mailto:) [two](«link-address»mailto:a@b@c) <a href="«link-address»mailto:@example.org">no name</a> [no number](«link-address»tel:) [again](«link-address»tel:call-us)

«link-unread»[a file](my file.pdf), «link-unread»[a site](https://exa mple.org), «link-unread»[script](javascript:alert(1)), \`[code](a b.pdf)\`, list[0](x y), an [aside](which is none), [fine](</files/form.csv>)
`),
  'data/links/front.md': page('Front matter', '<a href="{{ extra.url }}">Extra</a> <a href="{{ more[0].url }}">Further</a>\n', 'extra:\n  url: «link-broken»/no-extra/\nmore:\n  - url: «link-broken»/no-more/\n  - url: /good/\n'),
  'data/links/anchors.md': page('Anchors', `## Here and there

[gone](«link-anchor»#gone), [fine](#here-and-there), [of another](«link-anchor»/good/#third-part), [fine too](/good/#first-part).
[capitals](«link-anchor»#Here-And-There), <a href="«link-anchor»/good/#none">HTML</a>, [relative](«link-anchor»../../good/#nor-this), [text fragment](/good/#:~:text=Words).

{{ component('card', {text: 'A card', href: '«link-anchor»/good/#no-card'}) }}
`),
  'data/links/texts.md': page('Link texts', `«link-text»[click here](/good/), «link-text»[](/good/), «link-text»[Read more](/), [read more about it](/good/), «link-text»[Click here to apply](/good/).
«link-text»<a href="/good/">here</a> «link-text»<a href="/good/"></a> <a href="/good/" aria-label="Good">here</a> «link-text»<a href="/"><img src="/files/form.csv" alt=""></a>
<a href="/good/"><img src="/files/form.csv" alt="Form"></a> <a href="/good/" aria-hidden="true">#</a> «link-text»[**here**](/good/) [Here and now](/good/)

{{ component('card', {text: 'More', «link-text»href: '/good/#second-part'}) }}
`),
  'data/links/blank.md': page('New tabs', `<a href="https://example.org/1" «target-blank»target="_blank">One</a> <a href="https://example.org/2" target="_blank" rel="noopener">Two</a>
<a «target-blank»target='_blank' href="https://example.org/1">One again</a> <a href="https://example.org/3" target="_blank" rel="external noreferrer">Three</a>
«target-blank»<a href="https://example.org/4" target="_blank" rel="external">Four</a> <a href="https://example.org/5" target="frame">Five</a>

{{ component('card', {text: 'A card', «target-blank»href: 'https://example.org/6', blank: true}) }}
`),

  // ---- what readers see ----
  'data/markup/first.md': page('First', `«heading-repeated»# Another title

«heading-repeated»<h1>And one in HTML</h1>

\`\`\`
# no heading
\`\`\`
`),
  'data/markup/foreign.md': page('Foreign', `A footnote«markdown-foreign»[^1] and another«markdown-foreign»[^long-name], but not \`[^1]\`, \`[^a-z]\` or [^ this ].

«markdown-foreign»[^1]: The note.

«markdown-foreign»::: warning
Care.
«markdown-foreign»:::

> «markdown-foreign»[!NOTE]
> Text of the note.

> «markdown-foreign»[!WARNING] At once.

- «markdown-foreign»[ ] to do
- «markdown-foreign»[x] done
- [A page](/good/) and [ ] later
- [ x ] neither

Term
«markdown-foreign»: what it means

Ratio 1 : 2, time 10:00, a::b, and C++'s std::vector; [!note] in small letters.

\`\`\`
::: fence
[^1]
> [!NOTE]
- [ ] x
\`\`\`
`),
  'data/markup/headings.md': page('Headings', `## Two

«heading-skipped»#### Four after two

## Two again

### Three

«heading-skipped»##### Five after three

#### Four after five

«heading-skipped»<h6>Six in HTML</h6>

## Back to two

Underlined
----------

«heading-skipped»#### Four **strong**

\`\`\`
###### no heading
\`\`\`
`),
  'data/markup/large.md': page('Large images', `«image-large»![wide](/files/wide.gif) ![fits](/files/fits.gif) «image-large»![heavy](/files/heavy.gif) ![any](/files/any.svg)

«image-large»<img src="/files/fits.gif" alt="in a narrow place" width="300"> <img src="/files/fits.gif" alt="in its place" width="400"> <img src="https://example.org/files/wide.gif" alt="of others">
`),
  'data/markup/vague.md': page('Vague images', `«image-alt-vague»![IMG_2041.JPG](/files/form.csv) «image-alt-vague»<img src="/files/form.csv" alt=" Photo "> ![Photo of the form](/files/form.csv) ![A .png and how it is made](/files/form.csv)
`),
  'data/markup/images.md': page('Images', `«image-alt»![](/files/form.csv) ![Form](/files/form.csv) «image-alt»<img src="/files/form.csv"> <img src="/files/form.csv" alt="">
«image-alt»<img src="/files/form.csv" class="alt"> <img src="/files/form.csv" role="presentation"> <img alt='Form' src='/files/form.csv'> <img src="/files/form.csv" aria-hidden="true">

{{ component('card', {text: 'HTML', href: '/good/', html: '«image-alt»<img src="/files/form.csv">'}) }}
`),
  'data/markup/tables.md': page('Tables', `| a | b |
| --- | --- |
| 1 | 2 |

«table-header»|  |  |
| --- | --- |
| x | y |

«table-header»<table><tr><td>one</td><td>two</td></tr></table>

<table><tr><th>one</th></tr><tr><td>two</td></tr></table>

<table role="presentation"><tr><td>only for its looks</td></tr></table>

«table-header»<table>
<tr><td>three</td></tr>
</table>
`),
  'data/markup/wide.md': page('Wide tables', `«table-wide»| ${'a'.repeat(40)} | b |
| --- | --- |
| 1 | ${'m'.repeat(40)} |

«table-wide»<table><tr><th>one<th>two<tr><td>${'x'.repeat(60)}<td><b>${'y'.repeat(20)}</b><i>${'z'.repeat(40)}</i></table>

| One | Two |
| --- | --- |
| ${'many words '.repeat(60)} | ${'a-hyphen/'.repeat(20)} |

<table><tr><th colspan="2">${'c'.repeat(120)}</th></tr><tr><td>${'i'.repeat(100)}</td><td>${'x&shy;'.repeat(99)}</td></tr></table>

<table><tr><th rowspan="2">${'r'.repeat(150)}</th><td>a</td></tr><tr><td>b</td></tr></table>

| ${'漢'.repeat(80)} | ${'x'.repeat(40)} |
| --- | --- |
| a | b |
`),
  'data/markup/placeholders.md': page('Placeholders', `«placeholder»Lorem ipsum «placeholder»dolor sit amet. «placeholder»TODO: more. The owner is «placeholder»TBC and the date «placeholder»TBD, «placeholder»FIXME.

Check the facts and «placeholder»add a brief intro here. Then «placeholder»insert some words here

Find out «placeholder»about how ..... and «placeholder»so on ....

{{ component('card', {text: '«placeholder»Your text here', href: '/good/'}) }}

TODOs, a todo, lorem, dolor, add a brief intro here and there, add it here, put a comma here or there. \`TODO\` Wait...
`),
  'data/markup/prose.md': page('Prose', `«word-avoided»Utilise it, «word-avoided»in order to see; do not «word-avoided»leverage.

Leveraged, [a page](/good/) of utilise.md or data-utilise is none, nor \`utilise\`. <!-- utilise -->

«sentence-long»This sentence of the text goes on and on and on and on and on
and on for twenty three words in all. This one has one word less than that and goes on and on and on and on and so it is fine.

- «sentence-long»An item of a list that has too many words for one to read it, as it goes on and on and on and on
- A short one that is not long at all, as it seems
- and one more, which with the one before would be too long to be read

| A table row | has as many words as it likes, since nobody reads it as one sentence |
| --- | --- |
| a | b |
`),
  'data/markup/case.md': page('Sentence case', `## «heading-case»Set Your Controls

## «heading-case»[Of Every](/good/) Link & Kind

## What the Green Book says of Swansea Bay

### Use APIs, an iPhone, part B and I'm sure of O'Brien's NHS login

### 1. First things: Then more – And more. Yes? “No” is a "Yes" too

### «heading-case»2. Read the Green Bookshop

### \`Code\` and [a link](/good/ "Good Title"), **bold** and {{ 'Other Words' }}

### «heading-case»a small beginning

### guidance.yaml and www.example.org/ stay

### «heading-case»HOW TO BEGIN SOMETHING

### «heading-case»Cael Étude &amp; Être

### NHS API FAQ of May 2026 and Section 21

### Read &ldquo;it&rdquo; now

«heading-case»Another Heading
---

### Write it at 10 o'clock in 2nd place, re-use it {.Other}

### «heading-case»A & B &amp; More

<h2>«heading-case»By Hand</h2>

\`\`\`
## Of Code
\`\`\`
`),
  'data/markup/case-title.md': page('«heading-case»A Title Of Its Own', 'Words.\n', '', { description: 'What it is for.' }),
  'data/markup/case-german.md': page('Ein Titel auf Deutsch', '## Über die Regeln der Überschriften\n', 'lang: de-AT\n'),
  'data/markup/fields.md': page('Fields', 'Words.\n', 'hero: «placeholder»TBC\n'),

  // ---- front matter that is text ----
  'data/late/late.json': '{"title": "Late", "description": "Behind an empty line."}',
  'data/late/late.md': '\n+++\n«front-matter-start»layout = "none"\n+++\n\nWords.\n',
  'data/behind/behind.json': '{"title": "Behind", "description": "Behind a comment."}',
  'data/behind/behind.md': '<!-- x -->\n+++\n«front-matter-start»layout: none\n+++\n\nWords.\n',

  // ---- encoding ----
  'data/encoding/twice.md': page('Twice', 'Everyone«mojibake»â€™s, «mojibake»â€œquotedâ€\u009d and caf«mojibake»Ã©. Café is right, and so is Â£5 in a list of signs: €, ™, ©.\n'.replace(' and so is Â£5', ' and so is £5').replace('«mojibake»â€œquotedâ€\u009d', '«mojibake»â€œquoted«mojibake»â€\u009d')),
  'data/encoding/mark.md': `«byte-order-mark»\ufeff${page('Mark', 'Words.\n')}`,
  'data/encoding/mark-too.md': `«byte-order-mark»\ufeff${page('Mark too', 'Words.\n')}`,

  'data/encoding/latin.md': `---\ntitle: Latin\ndescription: Caf«encoding»${LATIN}\n---\nWords.\n`,
  'data/encoding/latin-too.md': page('Latin too', `Cr«encoding»${LATIN}me\n`),
  'files/latin.txt': `cr«asset-encoding»${LATIN}me\n`,
  'files/latin-too.csv': `a;«asset-encoding»${LATIN}\n`,
  'files/utf8.txt': 'crème\n',

  // ---- front matter ----
  'data/front/unreadable.md': page('Unreadable', 'Words.\n', 'publishAt: «date-unreadable»1 December 2027\n'),
  'data/front/unreadable-too.md': page('Unreadable too', 'Words.\n', 'reviewBy: «date-unreadable»[2999-01-01]\ndatePublished: «date-unreadable»"01/02/2020"\ndateUpdated: 2020-01-01 9:00\nsearchable: «flag-unreadable»perhaps\n'),
  'data/front/draft.md': page('Draft', 'Words.\n', 'draft: «flag-unreadable»soon\n'),
  'data/front/no-draft.md': page('No draft', 'Words.\n', 'draft: "no"\nsearchable: "yes"\n'),
  'data/front/no-title.md': '«title-missing»---\ndescription: No title.\nlayout: layouts/page.njk\n---\nWords.\n',
  'data/front/empty-title.md': '---\n«title-missing»title: ""\ndescription: An empty title.\nlayout: layouts/page.njk\n---\nWords.\n',
  'data/front/title-a.md': page('The same title', 'Words.\n', '', { description: 'One.' }),
  'data/front/title-b.md': page('«title-repeated»The same title', 'Words.\n', '', { description: 'Two.' }),
  'data/front/title-c.md': page('«title-repeated»"The same title"', 'Words.\n', '', { description: 'Three.' }),
  'data/front/no-description.md': '«description-missing»---\ntitle: No description\nlayout: layouts/page.njk\n---\nWords.\n',
  'data/front/empty-description.md': '---\ntitle: Empty description\n«description-missing»description:\nlayout: layouts/page.njk\n---\nWords.\n',
  'data/front/same-a.md': page('Same A', 'Words.\n', '', { description: 'The same for all.' }),
  'data/front/same-b.md': page('Same B', 'Words.\n', '', { description: '«description-repeated»The same for all.' }),
  'data/front/same-c.md': page('Same C', 'Words.\n', '', { description: "«description-repeated»'The same for all.'" }),
  'data/front/keys.md': page('Keys', 'Words with {{ sectoin_name }}.\n', '«front-matter-key»decsription: x\n«front-matter-key»dateupdated: 2020-01-01\n«front-matter-key»tag: [x]\nhero: known to the layout\nsectoin_name: known to the page\nwords: known as data\ncolour: nobody knows it, and it is near nothing\neleventyNavigation:\n  key: Keys\n  «front-matter-key»oder: 3\n  «front-matter-key»titel: Keys\n'),
  'data/front/dates.md': page('Dates', 'Words.\n', 'date: «date-future»2999-01-01\ndateUpdated: «date-future»2999-02-03\ndatePublished: 2020-01-01\nreviewBy: 2999-01-01\nexpireAt: 2999-01-01\n'),
  'data/front/dates-too.md': page('Dates too', 'Words.\n', 'dateUpdated: «date-future»"2999-02-03"\npublishAt: 2020-01-01\n'),
  'data/front/review.md': page('Review', 'Words.\n', 'reviewBy: «review-overdue»2001-01-01\n'),
  'data/front/review-too.md': page('Review too', 'Words.\n', 'owner: someone\nreviewBy: «review-overdue»2002-02-02 # soon\n'),

  // ---- navigation ----
  'data/section/index.md': page('Section', 'Words.\n', 'eleventyNavigation:\n  key: Section\n'),
  'data/section/shares.md': page('Shares', 'Words.\n', 'eleventyNavigation:\n  key: Section\n  url: /section/\n'),
  'data/section/shares-too.md': page('Shares too', 'Words.\n', 'eleventyNavigation:\n  key: Section\n  url: /section/\n'),
  'data/section/x-other-url.md': page('Other URL', 'Words.\n', 'eleventyNavigation:\n  key: Section\n  url: «navigation-repeated»/good/\n'),
  'data/section/x-no-url.md': page('No URL', 'Words.\n', 'eleventyNavigation:\n  key: «navigation-repeated»Section\n'),
  'data/section/x-other-parent.md': page('Other parent', 'Words.\n', 'eleventyNavigation:\n  key: Section\n  url: /section/\n  parent: «navigation-repeated»Keys\n'),
  'data/section/child.md': page('Child', 'Words.\n', 'eleventyNavigation:\n  key: Child\n  parent: Section\n'),
  'data/section/no-parent.md': page('No parent', 'Words.\n', 'eleventyNavigation:\n  key: No parent\n  parent: «navigation-parent»Sectoin\n'),
  'data/section/no-parent-too.md': page('No parent too', 'Words.\n', 'eleventyNavigation:\n  key: No parent too\n  parent: «navigation-parent»Nowhere\n'),
  'data/section/under-no-parent.md': page('Under no parent', 'Words.\n', 'eleventyNavigation:\n  key: Under no parent\n  parent: No parent\n'),
  'data/section/own-parent.md': page('Own parent', 'Words.\n', 'eleventyNavigation:\n  key: Own\n  parent: «navigation-cycle»Own\n'),
  'data/section/circle-a.md': page('Circle A', 'Words.\n', 'eleventyNavigation:\n  key: Circle A\n  parent: «navigation-cycle»Circle B\n'),
  'data/section/circle-b.md': page('Circle B', 'Words.\n', 'eleventyNavigation:\n  key: Circle B\n  parent: «navigation-cycle»Circle A\n'),
  'data/section/bad-url.md': page('Bad URL', 'Words.\n', 'eleventyNavigation:\n  key: Bad URL\n  url: «navigation-url»/sectoin/\n'),
  'data/section/bad-url-too.md': page('Bad URL too', 'Words.\n', 'eleventyNavigation:\n  key: Bad URL too\n  url: «navigation-url»"/no-section/"\n'),
  'data/section/number.md': page('Number', 'Words.\n', 'eleventyNavigation:\n  key: «navigation-key»2024\n'),
  'data/section/date.md': page('Date', 'Words.\n', 'eleventyNavigation:\n  key: «navigation-key»2024-01-01\n'),
  'data/section/quoted.md': page('Quoted', 'Words.\n', 'eleventyNavigation:\n  key: "2025"\n'),
  'data/orphans/one.md': `«orphan»${page('Orphan one', 'Words.\n', 'alone: true\n')}`,
  'data/orphans/two.md': `«orphan»${page('Orphan two', 'Words. [To itself](/orphans/two/)\n', 'alone: true\n')}`,
  'data/orphans/linked.md': page('Linked', 'Words.\n', 'alone: true\n'),
  'data/orphans/links.md': page('Links', '[It](/orphans/linked/)\n'),

  // ---- pages that cannot be built ----
  'data/broken/layout.md': page('No layout', 'Words.\n', '', { layout: '«layout-missing»layouts/pgae.njk' }),
  'data/broken/layout-too.md': page('No layout either', 'Words.\n', '', { layout: '«layout-missing»nothing.njk' }),
  'data/broken/include.md': page('Include', 'Words.\n{% include "«include-missing»parts/usde.njk" %}\n'),
  'data/broken/unfound.md': page('Unfound', 'Words.\n', '', { layout: 'layouts/unfound.njk' }),
  'data/broken/import.md': page('Import', '{% if false %}{% from "«include-missing»no-macros.njk" import x %}{% endif %}\n'),
  'data/broken/component.md': page('Component', "Words.\n\n{{ component('«component-missing»crad', {text: 'x'}) }}\n"),
  'data/broken/component-too.md': page('Component too', "{{ component( '«component-missing»no-such', {}) }}\n"),
  'data/broken/open.md': page('Open', 'Words.\n\n{% «template»if x %}\n'),
  'data/broken/filter.md': page('Filter', 'Words.\n\n{{ title | «template»capitalise }}\n'),
  'data/broken/expression.md': page('Expression', '{{ 1 + «template»}}\n'),
  'data/broken/in-layout.md': page('In the layout', 'Words.\n', '', { layout: 'layouts/broken.njk' }),
  'data/broken/not-served.md': page('Not served', '{{ title | «template»nothing }}\n', 'permalink: false\n'),
  // ---- what is left out ----
  'data/ignored/page.md': '«ignored»Words.\n',
  'data/ignored-too.md': '«ignored»Words.\n',
  'files/server.log': '«file-left-out»of the server\n',
  'files/access.log': '«file-left-out»of readers\n',
  '.eleventyignore': '# what is not understood\n«ignore-pattern»data/none-!(a|b).md\n«ignore-pattern»data/none{1..3}.md\n*.nothing\n',

  'data/broken/yaml.md': '---\ntitle: «front-matter»[open\n---\nWords.\n',
  'data/broken/twice.md': '---\ntitle: a\n«front-matter»title: b\n---\nWords.\n',
  'data/broken/text.md': '«title-missing»«description-missing»---\n«front-matter»only words\n---\nWords.\n',
  'data/broken/pages.md': page('Pages', 'Words.\n', 'pagination:\n  «pagination»data: nothing\n  size: 1\n'),
  'data/broken/pages-nan.md': page('Pages without end', 'Words.\n', '«pagination»pagination:\n  data: listed\n  size: .nan\nlisted: [1, 2]\n'),
  'data/broken/pages-too.md': page('Pages too', 'Words.\n', '«pagination»pagination:\n  data: listed\n  size: none\n'),
  'data/front/types.md': page('Types', 'Words.\n', 'audience: «front-matter-type»{a: b}\neleventyComputed: «front-matter-type»words\n'),
  'templates/layouts/escaped.njk': '<!DOCTYPE html>\n<html lang="en"><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1>{{ content }}</body></html>\n',
  'templates/layouts/mute.njk': '<!DOCTYPE html>\n<html lang="en"><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1></body></html>\n',
  'data/front/escaped.md': page('Escaped', 'Words that nobody reads.\n', '', { layout: '«content-escaped»layouts/escaped.njk' }),
  'data/front/escaped-too.md': page('Escaped too', '> Words that *nobody* reads.\n', '', { layout: '«content-escaped»"layouts/escaped.njk"' }),
  'data/front/mute.md': page('Mute', 'Words that nobody reads.\n', '', { layout: '«content-missing»layouts/mute.njk' }),
  'data/front/mute-too.md': page('Mute too', '- Words that nobody reads\n- and more\n', '', { layout: '«content-missing»layouts/mute.njk' }),
  'data/front/words.md': page('Words', 'Words.\n', 'hideContents: «front-matter-type»no\nhideFeedback: yes\neleventyExcludeFromCollections: «front-matter-type»"true"\nlang: «front-matter-type»english\neleventyNavigation:\n  key: Words\n  order: «front-matter-type».inf\n  pinned: «front-matter-type»"false"\nsearchable: no\n'),
  'data/front/types-too.md': page('Types too', 'Words.\n', 'tags: «front-matter-type»[one, {a: b}]\npagination: «front-matter-type»words\n'),
  'data/front/date.md': page('A day that is not there', 'Words.\n', 'date: «date-impossible»2023-02-30\n'),
  'data/front/hour.md': page('An hour that is not there', 'Words.\n', 'date: «date-impossible»2023-02-20 25:00:00\n'),
  'data/front/liquid.liquid': '«javascript-template»words\n',
  'data/front/pages.webc': '«javascript-template»<p>words\n',
  'data/broken/engine.md': page('Engine', 'Words.\n', 'templateEngineOverride: «front-matter»haml\n'),
  'data/broken/permalink-list.md': page('Permalink list', 'Words.\n', 'permalink: «permalink»[/a/, /b/]\n'),
  'data/broken/permalink-out.md': page('Permalink out', 'Words.\n', 'permalink: «permalink»/../../a/\n'),
  'data/broken/permalink-address.md': page('Permalink address', 'Words.\n', 'permalink: «permalink»https://elsewhere.example/a/\n'),
  'data/broken/permalink-control.md': page('Permalink control', 'Words.\n', 'permalink: «permalink»"/a\\nb/"\n'),
  'data/broken/permalink.md': page('Permalink', 'Words.\n', 'permalink: «permalink»/a/b\n'),
  'data/broken/permalink-too.md': page('Permalink too', 'Words.\n', 'permalink: «permalink»"/{{ title | nothing }}/"\n'),
  'data/broken/clash-a.md': page('Clash A', 'Words.\n', 'permalink: /clash/\n'),
  'data/broken/clash-b.md': page('Clash B', 'Words.\n', '«permalink-clash»permalink: /clash/\n'),
  'data/broken/clash-c.md': page('Clash C', 'Words.\n', '«permalink-clash»permalink: /clash/index.html\n'),
  'data/broken/moved.md': page('Moved', 'Words.\n', 'redirect_from: [/was-here/, «redirect-shadowed»/good/]\n'),

  // ---- comments that silence a rule ----
  'data/silence/good.md': page('Silence', `<!-- check-ignore link-broken: comes with the next release -->
[soon](/soon/)
[soon](/soon/) <!-- check-ignore link-broken, link-text: as above -->

{# check-ignore link-empty: its address is not known yet #}
[later]()

\`<!-- check-ignore nothing -->\`

[not silenced](«link-broken»/soon/)
`, '# check-ignore review-overdue: its owner is being looked for\nreviewBy: 2001-01-01\n'),
  'data/silence/bad.md': page('Bad silence', `<!-- «check-comment»check-ignore link-broken -->
[soon](«link-broken»/soon/)

<!-- check-ignore «check-comment»link-borken: soon -->
[soon](«link-broken»/soon/)

{# «check-comment»check-ignore link-empty: #}
«link-empty»[later]()
`),
};

// Sites that cannot be loaded: one problem each.
export const unloadable = [
  { 'guidance.yaml': 'name: x\n', 'data/index.md': 'x', 'data/_data/list.yaml': 'a: 1\nb: «data-file»[1, 2\n' },
  { 'guidance.yaml': 'name: x\n', 'data/index.md': 'x', 'data/_data/list.json': '{\n  "a": 1,\n  «data-file»b: 2\n}\n' },
];
