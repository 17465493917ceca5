// SPDX-License-Identifier: MIT
//
// The cache's files are cut, emptied, deleted and overwritten while the server runs: it keeps
// running, every page is always right, search finds nothing wrong, and the cache is rebuilt.
import fs from 'node:fs';
import path from 'node:path';
import { check, finish, site, sleep, start, until } from './harness.mjs';

const pages = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`data/page-${i}.md`,
  `---\ntitle: Page ${i}\n---\n# Page ${i}\n\n${`words of page number${i} `.repeat(60)}\n`]));
for (const [name, harm] of [
  ['-shm emptied', (cache) => fs.truncateSync(`${cache}-shm`, 0)],
  ['-shm cut after a page', (cache) => fs.truncateSync(`${cache}-shm`, 4096)],
  ['-shm cut in the middle', (cache) => fs.truncateSync(`${cache}-shm`, 16384)],
  ['-shm deleted', (cache) => fs.rmSync(`${cache}-shm`)],
  ['-shm deleted and emptied', (cache) => { const fd = fs.openSync(`${cache}-shm`, 'r+'); fs.rmSync(`${cache}-shm`); fs.ftruncateSync(fd, 0); fs.closeSync(fd); }],
  ['-wal emptied', (cache) => fs.truncateSync(`${cache}-wal`, 0)],
  ['the file emptied', (cache) => fs.truncateSync(cache, 0)],
  ['the file cut', (cache) => fs.truncateSync(cache, 40960)],
]) {
  const dir = site(pages, 'name: Test\n');
  const server = await start(dir, ['--render-cache', '0', '--content-cache', '0']);
  const cache = path.join(dir, '.guidanced/cache.db');
  const ready = async () => (await (await fetch(`${server.url}/readyz`)).json());
  await until(async () => (await ready()).checks['search:index'][0].status === 'pass', 20000);
  const wrong = [];
  const ask = async (i) => {
    const page = await fetch(`${server.url}/page-${i}/`);
    const text = await page.text();
    // A page edited a moment ago is not in the cache, and its file is not the one loaded.
    const edited = i === 7 && page.status >= 500;
    if (!edited && (page.status !== 200 || !text.includes(`number${i} `))) wrong.push(`/page-${i}/: ${page.status} ${text.slice(0, 60)}`);
    const search = await fetch(`${server.url}/search.json?q=number${i}`);
    const found = search.status === 200 ? await search.json() : null;
    if (found?.results.some((hit) => hit.url !== `/page-${i}/`)) wrong.push(`search ${i}: ${JSON.stringify(found.results)}`);
    else if (!found && search.status !== 503) wrong.push(`search ${i}: ${search.status}`);
  };
  let next = 0, over = false;
  const clients = Array.from({ length: 4 }, async () => {
    while (!over) await ask(next++ % 300).catch((error) => { wrong.push(String(error.cause ?? error)); over = true; });
  });
  await sleep(200);
  harm(cache);
  fs.appendFileSync(path.join(dir, 'data/page-7.md'), '\nnewly written\n');
  const seen = await until(async () => (await (await fetch(`${server.url}/page-7/`).catch(() => ({ text: () => '' }))).text()).includes('newly written'), 10000);
  const before = next;
  await until(() => next > before + 60, 20000);
  over = true;
  await Promise.all(clients);
  check(`${name}: the server lives`, server.child.exitCode === null && server.child.signalCode === null, `${server.child.signalCode} ${server.log.slice(-500)}`);
  check(`${name}: ${next} pages and searches are right`, next > 60 && !wrong.length, wrong.slice(0, 3).join('\n    '));
  check(`${name}: an edit is seen`, seen);
  check(`${name}: search is whole again`, await until(async () => {
    const answer = await fetch(`${server.url}/search.json?q="newly+written"`);
    return answer.status === 200 && (await answer.json()).results[0]?.url === '/page-7/';
  }, 20000), JSON.stringify(await ready()));
  const { code, signal } = await server.stop();
  check(`${name}: it stops`, code === 0, `${code} ${signal} ${server.log.slice(-500)}`);
}
finish('cache under faults');
