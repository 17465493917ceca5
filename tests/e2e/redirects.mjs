// SPDX-License-Identifier: MIT
//
// Old addresses as authors paste them: with the site's host, percent-encoded, with a query or a
// fragment, without a slash. Each redirects, or `check` says why it cannot.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, site, start } from './harness.mjs';

const page = (front) => `---\n${front}\n---\ntext\n`;
const files = {
  'data/new.md': page('title: New\nredirect_from: ["was3", "/was4/?x=1", "https://guide.example/was6/", "/was7/#x", "/was%208/", "/was10", "//guide.example/was11/", "http://GUIDE.example/was12", " /was13/ ", "/a/../was14//b", "/was15?", "/was%C3%A916/", "/was17/*"]'),
  'data/one.md': page('redirect_from: /single/'),
  'data/bad.md': page('redirect_from: ["https://elsewhere.example/x", 2020, "/bad%2", "#x", "mailto://x", {a: 1}, "/%FF/", null]'),
  'data/taken.md': page('redirect_from: /new/'),
};
const settings = `name: Test
url: https://guide.example
redirects:
  - {from: /c1, to: /new/}
  - {from: "/c2/?id=7", to: /one/}
  - {from: /c3/, to: "/new/?own=1#f"}
  - {from: /c4/, to: "/new/#f"}
  - {from: /c5/, to: "/new/?"}
  - {from: "c6", to: "https://other.example/a"}
  - {from: "/c7/*", to: "/new/*"}
  - {from: /c8/, status: 410}
`;
const dir = site(files, settings);

const ran = spawnSync(BINARY, ['check', '--site', dir, '--format', 'json'], { encoding: 'utf8' });
const found = JSON.parse(ran.stdout);
const findings = (found.findings ?? found.problems ?? found).filter((f) => f.rule === 'redirect' || f.rule === 'redirect-shadowed');
const told = (file) => findings.filter((f) => f.file === `data/${file}`);
check('check: what can be sent on is not complained of', told('new.md').length === 0 && told('one.md').length === 0, JSON.stringify(told('new.md')));
check('check: what cannot is, each with its place', told('bad.md').length === 7 && told('bad.md').every((f) => f.line === 2 && f.column > 1), JSON.stringify(told('bad.md')));
check('check: another site', told('bad.md').some((f) => /another site/.test(f.message)));
check('check: a page is there', findings.some((f) => f.rule === 'redirect-shadowed' && f.file === 'data/taken.md'), JSON.stringify(findings));

async function asks(base, prefix, list) {
  for (const [url, status, location] of list) {
    const got = await fetch(base + prefix + url, { redirect: 'manual' });
    const to = got.headers.get('location') ?? '';
    check(`${prefix}${url}: ${status} ${location ?? ''}`, got.status === status && (!location || to.replace(base, '') === (location[0] === '/' ? prefix + location : location)), `${got.status} ${to}`);
  }
}
const WANTED = [
  ...['/was3', '/was3/', '/was6/', '/was6', '/was7/', '/was7', '/was%208/', '/was%208', '/was10', '/was10/', '/was11/', '/was12', '/was12/', '/was13/', '/was14/b', '/was15', '/was%C3%A916/', '/was%c3%a916', '/was17/a/b'].map((u) => [u, 301, '/new/']),
  ['/was4/?x=1', 301, '/new/'], ['/was4?x=1', 301, '/new/'], ['/was4/', 404], ['/was4/?x=2', 404], ['/was4/?x=1&y', 404],
  ['/was10?q=a%20b&c', 301, '/new/?q=a%20b&c'], ['/was10/?q', 301, '/new/?q'], ['/single?a=1', 301, '/one/?a=1'],
  ['/c1/?a', 301, '/new/?a'], ['/c2/?id=7', 301, '/one/'], ['/c2/', 404], ['/c3/?a', 301, '/new/?own=1#f'], ['/c4/?a', 301, '/new/?a#f'], ['/c5/?a', 301, '/new/?'],
  ['/c6', 301, 'https://other.example/a'], ['/c6?z', 301, 'https://other.example/a?z'], ['/c7/x?a', 301, '/new/x?a'], ['/c8', 410], ['/c8/?a', 410], ['/new/', 200], ['/new', 301, '/new/'], ['/none', 404],
];
const server = await start(dir, ['--cache', ':memory:']);
await asks(server.url, '', WANTED);
// Responses that are kept ready: whatever was asked before, on the same connection.
for (const first of ['', '?a']) await asks(server.url, '', Array(8).fill([first, '?b', '', '?c=d']).flat().map((query) => [`/c1/${query}`, 301, `/new/${query}`]));
await asks(server.url, '', ['x', 'y', 'x', 'y'].map((rest) => [`/c7/${rest}`, 301, `/new/${rest}`]));
await server.stop();

// Below a path prefix: an address with the host includes it, a path does not.
fs.writeFileSync(path.join(dir, 'guidance.yaml'), `${settings}path_prefix: /guide/\n`);
fs.writeFileSync(path.join(dir, 'data/new.md'), files['data/new.md'].replace(/(?<=guide\.example)(?=\/)/gi, '/guide'));
const below = await start(dir, ['--cache', ':memory:']);
await asks(below.url, '/guide', WANTED);
await below.stop();
// The host may have other sites beside it.
fs.writeFileSync(path.join(dir, 'data/beside.md'), page('redirect_from: ["https://guide.example/was30/", "https://guide.example/guidelines/", "https://guide.example/", "https://guide.example/guide/was31/", "https://guide.example/guide?was=32"]'));
const beside = JSON.parse(spawnSync(BINARY, ['check', '--site', dir, '--format', 'json'], { encoding: 'utf8' }).stdout);
const outside = (beside.findings ?? beside.problems ?? beside).filter((f) => f.file === 'data/beside.md' && f.rule === 'redirect');
check('check: what is beside the path prefix is another site', outside.length === 3 && outside.every((f) => /another site/.test(f.message)), JSON.stringify(outside));
fs.rmSync(path.join(dir, 'data/beside.md'));

// The files for static hosts say the same.
const out = path.join(dir, 'out');
spawnSync(BINARY, ['build', '--site', dir, '--out', out]);
const lines = fs.readFileSync(path.join(out, '_redirects'), 'utf8').split('\n');
check('_redirects: a query is matched by its names', lines.includes('/guide/was4/ x=1 /guide/new/ 301'), lines.join('|'));
finish('redirects');
