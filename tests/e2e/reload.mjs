// SPDX-License-Identifier: MIT
//
// Reloads under load: while clients send requests as fast as they can, the content is rewritten
// twenty times a second. No response may fail, and each must be of one generation: the same mark is
// at its top, in the middle (the page's own template, remembered while pure) and at its end.
//
//   node tests/e2e/reload.mjs [--seconds 8] [--generations 8]
//
// It lasts so many seconds, and on a busy machine longer, until so many generations were seen.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { check, finish, site, sleep, start } from './harness.mjs';

const at = process.argv.indexOf('--seconds');
const seconds = at < 0 ? 8 : Number(process.argv[at + 1]);
const least = process.argv.indexOf('--generations');
const generations = least < 0 ? seconds : Number(process.argv[least + 1]);
const CLIENTS = 16;
const WRITES_A_SECOND = 20;
const PATIENCE = 8; // times as long, at most

const files = {
  'templates/page.njk': '<!-- {{ mark.n }} -->{{ content | safe }}{% include "foot.njk" %}',
  'templates/foot.njk': '<ul>{% for p in collections.all %}<li>{{ p.data.title }} {{ mark.n }}</li>{% endfor %}</ul><!-- {{ mark.n }} -->',
  'data/_data/mark.json': '{"n": 0}',
};
for (let i = 0; i < 40; i++)
  files[`data/p${i}.md`] = `---\nlayout: page.njk\ntitle: Page ${i}\n---\n# One\n\n<!-- {{ mark.n }} -->\n\n${'Some text. '.repeat(50)}\n`;
const dir = site(files);
const server = await start(dir, ['--threads', '2', '--log-access=false']);
const mark = path.join(dir, 'data/_data/mark.json');

const seen = new Set();
const failures = [];
let count = 0;
const began = Date.now();
const lasted = () => (Date.now() - began) / 1000;
const over = () => lasted() > seconds * (seen.size < generations || count < 100 * seconds ? PATIENCE : 1);
let written = 0;
// Timed by the clock, so that a busy machine sees as many.
async function write() {
  for (let next = Date.now(); !over(); next += 1000 / WRITES_A_SECOND) {
    fs.writeFileSync(`${mark}.new`, `{"n": ${++written}}`);
    fs.renameSync(`${mark}.new`, mark);
    await sleep(Math.max(0, next + 1000 / WRITES_A_SECOND - Date.now()));
  }
}

const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
const get = (url) =>
  new Promise((resolve) => {
    http
      .get(server.url + url, { agent }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode, body, whole: response.complete }));
        response.on('error', (error) => resolve({ status: 0, error }));
      })
      .on('error', (error) => resolve({ status: 0, error }));
  });

async function ask(client) {
  for (let i = client; !over(); i++) {
    const { status, body, whole, error } = await get(`/p${i % 40}/`);
    const marks = new Set([...(body ?? '').matchAll(/<!-- (\d+) -->|Page \d+ (\d+)</g)].map((m) => m[1] ?? m[2]));
    count++;
    if (status !== 200 || !whole || marks.size !== 1)
      failures.push(`${status} ${error ?? ''} marks ${[...marks].join(', ')}`);
    else seen.add([...marks][0]);
  }
}

await Promise.all([write(), ...Array.from({ length: CLIENTS }, (_, client) => ask(client))]);
const metrics = await (await fetch(`${server.url}/metrics`)).text();
const value = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
console.log(`    ${count} responses, ${written} writes, ${seen.size} generations seen in ${lasted().toFixed(0)} s`);
check('no response failed, and each is of one generation', failures.length === 0, failures.slice(0, 5));
check('many responses', count >= 100 * seconds, count);
check('many generations', seen.size >= generations, seen.size);
check('no reload failed', value('guidanced_reload_failures_total') === 0, server.log.match(/^.*(?:warning|error).*$/gm) ?? server.log);
const { code } = await server.stop();
check('it stops well', code === 0, code);
agent.destroy();
finish('reload');
