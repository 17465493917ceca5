// SPDX-License-Identifier: MIT
//
// A suite that crashes, is stopped, or ends too early leaves no server running.
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { check, finish, ROOT, until } from './harness.mjs';

const harness = pathToFileURL(path.join(ROOT, 'tests/e2e/harness.mjs'));
const isThere = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
for (const [name, end, signal] of [
  ['throws', 'throw new Error("on purpose")'], ['rejects', 'Promise.reject(new Error("on purpose"))'], ['exits', 'process.exit(0)'],
  ['is terminated', 'setInterval(() => {}, 1000)', 'SIGTERM'], ['is interrupted', 'setInterval(() => {}, 1000)', 'SIGINT'], ['loses its terminal', 'setInterval(() => {}, 1000)', 'SIGHUP'],
]) {
  const suite = spawn(process.execPath, ['--input-type=module', '-e',
    `import { site, start } from '${harness}'; const server = await start(site({ 'data/index.md': 'x' })); console.log(server.child.pid); ${end};`],
  { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => suite.on('exit', resolve));
  let out = '';
  suite.stdout.on('data', (d) => (out += d));
  await until(() => /\d+\n/.test(out), 20000);
  if (signal) suite.kill(signal);
  await ended;
  const pid = +out;
  check(`a suite that ${name}: its server goes with it`, pid > 1 && (await until(() => !isThere(pid))), out);
  if (pid > 1 && isThere(pid)) process.kill(pid, 'SIGKILL');
}
finish('suites that crash');
