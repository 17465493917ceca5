// SPDX-License-Identifier: MIT
//
// The oracle is markdown-it with the plugins that sites use. Random texts, made of typical pieces
// and of pieces meant to go wrong, must give equal output, byte for byte.
// docs/markdown-compatibility.md lists the known differences; `isKnown` leaves those out.
//
//   node run.mjs [--count 300] [--seed 1] [--show 4]    count: texts of each kind
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import markdownIt from 'markdown-it';
import anchor from 'markdown-it-anchor';
import attrs from 'markdown-it-attrs';
import attrs4 from 'markdown-it-attrs-4';
import slugify from '@sindresorhus/slugify';
import { tree } from '../eleventy/compare.mjs';
import govukClasses from '../eleventy/govuk-classes.mjs';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const option = (name, fallback) => (process.argv.includes(name) ? +process.argv[process.argv.indexOf(name) + 1] : fallback);
let seed = option('--seed', 1) >>> 0;
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const pick = (list) => list[random(list.length)];
const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const indent = (text, by) => text.split('\n').map((l) => (l ? ' '.repeat(by) + l : l)).join('\n');

// ---- texts as authors write them ----

const WORDS = ['text', 'security', 'Café', '*em*', '**strong**', '`code`', '[link](/a/)', '[ref][r]', '![alt](/i.png "T")', '<b>html</b>',
  '~~gone~~', '<https://example.org/?a=1&b=2>', '&amp;', '&copy;', '"quoted"', "it's", 'a_b_c', '2 * 3', '1 < 2', 'x\\*y', '[a](/x){.c}',
  '`k`{.k}', '**b**{#id1}', 'www.example.org', '–', '日本', '[t](/u "title")', '[sp](</my url>)', '\\{x\\}', '(c)', '...', 'A -- B'];
const line = () => times(1 + random(7), () => pick(WORDS)).join(' ');
const tail = () => pick(['', '', '', '', ' {.x}', ' {#p data-a="b c"}', ' {.a .b}']);
const BLOCKS = [
  () => `${'#'.repeat(1 + random(6))} ${line()}${tail()}`,
  () => `${line()}${tail()}`,
  () => `${line()}\n${line()}${tail()}`,
  () => `${line()}  \n${line()}`,
  () => times(1 + random(4), () => `- ${line()}`).join('\n'),
  () => times(1 + random(4), (i) => `${i + 1}. ${line()}`).join('\n'),
  () => times(2 + random(3), () => `* ${line()}`).join('\n\n'),
  () => `- ${line()}\n  - ${line()}\n  - ${line()}\n- ${line()}`,
  () => `- ${line()}\n\n  ${line()}\n- ${line()}`,
  () => `- ${line()}\n- ${line()}\n{.govuk-list}`,
  () => `- ${line()}\n\n{.outer}`,
  () => `${pick([3, 7])}. ${line()}\n{.list}`,
  () => `> ${line()}\n> ${line()}`,
  () => `> ${line()}\n>\n> - ${line()}`,
  () => `\`\`\`${pick(['', 'js', 'c++', 'js {.hl}'])}\n${line()}\n  <x> & "y"\n\`\`\``,
  () => indent(line(), 4),
  () => pick(['---', '***', '- - -']),
  () => `| a | b ${pick(['', '{.h} '])}|\n|:--|--:|\n| ${pick(['x', '`p`', '*e*', '<br>x'])} | ${pick(['', 'y', 'a \\| b', '[ref][r]'])} |\n| 1 {.c} | 2 |`,
  () => `| a | b |\n|---|:-:|\n| ${pick(['x', 'y {.cell}'])} | 2 |\n\n{.table #t${random(1e6)}}`,
  () => `| a | b | c |\n|---|---|---|\n| x ${pick(['{colspan=2}', '{rowspan=2}', '{colspan=2 rowspan=2}'])} | y | z |\n| 1 | 2 ${pick(['', '{colspan=3}'])} | 3 |\n| 4 | 5 | 6 |`,
  () => `<div class="x">\n\n${line()}\n\n</div>`,
  () => '<p class="y">raw</p>',
  () => '<!-- a comment -->',
  () => `${line()}\n${pick(['===', '---'])}`,
];
const written = () => `${times(1 + random(6), () => pick(BLOCKS)()).join('\n\n')}\n\n[r]: /ref/ "R"\n`;

