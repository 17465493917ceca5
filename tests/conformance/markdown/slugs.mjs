// SPDX-License-Identifier: MIT
//
// @sindresorhus/slugify as the oracle of `heading_ids.slug: slugify`, which shares its slug with
// the filter of that name: every character of Unicode's first two planes, and texts made of words.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import slugify from '@sindresorhus/slugify';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/debug/guidanced');
let seed = 7;
const pick = (list) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return list[Math.floor((seed / 4294967296) * list.length)];
};
const WORDS = ['Research & development', 'Fußgänger über', "don't", "users' own", 'A/B tests', 'Œuvre', 'naïve café', 'łódź', 'ABCs', 'APIs', 'fooBar', '2.5', 'C++', '♥', 'x-y', '--', '…', '“q”', 'Ünïcode', "it's", 'Straße', 'ﬁ', 'e\u0301', 'u\u0308ber', 'Ελλάδα', 'Москва', 'Việt Nam', '日本', '½', '№', '²'];
const characters = Array.from({ length: 0x1ffff - 0x80 }, (_, i) => i + 0x80)
  .filter((c) => (c < 0xd800 || c > 0xdfff) && c !== 0x2028 && c !== 0x2029).map((c) => `x${String.fromCodePoint(c)}y`);
// The oracle takes as long for one character as for many: a heading of sixty-four each.
const headings = Array.from({ length: Math.ceil(characters.length / 64) }, (_, i) => characters.slice(i * 64, i * 64 + 64).join(' '));
const texts = [...headings, ...Array.from({ length: 2000 }, () => [pick(WORDS), pick(WORDS), pick(WORDS)].join(pick([' ', '', ' – '])))];

const input = texts.map((text, id) => `${JSON.stringify({ id, markdown: `# ${text}`, options: { heading_ids: { levels: 1, slug: 'slugify' } } })}\n`).join('');
const out = execFileSync(BINARY, ['markdown', '--batch'], { input, maxBuffer: 1 << 29, encoding: 'utf8', cwd: '/' });
let failed = 0;
for (const line of out.trim().split('\n')) {
  const { id, html } = JSON.parse(line);
  const got = /<h1[^>]* id="([^"]*)"/.exec(html)?.[1];
  const want = slugify(texts[id], { decamelize: false });
  if (got !== want && ++failed <= 10) console.log(`not ok: ${JSON.stringify(texts[id])}: want ${want}, got ${got}`);
}
console.log(`slugs: ${texts.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
