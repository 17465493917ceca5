// SPDX-License-Identifier: MIT
//
// `guidanced build`, Hugo and Eleventy on the same generated Markdown, side by side in one run. Each
// has a layout with a title, a breadcrumb and the text. Eleventy's breadcrumb is made from the
// page's URL, as its plugin takes time that grows with the square of the pages.
//
//   node tests/bench/build.mjs [--pages 10000] [--runs 3] [--without eleventy]
//
// The last line is JSON: seconds of each (the median), and how many times longer the others take.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { page, writeSite } from './generate.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const BINARY = path.resolve(process.env.GUIDANCED || path.join(ROOT, 'build/release/guidanced'));
const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const pages = +option('--pages', 10000);
const runs = +option('--runs', 3);
const without = option('--without', '').split(',');

// Below the repository, so that Eleventy finds its packages.
const dir = path.join(ROOT, 'build/bench-build');
fs.rmSync(dir, { recursive: true, force: true });
const write = (file, text) => {
  fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
  fs.writeFileSync(path.join(dir, file), text);
};

writeSite(path.join(dir, 'guidanced'), pages);

// Hugo takes the section's page from _index.md, and its layouts by their place.
const frame = (crumbs, title, content) => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<nav>${crumbs}</nav>
<main><h1>${title}</h1>${content}</main>
</body>
</html>
`;
write('hugo/config.toml', 'baseURL = "http://127.0.0.1:8080/"\ntitle = "Many pages"\ndisableKinds = ["taxonomy", "term", "RSS"]\n[markup.goldmark.renderer]\nunsafe = true\n');
const hugoLayout = frame('<ul>{{ range .Ancestors.Reverse }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>', '{{ .Title }}', '{{ .Content }}');
for (const name of ['single', 'list']) write(`hugo/layouts/_default/${name}.html`, hugoLayout);
write('eleventy/data/_includes/page.njk', frame('<ul>{% set at = "/" %}{% for part in page.url.split("/") %}{% if part %}{% set at = at + part + "/" %}<li><a href="{{ at }}">{{ part }}</a></li>{% endif %}{% endfor %}</ul>', '{{ title }}', '{{ content | safe }}'));
write('eleventy/.eleventy.cjs', 'module.exports = () => ({ dir: { input: "data", output: "_site" }, markdownTemplateEngine: "njk" });\n');
write('eleventy/package.json', '{}');
for (let n = 0; n < pages; n++) {
  const { path: file, text } = page(n);
  write(path.join('hugo/content', file.replace(/index\.md$/, '_index.md')), text.replace('layout: page.njk\n', ''));
  write(path.join('eleventy/data', file), text);
}

const PROGRAMS = {
  guidanced: { out: 'out', run: (cwd) => execFileSync(BINARY, ['build', '--site', '.', '--out', 'out'], { cwd, stdio: 'ignore' }) },
  hugo: { out: 'public', run: (cwd) => execFileSync('hugo', ['--quiet'], { cwd, stdio: 'ignore' }) },
  eleventy: { out: '_site', once: true, run: (cwd) => execFileSync('node', [path.join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs'), '--config=.eleventy.cjs', '--quiet'], { cwd, stdio: 'ignore' }) },
};
const times = {};
function measure(name) {
  const cwd = path.join(dir, name);
  for (const made of [PROGRAMS[name].out, 'resources', '.guidanced']) fs.rmSync(path.join(cwd, made), { recursive: true, force: true });
  const start = process.hrtime.bigint();
  PROGRAMS[name].run(cwd);
  (times[name] ??= []).push(Number(process.hrtime.bigint() - start) / 1e9);
}
const wanted = Object.keys(PROGRAMS).filter((name) => !without.includes(name));
for (let run = 0; run < runs; run++)
  for (const name of wanted) if (run === 0 || !PROGRAMS[name].once) measure(name);

// Nobody is fast by leaving pages out, or text.
const html = (name) => fs.readdirSync(path.join(dir, name, PROGRAMS[name].out), { recursive: true }).filter((f) => String(f).endsWith('index.html'));
let failed = 0;
for (const name of wanted) {
  const made = html(name);
  const last = page(pages - 1);
  const text = fs.readFileSync(path.join(dir, name, PROGRAMS[name].out, last.path.replace(/(index)?\.md$/, ''), 'index.html'), 'utf8');
  const heading = /^## (.*)$/m.exec(last.text)[1];
  if (made.length < pages || !text.includes(heading) || !text.includes('<nav><ul')) {
    failed++;
    console.log(`${name}: ${made.length} pages, ${text.slice(0, 400)}`);
  }
}
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const result = { pages };
for (const name of wanted) {
  result[name] = +median(times[name]).toFixed(3);
  console.log(`${name}: ${result[name]} s (${times[name].map((t) => t.toFixed(2)).join(', ')})`);
}
for (const name of wanted.slice(1)) result[`times ${name}`] = +(result[name] / result.guidanced).toFixed(1);
console.log(JSON.stringify(result));
process.exitCode = failed ? 1 : 0;
