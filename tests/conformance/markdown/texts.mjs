// SPDX-License-Identifier: MIT
//
// Real texts: every Markdown file below the given directories goes through markdown-it 12, 13 and
// 14 and through ours, and the output must be equal, byte for byte. This repository has none: run
// it on your own site, or on checkouts of public sites.
//
//   node texts.mjs [--show 4] [--linkify] DIRECTORY…
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import markdownIt12 from 'markdown-it-12';
import markdownIt13 from 'markdown-it-13';
import markdownIt from 'markdown-it';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const args = process.argv.slice(2);
const show = args.includes('--show') ? +args.splice(args.indexOf('--show'), 2)[1] : 4;
const linkify = args.includes('--linkify') && args.splice(args.indexOf('--linkify'), 1).length > 0;

const files = args.flatMap((dir) => fs.readdirSync(dir, { recursive: true, withFileTypes: true })
  .filter((e) => e.isFile() && /\.(md|markdown|mdx|md\.erb)$/.test(e.name)).map((e) => path.join(e.parentPath ?? e.path, e.name)))
  .filter((file) => !file.includes('node_modules'));
const texts = new Map();
for (const file of files) {
  const text = fs.readFileSync(file, 'utf8').replace(/^\ufeff/, '').replace(/^---\r?\n[^]*?\r?\n---[ \t]*(\r?\n|$)/, '');
  if (text.trim()) texts.set(text, file);
}

const base = { html: true, tables: true, strikethrough: true, attributes: false, heading_ids: false, breaks: false, typographer: false, linkify, govuk_classes: false, xhtml: false };
let passed = 0;
let failed = 0;
for (const [version, make] of Object.entries({ 14: markdownIt, 13: markdownIt13, 12: markdownIt12 })) {
  for (const code of [true, false]) {
    const md = make({ html: true, linkify });
    if (!code) md.disable('code');
    const options = { ...base, markdown_it: +version, indented_code: code };
    const all = [...texts.keys()];
    const input = all.map((markdown, id) => `${JSON.stringify({ id, markdown, options })}\n`).join('');
    const got = execFileSync(BINARY, ['markdown', '--batch'], { input, maxBuffer: 1 << 30, encoding: 'utf8', cwd: '/' }).trim().split('\n').map((l) => JSON.parse(l));
    let bad = 0;
    all.forEach((text, id) => {
      const want = md.render(text);
      if (got[id].html === want) return;
      if (++bad > show) return;
      const html = got[id].html ?? JSON.stringify(got[id]);
      let at = 0;
      while (want[at] === html[at]) at++;
      console.log(`not ok: ${texts.get(text)}\n  want ${JSON.stringify(want.slice(Math.max(0, at - 60), at + 120))}\n  got  ${JSON.stringify(html.slice(Math.max(0, at - 60), at + 120))}`);
    });
    console.log(`markdown-it ${version}${code ? '' : ', no code by indentation'}: ${all.length} texts, ${all.length - bad} equal`);
    passed += all.length - bad;
    failed += bad;
  }
}
console.log(`real texts: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
