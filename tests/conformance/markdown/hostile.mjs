// SPDX-License-Identifier: MIT
//
// The oracles are markdown-it 12, 13 and 14, over documents made to go wrong: random mixtures of
// characters, words and lines that have a meaning, inside containers and outside, with tabs,
// entities, symbols, other scripts and broken constructs. Each output must be equal, byte for byte,
// except for the cases of `isKnown`, which docs/markdown-compatibility.md lists.
//
//   node hostile.mjs [--count 2000] [--seed 1] [--show 4] [--only NAME]   count: documents of each kind
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import markdownIt12 from 'markdown-it-12';
import markdownIt13 from 'markdown-it-13';
import markdownIt from 'markdown-it';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const COUNT = +option('--count', 2000);
const BATCH = 2000;
let seed = +option('--seed', 1) >>> 0;
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const pick = (list) => list[random(list.length)];
const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));

// ---- characters, mostly those with a meaning ----

const CHARS = [...'aab  \n\n*_`[]()<>!#-+|~\\&;:"\'{}=.1\t£°→©é日'];
const chars = () => times(1 + random(30), () => pick(CHARS)).join('');

// ---- words ----

const WORDS = ['a', 'word', 'two words', '*', '**', '***', '_', '__', '~~', '~', '`', '``', '```', '[', ']', '![', '](', ')', '(', '[a](b)', '[a]', '[r]', '[r][]',
  '[x][r]', '![i](j "k")', '[l](<m n>)', "[o](p 'q')", '[s](t (u))', '<b>', '</b>', '<br/>', '<a href="x">', '</a>', '<i x=y\n z="1">', '<!-- c -->', '<!---->',
  '<!-->', '<!-- a -- b -->', '<?php x ?>', '<!doctype html>', '<!DOCTYPE x>', '<![CDATA[ x ]]>', '<https://a.b/c>', '<m@n.example>', '<a:b>', '&amp;', '&copy', '&copy;',
  '&#35;', '&#x22;', '&#0;', '&nbsp;', '&Tab;', '&#xfdd6;', '\\*', '\\[', '\\\\', '\\a', '\\ ', '\\\n', '£5', '°', '→', '€', '™', '©', '½', '–', '“q”', '’', '¿', '日本', '。', 'é', 'ß', '😀', '\u00a0', '\u2003',
  '\n', '  \n', '\\\n', ' \n', '\t\n', '\n  ', '\n    ', '\n\t', ' ', '  ', '\t', ':', '.', ',', '!', '?', '"', "'", '=', '|', '#', '1.', '-', '$', '^', 'www.x.y', 'http://x.y',
  '[d]: e', '`` ` ``', '` a `', '`a\n   b`', '**£**', '**a:**£5', '_b_£', 'a**"b"**c', '{.c}', '\\|', '%20', '(c)', '(P)', '(r)', '(Tm)', '+-', '--', '---', '...', '!!!!', '?....', ',,', '[£]', 'javascript:x', '[j](javascript:x)', '[k](data:image/png;x)', '[h](http://é.example/ü)'];
const words = () => times(1 + random(10), () => pick(WORDS)).join(pick(['', '', ' ', ' ']));

// ---- lines ----

const INDENTS = ['', '', '', ' ', '  ', '   ', '    ', '     ', '      ', '\t', ' \t', '\t\t'];
const STARTS = ['', '', '', '> ', '>', '>\t', '> > ', '- ', '-\t', '-', '* ', '*\t', '+   ', '-     ', '1. ', '2) ', '1)\t', '10. ', '1.      ', '123456789. ', '# ', '## ', '###', '#\t'];
const BODIES = ['', '', 'text', 'text', '*em*', '`a', '```', '````', '~~~', '``` js', '``` a`b', '~~~ `', '---', '- - -', '***', '___', '===', '=', '-', '--', '<div>', '</div>', '<p', '<pre>', '</pre>', '<!--', '-->', '<?x', '?>', '<!A', '<!a', '>',
  '<script>', '</script>', '<b>', '<b', '<search>', '<source>', '<x-y z>', '[r]: /u', '[r]:', '[r', ']: /u', '/u', '"t"', "'t", "t'", '[f]: <a b> "c"', '[g]: h (i)', '[]: x', '[f]:\n7.', 'a|b', '|a|', '|-|', '-|-', '|:-|-:|', '-----', 'Fee|', '|', '|-',
  ':-', '| a \\| b | `c|d` |', 'a|b|c', '|x|y|z|', '## H ##', 'H #', '# \\#', 'Note', 'Fee', 'a  ', 'a\\', '    x', '\tx', '&#35; x', '1', '2.      Fee', '\u00a0', '\u00a0# x', '[r]', 'a *b', 'c* d', '<https://x>', 'end`'];
