// SPDX-License-Identifier: MIT
//
// Damaged repositories, made at random: objects that are missing, cut, garbled, of another kind or of
// another object; packs, indices, the files that speed git up; refs that lead to nothing, to
// themselves, or to what is no commit; configuration that is none; trees and commits that git would
// not have written, under their right names; trees that are very deep or very large.
//
// Whatever it is, the program ends by itself, in time, and either says what is wrong or makes what the
// sound repository makes, byte by byte. A server goes on with its last good generation.
//
//   SEED=… COUNT=… node tests/e2e/git-damage.mjs
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { BINARY, check, finish, ours, patience, site, start, until } from './harness.mjs';
import { commit, git, push, repository } from './repository.mjs';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const COUNT = Number(process.env.COUNT ?? 40);
console.log(`    seed ${seed}, ${COUNT} repositories`);
let state = seed >>> 0;
const random = (n) => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
};
const pick = (list) => list[random(list.length)];
const bytes = (n) => Buffer.from(Array.from({ length: n }, () => random(256)));

// ---- the sound repository: loose, packed, and both ----

const page = (title, text) => `---\nlayout: page.njk\ntitle: ${title}\ndate: 2026-01-01\n---\n# ${title}\n\n${text}\n`;
const FILES = {
  'templates/page.njk': '<title>{{ title }}</title>{{ content | safe }}',
  'data/index.md': page('Home', 'One.'),
  'data/a.md': page('A', 'Two. '.repeat(200)),
  'data/deep/er/b.md': page('B', 'Three.'),
  'data/_data/facts.yaml': 'n: 1\n',
  'files/one.txt': 'text '.repeat(2000),
};
const SETTINGS = 'name: Guide\nurl: https://guide.example\nlang: en\npassthrough:\n  /files: files\ngit: {history: 9}\n';
const repo = repository(FILES, SETTINGS);
for (let i = 0; i < 4; i++) commit(repo, { 'data/a.md': page('A', `Two ${i}. `.repeat(200)), [`data/c${i}.md`]: page(`C${i}`, 'More.') });
git(repo.clone, 'tag', '-a', 'v1', '-m', 'One');
push(repo, 'main', 'v1');
const base = site({});
const kinds = {};
for (const name of ['loose', 'packed', 'indexed', 'both']) {
  const dir = (kinds[name] = `${base}/${name}`);
  fs.cpSync(repo.bare, dir, { recursive: true });
  if (name !== 'loose') git(dir, 'gc', '-q');
  if (name === 'indexed') {
    git(dir, 'multi-pack-index', 'write');
    git(dir, 'commit-graph', 'write', '--reachable');
  }
  if (name === 'both') git(repo.clone, 'push', '-q', `file://${dir}`, `${(commit(repo, { 'data/last.md': page('Last', 'Loose.') }), 'main')}`);
  if (name === 'loose') for (const pack of fs.readdirSync(`${dir}/objects/pack`).filter((f) => f.endsWith('.pack'))) {
    fs.renameSync(`${dir}/objects/pack/${pack}`, `${base}/x.pack`);
    fs.rmSync(`${dir}/objects/pack`, { recursive: true });
    fs.mkdirSync(`${dir}/objects/pack`);
    execFileSync('git', ['-C', dir, 'unpack-objects', '-q'], { input: fs.readFileSync(`${base}/x.pack`) });
  }
}

// ---- what is done to it ----

