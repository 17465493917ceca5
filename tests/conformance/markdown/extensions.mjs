// SPDX-License-Identifier: MIT
//
// The oracle is the markdown-it plugins whose syntax the extensions read. Random documents mix
// syntax that a plugin reads, syntax that it almost reads, and ordinary Markdown. Each output must
// equal that of all three versions of markdown-it, byte for byte, except for the cases of
// `isKnown`, which docs/markdown-compatibility.md lists.
//
//   node extensions.mjs [--count 300] [--seed 1] [--show 3] [--only NAME]   count: documents of each kind
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import markdownIt12 from 'markdown-it-12';
import markdownIt13 from 'markdown-it-13';
import markdownIt from 'markdown-it';
import abbreviation from 'markdown-it-abbr';
import anchor from 'markdown-it-anchor';
import attribution from 'markdown-it-attribution';
import attrs from 'markdown-it-attrs';
import container from 'markdown-it-container';
import deflist from 'markdown-it-deflist';
import deflist3 from 'markdown-it-deflist-3';
import footnote from 'markdown-it-footnote';
import alerts from 'markdown-it-github-alerts';
import figures from 'markdown-it-image-figures';
import ins from 'markdown-it-ins';
import mark from 'markdown-it-mark';
import sub from 'markdown-it-sub';
import sup from 'markdown-it-sup';
import toc from 'markdown-it-table-of-contents';
import taskLists from 'markdown-it-task-lists';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const COUNT = +option('--count', 300);
let seed = +option('--seed', 1) >>> 0;
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const pick = (list) => list[random(list.length)];
const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));

// ---- text around an extension ----

const WORDS = ['a', 'word', 'two words', 'Café', '*em*', '**st**', '`co`', '[l](/u)', '[r]', '![i](p.png)', '<b>', '</b>', '&amp;', '\\*', '\\ ', '"q"', "it's", '(c)', '...', '--', '*', '_', '[', ']', '(', ')', '\\', ':', '.', '日本', '£5', '\n', '  \n', '\\\n', '\t'];
const INDENTS = ['', '', '', '', ' ', '  ', '   ', '    ', '\t', '      '];
const STARTS = ['', '', '', '', '> ', '>', '- ', '* ', '1. ', '## ', '- - ', '> > ', '> - ', '-\t', '3) '];
const BODIES = ['', '', 'text', '# H', '## H *em*', '---', '===', '```', '~~~', '<div>', '</div>', '|a|b|', '|-|-|', '[r]: /ref "R"', '    code', '- item', '> quote', '1. one'];

// Documents of an extension: `words` are parts of lines, `bodies` are lines.
function maker({ words = [], bodies = [] }) {
  const text = () => times(1 + random(7), () => (random(2) && words.length ? pick(words) : pick(WORDS))).join(pick(['', '', ' ', ' ']));
  const body = () => pick([text, () => pick(bodies.length ? bodies : words), () => pick(bodies.length ? bodies : words) + text(), () => pick(BODIES)])();
  const line = () => pick(INDENTS) + pick(STARTS) + body();
  const lines = () => times(1 + random(6), () => pick([line, body, body])()).join(pick(['\n', '\n', '\n\n']));
  const within = () => {
    const [first, rest] = pick([['- ', '  '], ['1. ', '   '], ['> ', '> '], ['> - ', '>   '], ['- > ', '  > ']]);
    return lines().split('\n').map((l, i) => (i ? (random(8) ? rest : '') : first) + l).join('\n');
  };
  return () => `${times(1 + random(4), () => pick([lines, lines, within])()).join(pick(['\n', '\n\n', '\n\n']))}\n${pick(['', '\n[r]: /ref "R"\n'])}`;
}

// ---- the extensions ----

