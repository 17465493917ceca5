// SPDX-License-Identifier: MIT
//
// A shared cache before the server: tags on what may be kept, and a list of what has changed. With
// Varnish, an edit purges the addresses whose content differs – found by asking the server for all
// of them before and after – and no other.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { check, finish, freePort, ours, ROOT, site, sleep, start, until } from './harness.mjs';

const LAYOUT = '<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>{{ content | safe }}</body></html>\n';
const LIST = '<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>{{ content | safe }}<ul>{% for p in collections.guide %}<li>{{ p.data.title }}</li>{% endfor %}</ul></body></html>\n';
const page = (title, text, more = '') => `---\ntitle: ${title}\nlayout: layouts/base.njk\n${more}---\n${text}\n`;
const files = {
  'templates/layouts/base.njk': LAYOUT,
  'templates/layouts/list.njk': LIST,
  'data/index.md': page('Home', 'Home.').replace('base.njk', 'list.njk'),
  'data/later.md': page('Later', 'Later.', `publishAt: ${new Date(Date.now() + 3600e3).toISOString()}\n`),
  'data/with, comma.md': page('Odd', 'Odd.'),
  'files/a.css': 'a { color: red }\n',
};
for (let i = 0; i < 20; i++) files[`data/guide/p${i}.md`] = page(`Page ${i}`, `Text ${i}.`, 'tags: guide\n');
const SETTINGS = 'name: Guide\nurl: https://guide.example\npassthrough:\n  /files: files\nredirects:\n  - {from: /old/, to: /guide/p1/, status: 301}\ncdn:\n  tags: xkey\n  control: max-age=86400, stale-while-revalidate=60, stale-if-error=86400\n';
const dir = site(files, SETTINGS);
const put = (name, text) => fs.writeFileSync(path.join(dir, name), text);
const adminPort = await freePort();
let server = await start(dir, ['--admin-listen', `127.0.0.1:${adminPort}`]);
const port = server.port;
const ask = (at, target, options = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: at, path: target, agent: false, ...options }, (response) => {
      let body = '';
      response.on('data', (d) => (body += d));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on('error', reject);
    request.end();
  });
const changed = async (since = '') => {
  const answer = await ask(adminPort, `/-/changed?since=${since}`);
  return answer.status === 200 ? JSON.parse(answer.body) : null;
};

// ---- the fields ----

const tagsOf = async (target) => (await ask(port, target)).headers.xkey;
check('a page: its address, section and site', (await tagsOf('/guide/p1/')) === '/guide/p1/ section:/guide/ site', await tagsOf('/guide/p1/'));
check('one that is in no section', (await tagsOf('/')) === '/ site', await tagsOf('/'));
check('a file', (await tagsOf('/files/a.css')) === '/files/a.css section:/files/ site');
check('a redirect', (await tagsOf('/old/')) === '/old/ section:/old/ site');
check('a document', (await tagsOf('/sitemap.xml')) === '/sitemap.xml site');
check('no space or comma within a tag', (await tagsOf('/with,%20comma/')) === '/with%2C%20comma/ section:/with%2C%20comma/ site', await tagsOf('/with,%20comma/'));
{
  const first = await ask(port, '/guide/p1/');
  check('how long to keep it', first.headers['cdn-cache-control'] === 'max-age=86400, stale-while-revalidate=60, stale-if-error=86400' && first.headers['cache-control'] === 'no-cache');
  const same = await ask(port, '/guide/p1/', { headers: { 'If-None-Match': first.headers.etag } });
  check('also when it has not changed', same.status === 304 && same.headers.xkey === first.headers.xkey);
}
for (const [target, options] of [['/search?q=page'], ['/healthz'], ['/guide/p1/', { method: 'OPTIONS' }]]) {
  const answer = await ask(port, target, options);
  check(`not for a shared cache: ${JSON.stringify(options ?? '')} ${target}`, !answer.headers.xkey && !answer.headers['cdn-cache-control'], JSON.stringify(answer.headers));
}
check('what changed is not for readers', (await ask(port, '/-/changed')).status === 404);