const line = () => pick(INDENTS) + pick(STARTS) + (random(4) ? '' : pick(STARTS)) + (random(6) ? pick(BODIES) : words());
const lines = () => times(1 + random(7), line).join('\n') + pick(['', '\n', '\n', '\n\n', '\n ', '  ']);
// The lines of one document within a container, whose own indentation is sometimes wrong.
function contained() {
  const [first, rest] = pick([['- ', '  '], ['1. ', '   '], ['> ', '> '], ['10) ', '    '], ['*\t', '\t'], ['> - ', '>   '], ['- > ', '  > ']]);
  return lines().split('\n').map((l, i) => (i ? (random(8) ? rest : pick(['', ' ', '  ', '    '])) : first) + l).join('\n');
}
const mixed = () => `${times(1 + random(3), () => pick([lines, words, contained])()).join(pick(['\n', '\n\n']))}${pick(['', '\n\n[r]: /ref "R"', '\n\n[a]: <x y>\n'])}`;

// ---- documents that failed before ----

const ONCE_WRONG = ['    Note\n2.      Fee\n', '> \t```\n\t```\n', '*\t   x\n', '-\t  a\n\n\t  b\n', '**Cost:**£5', '**5°**C', '_b_£', '**a:**→ b', '<!doctype html>', 'x <!doctype html>', 'a <!-- b -- c --> d',
  '  1. Do:\n    ```\n    x\n    ```\n', '1.   Do\n    ## H\n', 'Fee|\n-----\n£5|\n', '|\n|-\n', '- a|b\n-|-\n', 'a\t\nb', 'a \t\nb', '`a\n   b`', '1. \\\n x\n', '> \n', '[f]:\n7.\n', '<div>', '<div>\nx', 'x\n<b>', '```\nx',
  '<http://é.example/>', '[x](http://bücher.example/ü?q#h)', '[x](http://a.b:80)', '[x](mailto:ü@é.example)', '<i class="a"\n    title="b"\n      id=c>x</i>', '   ```\n x\n     y\n   ```\n', '  ~~~\na\n ~~~', '`a\n`', '[a]: b\n    c', '[x]: javascript:y\n\n[x]',
  '[[x](javascript:y)](z)', '[a](<b c> "d")', '![a\\*b &amp; c](d)', '|a|\n|-|\n|b|\n3. c\n\n4. d', '|a|\n|-|\n    x\n|b|\n|-|\n', '    a\n===\n', '    a\n---\n', `${'['.repeat(60)}a${']'.repeat(60)}`, `${'- '.repeat(40)}a`,
  'See www.x and https://example.org', 'https://en.example.org/wiki/C_(language)', 'a_b_', 'HTTPS://example.org', '1https://example.org', 'example.org, a@b.example.'];
let next = 0;
const onceWrong = () => ONCE_WRONG[next++ % ONCE_WRONG.length];

// ---- addresses ----

const ADDRESSES = ['www.example.org', 'https://example.org/a_b_c', 'HTTP://X.Y', 'http://a', 'https://en.example.org/wiki/C_(language)', 'a_b_@x.org', 'mail@example.org', 'mailto:a@b.example', '//x.org/y', 'ftp://f.g/h',
  'example.com', 'x.co.uk/a?b=c#d', 'www.x', '1https://x.y', 'https://', 'https://x.y/.', 'https://x.y/..', 'http://x.y/a,b;c', 'https://x.y/(a(b)c)', '[https://x.y]', 'https://x.y/[z]', "http://x.y/'q'", 'https://x.y:8080/z', 'http://x.y:99999',
  'user:pw@x.org', 'https://u:p@x.y', '*https://x.y*', '**https://x.y/**', '_http://x.y_', '`http://x.y`', '<https://x.y>', '<a href="x">http://x.y</a>', '[t](http://x.y)', 'https\\://x.y', '//\\x.y', 'é.example', 'http://é.example/ü%20', 'http://xn--9ca.example',
  'a.b', 'a.рф', 'x.museum.', 'localhost', '//localhost:80/', 'http://localhost', '127.0.0.1', 'a@127.0.0.1', 'http://x.y/?a=b&c=d', 'http://x.y/&amp;z', '…', ',', '.', '!', '?', '"', "'", '(', ')', '<', '>', '{', '}', '-', '--', '_', '~', '$', '|', '😀', '\u00a0', '\n', '/', ':', '@', 'http:', '//', 'a', 'b-c'];