// ---- texts that look for trouble ----

const BRACES = () => pick(['{.a}', '{.b}', `{#i${random(1e6)}}`, '{k=v}', '{k="v w"}', '{.a .b}', '{ .a }', '{}', '{.}', '{#}', '{a}', '{..m}', '{.a.b}',
  "{k='x'}", '{k="}"}', '{{ x }}', '{.a}}', '{.a', '.a}', '{"a":1}', '{k=\\"v\\"}', '{&amp;}', '{a=&quot;b&quot;}', '{a=\\*}', '\\{.a}', '{.ü}',
  '{target=_blank rel="noopener noreferrer"}', '{.a}{.b}', '{.a} {.b}', '{x:y=1 data-z}', '{.a #b c=d}', '{k="a\\"b"}', '{.a\t.b}', '{.c=d}', '{a=b=c}',
  '{href=/own title=t}', '{start=9 alt=z src=q style=s}', '{.x/y}', '{on>x}', '{.one,two}']);
const ODD = ['text', 'word two', '*em*', '**st**', '`co`', '[l](/u)', '![i](/p.png)', '<b>x</b>', '~~s~~', '\\*', '&amp;', 'a*b', 'x_y', '[r][r]',
  '"q"', "it's", '(c)', '--', '...', '<br>', '*a **b** c*', '***x***', '[a *b*](/c "t")', '`` ` ``', '}', '{', '<i>', '</i>', 'é', '!', '[x]', '1.5',
  '[no](javascript:x)', '![no](data:text/html,x "t")', '"a \'b\' c"', '5"" x', '+-', '????', '!!..', ',,', 'x---y', '<https://a--b.example/>'];
const oddLine = () => times(1 + random(5), (i) => (i ? pick(['', ' ', ' ', '  ', '\t']) : '') + (random(3) ? pick(ODD) : BRACES())).join('') + pick(['', ` ${BRACES()}`]);
const ODD_BLOCKS = [
  () => `${'#'.repeat(1 + random(6))} ${oddLine()}${pick(['', ' #', ' ##'])}`,
  oddLine,
  () => `${oddLine()}\n${oddLine()}`,
  () => `${oddLine()}\n${BRACES()}`,
  () => `${oddLine()}${pick(['  ', '\\'])}\n${oddLine()}`,
  () => times(1 + random(3), () => `${pick(['-', '-', '*', '+'])} ${oddLine()}`).join('\n'),
  () => `${times(1 + random(3), () => `- ${oddLine()}`).join('\n')}${pick(['\n', '\n\n'])}${BRACES()}`,
  () => `${times(1 + random(3), (i) => `${i + 1}. ${oddLine()}`).join('\n')}\n\n${BRACES()}`,
  () => `- ${oddLine()}\n  - ${oddLine()}\n  - ${oddLine()}\n${pick(['', '  ', '    '])}${BRACES()}`,
  () => `- ${oddLine()}\n\n  ${oddLine()}\n  ${BRACES()}\n- ${oddLine()}`,
  () => `1. ${oddLine()}\n\n   - ${oddLine()}\n   ${BRACES()}\n\n2. ${oddLine()}`,
  () => `> ${oddLine()}\n${pick(['', '> '])}${BRACES()}`,
  () => `> - ${oddLine()}\n> ${BRACES()}`,
  () => `\`\`\`${pick(['', 'js', 'js ', 'js {.hl}', '{.hl}', 'js {a=b .c}', 'js{.x}', 'c++ x{#y}'])}\n${oddLine()}\n\`\`\``,
  () => pick(['---', '___', '---{.a}', '--- {.a}', '*** {#x}', '---  {.a}', '----- {a=b}', '-- {.a}', '--- {}', '***{}', '--- {}.a}']),
  () => `| ${oddLine().replaceAll('|', '')} | b ${BRACES()} |\n|---|:-:|\n| ${oddLine()} | ${oddLine()} |\n| 1 | 2 ${BRACES()} |${pick(['', '\n\n{.t}', '\n{.t}', '\n    code\n\nend', '\n---'])}`,
  () => `> ${oddLine()}\n| a | b |\n|---|---|\n| 1 | 2 |`,
  () => `<div>\n\n${oddLine()}\n\n</div>`,
  () => `${oddLine()}\n${pick(['===', '---'])}`,
  () => `    ${oddLine()}\n\n    ${oddLine()}\n${pick(['', '      <b>\n', 'text\n'])}`,
  () => `- ${oddLine()}\n\n      ${oddLine()}\n-     ${oddLine()}`,
  () => `1. ${oddLine()}\n\n   <div>\n   ${oddLine()}\n   </div>\n2. ${oddLine()}\n   \`\`\`\n   x\n   \`\`\``,
  () => `>     ${oddLine()}\n>     ${oddLine()}`,
  () => `  - ${oddLine()}\n\n        # ${oddLine()}\n\n  ${oddLine()}`,
];
const odd = () => `${times(1 + random(3), () => pick(ODD_BLOCKS)()).join(pick(['\n\n', '\n\n', '\n']))}\n\n[r]: /ref/ "R"\n`;

