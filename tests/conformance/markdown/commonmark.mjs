// SPDX-License-Identifier: MIT
//
// The examples of the CommonMark specification (npm's commonmark-spec, 0.31.2) with every extension
// off: the output must equal the specification's, byte for byte, except for the line break within
// an empty quote, which markdown-it leaves out.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import spec from 'commonmark-spec';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const tabs = (text) => text.replaceAll('→', '\t');
const examples = spec.tests.map((t) => ({ id: t.number, section: t.section, markdown: tabs(t.markdown), html: tabs(t.html).replaceAll('<blockquote>\n</blockquote>', '<blockquote></blockquote>') }));
const options = {
  html: true, xhtml: true, breaks: false, tables: false, strikethrough: false, attributes: false,
  typographer: false, linkify: false, govuk_classes: false, heading_ids: false,
};
const lines = examples.map(({ id, markdown }) => JSON.stringify({ id, markdown, options }));
const ours = execFileSync(BINARY, ['markdown', '--batch'], { encoding: 'utf8', maxBuffer: 1 << 26, input: `${lines.join('\n')}\n`, cwd: '/' })
  .trim().split('\n').map((line) => JSON.parse(line));

let passed = 0;
for (const [i, example] of examples.entries()) {
  if (ours[i]?.id === example.id && ours[i].html === example.html) passed++;
  else console.log(`not ok: ${example.id} (${example.section}) ${JSON.stringify(example.markdown)}\n  want ${JSON.stringify(example.html)}\n  got  ${JSON.stringify(ours[i]?.html ?? ours[i]?.error)}`);
}
const failed = examples.length - passed;
console.log(`CommonMark: ${passed} passed, ${failed} failed`);
process.exitCode = failed || passed < 650 ? 1 : 0;