const DEFINITIONS = { bodies: ['Term', ': def', ':   def', '~ def', ':', ': ', '  : def', ':\tdef', ': - item', ': > q', ': # H', ':def', '    : def', '  more', '    more', ': def\n\n  more', 'T\n: d', 'T\n\n: d', 'T\n: d\n: e', 'T\n: d\n\nU\n: e', ': ```\n  x\n  ```', ': a\n  : b', '- T\n  : d', 'T *em*\n: `c`'], words: [': ', '~', ':'] };
const NOTES = ['[^1]', '[^2]', '[^n]', '[^x y]', '[^]', '^[in]', '^[in *em*]', '^[in [^1]]', '^[a ^[b] c]', '^[', '[^1', '[a [^1]](u)', '![alt [^1]](u)', '^[l [r](u)]', '^', '[^1][^1]', '[^1](u)'];
const figureWords = ['![a](b)', '![a](b "t")', '![a *b*](c "d *e* (c)")', '[![a](b)](c)', '[![a](b "t \\"u\\"")](c "d")', '![a](b){.c}', '![a]', '![a](b "`c` [l](m)")', '![](x "")', '![a](b "<b>")'];
const LINES = { alone: ['![a](b "t")', '![a *b*](c "d *e*")', '- ![a](b "t")', '> ![a](b)', '[![a](b "t")](c)', '1. ![a](b)\n\n   ![c](d "e")'] };
// Documents as blocks.
const LAID_OUT = [markdownIt, markdownIt12].flatMap((make) => [[], ['code']].map((off) => make({ html: true }).use(footnote).use(deflist).disable(['footnote_tail', 'inline', ...off])));
const EXTENSIONS = {
  insertions: { use: [[ins]], words: ['++', '++a++', '+', '+++', '++++', '++ a', '+++a+++', '++*a*++', '*++a*++', '[++a](u)++'] },
  marks: { use: [[mark]], words: ['==', '==a==', '=', '===', '====', '== a', '===a===', '==*a*==', '*==a*==', '[==a](u)=='] },
  subscript: { use: [[sub]], words: ['~', '~a~', 'H~2~O', '~a b~', '~a\\ b~', '~~', '~~a~~', '~`~`~', '~[a~](u)', '~\\~~', '~*a*~', '~a\nb~', '~~~', '~<b ~>~'] },
  superscript: { use: [[sup]], words: ['^', '^a^', '29^th^', '^a b^', '^a\\ b^', '^^', '^`^`^', '^[a^](u)', '^\\^^', '^*a*^', '^a\nb^', '^&amp;^'] },
  footnotes: { use: [[footnote]], words: NOTES, bodies: ['[^1]: note', '[^2]: *two*', '[^n]: note\n\n    more', '[^1]: ', '[^1]:', '[^1]:note', '[^n]:     code', '[^2]:\n    next', '[^1]: - a\n    - b', '[^n]: > q', '    more', '[^x y]: no', '[^]: no', ' [^1]: in', '[^1]: ```\n    x\n    ```', '[^n]: a\nlazy', '[^2]: # H', '[^1]: see [^2]'], isKnown: notesNest },
  definition_lists: { use: [[deflist]], ...DEFINITIONS },
  'definition_lists 3': { use: [[deflist3]], options: { definition_lists: 3 }, ...DEFINITIONS },
  containers: { use: [[container, 'note'], [container, 'warn']], options: { containers: ['note', 'warn'] }, bodies: ['::: note', '::: warn', ':::', ':::note', '::::', ':::: note', '::: note more', '::: other', '::', ':::  ', ' ::: note', '    :::', '::: note\ntext\n:::', '::: warn\n\n- a\n\n:::', ':::\ttext', '::: note:::', '> ::: note\n> a', '- ::: note\n  a\n  :::'], words: [':::', ': '] },
  'containers with classes': { use: [[container, 'note', { render: (tokens, i) => (tokens[i].nesting > 0 ? '<div class="inset large">\n' : '</div>\n') }]], options: { containers: { note: 'inset large' } }, make: () => times(1 + random(3), () => pick(['::: note\ntext\n:::', 'text', '::: other\n:::', '> ::: note\n> a\n> :::\n> b'])).join('\n\n') },
  alerts: { use: [[alerts, { icons: {} }]], bodies: ['> [!NOTE]', '> [!tip] Title <b>x</b>', '> [!Warning]\n> text', '> [!CAUTION]\n>\n> text', '> [!IMPORTANT] \n> - a\n> - b', '> [!OTHER]\n> a', '> text\n> [!NOTE]', '> # [!NOTE] head', '> \\[!NOTE]\n> a', '> [!NOTE]text', '> - [!NOTE]', '> a', '>', '> ```\n> x\n> ```', '- a\n  > [!NOTE]\n  > b'], isKnown: quotesNest },
  'alerts with pictures': { use: [[alerts, { icons: { note: '<svg></svg>' }, titles: { tip: 'Hint' }, classPrefix: 'x' }]], options: { alerts: { icons: { note: '<svg></svg>' }, titles: { tip: 'Hint' }, class_prefix: 'x' } }, make: () => times(1 + random(3), () => pick(['> [!NOTE]\n> a', '> [!TIP]\n> a', '> [!WARNING] W\n> a'])).join('\n\n') },
  attribution: { use: [[attribution]], bodies: ['> words\n> — Who', '> — Who', '> words\n>\n> — Who https://example.org/a (x)', '> a\n> b\n> — Who\n> more', '> — *Who* http://x', '> long words\n> —Who HTTP://EXAMPLE.ORG/x', '> - item\n>   — no', '> # — H', '— Who', '> text', '- text\n  > words\n  > — Who', '> words — Who', '> > inner\n> > — X', '> — https:// x', '> — https://.x https://y.z)'], words: ['—', '— '], isKnown: (text) => text.split('—').length > 5 },
  'attribution with options': { use: [[attribution, { marker: '--', removeMarker: false, classNameContainer: 'k', classNameAttribution: 'l' }]], options: { attribution: { marker: '--', remove_marker: false, container_class: 'k', attribution_class: 'l' } }, make: () => times(1 + random(2), () => pick(['> words\n> -- Who', '> a\n>\n> -- Who http://a.b', '> a'])).join('\n\n') },
  // The plugin shares its options among all its users.
  task_lists: { use: [[taskLists]], before: () => markdownIt().use(taskLists, {}), bodies: ['- [ ] a', '- [x] b', '- [X] c', '1. [ ] d', '- [ ]', '- [] e', '- [ ]e', '- [x] *em*', '- [ ] a\n  - [x] b', '- [ ] a\n\n- b', '- a\n- [ ] b', '* [x] [l](u)', '- [x](u) f', '> - [ ] q', '- [ ] a\n\n  more', '[ ] no', '- text\n\n  [ ] no'] },
  'task_lists with labels': { use: [[taskLists]], before: () => markdownIt().use(taskLists, { enabled: true, label: true }), options: { task_lists: { enabled: true, label: true } }, bodies: ['- [ ] a', '- [x] b', '1. [ ] *d*', '- c', '- [ ] a\n  - [x] b'] },
  figures: { use: [[figures]], options: { figures: true }, words: figureWords, bodies: LINES.alone },
  'figures with titles': { use: [[figures, { figcaption: true }]], options: { figures: { caption: true } }, words: figureWords, bodies: LINES.alone },
  'figures with texts': { use: [[figures, { figcaption: 'alt', link: true, lazy: true }]], options: { figures: { caption: 'alt', link: true, lazy: true } }, words: figureWords, bodies: LINES.alone },
  'figures with everything': { use: [[figures, { figcaption: 'title', async: true, tabindex: true, dataType: true, classes: 'k l' }]], options: { figures: { caption: 'title', async: true, tabindex: true, data_type: true, classes: 'k l' } }, words: figureWords, bodies: LINES.alone },
  abbreviations: { use: [[abbreviation]], words: ['HTML', 'HT', 'A', 'C++', 'HTML.', '(HT)', 'xHTML', 'HTMLx', 'HTML HTML', 'A A A', 'A£A', 'A→A', 'a b', 'é', 'A\u00a0HT', '“HT”', 'A*HT*', 'HT\\*HT', '+HT+', '<b>A</b>', '[HT A](u)'], bodies: ['*[HTML]: Hyper *Text*', '*[HT]: Short', '*[A]: "One"', '*[a b]: Two', '*[C++]: plus', '*[é]: e', '*[HTML]: Again', '*[]: none', '*[A]:', '*[A] : no', '*[\\*x]: esc', '   *[HT]: in', '*[HTML', '*[A]:x', '> *[A]: q'], isKnown: (text) => /^:/.test(text) || /\*\[[^\]\n]*(\n|$)/.test(text) && text[0] === ':' },
  table_of_contents: { use: [[toc]], bodies: ['[[toc]]', '[[TOC]] more', '[toc]', ' [[toc]]', '# One', '## Two *em*', '### Three `c`', '## <b>x</b> & y', '#', '# ', '## A\\*b', 'a\n===', '- # In', '> ## In', '<!-- omit from toc -->\n\n## Left', '<!-- omit from toc -->\n## Left', '## One', '###### Six', '    [[toc]]', '## ![i](u) t', '## [l](u)'], words: ['[[toc]]'] },
  'table_of_contents with options': { use: [[anchor, { tabIndex: false }], [toc, { includeLevel: [2, 3], listType: 'ol', containerClass: 'k', containerHeaderHtml: '<h2>C</h2>', containerFooterHtml: '<hr>' }]], options: { heading_ids: { levels: 1, tabindex: false }, table_of_contents: { levels: [2, 3], list: 'ol', container_class: 'k', container_header: '<h2>C</h2>', container_footer: '<hr>' } }, bodies: ['[[toc]]', '# One', '## Two', '### Three', '## Two', '#### Four', '## `a` "b"', 'text'] },
};
// Whether a token is within another of its type, whatever the version and the options.
function nests(text, type) {
  return LAID_OUT.some((md) => {
    let depth = 0;
    return md.parse(text, {}).some((token) => {
      depth += token.type.startsWith(type) ? token.nesting : 0;
      return depth > 1;
    });
  });
}
function notesNest(text) {
  return nests(text, 'footnote_reference');
}
function quotesNest(text) {
  return nests(text, 'blockquote');
}

