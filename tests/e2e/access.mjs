// SPDX-License-Identifier: MIT
//
// Who may read: networks, proxies that name the client and the user, and pages with an audience.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import http from 'node:http';
import { BINARY, check, finish, site, start, until } from './harness.mjs';

const files = {
  'templates/layout.njk': `<nav>{{ collections.all | eleventyNavigation | eleventyNavigationToHtml | safe }}</nav>
<ul>{% for p in collections.all %}<li>{{ p.data.title }}</li>{% endfor %}</ul>
<ul>{% for p in collections.secretive %}<li>{{ p.data.title }}</li>{% endfor %}</ul>{{ content | safe }}`,
  'data/index.md': '---\ntitle: Home\nlayout: layout.njk\neleventyNavigation:\n  key: Home\n---\n# Home\n',
  'data/staff.md': '---\ntitle: Zebrastaff\nlayout: layout.njk\naudience: staff\ntags: secretive\nredirect_from: /old-staff/\neleventyNavigation:\n  key: Zebrastaff\n---\n# Zebrastaff words\n',
  'data/board.md': '---\ntitle: Zebraboard\naudience: [board, "alice@example.org"]\n---\n# Zebraboard words\n',
  'data/anyone.md': '---\ntitle: Zebraanyone\naudience: authenticated\n---\n# Zebraanyone\n',
  'data/inside/inside.json': '{"audience": "staff"}',
  'data/inside/index.md': '---\ntitle: Zebrainside\n---\n# Zebrainside\n',
};
Object.assign(files, {
  'data/future.md': '---\ntitle: Zebrafuture\npublishAt: 2099-01-01\nredirect_from: /was-future/\n---\nx\n',
  'data/links.njk': '<a href="{{ "/files/board/minutes.txt" | asset }}">Minutes</a>\n',
  'files/open.txt': 'open', 'files/board/minutes.txt': 'minutes', 'files/board/for-all.txt': 'all', 'files/boardroom.txt': 'room', 'files/nobody.txt': 'x',
});
const dir = site(files, `name: Test
url: https://guide.example
passthrough: {/files: files}
access:
  files: {/files/board/: board, /files/board/for-all.txt: [staff, board], /files/nobody.txt: []}
redirects:
  - {from: /short/, to: /staff/}
  - {from: /whole, to: "https://guide.example/staff?x#y"}
  - {from: /anything/*, to: /staff/}
`);
const MEMORY = ['--cache', ':memory:'];
const PROXY = ['--trusted-proxies', '127.0.0.0/8'];
const server = await start(dir, [...MEMORY, ...PROXY, '--access-user-header', 'X-User', '--access-groups-header', 'X-Groups']);
const status = async (url, headers = {}) => (await fetch(server.url + url, { headers, redirect: 'manual' })).status;

for (const [who, headers, may] of [
  ['nobody', {}, []],
  ['a user', { 'X-User': 'bob' }, ['/anyone/']],
  ['staff', { 'X-User': 'carol', 'X-Groups': 'other, staff' }, ['/staff/', '/anyone/', '/inside/']],
  ['the board', { 'X-User': 'dave', 'X-Groups': 'board' }, ['/board/', '/anyone/']],
  ['a user by name', { 'X-User': 'alice@example.org' }, ['/board/', '/anyone/']],
  ['a group that begins alike', { 'X-Groups': 'staff2,staf,Staff' }, []],
  ['an empty name', { 'X-User': '' }, []],
]) {
  for (const url of ['/staff/', '/board/', '/anyone/', '/inside/']) {
    const got = await status(url, headers);
    check(`${who}: ${url}`, got === (may.includes(url) ? 200 : 404), got);
  }
}
check('everyone: /', (await status('/')) === 200);
const twice = await new Promise((resolve) => http.get(`${server.url}/staff/`, { agent: false, headers: { 'X-Groups': ['staff', 'staff'] } }, (r) => resolve(r.resume().statusCode)));
check('a field that is there twice is not believed', twice === 404, twice);
check('its address without a slash is not there either', (await status('/staff')) === 404);
check('but for whom it is', (await status('/staff', { 'X-Groups': 'staff' })) === 301);
const shown = await fetch(`${server.url}/staff/`, { headers: { 'X-Groups': 'staff' } });
check('a restricted page is private to caches', shown.headers.get('cache-control') === 'private, no-cache', shown.headers.get('cache-control'));
const tag = (await fetch(`${server.url}/staff/`, { headers: { 'X-Groups': 'staff' } })).headers.get('etag');
check('nor is it "not modified" for others', (await status('/staff/', { 'If-None-Match': tag ?? '*' })) === 404);

