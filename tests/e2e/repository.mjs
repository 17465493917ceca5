// SPDX-License-Identifier: MIT
//
// A bare repository and a clone that pushes to it over file://, with the real git and without the
// user's configuration.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { site } from './harness.mjs';

const ENV = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_TERMINAL_PROMPT: '0' };

export function git(dir, ...args) {
  return execFileSync('git', ['-C', dir, '-c', 'user.name=Ann Author', '-c', 'user.email=ann@example.org', '-c', 'protocol.file.allow=always', ...args],
    { encoding: 'utf8', env: { ...ENV, ...when }, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

// The time of commits in seconds since 1970: each a minute later, so that their order is certain.
let when = {};
let clock = Date.parse('2026-01-01T09:00:00Z') / 1000;
function tick() {
  clock += 60;
  when = { GIT_AUTHOR_DATE: `${clock} +0000`, GIT_COMMITTER_DATE: `${clock} +0000` };
  return clock;
}

// Returns { bare, clone, head }, with the files committed on main and pushed. `prepare` is given the
// clone before that.
export function repository(files, settings, prepare = () => {}) {
  const clone = site(files, settings);
  prepare(clone);
  const bare = site({}).replace(/\/?$/, '/guide.git');
  fs.mkdirSync(bare);
  git(bare, 'init', '-q', '--bare', '-b', 'main');
  git(clone, 'init', '-q', '-b', 'main');
  git(clone, 'remote', 'add', 'origin', `file://${bare}`);
  const repo = { bare, clone };
  repo.head = commit(repo, {}, 'Begin');
  push(repo, 'main');
  return repo;
}

// Writes the files (null removes one), commits all changes, and returns the commit's id.
export function commit({ clone }, files, message = 'Change') {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(clone, name);
    if (text === null) fs.rmSync(file, { recursive: true });
    else {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
    }
  }
  tick();
  git(clone, 'add', '-A');
  git(clone, 'commit', '-q', '--allow-empty', '-m', message);
  return git(clone, 'rev-parse', 'HEAD');
}

export const push = ({ clone }, ...refs) => git(clone, 'push', '-q', ...(refs[0] === '--force' ? [refs.shift()] : []), 'origin', ...refs);

// Commits as a stream for `git fast-import`.
export function fastImport(dir, stream) {
  execFileSync('git', ['-C', dir, 'fast-import', '--quiet', '--force'], { input: stream, env: ENV, stdio: ['pipe', 'inherit', 'inherit'], maxBuffer: 1 << 28 });
}
