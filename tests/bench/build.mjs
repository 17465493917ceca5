// SPDX-License-Identifier: MIT
//
// `guidanced build`, Hugo and Eleventy on the same generated Markdown, in one run. Each has a
// layout with a title, a breadcrumb and the text. Eleventy's breadcrumb is made from the page's
// URL, because its plugin takes time quadratic in the number of pages.
//
//   node tests/bench/build.mjs [--pages 10000] [--runs 5] [--without eleventy]
//
// They take turns, and work in a file system in memory if there is one, to measure no disk. The
// last line is JSON: medians of seconds and of processor seconds, and the median of the rounds'
// ratios.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { page, writeSite } from './generate.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const BINARY = path.resolve(process.env.GUIDANCED || path.join(ROOT, 'build/release/guidanced'));
const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const pages = +option('--pages', 10000);
const runs = +option('--runs', 5);
const without = option('--without', '').split(',');

const dir = fs.mkdtempSync(path.join(fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir(), 'guidanced-bench-'));
process.on('exit', () => fs.rmSync(dir, { recursive: true, force: true }));
const write = (file, text) => {
  fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
  fs.writeFileSync(path.join(dir, file), text);
};

writeSite(path.join(dir, 'guidanced'), pages);

// Hugo takes the section's page from _index.md, and finds its layouts by path.
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
  guidanced: { out: 'out', command: [BINARY, 'build', '--site', '.', '--out', 'out'] },
  hugo: { out: 'public', command: ['hugo', '--quiet'] },
  eleventy: { out: '_site', command: ['node', path.join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs'), '--config=.eleventy.cjs', '--quiet'] },
};
// Seconds of the clock and of the processors.
function measure(name) {
  const cwd = path.join(dir, name);
  for (const made of [PROGRAMS[name].out, 'resources', '.guidanced']) fs.rmSync(path.join(cwd, made), { recursive: true, force: true });
  const command = PROGRAMS[name].command.map((word) => `'${word}'`).join(' ');
  const out = execFileSync('bash', ['-c', `TIMEFORMAT='%3R %3U %3S'; { time ${command} >/dev/null 2>&1; } 2>&1`], { cwd, encoding: 'utf8' });
  const [wall, user, system] = out.trim().split(/\s+/).map(Number);
  return { wall, cpu: user + system };
}
const wanted = Object.keys(PROGRAMS).filter((name) => !without.includes(name));
const rounds = Array.from({ length: runs }, () => Object.fromEntries(wanted.map((name) => [name, measure(name)])));

// No contestant may gain time by leaving out pages or text.
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
const median = (list) => [...list].sort((x, y) => x - y)[Math.floor(list.length / 2)];
const of = (name, what) => rounds.map((round) => round[name][what]);
const result = { pages, runs };
for (const name of wanted) {
  result[name] = { seconds: +median(of(name, 'wall')).toFixed(2), processor: +median(of(name, 'cpu')).toFixed(2) };
  for (const what of ['wall', 'cpu'])
    if (name !== 'guidanced')
      result[name][what === 'wall' ? 'times' : 'processor times'] = +median(rounds.map((r) => r[name][what] / r.guidanced[what])).toFixed(1);
  console.log(`${name}: ${of(name, 'wall').map((t) => t.toFixed(2)).join(', ')} s; processor ${of(name, 'cpu').map((t) => t.toFixed(2)).join(', ')} s`);
}
console.log(JSON.stringify(result));
process.exitCode = failed ? 1 : 0;