await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass');
for (const url of ['/', '/sitemap.xml', '/feed.xml', '/pages.json', '/search?q=zebrastaff', '/search.json?q=zebra', '/search.json?q=zebrast&prefix=1',
  '/search.json?q=zebrastaf', '/zebrastaff/', '/staf/', '/nowhere/', '/robots.txt', '/readyz', '/metrics'])
  for (const [who, headers] of [['nobody', {}], ['staff', { 'X-Groups': 'staff' }]]) {
    const text = await (await fetch(server.url + url, { headers })).text();
    const leaked = /Zebra(staff|board|anyone|inside)|href="\/(staff|board|anyone|inside)\//i.exec(text.replaceAll(/zebrast(aff?)?/g, ''))?.[0];
    check(`${url} shows ${who} no restricted page`, !leaked, leaked);
  }
// Addresses that lead to a page would reveal it.
for (const url of ['/old-staff/', '/old-staff', '/short/', '/short', '/whole', '/anything/else', '/was-future/', '/was-future']) {
  const answers = [];
  for (const groups of ['none', 'staff']) {
    const response = await fetch(server.url + url, { headers: { 'X-Groups': groups }, redirect: 'manual' });
    answers.push(response.status);
    const kept = response.headers.get('cache-control');
    check(`${url} is not for caches`, kept === (response.status === 404 ? 'no-store' : 'private, no-cache'), `${response.status} ${kept}`);
    check(`${url} tells ${groups} nothing`, groups === 'staff' || !response.headers.get('location'), response.headers.get('location'));
  }
  check(`${url} leads there whom it is for`, answers.join() === (url.startsWith('/was-future') ? '404,404' : '404,301'), answers);
}
for (const [url, groups, expected] of [
  ['/files/open.txt', '', 200], ['/files/board/minutes.txt', '', 404], ['/files/board/minutes.txt', 'staff', 404], ['/files/board/minutes.txt', 'board', 200],
  ['/files/board/for-all.txt', 'staff', 200], ['/files/board/for-all.txt', '', 404], ['/files/boardroom.txt', '', 200], ['/files/nobody.txt', 'board', 404],
]) {
  const response = await fetch(server.url + url, { headers: { 'X-Groups': groups } });
  check(`${url} for "${groups}": ${expected}`, response.status === expected, response.status);
  if (expected === 200 && url.includes('/board/')) check(`${url} is private to caches`, response.headers.get('cache-control') === 'private, no-cache');
}
check('a redirect for everyone is for caches too', (await fetch(`${server.url}/links`, { redirect: 'manual' })).headers.get('cache-control') === null);
const hashed = /href="(\/files\/board\/minutes\.[0-9a-f]+\.txt)"/.exec(await (await fetch(`${server.url}/links/`)).text())?.[1];
check('a restricted file is not there under its other name either', hashed && (await status(hashed)) === 404 && (await status(hashed, { 'X-Groups': 'board' })) === 200, hashed);

const out = path.join(dir, 'out');
execFileSync(BINARY, ['build', '--site', dir, '--out', out, '--access-groups-header', 'X-Groups', ...PROXY]);
check('build writes none', fs.existsSync(path.join(out, 'index.html')) && !fs.existsSync(path.join(out, 'staff')), fs.readdirSync(out));
await server.stop();

// From a client that is not a trusted proxy, the fields are ignored.
const direct = await start(dir, [...MEMORY, '--trusted-proxies', '192.0.2.1', '--access-groups-header', 'X-Groups']);
check('from anybody else it is not believed', (await fetch(`${direct.url}/staff/`, { headers: { 'X-Groups': 'staff' } })).status === 404);
await direct.stop();
const nobody = spawnSync(BINARY, ['serve', '--site', dir, '--listen', '127.0.0.1:0', ...MEMORY, '--access-groups-header', 'X-Groups'], { encoding: 'utf8' });
check('users without a trusted proxy: does not start', nobody.status === 3 && nobody.stderr.includes('trusted_proxies'), nobody.stderr);
const label = await start(dir, MEMORY);
check('where users are not known, an audience is a text', (await fetch(`${label.url}/staff/`)).status === 200);
await label.stop();

