// SPDX-License-Identifier: MIT
//
// The examples of the CommonMark specification (npm's commonmark-spec, 0.31.2) through our renderer
// with every extension off. What the cmark we are built with gets right, we must get right, to the
// byte; where its release is older than the specification, we must say what cmark itself says.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import spec from 'commonmark-spec';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
const CMARK = path.join(path.dirname(BINARY), 'tests/markdown/cmark_html');
const tabs = (text) => text.replaceAll('→', '\t');
const examples = spec.tests.map((t) => ({ id: t.number, section: t.section, markdown: tabs(t.markdown), html: tabs(t.html) }));
const settings = { encoding: 'utf8', maxBuffer: 1 << 26 };

const theirs = execFileSync(CMARK, [], { ...settings, input: examples.map((e) => `${e.markdown}\0`).join('') }).split('\0');
const options = {
  html: true, xhtml: true, breaks: false, tables: false, strikethrough: false, attributes: false,
  typographer: false, linkify: false, govuk_classes: false, heading_ids: false,
};
const lines = examples.map(({ id, markdown }) => JSON.stringify({ id, markdown, options }));
const ours = execFileSync(BINARY, ['markdown', '--batch'], { ...settings, input: `${lines.join('\n')}\n`, cwd: '/' })
  .trim().split('\n').map((line) => JSON.parse(line));

let passed = 0;
let failed = 0;
let older = 0;
for (const [i, example] of examples.entries()) {
  const agrees = theirs[i] === example.html;
  if (!agrees) older++;
  const want = agrees ? example.html : theirs[i];
  if (ours[i]?.id === example.id && ours[i].html === want) passed++;
  else {
    failed++;
    console.log(`not ok: ${example.id} (${example.section}) ${JSON.stringify(example.markdown)}\n  want ${JSON.stringify(want)}\n  got  ${JSON.stringify(ours[i]?.html ?? ours[i]?.error)}`);
  }
}
console.log(`cmark itself passes ${examples.length - older} of ${examples.length}`);
console.log(`CommonMark: ${passed} passed, ${failed} failed`);
process.exitCode = failed || passed < 600 ? 1 : 0;