// ---- what changed ----

const begin = await until(() => changed());
check('who knows no state purges all', begin.all && begin.tags.join() === 'site' && /^[0-9a-f]{16}$/.test(begin.state), begin);
check('nothing since then', JSON.stringify(await changed(begin.state)) === JSON.stringify({ state: begin.state, all: false, tags: [] }));
const since = async (state) => until(async () => {
  const now = await changed(state);
  return now.state !== state && now;
});
put('data/guide/p3.md', page('Page 3', 'Another text.', 'tags: guide\n'));
const second = await since(begin.state);
check('a text: the page, and documents that quote it', !second.all && second.tags.includes('/guide/p3/') && second.tags.every((t) => t === '/guide/p3/' || /\.(xml|json)$/.test(t)), second);
put('data/guide/p3.md', page('Page 3', '<!-- nobody sees it -->Another text.', 'tags: guide\n').replace('<!-- nobody sees it -->', ''));
await sleep(500);
check('what readers do not see is no change', (await changed(second.state)).state === second.state);
put('data/guide/p3.md', files['data/guide/p3.md']);
const third = await since(second.state);
check('back again is a change: a cache may have kept what was between', third.state !== begin.state && third.tags.includes('/guide/p3/') && (await changed(begin.state)).tags.includes('/guide/p3/'));
check('as text', (await ask(adminPort, `/-/changed?since=${second.state}&format=text`)).body === [third.state, ...third.tags, ''].join('\n'));

// ---- Varnish ----

const tool = (name) => [name, `/usr/sbin/${name}`].find((n) => spawnSync(n, ['-V']).status === 0);
const varnishd = tool('varnishd');
if (!varnishd) {
  check('Varnish is installed (script/install --tests)', false);
  await server.stop();
  finish('cdn');
  process.exit();
}
const front = await freePort();
const vcl = fs.readFileSync(path.join(ROOT, 'deploy/cdn/guidanced.vcl'), 'utf8').replace('.port = "8080"', `.port = "${port}"`);
fs.writeFileSync(path.join(dir, 'test.vcl'), vcl);
fs.chmodSync(dir, 0o755); // Varnish compiles it as another user
const cache = ours(spawn(varnishd, ['-F', '-n', path.join(dir, 'varnish'), '-a', `127.0.0.1:${front}`, '-T', 'none', '-f', path.join(dir, 'test.vcl'), '-s', 'malloc,64m'], { stdio: ['ignore', 'pipe', 'pipe'] }));
let said = '';
cache.stdout.on('data', (d) => (said += d));
cache.stderr.on('data', (d) => (said += d));
const through = (target) => ask(front, target).catch(() => ({ status: 0, headers: {} }));
check('the cache answers', await until(async () => (await through('/')).status === 200, 20000), said);