const addresses = () => times(1 + random(6), () => pick(ADDRESSES)).join(pick(['', '', ' ', ' ', ' and ']));

// ---- comparisons ----

const MAKERS = { onceWrong, chars, words, lines, contained, mixed };
// All before markdown-it 14: a backslash at the end of a definition's line joined the next line to
// it; Unicode white space after it did not count; "//" directly after an address hid the next.
const isKnown = ({ version, options }, text) => version < 14
  && (/\]:[ \t>]*\n?[^\n]*\\\n/.test(text) || /\]:[^]*[\u00a0\u2003]/.test(text) || (options.linkify && /\/\/\w+:/.test(text)));
const plain = { html: true, tables: true, strikethrough: true, attributes: false, heading_ids: false, breaks: false, typographer: false, linkify: false, govuk_classes: false, xhtml: false };
const KINDS = {};
for (const [version, make] of Object.entries({ 14: markdownIt, 13: markdownIt13, 12: markdownIt12 })) {
  const options = { ...plain, markdown_it: +version };
  for (const [name, maker] of Object.entries(MAKERS)) {
    KINDS[`${version}: ${name}`] = { version, make: maker, options, md: make({ html: true }) };
    KINDS[`${version}: ${name}, no code by indentation`] = { version, make: maker, options: { ...options, indented_code: false }, md: make({ html: true }).disable('code') };
  }
  KINDS[`${version}: linkify`] = { version, make: addresses, options: { ...options, linkify: true }, md: make({ html: true, linkify: true }) };
  KINDS[`${version}: linkify in texts`] = { version, make: () => `${words()} ${addresses()} ${words()}`, options: { ...options, linkify: true, typographer: true }, md: make({ html: true, linkify: true, typographer: true }) };
  KINDS[`${version}: onceWrong, linkify`] = { version, make: onceWrong, options: { ...options, linkify: true }, md: make({ html: true, linkify: true }) };
  KINDS[`${version}: typographer`] = { version, make: words, options: { ...options, typographer: true }, md: make({ html: true, typographer: true }) };
}
KINDS['14: no HTML'] = { make: mixed, options: { ...plain, html: false }, md: markdownIt() };

function render({ md }, markdown) {
  try {
    return md.render(markdown);
  } catch (error) {
    return `throws ${error.message}`;
  }
}

function compare(kind, count) {
  const cases = times(kind.make === onceWrong ? ONCE_WRONG.length : count, (id) => ({ id, markdown: kind.make() })).filter(({ markdown }) => !isKnown(kind, markdown));
  const input = cases.map(({ id, markdown }) => `${JSON.stringify({ id, markdown, options: kind.options })}\n`).join('');
  const out = execFileSync(BINARY, ['markdown', '--batch'], { input, maxBuffer: 1 << 28, encoding: 'utf8', cwd: '/' });
  const got = new Map(out.trim().split('\n').map((l) => JSON.parse(l)).map((o) => [o.id, o]));
  const bad = [];
  let leaks = 0;
  for (const { id, markdown } of cases) {
    const want = render(kind, markdown);
    const html = got.get(id)?.html ?? `error ${JSON.stringify(got.get(id))}`;
    if (html !== want) bad.push({ markdown, want, html });
    // No noncharacter comes out unless one went in.
    if (/[\ufdd0-\ufdef]/.test(html) && !/[\ufdd0-\ufdef]/.test(markdown)) leaks++;
  }
  return { count: cases.length, bad, leaks };
}

let passed = 0;
let failed = 0;
for (const [name, kind] of Object.entries(KINDS)) {
  if (!name.includes(option('--only', ''))) continue;
  const all = { count: 0, bad: [], leaks: 0 };
  for (let done = 0; done < (kind.make === onceWrong ? 1 : COUNT); done += BATCH) {
    const some = compare(kind, Math.min(BATCH, COUNT - done));
    all.count += some.count;
    all.leaks += some.leaks;
    all.bad.push(...some.bad);
  }
  all.bad.sort((a, b) => a.markdown.length - b.markdown.length);
  for (const { markdown, want, html } of all.bad.slice(0, +option('--show', 4)))
    console.log(`not ok: ${name}: ${JSON.stringify(markdown)}\n  want ${JSON.stringify(want)}\n  got  ${JSON.stringify(html)}`);
  console.log(`${name}: ${all.count} documents, ${all.count - all.bad.length} equal, ${all.bad.length} not${all.leaks ? `, ${all.leaks} WITH A MARKER` : ''}`);
  passed += all.count - all.bad.length;
  failed += all.bad.length + all.leaks;
}
console.log(`hostile Markdown: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
