// SPDX-License-Identifier: MIT
//
// What compiler, linker and process do against attackers is in the program that is delivered: flags
// get lost silently. Run on the release build.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { BINARY, check, finish, site, start } from './harness.mjs';

const readelf = (...args) => execFileSync('readelf', ['-W', ...args, BINARY], { encoding: 'utf8', maxBuffer: 2 ** 26 });
const [head, segments, dynamic, notes, symbols] = ['-h', '-l', '-d', '-n', '--dyn-syms'].map((option) => readelf(option));
check('it is loaded at a random address', /Type:\s+DYN/.test(head) && /Flags: .*PIE/.test(dynamic), head);
check('addresses of functions are read-only once it has started', segments.includes('GNU_RELRO') && /FLAGS.*BIND_NOW|Flags: .*NOW/.test(dynamic), dynamic);
check('the stack is not executable', /GNU_STACK\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+RW\s/.test(segments), segments);
check('nothing is both writable and executable', !/LOAD.*\sRWE\s/.test(segments), segments);
check('stacks have canaries', symbols.includes('__stack_chk_fail'));
check('copies are checked', symbols.includes('__vsnprintf_chk'), symbols.match(/\S+_chk\b/g)?.join(' '));
if (process.arch === 'x64') check('it may have a shadow stack', /x86 feature:.*SHSTK/.test(notes), notes);

// ---- the process ----
const server = await start(site({ 'data/index.md': '# A\n' }));
const status = fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
const field = (name) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
check('no new privileges', field('NoNewPrivs') === '1', status);
check('seccomp filters its calls', field('Seccomp') === '2', status);
check('no capabilities', ['CapPrm', 'CapEff', 'CapAmb'].every((name) => /^0+$/.test(field(name))), status);
check('no core dumps', /Max core file size\s+0\s+0/.test(fs.readFileSync(`/proc/${server.child.pid}/limits`, 'utf8')));
const maps = fs.readFileSync(`/proc/${server.child.pid}/maps`, 'utf8');
check('no memory is both writable and executable', !/^\S+ .wx/m.test(maps), maps.match(/^\S+ .wx.*$/gm)?.join('\n'));
await server.stop();

// A process that is not dumpable belongs to root: its user's other processes cannot read its memory.
if (process.getuid() === 0) {
  const dir = site({ 'data/index.md': '# A\n' });
  fs.chmodSync(dir, 0o755);
  const other = await start(dir, ['--user', '65534', '--cache', ':memory:', '--feedback-enabled=false']);
  check('other processes of its user cannot read it', fs.statSync(`/proc/${other.child.pid}/mem`).uid === 0);
  await other.stop();
}
finish('hardening');