const state = path.join(dir, 'state');
const purge = () => spawnSync(path.join(ROOT, 'deploy/cdn/purge'), [`http://127.0.0.1:${adminPort}/-/changed`, state, path.join(ROOT, 'deploy/cdn/purge-varnish'), `http://127.0.0.1:${front}`], { encoding: 'utf8' });
const URLS = ['/', '/old/', '/later/', '/new/', '/files/a.css', '/sitemap.xml', '/feed.xml', '/pages.json', '/robots.txt', '/with,%20comma/', ...Array.from({ length: 20 }, (_, i) => `/guide/p${i}/`)];
const shown = async () => Object.fromEntries(await Promise.all(URLS.map(async (url) => {
  const { status, body, headers } = await ask(port, url);
  return [url, `${status} ${headers.location ?? ''} ${body}`];
})));
const warm = async () => {
  for (const url of URLS) await through(url);
};
// A change, and what the cache must fetch again afterwards.
async function edit(what, change) {
  await warm();
  const before = await shown();
  const last = fs.readFileSync(state, 'utf8').trim();
  change();
  const now = await until(async () => {
    const answer = await changed(last);
    return answer.state !== last && answer;
  });
  check(`${what}: is noticed`, now);
  const { status, stderr } = purge();
  const after = await shown();
  const differ = URLS.filter((url) => before[url] !== after[url]);
  const fetched = [], wrong = [];
  for (const url of URLS) {
    const answer = await through(url);
    if (answer.headers['x-cache'] === 'MISS') fetched.push(url);
    if (`${answer.status} ${answer.headers.location ?? ''} ${answer.body}` !== after[url]) wrong.push(url);
  }
  check(`${what}: exactly what differs is fetched again (${differ.length})`, status === 0 && differ.length > 0 && fetched.join() === differ.join(), `${stderr} differ: ${differ} fetched: ${fetched}`);
  check(`${what}: all is as the server has it`, !wrong.length, wrong);
}
check('the first time, all is purged', purge().status === 0 && fs.readFileSync(state, 'utf8').trim() === (await changed()).state);
await warm();
{
  const again = await through('/guide/p2/');
  check('the cache keeps pages that browsers must ask about', again.headers['x-cache'] === 'HIT' && again.headers['cache-control'] === 'no-cache' && !again.headers.xkey && !again.headers['cdn-cache-control'], again.headers);
}
await edit('a text', () => put('data/guide/p5.md', page('Page 5', 'New text.', 'tags: guide\n')));
await edit('a title that another page lists', () => put('data/guide/p6.md', page('Page six', 'Text 6.', 'tags: guide\n')));
await edit('a new page where the cache has a 404', () => put('data/new.md', page('New', 'New.')));
await edit('a page that is gone', () => fs.rmSync(path.join(dir, 'data/guide/p7.md')));
await edit('a file', () => put('files/a.css', 'a { color: blue }\n'));
await edit('a redirect', () => put('guidance.yaml', SETTINGS.replace('/guide/p1/', '/guide/p2/')));
await edit('a layout', () => put('templates/layouts/base.njk', LAYOUT.replace('<body>', '<body class="new">')));
await edit('a page whose time has come', () => put('data/later.md', page('Later', 'Later.', `publishAt: ${new Date(Date.now() + 1500).toISOString()}\n`)));
check('nothing to do does nothing', purge().status === 0);
{
  const { status } = spawnSync(path.join(ROOT, 'deploy/cdn/purge'), [`http://127.0.0.1:${adminPort}/-/changed`, path.join(dir, 'fresh'), 'false']);
  check('a purge that fails keeps no state', status !== 0 && !fs.existsSync(path.join(dir, 'fresh')));
}

// ---- when the server is away ----

await warm();
await server.stop();
check('while the server is away, the cache has its pages', (await through('/guide/p4/')).status === 200);
server = await start(dir, ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`]);
put('data/guide/p4.md', page('Page 4', 'Changed after the restart.', 'tags: guide\n'));
check('after a restart, all is purged once', await until(async () => purge().status === 0 && (await through('/guide/p4/')).body.includes('Changed after the restart')), server.log);
await server.stop();

// Equal content, equal state: a restart without an edit purges nothing.
server = await start(dir, ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`]);
const twinPort = await freePort();
const twin = await start(dir, ['--cache', ':memory:', '--feedback-file', path.join(dir, 'twin.db'), '--admin-listen', `127.0.0.1:${twinPort}`]);
const one = await until(() => changed()), other = await until(async () => {
  const answer = await ask(twinPort, '/-/changed');
  return answer.status === 200 && JSON.parse(answer.body);
});
check('two processes with the same content agree on its state', one.state === other.state, `${one.state} ${other.state}`);
await twin.stop();

// ---- what has expired: shown at once while the cache asks (stale-while-revalidate), and for as long
// as no server answers (stale-if-error) ----

