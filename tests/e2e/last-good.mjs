// SPDX-License-Identifier: MIT
//
// One edit of a layout breaks two thousand pages, more than are rendered before a snapshot is
// published. Each page that worked keeps its last good version, from the first request on.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { check, finish, patience, site, start, until } from './harness.mjs';

const PAGES = 2000, CLIENTS = 4, ROUNDS = 2;
// What breaks comes after what takes its time.
const layout = (mark) => `<title>{{ title }}</title>{{ content | safe }}{% for i in range(800) %}{{ (title + i) | upper }}{% endfor %}${mark}`;
const files = { 'templates/page.njk': layout('one') };
const page = (i, text = 'Text.') => `---\nlayout: page.njk\ntitle: Page ${i}\n---\n# Page ${i}\n\n${text} ${'More of it. '.repeat(20)}\n`;
for (let i = 0; i < PAGES; i++) files[`data/p${i}.md`] = page(i);
files['data/board.md'] = '---\nlayout: page.njk\ntitle: Board\naudience: [board]\n---\nSecret.\n';
files['data/q.md'] = files['data/board.md']; // rendered last
const dir = site(files);
const server = await start(dir, ['--log-access=false', '--trusted-proxies', '127.0.0.1', '--access-user-header', 'X-User', '--access-groups-header', 'X-Groups']);
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
const get = (url, headers = {}) =>
  new Promise((resolve) => {
    http.get(server.url + url, { agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    }).on('error', (error) => resolve({ status: 0, body: String(error) }));
  });
const save = (name, text) => {
  fs.writeFileSync(`${path.join(dir, name)}.new`, text);
  fs.renameSync(`${path.join(dir, name)}.new`, path.join(dir, name));
};
const ready = async () => JSON.parse((await get('/readyz')).body);
const broken = async () => Number(/^guidanced_snapshot_pages_broken (\d+)/m.exec((await get('/metrics')).body)?.[1]);
const verified = () => until(async () => (await broken()) === 0 && (await ready()).status === 'pass', 20000);

const wrong = [];
let going = true, count = 0, mark = 'one';
async function client(seed) {
  for (let i = seed; going; i = (i + 1237) % PAGES) {
    const { status, body } = await get(`/p${i}/`);
    count++;
    if (status !== 200 || !body.includes(`Page ${i}<`) || !body.includes(mark)) wrong.push(`/p${i}/ ${status} ${body.slice(0, 100)}`);
  }
}
check('the site works', await verified(), JSON.stringify(await ready()));
const clients = Array.from({ length: CLIENTS }, (_, i) => client(i * 311));
for (let round = 0; round < ROUNDS; round++) {
  save('templates/page.njk', layout('{{ nothing() }}'));
  check('all pages are found broken', await until(async () => (await broken()) > PAGES, 20000), await broken());
  save('templates/page.njk', layout('one'));
  check('and all work again', await verified(), await broken());
}
const failed = server.log.split('\n').filter((line) => / error /.test(line) && /request_id=/.test(line)).length;
check('requests came to pages that failed', failed > 5, failed);
await until(async () => count > 1000, 20000);
check(`none of ${count} requests failed`, wrong.length === 0 && count > 1000, `${wrong.length}: ${wrong.slice(0, 3).join('\n')}`);
going = false;
await Promise.all(clients);

// What was not there has no good version; what a reader may not have stays so.
for (let i = 0; i < PAGES; i += 2) save(`data/p${i}.md`, page(i, 'Edited.'));
save('data/new.md', page('new'));
save('templates/page.njk', layout('{{ nothing() }}'));
const fresh = await until(async () => { const answer = await get('/new/'); return answer.status !== 404 && answer; }, 20000);
check('a new page that fails is an error', fresh.status === 500, `${fresh.status} ${fresh.body}`);
check('a page for others does not exist', (await get('/board/')).status === 404 && (await get('/board/', { 'x-groups': 'board' })).body.includes('Secret'));
await until(async () => (await broken()) > PAGES, 20000);
const old = await get('/p0/');
check('an edited page is as it was before', old.status === 200 && old.body.includes('Text.') && !old.body.includes('Edited'), old.body.slice(0, 200));

