// SPDX-License-Identifier: MIT
//
// A ref that moves twenty times a second under load: each commit is pushed by the real git to a
// bare repository over file://, and each response comes wholly from one commit: each commit has a
// mark in its data, page and template, and the field that names the commit must match it.
//
//   node tests/e2e/git-moves.mjs [--seconds 8]
import { spawn } from 'node:child_process';
import http from 'node:http';
import { check, finish, ours, site, sleep, start } from './harness.mjs';
import { git, repository } from './repository.mjs';

const at = process.argv.indexOf('--seconds');
const seconds = at < 0 ? 8 : Number(process.argv[at + 1]);
const CLIENTS = 16, A_SECOND = 20, PAGES = 40;

// The files of commit n, for git fast-import.
const text = (n) => ({
  'guidance.yaml': `name: Guide ${n}\n`,
  'templates/page.njk': `<!-- ${n} -->{{ content | safe }}{% include "foot.njk" %}<!-- {{ site.name | replace("Guide ", "") }} -->`,
  'templates/foot.njk': '<ul>{% for p in collections.all %}<li>{{ p.data.title }} {{ mark.n }}</li>{% endfor %}</ul><!-- {{ mark.n }} -->',
  'data/_data/mark.json': `{"n": ${n}}`,
});
const page = (i, n) => `---\nlayout: page.njk\ntitle: Page ${i}\n---\n# One\n\n<!-- ${n} -->\n\n${'Some text. '.repeat(50)}\n`;
const first = { ...text(0) };
for (let i = 0; i < PAGES; i++) first[`data/p${i}.md`] = page(i, 0);
const repo = repository(first, first['guidance.yaml']);
const total = seconds * A_SECOND;
const numbers = new Map([[repo.head, 0]]);

// All commits first, so that only the pushes are timed.
{
  const importer = spawn('git', ['-C', repo.clone, 'fast-import', '--quiet'], { stdio: ['pipe', 'inherit', 'inherit'] });
  let out = '';
  for (let n = 1; n <= total; n++) {
    const files = { ...text(n) };
    for (let i = 0; i < PAGES; i++) files[`data/p${i}.md`] = page(i, n);
    out += `commit refs/heads/next\nmark :${n}\ncommitter A <a@b> ${1767258000 + n} +0000\ndata 1\nx\n${n === 1 ? `from ${repo.head}\n` : ''}`;
    for (const [name, content] of Object.entries(files)) out += `M 644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
    out += '\n';
  }
  importer.stdin.end(out);
  await new Promise((resolve) => importer.on('exit', resolve));
  git(repo.clone, 'rev-list', '--reverse', `${repo.head}..refs/heads/next`).split('\n').forEach((id, i) => numbers.set(id, i + 1));
}
const ids = [...numbers.keys()];
check('the commits are there', ids.length === total + 1, ids.length);

const server = await start(site({}), ['--git', repo.bare, '--ref', 'main', '--threads', '2', '--log-access=false']);
const end = Date.now() + seconds * 1000;

// By the clock, so that a busy machine moves the ref as often; a push that comes too late joins the
// next. Half of the moves are pushes; the others move only a ref, like a server that has the
// objects.
let pushed = 0, moved = 0;
async function move() {
  const began = Date.now();
  git(repo.clone, 'push', '-q', 'origin', 'next');
  for (let next = Date.now(); next < end; next += 1000 / A_SECOND) {
    const n = Math.min(total, Math.max(1, Math.ceil(((Date.now() - began) * A_SECOND) / 1000)));
    const args = moved % 2 ? ['-C', repo.clone, 'push', '-q', 'origin', `${ids[n]}:refs/heads/main`] : ['-C', repo.bare, 'update-ref', 'refs/heads/main', ids[n]];
    await new Promise((resolve) => ours(spawn('git', args, { stdio: 'ignore' })).on('exit', (code) => { pushed += code === 0; resolve(); }));
    moved++;
    await sleep(Math.max(0, next + 1000 / A_SECOND - Date.now()));
  }
}

const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
const get = (url) =>
  new Promise((resolve) => {
    http.get(server.url + url, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body, whole: response.complete, revision: response.headers['guidance-revision'] }));
      response.on('error', (error) => resolve({ status: 0, error }));
    }).on('error', (error) => resolve({ status: 0, error }));
  });

const seen = new Set();
let count = 0, failed = 0, torn = 0;
const examples = [];
async function ask(client) {
  for (let i = client; Date.now() < end; i++) {
    const { status, body, whole, error, revision } = await get(`/p${i % PAGES}/`);
    const marks = new Set([...(body ?? '').matchAll(/<!-- (\d+) -->|Page \d+ (\d+)</g)].map((m) => Number(m[1] ?? m[2])));
    count++;
    if (status !== 200 || !whole) failed++;
    else if (marks.size !== 1 || numbers.get(revision) !== [...marks][0]) torn++;
    else { seen.add(revision); continue; }
    examples.push(`${status} ${error ?? ''} ${revision} marks ${[...marks].join(', ')}`);
  }
}

await Promise.all([move(), ...Array.from({ length: CLIENTS }, (_, client) => ask(client))]);
const metrics = await (await fetch(`${server.url}/metrics`)).text();
const value = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
console.log(`    ${count} responses, ${failed} failed, ${torn} torn; ${moved} moves, ${pushed} of them well, ${seen.size} commits seen in ${seconds} s; ${value('guidanced_resident_bytes') >> 20} MB`);
check('no response failed', failed === 0, examples.slice(0, 5));
check('and each is of one commit', torn === 0, examples.slice(0, 5));
check('many responses', count > 50 * seconds, count);
check('many commits', seen.size > seconds / 4, seen.size);
check('the ref moved', pushed > 2 * seconds, `${pushed} of ${moved}`);
check('no reload failed', value('guidanced_reload_failures_total') === 0, server.log.slice(-400));
const { code } = await server.stop();
check('it stops well', code === 0, code);
agent.destroy();
finish('git-moves');
