// SPDX-License-Identifier: MIT
//
// No request waits for a log: a pipe that nobody reads fills, and pages are answered all the same;
// what is dropped is counted and said. Otherwise no line is lost or mixed, through rotation and the
// end.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { check, finish, site, start, until } from './harness.mjs';

const dir = site({ 'data/index.md': '---\ntitle: Home\n---\n# Home\n' });
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
const get = (server, url) =>
  new Promise((resolve) => {
    const request = http.get(server.url + url, { agent, timeout: 10000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer within ten seconds')));
    request.on('error', (error) => resolve({ status: 0, error }));
  });
const PADDING = 'x'.repeat(400);
async function ask(server, from, count) {
  let next = from;
  const failures = [];
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (next < from + count && failures.length < 3) {
      const { status, error } = await get(server, `/?n=${next++}&${PADDING}`);
      if (status !== 200) failures.push(error ?? status);
    }
  }));
  return failures;
}
const ACCESS = /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/\?n=(\d+)&x{400} HTTP\/1\.1" 200 \d+ "-" "-" "-"$/;
const numbers = (text) => text.split('\n').map((line) => ACCESS.exec(line)?.[1]).filter(Boolean).map(Number);
const OTHERS = /^(\d{4}-\d\d-\d\dT\S+ (info|warning) .*|127\.0\.0\.1 - - .*|)$/;

// ---- a pipe that nobody reads ----
{
  const server = await start(dir, ['--log-queries', '--cache', ':memory:']);
  server.child.stderr.pause();
  const COUNT = 6000;
  const failures = await ask(server, 0, COUNT);
  check(`a log that nobody reads: ${COUNT} requests are answered`, failures.length === 0, failures);
  const dropped = Number(/^guidanced_log_lines_dropped_total (\d+)$/m.exec((await get(server, '/metrics')).body)?.[1]);
  check('lines are dropped, and counted', dropped > 0 && dropped < COUNT, dropped);
  server.child.stderr.resume();
  check('it is said once there is room', await until(() => /warning \d+ lines of the log were dropped/.test(server.log)), server.log.slice(-300));
  check('and later lines are written', (await ask(server, COUNT, 100)).length === 0 && (await until(() => numbers(server.log).filter((n) => n >= COUNT).length === 100)));
  const told = () => [...server.log.matchAll(/warning (\d+) lines of the log/g)].reduce((sum, [, n]) => sum + Number(n), 0);
  // Said once a second.
  check('every line is written or counted', await until(() => numbers(server.log).length + told() === COUNT + 100), `${numbers(server.log).length} + ${told()}`);
  const mixed = server.log.split('\n').filter((line) => !ACCESS.test(line) && !OTHERS.test(line));
  check('lines are not mixed', mixed.length === 0, mixed.slice(0, 3).join('\n'));
  server.child.stderr.pause();
  await ask(server, 0, COUNT);
  const began = Date.now();
  const { code } = await server.stop();
  check('it ends though nobody reads', code === 0 && Date.now() - began < 20000, `${code} after ${Date.now() - began} ms`);
}

// ---- files that are rotated ----
{
  const file = path.join(dir, 'access.log');
  const server = await start(dir, ['--log-queries', '--cache', ':memory:', '--log-access-file', file]);
  const COUNT = 4000;
  const asked = ask(server, 0, COUNT);
  const files = [];
  for (let n = 0; n < 5; n++) {
    await until(() => fs.existsSync(file) && fs.statSync(file).size > 0);
    files.push(`${file}.${n}`);
    fs.renameSync(file, files.at(-1));
    server.child.kill('SIGUSR1');
    await until(() => fs.existsSync(file));
  }
  check('rotated five times: every request is answered', (await asked).length === 0);
  const last = await get(server, `/?n=${COUNT}&${PADDING}`);
  const { code } = await server.stop();
  const found = [...files, file].flatMap((name) => numbers(fs.readFileSync(name, 'utf8')));
  check('no line is lost, none is written twice, the last one is there', last.status === 200 && code === 0 && found.length === COUNT + 1 && new Set(found).size === COUNT + 1, found.length);
}
agent.destroy();
finish('logs');