// As in hostile.mjs: a definition's URL that ends in a backslash.
const isOld = (version, text) => version < 14 && /\]:[^\n]*\\\n/.test(text);

// Several at once, as in @x-govuk/govuk-eleventy-plugin.
const ALL = ['abbreviations', 'attribution', 'definition_lists', 'footnotes', 'alerts', 'insertions', 'figures with titles', 'marks', 'subscript', 'superscript', 'table_of_contents', 'task_lists'];
const all = {
  before: EXTENSIONS.task_lists.before,
  use: [[abbreviation], [attribution], [attrs, { fenceAttrsOnPre: false }], [deflist], [footnote], [alerts, { icons: {} }], [taskLists], [ins], [figures, { figcaption: true }], [mark], [sub], [sup], [toc]],
  options: { ...Object.fromEntries(ALL.map((name) => [name.split(' ')[0], true])), figures: { caption: true }, attributes: 5 },
  words: ALL.flatMap((name) => EXTENSIONS[name].words ?? []).concat('{.a}', ' {.b}', '{#i k=v}'),
  bodies: ALL.flatMap((name) => EXTENSIONS[name].bodies ?? []).concat('text {.a}', '{.a}', '- a {.b}', 'x\n{.c}'),
  isKnown: (text) => ALL.some((name) => EXTENSIONS[name].isKnown?.(text)),
};

