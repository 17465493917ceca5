// SPDX-License-Identifier: MIT
//
// The site, the cache and the feedback on file systems unlike the usual one: layers of an image
// (overlay), memory (tmpfs), a share (FUSE: what another machine writes makes no event), and one that
// cannot be written at all. On each: a page, an edit and a post are seen, a kill loses nothing
// that was confirmed, and a second start goes on from there.
//
// The suite runs itself in a mount namespace of its own, so nothing of it is left behind. A file
// system that cannot be mounted here is named and left out; without rights, all are.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BINARY, check, finish, patience, start, until } from './harness.mjs';

if (!process.env.GUIDANCED_MOUNTS) {
  const own = spawnSync('unshare', ['--mount', '--propagation', 'private', process.execPath, fileURLToPath(import.meta.url)], { stdio: 'inherit', env: { ...process.env, GUIDANCED_MOUNTS: 'own' } });
  if (own.status === null || spawnSync('unshare', ['--mount', 'true']).status !== 0) {
    console.log('file-systems: no mount namespace can be made here');
    check('without rights, nothing is mounted', process.getuid() !== 0 || own.status !== 0);
    finish('file-systems');
  } else process.exitCode = own.status;
  process.exit();
}

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-mounts-'));
const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const folder = (...names) => {
  const dir = path.join(base, ...names);
  fs.mkdirSync(dir, { recursive: true });
  return dir;
};
const SETTINGS = 'name: Harbour\ncache: cache.db\nfeedback: {file: feedback.db}\n';
const page = (text) => `---\ntitle: Home\n---\n# ${text}\n`;
function fill(dir) {
  fs.mkdirSync(path.join(dir, 'data'), { recursive: true });
  fs.mkdirSync(path.join(dir, 'templates'), { recursive: true });
  fs.writeFileSync(path.join(dir, 'guidance.yaml'), SETTINGS);
  fs.writeFileSync(path.join(dir, 'data/index.md'), page('One'));
}

// Each gives { site: where it is served, edit: where it is edited }.
const KINDS = {
  // With a cache and feedback in the lower layer, which are copied up when they are first written.
  async overlay() {
    const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) => folder('overlay', name));
    fill(lower);
    const before = await start(lower);
    check('overlay: a post into the lower layer', (await post(before, 'from the image')) === 303);
    await before.stop();
    run('mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=${lower},upperdir=${upper},workdir=${work}`, merged);
    return { site: merged, edit: merged, earlier: ['from the image'] };
  },
  tmpfs() {
    const dir = folder('tmpfs');
    run('mount', '-t', 'tmpfs', 'tmpfs', dir);
    fill(dir);
    return { site: dir, edit: dir };
  },
  fuse() {
    const [below, dir] = [folder('share'), folder('fuse')];
    fill(below);
    run('bindfs', below, dir);
    return { site: dir, edit: below, unmount: () => run('umount', '-l', dir) };
  },
};

const get = async (server, address) => (await fetch(server.url + address)).text();
async function post(server, comment) {
  const body = new URLSearchParams({ page: '/', useful: 'yes', comment });
  return (await fetch(`${server.url}/feedback`, { method: 'POST', body, redirect: 'manual' })).status;
}
const ready = async (server) => JSON.parse(await get(server, '/readyz'));
const comments = (site) => run(BINARY, 'feedback', 'export', '--site', site);

for (const [kind, mount] of Object.entries(KINDS)) {
  let place;
  try {
    place = await mount();
  } catch (error) {
    console.log(`${kind} cannot be mounted here: ${String(error.stderr ?? error.message).trim().split('\n').at(-1)}`);
    continue;
  }
  const first = await start(place.site);
  check(`${kind}: a page`, (await get(first, '/')).includes('One'));
  const isWhole = async () => Object.values((await ready(first)).checks).every(([one]) => one.status === 'pass');
  check(`${kind}: it is ready, with all its parts`, await until(isWhole, 10000 * patience()), JSON.stringify(await ready(first)));
  for (const text of ['Two', 'Three', 'Four']) {
    fs.writeFileSync(path.join(place.edit, 'data/index.md'), page(text));
    check(`${kind}: an edit is seen`, await until(async () => (await get(first, '/')).includes(text), 15000 * patience()), await get(first, '/'));
  }
  fs.writeFileSync(path.join(place.edit, 'data/more.md'), page('More'));
  check(`${kind}: a new page is seen`, await until(async () => (await get(first, '/more/')).includes('More'), 15000 * patience()));
  fs.unlinkSync(path.join(place.edit, 'data/more.md'));
  check(`${kind}: it goes again`, await until(async () => (await fetch(`${first.url}/more/`)).status === 404, 15000 * patience()));
  for (const comment of ['early', 'at the last moment']) check(`${kind}: a post is confirmed`, (await post(first, comment)) === 303);
  await first.stop('SIGKILL');
  const second = await start(place.site);
  check(`${kind}: after a kill the page is the last one`, (await get(second, '/')).includes('Four'));
  check(`${kind}: and further posts are confirmed`, (await post(second, 'after the kill')) === 303);
  await second.stop();
  const third = await start(place.site);
  check(`${kind}: a third start reads the page from the cache`, /loaded 1 page and 0 assets in \d+ ms \(1 from the cache\)/.test(third.log), third.log);
  await third.stop();
  const said = comments(place.site);
  for (const comment of [...(place.earlier ?? []), 'early', 'at the last moment', 'after the kill']) check(`${kind}: "${comment}" is there once`, said.split(`"${comment}"`).length === 2, said);
  place.unmount?.();
}

// ---- nothing can be written ----
try {
  const [below, dir] = [folder('written'), folder('read-only')];
  fill(below);
  run('mount', '--bind', below, dir);
  run('mount', '-o', 'remount,ro,bind', dir);
  const server = await start(dir);
  check('read-only: a page', (await get(server, '/')).includes('One'));
  check('read-only: an edit from elsewhere', (fs.writeFileSync(path.join(below, 'data/index.md'), page('Two')), await until(async () => (await get(server, '/')).includes('Two'), 15000 * patience())));
  check('read-only: a post is refused, not lost in silence', (await post(server, 'nowhere')) === 503);
  const state = await ready(server);
  check('read-only: /readyz says what it cannot keep', JSON.stringify(state.checks['feedback:usable'][0]) !== '{"status":"pass"}', JSON.stringify(state));
  check('read-only: and the log', /cannot/.test(server.log), server.log);
  await server.stop();
} catch (error) {
  check('read-only: it can be mounted, as the others are', false, error.stderr ?? error.stack);
}

for (const name of ['overlay/merged', 'tmpfs', 'read-only']) spawnSync('umount', ['-l', path.join(base, name)], { stdio: 'ignore' });
fs.rmSync(base, { recursive: true, force: true });
finish('file-systems');
process.exit();
