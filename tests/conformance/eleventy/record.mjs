// SPDX-License-Identifier: MIT
//
// Records Eleventy 1's output for the two fixtures in eleventy-1.json, for run.mjs to compare.
// Eleventy 1 and its plugins are not among the packages of this repository:
//
//   mkdir old && cd old && npm install @11ty/eleventy@1.0.2 @11ty/eleventy-navigation@0.3.5 \
//     markdown-it@13 markdown-it-anchor@8 markdown-it-attrs@4.5 js-yaml@4 luxon@3 @thedigitalman/eleventy-plugin-toc-a11y@2
//   node tests/conformance/eleventy/record.mjs old
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fixture from './fixture.mjs';
import * as nasty from './nasty.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const old = path.resolve(process.argv[2] ?? '.');

// Eleventy 1 has no drafts and fewer filters, and reads a YAML date as an empty object.
export const leftOut = { fixture: [], nasty: ['src/guides/draft.md', 'src/index.md', 'src/filters.njk', 'src/nav/options.njk'] };

function record(name, { default: files, env = {} }) {
  const dir = path.join(old, name);
  fs.rmSync(dir, { recursive: true, force: true });
  for (const [file, text] of Object.entries({ ...files, 'package.json': `{"name":"${name}"}` })) {
    if (leftOut[name].includes(file)) continue;
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), text);
  }
  fs.copyFileSync(path.join(HERE, `${name}.config-1.cjs`), path.join(dir, 'config.cjs'));
  execFileSync('node', [path.join(old, 'node_modules/@11ty/eleventy/cmd.js'), '--config=config.cjs', '--output=_site'],
    { cwd: dir, stdio: 'inherit', env: { ...process.env, ...env } });
  const out = path.join(dir, '_site');
  const written = fs.readdirSync(out, { recursive: true }).map(String).filter((f) => fs.statSync(path.join(out, f)).isFile()).sort();
  return Object.fromEntries(written.map((file) => [file, fs.readFileSync(path.join(out, file), 'utf8')]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all = { fixture: record('fixture', fixture), nasty: record('nasty', nasty) };
  fs.writeFileSync(path.join(HERE, 'eleventy-1.json'), `${JSON.stringify(all, null, 1)}\n`);
}