await server.stop(); // response fields need a restart
put('guidance.yaml', SETTINGS.replace('max-age=86400', 'max-age=1'));
server = await start(dir, ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`]);
check('pages are kept for a second', await until(async () => (await ask(port, '/guide/p9/')).headers['cdn-cache-control']?.startsWith('max-age=1,')));
spawnSync(path.join(ROOT, 'deploy/cdn/purge-varnish'), [`http://127.0.0.1:${front}`], { input: 'site\n' });
await through('/guide/p9/');
put('data/guide/p9.md', page('Page 9', 'Newer.', 'tags: guide\n'));
check('the server has a newer page', await until(async () => (await ask(port, '/guide/p9/')).body.includes('Newer.')));
await sleep(1500);
{
  const stale = await through('/guide/p9/');
  check('what has expired is shown at once', stale.status === 200 && stale.headers['x-cache'] === 'HIT' && !stale.body.includes('Newer.'), `${stale.status} ${stale.headers['x-cache']} ${stale.body}`);
  check('and fetched meanwhile, without a purge', await until(async () => (await through('/guide/p9/')).body.includes('Newer.')));
}
await server.stop();
await sleep(1500);
{
  const answers = [];
  for (let i = 0; i < 20; i++) answers.push(await through('/guide/p9/'));
  check('while no server answers, what has expired is shown', answers.every((a) => a.status === 200 && a.body.includes('Newer.')), answers.map((a) => a.status));
  check('what the cache has never seen is an error', (await through('/guide/never-asked/')).status === 503);
}
server = await start(dir, ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`]);
await server.stop();
cache.kill();
fs.rmSync(dir, { recursive: true, force: true });

// ---- where some may see more than others ----

{
  const some = { 'data/board.md': page('Board', 'Secret.', 'audience: [board]\n'), 'data/draft.md': page('Draft', 'Draft.', 'draft: true\n'), 'data/open.md': page('Open', 'Open.'), 'templates/layouts/base.njk': LAYOUT };
  const private_ = await start(site(some, 'name: X\ntrusted_proxies: [127.0.0.1]\naccess:\n  user_header: X-User\n  draft_audience: [editor]\nredirects:\n  - {from: /old/, to: /board/}\ncdn:\n  tags: xkey\n  control: max-age=60\n'));
  const as = (user, target) => ask(private_.port, target, user ? { headers: { 'X-User': user } } : {});
  check('some may see more', (await as('board', '/board/')).body.includes('Secret.') && (await as('editor', '/draft/')).body.includes('Draft.') && (await as('', '/board/')).status === 404);
  for (const user of ['', 'board', 'editor'])
    for (const target of ['/board/', '/draft/', '/old/', '/nothing/', ...(user ? ['/open/'] : [])]) {
      const { headers, status } = await as(user, target);
      check(`for "${user}", no shared cache keeps ${target}`, !headers.xkey && !headers['cdn-cache-control'], status);
    }
  const open = await as('', '/open/');
  check('the fields of one are not those of another', !(await as('board', '/open/')).headers.xkey && !(await as('editor', '/open/')).headers['cdn-cache-control']);
  check('what everyone may read is kept', open.headers.xkey === '/open/ section:/open/ site', JSON.stringify(open));
  await private_.stop();
  const near = await start(site(some, 'name: X\naccess:\n  networks: [127.0.0.1]\ncdn:\n  tags: xkey\n  control: max-age=60\n'));
  const { headers, status } = await ask(near.port, '/open/');
  check('nor anything that only a network may read', status === 200 && !headers.xkey && !headers['cdn-cache-control']);
  await near.stop();
}
{
  const cloud = await start(site({ 'data/index.md': page('Home', 'Home.'), 'templates/layouts/base.njk': LAYOUT }, 'name: X\ncdn:\n  tags: Cache-Tag\n'));
  const answer = await ask(cloud.port, '/');
  check('Cache-Tag is separated by commas', answer.headers['cache-tag'] === '/,site' && !answer.headers['cdn-cache-control'], answer.headers);
  await cloud.stop();
  const off = await start(site({ 'data/index.md': page('Home', 'Home.'), 'templates/layouts/base.njk': LAYOUT }), ['--admin-listen', `127.0.0.1:${await freePort()}`]);
  check('off unless asked for', !JSON.stringify((await ask(off.port, '/')).headers).match(/xkey|surrogate|cache-tag|cdn/i));
  await off.stop();
}
finish('cdn');
