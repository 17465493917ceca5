// SPDX-License-Identifier: MIT
//
// Runs the server under valgrind from start to stop: pages, assets, search, feedback, errors, a
// reload. Valgrind must find no error and no leak.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, sampleSite, start, until } from './harness.mjs';

const dir = sampleSite();
const report = path.join(dir, 'valgrind.txt');
const wrapper = path.join(dir, 'under-valgrind');
fs.writeFileSync(wrapper, `#!/bin/sh
exec valgrind -q --leak-check=full --show-leak-kinds=definite,indirect,possible --error-exitcode=99 --log-file=${report} ${BINARY} "$@"
`, { mode: 0o755 });
check('valgrind is there', spawnSync('valgrind', ['--version']).status === 0);
const server = await start(dir, ['--sandbox=false', '--threads', '2'], wrapper);
// A post that cannot be saved within three seconds is rightly refused, and valgrind is slow. The
// feedback file is open once the server is ready.
check('ready', await until(async () => (await fetch(`${server.url}/readyz`)).status === 200, 60000));
for (const [url, options, status] of [
  ['/', {}, 200], ['/secure-by-design/', { headers: { 'Accept-Encoding': 'gzip' } }, 200],
  ['/secure-by-design/', { headers: { 'Accept-Encoding': 'br' } }, 200], ['/assets/site.css', {}, 200],
  ['/search?q=risk', {}, 200], ['/search.json?q=suplier', {}, 200], ['/nowhere/', {}, 404],
  ['/feedback', { method: 'POST', body: new URLSearchParams({ page: '/', useful: 'yes' }) }, 303],
  ['/metrics', {}, 200], ['/readyz', {}, 200], ['/sitemap.xml', {}, 200], ['/feed.xml', {}, 200],
]) {
  let response;
  await until(async () => {
    response = await fetch(server.url + url, { redirect: 'manual', ...options });
    await response.arrayBuffer();
    return response.status !== 503;
  }, 30000);
  check(`${url} is ${status}`, response.status === status, response.status);
}
fs.appendFileSync(path.join(dir, 'data/index.md'), '\nOne more line.\n');
check('a reload', await until(async () => (await (await fetch(server.url)).text()).includes('One more line'), 20000));
const { code } = await server.stop();
// Valgrind refuses calls it does not know (openat2), with a note that asks for a bug report.
const found = fs.readFileSync(report, 'utf8').replace(/^--\d+-- (?!.*(Invalid|lost)).*\n?/gm, '');
check('nothing wrong, and nothing left behind', code === 0 && found.trim() === '', found.slice(0, 1500));
finish('leaks');