// While a snapshot's other pages are still being rendered, readers have it: what it shows is the last
// good version, not what came before it.
const broken500 = await get('/new/');
save('templates/page.njk', layout('two'));
save('data/new.md', page('new', 'Mended.'));
const mended = await until(async () => { const answer = await get('/new/'); return answer.status === 200 && answer.body.includes('Mended.'); }, 20000);
check('a page that never worked is mended', broken500.status === 500 && mended, broken500.status);
save('data/new.md', page('new', '{{ nothing() }}'));
await until(async () => (await broken()) > 0, 20000);
const answers = [];
await until(async () => { answers.push(await get('/new/')); return (await broken()) === 1 && (await ready()).checks['search:index'][0].status === 'pass'; }, 20000);
const lost = answers.filter((answer) => answer.status !== 200 || !answer.body.includes('Mended.'));
check('and broken again at once, it is as it was mended', answers.length > 0 && lost.length === 0, `${lost.length} of ${answers.length}: ${lost[0]?.status} ${lost[0]?.body.slice(0, 200)}`);

// What has been taken from readers since does not come back, whatever fails then: neither while other
// pages are still being rendered, nor later.
const taken = { audience: 'audience: [board]', draft: 'draft: true', embargo: 'publishAt: 2999-01-01' };
for (const waits of [false, true])
  for (const [what, key] of Object.entries(taken)) {
    const name = `taken-${what}-${waits}`;
    for (const [file, text] of [['new', 'Mended.'], [name, 'For all.']]) save(`data/${file}.md`, page(file, text));
    check(`${name}: everything works`, (await verified()) && (await until(async () => (await get(`/${name}/`)).body.includes('For all.'))), await broken());
    save('templates/page.njk', layout(`with ${name}`));
    save(`data/${name}.md`, `---\nlayout: page.njk\ntitle: Taken\n${key}\n---\n{{ nothing() }}\n`);
    check(`${name}: it is taken away, and fails`, await until(async () => (await get(`/${name}/`)).status === 404, 20000));
    if (waits) await until(async () => (await broken()) > 0 && (await get(`/p0/`)).body.includes(name), 20000);
    const before = server.log.length;
    save(`data/${name}.md`, '---\ntitle: [\n---\nText.\n');
    const shown = [];
    await until(async () => { shown.push(await get(`/${name}/`)); return server.log.slice(before).includes(`${name}.md:`) && shown.length > 20; }, 20000);
    check(`${name}: unreadable, it is not what it was before`, shown.every((answer) => answer.status !== 200), shown.find((answer) => answer.status === 200)?.body.slice(0, 200));
    save(`data/${name}.md`, page(name, 'For all.'));
  }
// A page that is opened to everyone and then fails is still shown as it was, to those for whom it was,
// and no cache may give it to others.
save('templates/page.njk', layout('opened'));
check('the site works again', await verified(), await broken());
save('templates/page.njk', layout('opening'));
save('data/q.md', '---\nlayout: page.njk\ntitle: Q\n---\n{{ nothing() }}\n');
const opened = [];
await until(async () => {
  opened.push(await get('/q/', { 'x-groups': 'board' }), await get('/q/'));
  return opened.at(-1).status === 500 || opened.length > 4000;
}, 20000);
const secrets = opened.filter((answer) => answer.body.includes('Secret'));
check('what was for some is not stored for all', secrets.length > 0 && secrets.every((answer) => answer.headers['cache-control'] === 'private, no-cache'), JSON.stringify(secrets.map((answer) => answer.headers['cache-control'])));
agent.destroy();
await server.stop();

// ---- settings that were emptied: without them, what they hide would be shown ----
{
  const settings = (name) => `name: ${name}\nignores: ["data/hidden/**"]\n`;
  const kept = site({ 'data/index.md': '---\ntitle: Start\n---\n{{ site.name }}\n', 'data/hidden/plan.md': '---\ntitle: Plan\n---\nSecret.\n' }, settings('One'));
  const file = path.join(kept, 'guidance.yaml');
  const watched = await start(kept, ['--log-access=false']);
  const status = async (url) => (await fetch(watched.url + url)).status;
  check('settings: what is ignored is not served', (await until(async () => (await status('/')) === 200)) && (await status('/hidden/plan/')) === 404);
  for (const [how, text] of [['emptied', ''], ['of line breaks', '\n\n']]) {
    const before = watched.log.length;
    fs.writeFileSync(file, text);
    check(`settings: ${how}, they are an error at their place`, await until(() => /guidance\.yaml:1:1: .*empty/.test(watched.log.slice(before))), watched.log.slice(before));
    check(`settings: ${how}, those before stay`, (await status('/hidden/plan/')) === 404 && (await (await fetch(`${watched.url}/readyz`)).json()).status === 'warn');
    fs.writeFileSync(file, settings(`Again ${how}`));
    check(`settings: ${how}, and written again`, await until(async () => (await (await fetch(`${watched.url}/readyz`)).json()).status === 'pass' && (await status('/hidden/plan/')) === 404), watched.log.slice(before));
  }
  await watched.stop();
}
finish('last-good');
