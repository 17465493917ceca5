// SPDX-License-Identifier: MIT
//
// Writes mime_types.def from mime-db, which collects the media types that IANA, Apache and nginx
// know: node lib/site/mime_types.mjs. With --check it says whether the file is up to date.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const FILE = new URL('mime_types.def', import.meta.url);
const types = require('mime-db');
const { version } = require('mime-db/package.json');

// Where several types share an extension and none is clearly better.
const OURS = {
  ico: 'image/vnd.microsoft.icon', // registered, and what browsers treat it as
  cjs: 'text/javascript',
  map: 'application/json', // of scripts and styles
  mp4: 'video/mp4',
  ogg: 'audio/ogg', // RFC 5334
  rtf: 'application/rtf', // so that browsers save it instead of showing its text
  ts: 'text/plain', // TypeScript, not films
  wav: 'audio/wav',
  xml: 'application/xml', // RFC 7303
  yaml: 'application/yaml', // RFC 9512
  yml: 'application/yaml',
};
// Registered types first, then servers' types, then the rest; no generic or outdated ones.
const rank = (type) =>
  (type === 'application/octet-stream' || /\/x-/.test(type) ? 10 : 0) +
  ({ iana: 0, nginx: 1, apache: 2 }[types[type].source] ?? 3);
const best = new Map(Object.entries(OURS));
for (const type of Object.keys(types).sort())
  for (const extension of types[type].extensions ?? []) {
    const old = best.get(extension);
    if (!OURS[extension] && (!old || rank(type) < rank(old))) best.set(extension, type);
  }

// Text is UTF-8 here. XML and JSON declare it themselves.
const named = (type) => (type.startsWith('text/') ? `${type}; charset=utf-8` : type);
const rows = [...best]
  .filter(([extension, type]) => type !== 'application/octet-stream' && /^[a-z0-9_-]{1,15}$/.test(extension))
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([extension, type]) => `TYPE("${extension}", "${named(type)}")\n`);
const text = `// SPDX-License-Identifier: MIT
// Written by mime_types.mjs from mime-db ${version}. Do not edit. Sorted by extension.
${rows.join('')}`;
if (process.argv.includes('--check')) {
  if (fs.readFileSync(FILE, 'utf8') !== text) {
    console.log('lib/site/mime_types.def is not what mime_types.mjs writes');
    process.exitCode = 1;
  }
} else fs.writeFileSync(FILE, text);
