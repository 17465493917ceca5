// SPDX-License-Identifier: MIT
//
// markdown-it with its attrs and anchor plugins as the oracle: texts put together at random from
// pieces that sites are made of must come out equal, to the byte.
//
//   node run.mjs [--count 600] [--seed 1]
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import markdownIt from 'markdown-it';
import anchor from 'markdown-it-anchor';
import attrs from 'markdown-it-attrs';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const option = (name, fallback) => (process.argv.includes(name) ? +process.argv[process.argv.indexOf(name) + 1] : fallback);
let seed = option('--seed', 1) >>> 0;
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const pick = (list) => list[random(list.length)];

const WORDS = ['text', 'security', 'Café', '*em*', '**strong**', '`code`', '[link](/a/)', '[ref][r]', '![alt](/i.png "T")', '<b>html</b>',
  '~~gone~~', '<https://example.org/?a=1&b=2>', '&amp;', '&copy;', '"quoted"', "it's", 'a_b_c', '2 * 3', '1 < 2', 'x\\*y', '[a](/x){.c}',
  '`k`{.k}', '**b**{#id1}', 'www.example.org', '–', '日本', '[t](/u "title")', '[sp](</my url>)', '\\{x\\}', '(c)', '...', 'A -- B'];
const line = () => Array.from({ length: 1 + random(7) }, () => pick(WORDS)).join(' ');
const tail = () => pick(['', '', '', '', ' {.x}', ' {#p data-a="b c"}', ' {.a .b}']);
const indent = (text, by) => text.split('\n').map((l) => (l ? ' '.repeat(by) + l : l)).join('\n');
const BLOCKS = [
  () => `${'#'.repeat(1 + random(6))} ${line()}${tail()}`,
  () => `${line()}${tail()}`,
  () => `${line()}\n${line()}${tail()}`,
  () => `${line()}  \n${line()}`,
  () => Array.from({ length: 1 + random(4) }, () => `- ${line()}`).join('\n'),
  () => Array.from({ length: 1 + random(4) }, (_, i) => `${i + 1}. ${line()}`).join('\n'),
  () => Array.from({ length: 2 + random(3) }, () => `* ${line()}`).join('\n\n'),
  () => `- ${line()}\n  - ${line()}\n  - ${line()}\n- ${line()}`,
  () => `- ${line()}\n\n  ${line()}\n- ${line()}`,
  () => `- ${line()}\n- ${line()}\n{.govuk-list}`,
  () => `- ${line()}\n\n{.outer}`,
  () => `> ${line()}\n> ${line()}`,
  () => `> ${line()}\n>\n> - ${line()}`,
  () => `\`\`\`${pick(['', 'js', 'c++', 'js {.hl}'])}\n${line()}\n  <x> & "y"\n\`\`\``,
  () => indent(line(), 4),
  () => pick(['---', '***', '- - -']),
  () => `| a | b ${pick(['', '{.h} '])}|\n|:--|--:|\n| ${pick(['x', '`p`', '*e*'])} | ${pick(['', 'y', 'a \\| b'])} |\n| 1 {.c} | 2 |`,
  () => `| a | b |\n|---|:-:|\n| ${pick(['x', 'y {.cell}'])} | 2 |\n\n{.table #t${random(1e6)}}`,
  () => `<div class="x">\n\n${line()}\n\n</div>`,
  () => '<p class="y">raw</p>',
  () => '<!-- a comment -->',
  () => `${line()}\n${pick(['===', '---'])}`,
];
const text = () => `${Array.from({ length: 1 + random(6) }, () => pick(BLOCKS)()).join('\n\n')}\n\n[r]: /ref/ "R"\n`;

const oracle = markdownIt({ html: true, breaks: true, linkify: false }).use(anchor, { level: 2, tabIndex: false }).use(attrs);
const cases = [];
for (let id = 0; id < option('--count', 600); id++) {
  const markdown = text();
  let html;
  try {
    html = oracle.render(markdown);
  } catch {
    html = null; // an id given twice
  }
  cases.push({ id, markdown, html });
}
const options = { breaks: true, html: true, tables: true, strikethrough: true, attributes: true, heading_ids: { levels: 2, tabindex: false } };
const out = execFileSync(BINARY, ['markdown', '--batch'], {
  input: cases.map(({ id, markdown }) => JSON.stringify({ id, markdown, options })).join('\n') + '\n', maxBuffer: 1 << 28, encoding: 'utf8', cwd: '/',
});
const got = new Map(out.trim().split('\n').map((l) => JSON.parse(l)).map((o) => [o.id, o]));
let passed = 0;
let failed = 0;
for (const c of cases) {
  const o = got.get(c.id);
  if (c.html === null ? o?.error : o?.html === c.html) passed++;
  else if (++failed <= option('--show', 4))
    console.log(`not ok: ${JSON.stringify(c.markdown)}\n  want ${JSON.stringify(c.html)}\n  got  ${JSON.stringify(o?.html ?? o?.error)}`);
}
console.log(`markdown: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
