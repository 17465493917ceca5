// SPDX-License-Identifier: MIT
//
// Common clients, unmodified: curl, wget, ab, wrk, h2load, and promtool for the metrics. Their own
// verdicts count.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { check, finish, ROOT, sampleSite, start } from './harness.mjs';

const server = await start(sampleSite(), ['--log-access=false']);
const page = `${server.url}/secure-by-design/`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-'));
// Not spawnSync: the suite must read the server's log meanwhile.
const run = (command, args, input) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: folder });
    let out = '';
    child.stdout.on('data', (d) => (out += d));
    child.stderr.on('data', (d) => (out += d));
    child.on('error', (error) => resolve({ code: -1, out: String(error) }));
    child.on('close', (code) => resolve({ code, out }));
    child.stdin.on('error', () => {}); // a program that does not read
    child.stdin.end(input ?? '');
  });

const plain = await (await fetch(page)).text();
for (const coding of ['identity', 'gzip', 'br', 'zstd']) {
  const file = path.join(folder, 'page');
  const { code, out } = await run('curl', ['-sS', '--fail', '-H', `Accept-Encoding: ${coding}`, ...(coding === 'identity' ? [] : ['--compressed']), '-o', file, page]);
  check(`curl: ${coding}`, code === 0 && fs.readFileSync(file, 'utf8') === plain, out);
}
let r = await run('curl', ['-sS', '--fail', '-o', path.join(folder, 'part'), '-r', '10-19', `${server.url}/assets/site.css`]);
check('curl: a range', r.code === 0 && fs.statSync(path.join(folder, 'part')).size === 10, r.out);
r = await run('curl', ['-sS', '--etag-save', 'tag', '-o', 'a', page]);
const again = await run('curl', ['-sS', '--etag-compare', 'tag', '-o', 'b', '-w', '%{http_code}', page]);
check('curl: entity tag', r.code === 0 && again.out === '304', again.out);

r = await run('wget', ['-nv', '--recursive', '--level=2', '--no-parent', '--no-host-directories', '--reject-regex', ':8080/', '--directory-prefix=mirror', `${server.url}/help/`]);
check('wget: mirrors a section', r.code === 0 && fs.existsSync(path.join(folder, 'mirror/help/markdown/index.html')), r.out);
r = await run('wget', ['-q', '--timestamping', '--directory-prefix=stamp', `${server.url}/assets/site.css`]);
const stamped = fs.statSync(path.join(folder, 'stamp/site.css')).mtimeMs;
r = await run('wget', ['--timestamping', '--directory-prefix=stamp', `${server.url}/assets/site.css`]);
check('wget: not modified since', r.code === 0 && /304 Not Modified|not retrieving/i.test(r.out) && stamped > 0, r.out);

r = await run('ab', ['-q', '-k', '-n', '2000', '-c', '10', page]);
check('ab', r.code === 0 && /Failed requests: +0\b/.test(r.out) && !/Non-2xx/.test(r.out), r.out);
r = await run('wrk', ['-t1', '-c16', '-d2s', page]);
check('wrk', r.code === 0 && /Requests\/sec: +[1-9]/.test(r.out) && !/Socket errors|Non-2xx/.test(r.out), r.out);
r = await run('h2load', ['--h1', '-n', '2000', '-c', '10', '-m', '1', page]);
check('h2load', r.code === 0 && /2000 succeeded, 0 failed, 0 errored/.test(r.out), r.out);

const metrics = await (await fetch(`${server.url}/metrics`)).text();
const promtool = [path.join(ROOT, 'build/tools/usr/bin/promtool'), 'promtool'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
r = promtool ? await run(promtool, ['check', 'metrics'], metrics) : { code: -1, out: 'no promtool' };
check('promtool', r.code === 0, r.out);
await server.stop();
fs.rmSync(folder, { recursive: true });
finish('clients');
