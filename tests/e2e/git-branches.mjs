// SPDX-License-Identifier: MIT
//
// Many branches of a large site in the sample's design, previewed one after the other: the time to
// the first page of each, and bounded memory.
//
//   node tests/e2e/git-branches.mjs [--branches 40] [--pages 500]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { check, finish, patience, ROOT, site, start } from './harness.mjs';
import { git, push, repository } from './repository.mjs';

const option = (name, fallback) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : fallback);
const BRANCHES = option('--branches', 20), PAGES = option('--pages', 500), CHANGED = PAGES / 10;

const page = (i, n) => `---\nlayout: layouts/guidance.njk\ntitle: Page ${i}\ndescription: What page ${i} says\ndate: 2026-01-01\n---\n# Page ${i}\n\nMark ${n}.\n\n## One\n\n${'Some guidance, and [a link](/page0/). '.repeat(40)}\n\n## Two\n\n- a\n- b\n\n${'More of it. '.repeat(200)}\n`;
const files = {};
for (const folder of ['templates', 'data/_data'])
  for (const entry of fs.readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const name = path.join(entry.parentPath ?? entry.path, entry.name);
      files[path.relative(ROOT, name)] = fs.readFileSync(name, 'utf8');
    }
for (const name of ['data/404.njk', 'data/theme.njk']) if (fs.existsSync(path.join(ROOT, name))) files[name] = fs.readFileSync(path.join(ROOT, name), 'utf8');
for (let i = 0; i < PAGES; i++) files[`data/page${i}.md`] = page(i, 'main');
const settings = fs.readFileSync(path.join(ROOT, 'guidance.yaml'), 'utf8');
const repo = repository(files, settings);

{
  let out = '';
  for (let n = 0; n < BRANCHES; n++) {
    out += `commit refs/heads/b${n}\ncommitter A <a@b> ${1767300000 + n} +0000\ndata 1\nx\nfrom ${repo.head}\n`;
    for (let i = 0; i < CHANGED; i++) {
      const content = page((n * 7 + i) % PAGES, `b${n}`);
      out += `M 644 inline data/page${(n * 7 + i) % PAGES}.md\ndata ${Buffer.byteLength(content)}\n${content}\n`;
    }
    out += '\n';
  }
  const importer = spawn('git', ['-C', repo.clone, 'fast-import', '--quiet'], { stdio: ['pipe', 'inherit', 'inherit'] });
  importer.stdin.end(out);
  await new Promise((resolve) => importer.on('exit', resolve));
  push(repo, '--force', '--all');
}

const overlay = site({});
fs.symlinkSync(path.join(ROOT, 'node_modules'), `${overlay}/node_modules`);
fs.mkdirSync(`${overlay}/build`);
fs.symlinkSync(path.join(ROOT, 'build/assets'), `${overlay}/build/assets`);
const server = await start(overlay, ['--git', repo.bare, '--ref', 'main', '--git-overlay', overlay, '--follow-links', 'anywhere', '--git-preview-networks', '127.0.0.0/8', '--git-preview-count', '4', '--git-preview-memory', '64M', '--log-access=false', '--threads', '2']);
const metric = async (name) => Number(new RegExp(`^guidanced_${name} (\\S+)$`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]);
const times = [];
let wrong = 0, after, most = 0;
for (let n = 0; n < BRANCHES; n++) {
  const began = performance.now();
  const response = await fetch(`${server.url}/page${(n * 7) % PAGES}/`, { headers: { cookie: `guidance-preview=b${n}` } });
  const body = await response.text();
  times.push(performance.now() - began);
  if (response.status !== 200 || !body.includes(`Mark b${n}.`) || !body.includes('guidanced-preview')) wrong++;
  const same = await (await fetch(`${server.url}/page${(n * 7 + CHANGED) % PAGES}/`, { headers: { cookie: `guidance-preview=b${n}` } })).text();
  if (!same.includes('Mark main.')) wrong++;
  const resident = await metric('resident_bytes');
  if (n === Math.min(9, BRANCHES - 1)) after = resident;
  most = Math.max(most, resident);
}
times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(0);
console.log(`    ${BRANCHES} branches of ${PAGES} pages, ${CHANGED} changed: first page ${at(0)} to ${at(1)} ms, median ${at(0.5)}, 95th percentile ${at(0.95)}; previews ${((await metric('preview_bytes')) / 2 ** 20).toFixed(1)} MB of 64; resident ${(after / 2 ** 20).toFixed(0)} MB after ten, at most ${(most / 2 ** 20).toFixed(0)} MB`);
check('each branch shows its own pages, and those it shares', wrong === 0, wrong);
check('the first page of a preview within 300 ms', Number(at(0.5)) < 300 * patience(), at(0.5));
check('no more than asked for', (await metric('previews')) <= 4 && (await metric('preview_bytes')) <= 64 << 20);
check('memory does not grow with branches', most < after * 1.3 + (16 << 20), `${after} ${most}`);
await server.stop();
finish('git-branches');