// ---- comparisons: our options, and markdown-it with the same ----

const P = anchor.permalink;
const base = { breaks: true, html: true, tables: true, strikethrough: true, attributes: 5, heading_ids: { levels: 2, tabindex: false } };
const plain = { ...base, attributes: false, heading_ids: false };
const withLink = (permalink, own) => ({
  make: written, options: { ...base, breaks: false, heading_ids: { levels: [2, 3], tabindex: -1, ...own } },
  md: markdownIt({ html: true }).use(attrs, { fenceAttrsOnPre: false }).use(anchor, { level: [2, 3], permalink }),
});
const usual = (use, settings = {}) =>
  use(markdownIt({ html: true, breaks: true, ...settings })).use(anchor, { level: 2, tabIndex: false });
const newer = (md) => md.use(attrs, { fenceAttrsOnPre: false });
const KINDS = {
  'as written': { make: written, options: base, md: usual(newer) },
  'attributes 4': { make: written, options: { ...base, attributes: true }, md: usual((md) => md.use(attrs4)) },
  'attributes 4, odd': { make: odd, options: { ...base, attributes: 4 }, md: usual((md) => md.use(attrs4)) },
  'attributes 5, odd': { make: odd, options: base, md: usual(newer) },
  'no attributes, odd': { make: odd, options: plain, md: markdownIt({ html: true, breaks: true }) },
  'no code by indentation': { make: odd, options: { ...plain, indented_code: false }, md: markdownIt({ html: true, breaks: true }).disable('code') },
  typographer: { make: odd, options: { ...base, typographer: true }, md: usual(newer, { typographer: true }) },
  'no HTML': { make: odd, options: { ...base, html: false, xhtml: true }, md: usual(newer, { html: false, xhtmlOut: true }) },
  'GOV.UK classes': { make: written, options: { ...base, govuk_classes: true }, md: usual(newer).use(govukClasses), isKnown: (text) => /:-|-:/.test(text), view: (html) => tree(html).join('') },
  // Eleventy's slug, of headings with characters that it spells out, drops and folds.
  slugify: {
    make: () => times(1 + random(4), () => `## ${times(1 + random(4), () => pick(['Research & development', 'Fußgänger über', "don't", "users' own", 'A/B tests', 'Œuvre', 'naïve café', 'łódź', 'ABCs', 'APIs', 'fooBar', '2.5', 'C++', '`code`', '♥', 'x_y', '--', '…', '“q”', 'Ünïcode', "it's", 'a&b', 'Straße', 'ﬁ', 'e\u0301']))
      .join(' ')}`).join('\n\n'),
    options: { ...base, attributes: false, heading_ids: { levels: 2, tabindex: false, slug: 'slugify' } },
    md: markdownIt({ html: true, breaks: true }).use(anchor, { level: 2, tabIndex: false, slugify: (text) => slugify(text, { decamelize: false }) }),
  },
  headerLink: withLink(P.headerLink(), { permalink: 'headerLink' }),
  'headerLink, with a span': withLink(P.headerLink({ safariReaderFix: true, class: 'k' }), { permalink: 'headerLink', permalink_safari_reader_fix: true, permalink_class: 'k' }),
  linkInsideHeader: withLink(P.linkInsideHeader({ symbol: '<i>¶</i>' }), { permalink: 'linkInsideHeader', permalink_symbol: '<i>¶</i>' }),
  ariaHidden: withLink(P.ariaHidden({ placement: 'before', space: '&nbsp;' }), { permalink: 'ariaHidden', permalink_placement: 'before', permalink_space: '&nbsp;' }),
  'linkAfterHeader, hidden text': withLink(P.linkAfterHeader({ assistiveText: (t) => `Link to “${t}”`, visuallyHiddenClass: 'vh' }),
    { permalink: 'linkAfterHeader', permalink_text: 'Link to “{title}”', permalink_visually_hidden_class: 'vh' }),
  'linkAfterHeader, wrapped': withLink(P.linkAfterHeader({ assistiveText: (t) => t, visuallyHiddenClass: 'vh', placement: 'before', space: false, wrapper: ['<div class="w">', '</div>'] }),
    { permalink: 'linkAfterHeader', permalink_text: '{title}', permalink_visually_hidden_class: 'vh', permalink_placement: 'before', permalink_space: false, permalink_wrapper: ['<div class="w">', '</div>'] }),
  'linkAfterHeader, aria-label': withLink(P.linkAfterHeader({ style: 'aria-label', assistiveText: (t) => `To ${t}` }),
    { permalink: 'linkAfterHeader', permalink_style: 'aria-label', permalink_text: 'To {title}' }),
  'linkAfterHeader, aria-labelledby': withLink(P.linkAfterHeader({ style: 'aria-labelledby' }), { permalink: 'linkAfterHeader', permalink_style: 'aria-labelledby' }),
};