const walk = (dir) => fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name));
const objects = (dir) => walk(`${dir}/objects`);
const loose = (dir) => objects(dir).filter((f) => /\/[0-9a-f]{2}\/[0-9a-f]{38}$/.test(f));
function write(file, content) {
  fs.rmSync(file, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}
// Of a file that is there.
const HARMS = [
  (content) => content.subarray(0, random(content.length + 1)),
  (content) => { const out = Buffer.from(content); for (let i = 1 + random(8); i > 0 && out.length; i--) out[random(out.length)] = random(256); return out; },
  () => Buffer.alloc(0),
  (content) => bytes(content.length || 20),
  (content) => Buffer.concat([content, bytes(1 + random(40))]),
  (content) => { const out = Buffer.from(content), at = random(out.length || 1); out.fill(random(2) ? 0 : 255, at, Math.min(out.length, at + 1 + random(64))); return out; },
];
function harm(file) {
  if (random(5) === 0) fs.rmSync(file);
  else write(file, pick(HARMS)(fs.readFileSync(file)));
  return path.basename(file);
}
// An object under the name that it has to have, whatever it holds.
function put(dir, type, content) {
  const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const id = crypto.createHash('sha1').update(whole).digest('hex');
  write(`${dir}/objects/${id.slice(0, 2)}/${id.slice(2)}`, zlib.deflateSync(whole));
  return id;
}
const raw = (id) => Buffer.from(id, 'hex');
const entry = (mode, name, id) => Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), raw(id)]);
const head = (dir) => git(dir, 'rev-parse', 'refs/heads/main');
const treeOf = (dir) => git(dir, 'rev-parse', 'main^{tree}');
const blobOf = (dir) => git(dir, 'rev-parse', 'main:data/a.md');
const makeCommit = (dir, tree, more = '') => put(dir, 'commit', Buffer.from(`tree ${tree}\n${more}author A <a@b> 1767000000 +0000\ncommitter A <a@b> 1767000000 +0000\n\nX\n`));
const lead = (dir, id) => write(`${dir}/refs/heads/main`, `${id}\n`);
// The entries of the commit's tree, and one more that git would not have written there.
function badTree(dir) {
  const blob = blobOf(dir), tree = treeOf(dir);
  const sound = git(dir, 'ls-tree', tree).split('\n').map((line) => /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/.exec(line)).map(([, mode, id, name]) => entry(mode.replace(/^0/, ''), name, id));
  const [what, extra] = pick([
    ['an empty name', entry('100644', '', blob)], ['..', entry('40000', '..', tree)], ['.', entry('100644', '.', blob)], ['.git', entry('40000', '.git', tree)],
    ['a slash', entry('100644', 'data/x.md', blob)], ['a name twice', entry('100644', 'data', blob)], ['a long name', entry('100644', 'x'.repeat(300 + random(70000)), blob)],
    ['bytes for a name', entry('100644', bytes(20).map((b) => b || 1), blob)], ['no mode', entry('0', 'x.md', blob)], ['a mode that is none', entry('777777777777', 'x.md', blob)],
    ['a mode of letters', entry('abc', 'x.md', blob)], ['a folder that is a file', entry('40000', 'x', blob)], ['a file that is a folder', entry('100644', 'x.md', tree)],
    ['a link that is a folder', entry('120000', 'x', tree)], ['an object that is missing', entry('100644', 'x.md', bytes(20).toString('hex'))],
    ['a folder that is missing', entry('40000', 'x', bytes(20).toString('hex'))], ['an end in the middle', entry('100644', 'x.md', blob).subarray(0, 12 + random(15))],
    ['a submodule', entry('160000', 'module', bytes(20).toString('hex'))], ['the commit itself', entry('40000', 'x', head(dir))],
  ]);
  const list = [...sound];
  list.splice(random(list.length + 1), 0, extra);
  lead(dir, makeCommit(dir, put(dir, 'tree', Buffer.concat(list))));
  return `a tree with ${what}`;
}
function badCommit(dir) {
  const tree = treeOf(dir), other = bytes(20).toString('hex');
  const who = 'author A <a@b> 1767000000 +0000\ncommitter A <a@b> 1767000000 +0000\n';
  const [what, text] = pick([
    ['no tree', `${who}\nX\n`], ['a tree that is missing', `tree ${other}\n${who}\nX\n`], ['a blob for a tree', `tree ${blobOf(dir)}\n${who}\nX\n`], ['a commit for a tree', `tree ${head(dir)}\n${who}\nX\n`],
    ['no author', `tree ${tree}\n\nX\n`], ['an author that is none', `tree ${tree}\nauthor \ncommitter >< x\n\nX\n`], ['a parent that is missing', `tree ${tree}\nparent ${other}\n${who}\nX\n`],
    ['a blob for a parent', `tree ${tree}\nparent ${blobOf(dir)}\n${who}\nX\n`], ['half an id', `tree ${tree.slice(0, 20)}\n${who}\nX\n`], ['nothing', ''], ['rubbish', bytes(200).toString('latin1')],
    ['a moment far off', `tree ${tree}\nauthor A <a@b> 99999999999999999999 +9999\ncommitter A <a@b> -99999999999999999999 -9999\n\nX\n`],
    ['a thousand parents', `tree ${tree}\n${`parent ${head(dir)}\n`.repeat(1000)}${who}\nX\n`],
    ['bytes for words', `tree ${tree}\nauthor \xff\xfe\x01 <\xe9> 1 +0000\ncommitter A <a@b> 1 +0000\n\n\xff\xff\x80\n`],
  ]);
  lead(dir, put(dir, 'commit', Buffer.from(text, 'latin1')));
  return `a commit with ${what}`;
}
const DAMAGE = {
  object: (dir) => harm(pick(loose(dir).length ? loose(dir) : objects(dir))),
  objects: (dir) => { for (let i = 0; i < 3; i++) harm(pick(objects(dir))); return 'three files'; },
  swapped(dir) {
    const list = objects(dir), a = pick(list), b = pick(list.filter((f) => path.extname(f) === path.extname(a)));
    write(a, fs.readFileSync(b));
    return `${path.basename(a)} is ${path.basename(b)}`;
  },
  header(dir) {
    const file = loose(dir).length ? pick(loose(dir)) : `${dir}/objects/aa/${'b'.repeat(38)}`;
    write(file, zlib.deflateSync(Buffer.from(pick(['blob 99999999999999999999\0x', 'blob -1\0', 'tree 3\0abc', 'commit 0\0', 'what 1\0x', 'blob 5', '', 'tag 1\0x', `blob 10\0${'x'.repeat(100000)}`, 'blob 4294967296\0xxxx']))));
    return path.basename(file);
  },
  pack(dir) {
    const list = objects(dir).filter((f) => /\/pack\//.test(f) || /\/info\//.test(f));
    return harm(pick(list.length ? list : objects(dir)));
  },
  index(dir) {
    const list = objects(dir).filter((f) => /\.idx$|multi-pack-index$|commit-graph$/.test(f));
    if (!list.length) return harm(pick(objects(dir)));
    const file = pick(list), content = fs.readFileSync(file);
    // The beginning says how much there is of all that follows.
    for (let i = 1 + random(4); i > 0; i--) content.writeUInt32BE(pick([0, 1, 0xffffffff, 0x7fffffff, 0x80000000, random(1e9)]), 4 * random(Math.min(300, content.length >> 2)));
    write(file, content);
    return `numbers of ${path.basename(file)}`;
  },
  ref(dir) {
    const target = pick(['', '\n', 'rubbish', 'ref: refs/heads/main', 'ref: refs/heads/other', 'ref: ../../../../etc/passwd', 'ref: ', 'ref:', bytes(41), '0'.repeat(40), bytes(20).toString('hex'), `${head(dir)} and more`, head(dir).slice(0, 39), blobOf(dir), treeOf(dir), 'x'.repeat(1 << 20)]);
    write(`${dir}/refs/heads/other`, 'ref: refs/heads/main\n');
    lead(dir, target);
    return `a ref of ${String(target).slice(0, 30)}`;
  },
  chain(dir) {
    const id = head(dir), length = 1 + random(60);
    for (let i = 0; i < length; i++) write(`${dir}/refs/heads/${i ? `l${i}` : 'main'}`, `ref: refs/heads/l${(i + 1) % (random(2) ? length : length + 1)}\n`);
    if (random(2)) write(`${dir}/refs/heads/l${length}`, `${id}\n`);
    return `a chain of ${length} refs`;
  },
  packedRefs(dir) {
    const id = head(dir);
    fs.rmSync(`${dir}/refs/heads/main`, { force: true });
    write(`${dir}/packed-refs`, pick(['', '\0\0\0', `${id} refs/heads/main`, `${id} refs/heads/main\n^rubbish\n`, `# pack-refs with: peeled fully-peeled sorted\n^${id}\n`, bytes(500), `${id}\n`, `${id} ${'x'.repeat(1 << 20)}\n`, `${id} refs/heads/main\n`.repeat(5000)]));
    return 'packed-refs';
  },
  refFolder: (dir) => { const id = head(dir); fs.rmSync(`${dir}/refs/heads/main`, { force: true }); write(`${dir}/packed-refs`, ''); write(`${dir}/refs/heads/main/x`, `${id}\n`); return 'a ref that is a folder'; },
  config(dir) {
    const more = pick(['rubbish', '[core', '[core]\nrepositoryformatversion = 99\n', '[core]\nrepositoryformatversion = 1\n[extensions]\nunknown = true\n', '[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = sha256\n', '[core]\nworktree = /etc\nbare = false\n', '[include]\npath = config\n', '[core]\nbare = maybe\n', bytes(300), '[extensions]\npartialclone = x\n', `[a "${'x'.repeat(100000)}"]\n`]);
    fs.appendFileSync(`${dir}/config`, more);
    return `a configuration of ${String(more).slice(0, 40)}`;
  },
  alternates: (dir) => { write(`${dir}/objects/info/alternates`, pick(['.', `${dir}/objects\n`, '/nowhere\n', '\0\n', `${kinds.packed}/objects\n`, '../objects\n'.repeat(1000), bytes(300), '/etc/passwd\n'])); return 'alternates'; },
  shallow: (dir) => { write(`${dir}/shallow`, pick(['', `${head(dir)}\n`, 'rubbish\n', bytes(100), `${'0'.repeat(40)}\n`])); return 'shallow'; },
  graph: (dir) => { write(`${dir}/objects/info/commit-graph`, pick([bytes(2000), Buffer.alloc(0), Buffer.concat([Buffer.from('CGPH\x01\x01\x03\x00'), bytes(2000)])])); return 'a commit-graph of rubbish'; },
  midx: (dir) => { write(`${dir}/objects/pack/multi-pack-index`, pick([bytes(2000), Buffer.alloc(0), Buffer.concat([Buffer.from('MIDX\x01\x01\x04\x00\x00\x00\x00\x01'), bytes(2000)])])); return 'a multi-pack-index of rubbish'; },
  badTree,
  badCommit,
  deep(dir) {
    let tree = put(dir, 'tree', entry('100644', 'x.md', blobOf(dir)));
    const depth = 40 + random(400);
    for (let i = 0; i < depth; i++) tree = put(dir, 'tree', entry('40000', 'a', tree));
    const list = git(dir, 'ls-tree', 'main').split('\n').map((line) => /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/.exec(line)).map(([, mode, id, name]) => entry(mode.replace(/^0/, ''), name, id));
    lead(dir, makeCommit(dir, put(dir, 'tree', Buffer.concat([...list, entry('40000', 'zz', tree)])), `parent ${head(dir)}\n`));
    return `folders ${depth} deep`;
  },
  large(dir) {
    const blob = blobOf(dir), many = 20000 + random(50000);
    const tree = put(dir, 'tree', Buffer.concat(Array.from({ length: many }, (_, i) => entry('100644', `f${String(i).padStart(7, '0')}.bin`, blob))));
    const list = git(dir, 'ls-tree', 'main').split('\n').map((line) => /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/.exec(line)).map(([, mode, id, name]) => entry(mode.replace(/^0/, ''), name, id));
    lead(dir, makeCommit(dir, put(dir, 'tree', Buffer.concat([...list, entry('40000', 'zz', tree)])), `parent ${head(dir)}\n`));
    return `a folder of ${many} files`;
  },
  // Few objects that are read as very many: a folder of folders of the same folder.
  manyfold(dir) {
    let tree = put(dir, 'tree', entry('100644', 'x.bin', blobOf(dir)));
    for (let i = 0; i < 8; i++) tree = put(dir, 'tree', Buffer.concat(Array.from({ length: 10 }, (_, j) => entry('40000', `d${j}`, tree))));
    const list = git(dir, 'ls-tree', 'main').split('\n').map((line) => /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/.exec(line)).map(([, mode, id, name]) => entry(mode.replace(/^0/, ''), name, id));
    lead(dir, makeCommit(dir, put(dir, 'tree', Buffer.concat([...list, entry('40000', 'zz', tree)])), `parent ${head(dir)}\n`));
    return 'a hundred million files';
  },
};

// ---- the command line ----

// libgit2 itself forgets some memory when it comes to a damaged pack or configuration (1.5.1): what is looked for under
// AddressSanitizer is ours.
fs.writeFileSync(`${base}/suppressions`, 'leak:libgit2.so\nleak:libpcre2\n');
// An object may say that it is very long.
process.env.ASAN_OPTIONS = `${process.env.ASAN_OPTIONS ?? ''}:allocator_may_return_null=1`;
process.env.LSAN_OPTIONS = `suppressions=${base}/suppressions:print_suppressions=0`;

// What the sound repository makes, but for what says the commit.
const output = (dir) => Object.fromEntries(walk(dir).filter((f) => !/\.guidanced-/.test(f)).map((f) => [path.relative(dir, f), fs.readFileSync(f, 'latin1')]));
function build(dir, out) {
  return new Promise((resolve) => {
    const child = ours(spawn(BINARY, ['build', '--site', base, '--git', dir, '--ref', 'main', '--out', out], { stdio: ['ignore', 'ignore', 'pipe'] }));
    let stderr = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), 60000);
    child.stderr.on('data', (text) => { stderr += text; });
    child.on('close', (status, signal) => { clearTimeout(timer); resolve({ status, signal, stderr }); });
  });
}
const expected = {};
for (const name of Object.keys(kinds)) {
  const made = await build(kinds[name], `${base}/out-${name}`);
  check(`${name}: the sound repository is built`, made.status === 0, made.stderr);
  expected[name] = output(`${base}/out-${name}`);
}
// Alternates that name themselves, many times over: each is looked at once.
{
  const dir = `${base}/alternates`;
  fs.cpSync(kinds.both, dir, { recursive: true });
  write(`${dir}/objects/info/alternates`, '../objects\n'.repeat(1000));
  const made = await build(dir, `${base}/out-alternates`);
  check('a repository that is its own alternate is built', made.status === 0, `${made.signal} ${made.stderr}`);
}
let refused = 0, same = 0, slowest = 0, slow = '';
async function damaged(i) {
  const name = pick(Object.keys(kinds)), dir = `${base}/d${i}`, out = `${base}/o${i}`;
  fs.cpSync(kinds[name], dir, { recursive: true });
  // What adds to what is there comes alone: it reads what others have damaged.
  const whats = random(3) ? [pick(Object.keys(DAMAGE))] : ['pack', pick(['ref', 'object', 'index', 'config', 'alternates', 'shallow', 'graph'])].reverse();
  const done = [];
  for (const what of whats) {
    try {
      done.push(DAMAGE[what](dir));
    } catch (error) {
      if (!/Command failed/.test(error.message)) throw error; // git could not read it any more either
    }
  }
  const began = performance.now();
  const made = await build(dir, out);
  const about = `${i} ${name}: ${whats}: ${done.join(', ')}`;
  if (performance.now() - began > slowest) [slowest, slow] = [performance.now() - began, about];
  check(`${about}: ends by itself`, made.signal === null && made.status >= 0 && made.status <= 3 && !/Sanitizer|runtime error|invariant/.test(made.stderr), `${made.signal} ${made.status} ${made.stderr}`);
  if (made.status === 0) {
    same++;
    const got = output(out), rest = Object.keys(expected[name]).filter((f) => got[f] !== expected[name][f] && !/^feed|^sitemap|^pages\.json/.test(f));
    // Commits that were made for this have another date; and pages of their own.
    check(`${about}: is built as it was`, rest.length === 0, `${rest.slice(0, 3)} ${made.stderr}`);
  } else {
    refused++;
    check(`${about}: says why`, made.stderr.trim().length > 20 && !/: unknown$/m.test(made.stderr), made.stderr);
  }
  fs.rmSync(dir, { recursive: true, force: true });
  fs.rmSync(out, { recursive: true, force: true });
}
for (let i = 0; i < COUNT; i += 2) await Promise.all([damaged(i), i + 1 < COUNT && damaged(i + 1)]);
console.log(`    ${refused} refused, ${same} built as they were, the slowest in ${slowest.toFixed(0)} ms (${slow})`);
check('both happen', COUNT < 20 || (refused > 0 && same > 0), `${refused} ${same}`);