// ---- comparisons ----

const plain = { html: true, tables: true, strikethrough: true, attributes: false, heading_ids: false, breaks: false, typographer: false, linkify: false, govuk_classes: false, xhtml: false };
const MAKES = { 14: markdownIt, 13: markdownIt13, 12: markdownIt12 };
const KINDS = {};
for (const [name, extension] of Object.entries({ ...EXTENSIONS, all })) {
  for (const version of [14, 13, 12]) {
    for (const [kind, settings] of Object.entries({ '': {}, ', no code, typographer and linkify': { typographer: true, linkify: true } })) {
      if (kind && version !== 14) continue;
      const md = MAKES[version]({ html: true, ...settings });
      if (kind) md.disable('code');
      for (const [plugin, ...args] of extension.use) md.use(plugin.default ?? plugin, ...args);
      KINDS[`${name}, ${version}${kind}`] = {
        md, before: extension.before ?? (() => {}), make: extension.make ?? maker(extension), isKnown: (text) => isOld(version, text) || extension.isKnown?.(text),
        options: { ...plain, markdown_it: version, ...settings, indented_code: !kind, [name]: true, ...extension.options },
      };
      if (extension.options) delete KINDS[`${name}, ${version}${kind}`].options[name.includes(' ') || name === 'all' ? name : ''];
    }
  }
}

function render({ md }, markdown) {
  try {
    return md.render(markdown);
  } catch (error) {
    return `throws ${error.message}`;
  }
}

function compare(kind) {
  kind.before();
  const cases = times(COUNT, (id) => ({ id, markdown: kind.make() })).filter(({ markdown }) => !kind.isKnown(markdown));
  const input = cases.map(({ id, markdown }) => `${JSON.stringify({ id, markdown, options: kind.options })}\n`).join('');
  const out = execFileSync(BINARY, ['markdown', '--batch'], { input, maxBuffer: 1 << 28, encoding: 'utf8', cwd: '/' });
  const got = new Map(out.trim().split('\n').map((l) => JSON.parse(l)).map((o) => [o.id, o]));
  const bad = [];
  for (const { id, markdown } of cases) {
    const want = render(kind, markdown);
    const html = got.get(id)?.html ?? `error ${JSON.stringify(got.get(id))}`;
    if (html !== want) bad.push({ markdown, want, html });
  }
  return { count: cases.length, bad: bad.sort((a, b) => a.markdown.length - b.markdown.length) };
}

console.error = () => {}; // a plugin that gives up logs it
let passed = 0;
let failed = 0;
for (const [name, kind] of Object.entries(KINDS)) {
  if (!name.includes(option('--only', ''))) continue;
  const { count, bad } = compare(kind);
  for (const { markdown, want, html } of bad.slice(0, +option('--show', 3))) {
    let at = 0;
    while (want[at] === html[at]) at++;
    const part = (text) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 120));
    console.log(`not ok: ${name}: ${JSON.stringify(markdown)}\n  want ${part(want)}\n  got  ${part(html)}`);
  }
  console.log(`${name}: ${count} documents, ${count - bad.length} equal, ${bad.length} not`);
  passed += count - bad.length;
  failed += bad.length;
}
console.log(`extensions: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