// view: the part of the HTML to compare; our classes have a different order.
function compare(name, { make, options, md, isKnown = () => false, view = (html) => html }) {
  const cases = [];
  while (cases.length < option('--count', 300)) {
    const markdown = make();
    if (isKnown(markdown)) continue;
    let html;
    try {
      html = md.render(markdown);
    } catch {
      html = null; // an id given twice
    }
    cases.push({ id: cases.length, markdown, html });
  }
  const input = cases.map(({ id, markdown }) => `${JSON.stringify({ id, markdown, options })}\n`).join('');
  const out = execFileSync(BINARY, ['markdown', '--batch'], { input, maxBuffer: 1 << 28, encoding: 'utf8', cwd: '/' });
  const got = new Map(out.trim().split('\n').map((l) => JSON.parse(l)).map((o) => [o.id, o]));
  const bad = cases.filter(({ id, html }) => (html === null ? !got.get(id)?.error : view(got.get(id)?.html ?? '') !== view(html)));
  bad.sort((a, b) => a.markdown.length - b.markdown.length);
  for (const { id, markdown, html } of bad.slice(0, option('--show', 4)))
    console.log(`not ok: ${name}: ${JSON.stringify(markdown)}\n  want ${JSON.stringify(html)}\n  got  ${JSON.stringify(got.get(id)?.html ?? got.get(id)?.error)}`);
  return { passed: cases.length - bad.length, failed: bad.length };
}

console.error = () => {}; // a plugin that gives up logs it
let passed = 0;
let failed = 0;
for (const [name, kind] of Object.entries(KINDS)) {
  const result = compare(name, kind);
  console.log(`${name}: ${result.passed} equal, ${result.failed} not`);
  passed += result.passed;
  failed += result.failed;
}
console.log(`markdown: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