// ---- a server: the last good generation ----

{
  const dir = `${base}/served`;
  fs.cpSync(kinds.packed, dir, { recursive: true });
  const server = await start(base, ['--git', dir, '--ref', 'main', '--git-preview-networks', '127.0.0.0/8', '--cache', ':memory:']);
  const ready = async () => (await fetch(`${server.url}/readyz`)).json();
  const text = async (cookie) => (await fetch(`${server.url}/a/`, cookie ? { headers: { cookie } } : {})).text();
  const good = git(dir, 'rev-parse', 'main'), before = await text();
  const rounds = Math.min(12, COUNT);
  for (let i = 0; i < rounds; i++) {
    const what = pick(['badTree', 'badCommit', 'ref', 'chain', 'deep', 'refFolder', 'packedRefs', 'manyfold']);
    const done = DAMAGE[what](dir);
    // As a preview, by its id.
    let bad = '';
    try {
      bad = git(dir, 'rev-parse', 'main');
    } catch { /* it leads nowhere */ }
    write(`${dir}/refs/heads/aside`, `${bad || good}\n`);
    const preview = await fetch(`${server.url}/a/`, { headers: { cookie: 'guidance-preview=aside' } });
    check(`${i} ${done}: a preview answers`, [200, 404, 410, 500, 503].includes(preview.status), preview.status);
    const state = await ready();
    check(`${i} ${done}: is ready`, state.status === 'pass' || state.checks['site:reload'][0].output?.length > 10, JSON.stringify(state));
    const now = await text();
    check(`${i} ${done}: what was served is served`, now === before || state.status === 'pass', now.slice(0, 200));
    fs.rmSync(`${dir}/refs/heads`, { recursive: true, force: true });
    write(`${dir}/packed-refs`, `${good} refs/heads/main\n`);
    lead(dir, good);
    check(`${i} ${done}: and is again when it is mended`, await until(async () => (await ready()).revision === good && (await ready()).status === 'pass', 20000 * patience()), `${JSON.stringify(await ready())} ${server.log.slice(-500)}`);
  }
  check('the server lives', server.child?.exitCode == null);
  await server.stop();
}
finish('git-damage');