// ---- networks ----
for (const [networks, from, expected] of [
  ['10.0.0.0/8', null, 403], ['127.0.0.1', null, 200], ['10.0.0.0/8,127.0.0.0/8', null, 200], ['::1', null, 403],
  ['10.0.0.0/8', '10.1.2.3', 200], ['10.0.0.0/8', '11.1.2.3', 403], ['2001:db8::/32', '2001:db8::7', 200], ['10.0.0.0/8', '10.1.2.3, 198.51.100.1', 403],
]) {
  const limited = await start(dir, [...MEMORY, ...PROXY, '--access-networks', networks]);
  const headers = from ? { 'X-Forwarded-For': from } : {};
  const got = await Promise.all(['/', '/nowhere/', '/search?q=x', '/sitemap.xml'].map(async (url) => (await fetch(limited.url + url, { headers })).status));
  check(`networks ${networks}, from ${from ?? '127.0.0.1'}`, got.every((s) => (expected === 403 ? s === 403 : s !== 403)), got);
  check('and health is told to all', (await fetch(`${limited.url}/healthz`, { headers })).status === 200);
  await limited.stop();
}

// ---- what proxies say about the client ----
async function post(args, headers) {
  const s = await start(dir, [...MEMORY, ...args]);
  const body = new URLSearchParams({ page: '/', useful: 'yes' });
  const got = await fetch(`${s.url}/feedback`, { method: 'POST', redirect: 'manual', body, headers });
  const log = await until(() => s.log.split('\n').find((l) => l.includes('POST /feedback')));
  await s.stop();
  return { status: got.status, client: log?.split(' ')[0] };
}
const ORIGIN = { Origin: 'https://guidance.example' };
const X = { ...ORIGIN, 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Host': 'guidance.example', 'X-Forwarded-Proto': 'https' };
const F = { ...ORIGIN, Forwarded: 'for=198.51.100.1;host=evil.example, for="203.0.113.7:4711";proto=https;host="guidance.example"' };
for (const [name, args, headers, expected, client] of [
  ['X-Forwarded-*, from a trusted proxy', PROXY, X, 303, '203.0.113.7'],
  ['X-Forwarded-*, from anybody', [], X, 403, '127.0.0.1'],
  ['X-Forwarded-*, where Forwarded is expected', [...PROXY, '--forwarded'], X, 403, '127.0.0.1'],
  ['Forwarded, from a trusted proxy', [...PROXY, '--forwarded'], F, 303, '203.0.113.7'],
  ['Forwarded, where it is not expected', PROXY, F, 403, '127.0.0.1'],
  ['Forwarded, from anybody', ['--forwarded'], F, 403, '127.0.0.1'],
  ['Forwarded, IPv6', [...PROXY, '--forwarded'], { ...ORIGIN, Forwarded: 'For="[2001:db8::9]:80";Host=guidance.example' }, 303, '2001:db8::9'],
  ['Forwarded, obfuscated', [...PROXY, '--forwarded'], { ...ORIGIN, Forwarded: 'for=_hidden;host=guidance.example' }, 303, '127.0.0.1'],
  ['a comma in quotes', [...PROXY, '--forwarded'], { ...ORIGIN, Forwarded: 'for=203.0.113.7;by="a,b";host=guidance.example' }, 303, '203.0.113.7'],
  ['a host that is none', PROXY, { ...X, 'X-Forwarded-Host': 'guidance.example/x' }, 403, '203.0.113.7'],
]) {
  const got = await post(args, headers);
  check(name, got.status === expected && got.client === client, JSON.stringify(got));
}
// A proxy terminates TLS for us: only clients that came through it get HSTS, also with cached
// pages.
{
  const s = await start(dir, [...MEMORY, ...PROXY, '--render-cache', '1M']);
  for (let i = 0; i < 4; i++)
    for (const [proto, expected] of [['https', 'max-age=31536000; includeSubDomains'], ['http', null], [null, null]]) {
      const r = await fetch(s.url, { headers: proto ? { 'X-Forwarded-Proto': proto } : {} });
      await r.text();
      check(`X-Forwarded-Proto: ${proto}: HSTS ${expected}`, r.headers.get('strict-transport-security') === expected, r.headers.get('strict-transport-security'));
    }
  await s.stop();
  const untrusted = await start(dir, MEMORY);
  check('from anybody else: no HSTS', (await fetch(untrusted.url, { headers: { 'X-Forwarded-Proto': 'https' } })).headers.get('strict-transport-security') === null);
  await untrusted.stop();
}
finish('access');
process.exit();
