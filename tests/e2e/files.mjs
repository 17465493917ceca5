// SPDX-License-Identifier: MIT
//
// The site's files: what identifies one, where links may lead, what is never read, directories that
// appear, vanish and are swapped, and half-written states.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { BINARY, check, finish, freePort, site, sleep, start, until } from './harness.mjs';

const MEMORY = ['--cache', ':memory:'];
const SETTINGS = 'name: Test\n';
const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-files-'));
const text = async (url) => (await fetch(url)).text();
const status = async (url) => (await fetch(url, { redirect: 'manual' })).status;
const shows = (url, what, ms) => until(async () => (await text(url)).includes(what), ms);
const ready = async (server) => (await fetch(`${server.url}/readyz`)).json();
const run = (...args) => {
  const done = spawnSync(BINARY, args, { encoding: 'utf8' });
  return { code: done.status, out: done.stdout, err: done.stderr };
};
const put = (dir, files) => {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), content);
  }
};
// The status line for the site's first page.
const statusOf = (connect, port) => new Promise((resolve) => {
  const socket = connect({ port, host: '127.0.0.1' });
  let said = '';
  socket.on('error', (error) => resolve(String(error)));
  socket.on('data', (bytes) => (said += bytes));
  socket.on('close', () => resolve(said.split('\r\n')[0]));
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
});
const page = (body, more = '') => `---\ntitle: T\n${more}---\n${body}\n`;

// ---- identity: an upgrade whose files have the old sizes and times ----
{
  const root = temporary();
  const cache = path.join(root, 'cache.db');
  const when = new Date('2020-01-01T00:00:00Z');
  const image = (name, date) => {
    const dir = path.join(root, name);
    put(dir, {
      'guidance.yaml': 'name: T\nfilters: []\npassthrough: {/f: public}\n',
      'data/index.md': page(`# By ${date}`),
      'data/two.md': page(`# Also by ${date}`, 'layout: page.njk\n'),
      'data/three.njk': page(`{{ title }} by ${date} {{ facts.day }}`),
      'data/_data/facts.yaml': `day: ${date}\n`,
      'data/front.md': `---\ntitle: Until ${date}\n---\n# {{ title }}\n`,
      'templates/page.njk': `<main>${date} {{ content | safe }}</main>`,
      'public/a.txt': `asset ${date}\n`,
    });
    for (const file of fs.readdirSync(dir, { recursive: true })) fs.utimesSync(path.join(dir, file), when, when);
    return dir;
  };
  const dirs = [image('one', '2026-11-02'), image('two', '2026-12-24')];
  const current = path.join(root, 'site');
  const serve = (dir) => {
    fs.rmSync(current, { recursive: true, force: true });
    fs.cpSync(dir, current, { recursive: true, preserveTimestamps: true });
    return start(current, ['--cache', cache]);
  };
  const all = ['/', '/two/', '/three/', '/front/', '/f/a.txt'];
  await sleep(30); // else the files look as if they were still being written
  let server = await serve(dirs[0]);
  for (const url of all) check(`image one: ${url}`, (await text(server.url + url)).includes('2026-11-02'));
  await until(async () => (await ready(server)).checks['search:index'][0].status === 'pass');
  await server.stop();
  server = await serve(dirs[1]);
  for (const url of all) {
    const got = await text(server.url + url);
    check(`image two, on the cache of one: ${url}`, got.includes('2026-12-24') && !got.includes('2026-11-02'), got);
  }
  await server.stop();
  server = await start(current, ['--cache', cache]);
  check('and after a restart', (await text(server.url)).includes('2026-12-24'));
  await server.stop();
  // Another tree with the same bytes: read again, not parsed again, and known from then on.
  const reused = () => Number(/\((\d+) from the cache\)/.exec(server.log)[1]);
  await sleep(30);
  server = await serve(dirs[1]);
  check('the same bytes elsewhere are the cache\'s', reused() === 4, server.log);
  check('and right', (await text(server.url)).includes('2026-12-24'));
  await server.stop();
  // In place: mtime set back, size the same.
  server = await start(current, ['--cache', cache]);
  fs.writeFileSync(path.join(current, 'data/index.md'), page('# By 2027-01-31'));
  fs.utimesSync(path.join(current, 'data/index.md'), when, when);
  check('an edit with the time of before is seen', await shows(server.url, '2027-01-31'));
  fs.writeFileSync(path.join(current, 'public/a.txt'), 'asset 2027-01-31\n');
  fs.utimesSync(path.join(current, 'public/a.txt'), when, when);
  check('of an asset as well', await shows(`${server.url}/f/a.txt`, '2027-01-31'));
  await server.stop();
  fs.writeFileSync(path.join(current, 'data/index.md'), page('# By 2028-02-28'));
  fs.utimesSync(path.join(current, 'data/index.md'), when, when);
  server = await start(current, ['--cache', cache]);
  check('and one while nobody served', (await text(server.url)).includes('2028-02-28'));
  await server.stop();
}

// ---- what is ignored ----
{
  const files = {
    '.gitignore': '# comment\n\ndrafts/\n*.tmp.md\n!data/kept.md\n/data/anchored.md\n',
    '.eleventyignore': 'data/private/**\ndata/README.md\n  data/spaced.md  \n',
    'data/.eleventyignore': 'inner.md\nsub/*.njk\n**/deep.md\n',
    'data/index.md': page('# Home'),
    'data/kept.md': page('kept'),
    'data/anchored.md': page('no'),
    'data/README.md': page('no'),
    'data/readme.MD.md': page('kept'),
    'data/spaced.md': page('no'),
    'data/inner.md': page('no'),
    'data/private/a.md': page('no'),
    'data/private/b/c.md': page('no'),
    'data/sub/x.njk': page('no'),
    'data/sub/x.md': page('kept'),
    'data/a/b/deep.md': page('no'),
    'data/set.md': page('no'),
    'data/Old/page.md': page('no'),
    'data/drafts/d.md': page('kept: git would, Eleventy does not'),
  };
  const settings = 'name: T\nignores: ["data/set.md", "**/old"]\n';
  const dir = site(files, settings);
  const routes = JSON.parse(run('routes', '--site', dir, '--format', 'json').out);
  const served = routes.filter((r) => r.kind === 'page').map((r) => r.source).sort();
  const kept = Object.keys(files).filter((f) => /\.(md|njk)$/.test(f) && !files[f].endsWith('\nno\n')).sort();
  check('ignored pages have no address', JSON.stringify(served) === JSON.stringify(kept), `${served}\n${kept}`);
  const out = routes.filter((r) => r.kind === 'ignored');
  check('routes says what was left out, and why', out.some((r) => r.source === 'data/anchored.md' && r.reason === '.gitignore:6 (/data/anchored.md)') && out.some((r) => r.source === 'data/set.md' && /ignores/.test(r.reason)) && out.length === Object.keys(files).filter((f) => files[f].endsWith('\nno\n')).length, JSON.stringify(out));
  check('and in its text', /^-\tignored\tdata\/inner\.md\tdata\/\.eleventyignore:1 \(inner\.md\)$/m.test(run('routes', '--site', dir).out));
  check('check says it as well', /data\/anchored\.md:1:1: note: left out by \.gitignore:6/.test(run('check', '--site', dir).out), run('check', '--site', dir).out);
  const without = JSON.parse(run('routes', '--site', dir, '--format', 'json', '--use-gitignore', 'false').out);
  check('.gitignore can be told not to count', without.some((r) => r.kind === 'page' && r.source === 'data/anchored.md'));
  // The oracle is Eleventy itself.
  const config = path.join(dir, 'eleventy.config.mjs');
  const entry = new URL('../../node_modules/@11ty/eleventy/src/Eleventy.js', import.meta.url).href;
  fs.writeFileSync(config, 'export default (c) => { c.ignores.add("data/set.md"); c.ignores.add("**/old"); c.setTemplateFormats(["md","njk"]); return { dir: { input: "data", output: "_site", includes: "../templates" } }; };\n');
  const script = `import Eleventy from ${JSON.stringify(entry)}; const e = new Eleventy("data", "_site", { configPath: "eleventy.config.mjs", quietMode: true }); const r = await e.toJSON(); console.log(JSON.stringify(r.map((p) => p.inputPath.replace("./", "")).sort()));`;
  const oracle = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: dir, encoding: 'utf8' });
  check('as Eleventy has it', oracle.stdout.trim().split('\n').at(-1) === JSON.stringify(served), oracle.stdout + oracle.stderr);
  const odd = site({ ...files, '.eleventyignore': 'data/!(index).md\n' }, SETTINGS);
  const refused = run('check', '--site', odd);
  check('a pattern that is not understood is an error', refused.code === 1 && /\.eleventyignore:1:1: error: the pattern is not understood/.test(refused.out), refused.out);
  const server = await start(dir, MEMORY);
  fs.writeFileSync(path.join(dir, '.gitignore'), 'data/kept.md\n');
  check('an edit of .gitignore is seen', await until(async () => (await status(`${server.url}/kept/`)) === 404 && (await status(`${server.url}/anchored/`)) === 200));
  fs.appendFileSync(path.join(dir, 'data/.eleventyignore'), 'index.md\n');
  check('and one of .eleventyignore', await until(async () => (await status(`${server.url}/`)) === 404));
  await server.stop();
}

// ---- links ----
const outside = temporary();
put(outside, { 'secret.txt': 'SECRET outside\n', 'page.md': page('OUTSIDE page'), 'folder/a.md': page('OUTSIDE in a folder'), 'words.yaml': 'one: OUTSIDE-word\n' });
{
  const dir = site({
    'data/index.md': page('# Home {{ words.one }}'),
    'real/linked.md': page('# Linked one'),
    'real/words.yaml': 'one: word-one\n',
    'real/folder/in.md': page('# In a folder, one'),
    'real/settings.yaml': 'name: First\npassthrough: {/f: public}\n',
    'public/a.txt': 'a\n',
    '.hidden/h.txt': 'HIDDEN\n',
    'data/named.njk': page('{{ site.name }}'),
  });
  const link = (target, name) => {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.symlinkSync(target, path.join(dir, name));
  };
  fs.rmSync(path.join(dir, 'guidance.yaml'));
  link('real/settings.yaml', 'guidance.yaml');
  link('../real/linked.md', 'data/linked.md');
  link(path.join(dir, 'real/folder'), 'data/folder');
  link('../../real/words.yaml', 'data/_data/words.yaml');
  link(path.join(outside, 'page.md'), 'data/outside.md');
  link(path.join(outside, 'folder'), 'data/outsidefolder');
  link(path.join(outside, 'secret.txt'), 'public/secret.txt');
  link(outside, 'public/all');
  link('../.hidden/h.txt', 'public/h.txt');
  link('../guidance.yaml', 'public/settings.txt');
  link('../.guidanced/feedback.db', 'public/feedback.txt');
  link('../.guidanced/cache.db', 'public/cache.txt');
  link('nowhere', 'data/dangling.md');
  link('.', 'data/loop');
  let server = await start(dir);
  check('a linked page, folder, data file and guidance.yaml', (await text(`${server.url}/linked/`)).includes('Linked one') && (await text(`${server.url}/folder/in/`)).includes('folder, one') && (await text(server.url)).includes('word-one') && (await text(`${server.url}/named/`)).includes('First'), await text(`${server.url}/linked/`));
  check('by events', (await ready(server)).checks['site:watch'][0].status === 'pass' && !server.log.includes('walked'), server.log);
  for (const [what, file, content, url, expected] of [
    ['page', 'real/linked.md', page('# Linked two'), '/linked/', 'Linked two'],
    ['page in a linked folder', 'real/folder/in.md', page('# In a folder, two'), '/folder/in/', 'folder, two'],
    ['data file', 'real/words.yaml', 'one: word-two\n', '/', 'word-two'],
    ['guidance.yaml', 'real/settings.yaml', 'name: Second\npassthrough: {/f: public}\n', '/named/', 'Second'],
  ]) {
    put(dir, { [file]: content });
    check(`the target of a linked ${what} is watched`, await shows(server.url + url, expected), server.log.slice(-300));
    fs.writeFileSync(path.join(dir, `${file}.new`), content.replace('two', 'three').replace('Second', 'Third'));
    fs.renameSync(path.join(dir, `${file}.new`), path.join(dir, file));
    check(`and put in the place of the old: ${what}`, await shows(server.url + url, expected.replace('two', 'three').replace('Second', 'Third')));
  }
  const posted = await fetch(`${server.url}/feedback`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'page=/&useful=yes' });
  check('feedback is there', posted.status === 303, posted.status);
  server.child.kill('SIGHUP');
  await sleep(400);
  for (const url of ['/outside/', '/outsidefolder/a/', '/f/secret.txt', '/f/all/secret.txt', '/f/h.txt', '/f/settings.txt', '/f/feedback.txt', '/f/cache.txt', '/dangling/']) {
    const got = await fetch(server.url + url), body = await got.text();
    check(`not served: ${url}`, got.status === 404 && !/SECRET|OUTSIDE|HIDDEN|SQLite|name:/.test(body), `${got.status} ${body}`);
  }
  const said = run('check', '--site', dir).out;
  for (const [file, what] of [['data/outside.md', 'leads outside the site'], ['data/outsidefolder', 'leads outside the site'], ['public/secret.txt', 'leads outside the site'], ['public/all', 'leads outside the site'], ['public/h.txt', 'leads to a hidden file'], ['data/dangling.md', 'leads nowhere']])
    check(`check says: ${file}`, said.includes(`${file}:1:1: warning: left out: it ${what}`) || new RegExp(`${file.replace('.', '\\.')}:1:1: warning: left out: it is a link that ${what}`).test(said), said);
  check('with what to do', said.includes('follow_links: anywhere'));
  check('and the log', server.log.includes('data/outside.md') && server.log.includes('leads outside the site'));
  check('a template does not get there either', run('render', '--site', site({ 'data/index.njk': '{% include "guidance.yaml" %}{% include "../../../../etc/passwd" %}' }, 'name: SECRETNAME\n'), '/').out.includes('SECRETNAME') === false);
  // A file that is replaced after it was loaded.
  fs.rmSync(path.join(dir, 'public/a.txt'));
  fs.linkSync(path.join(dir, '.guidanced/feedback.db'), path.join(dir, 'public/a.txt'));
  const hard = await fetch(`${server.url}/f/a.txt`);
  check('nor the feedback by another name', !(await hard.text()).includes('SQLite') && hard.status >= 400, hard.status);
  await server.stop();

  put(dir, { 'real/settings.yaml': 'name: A\nfollow_links: anywhere\npassthrough: {/f: public}\n' });
  server = await start(dir);
  check('anywhere: pages, folders and files', (await text(`${server.url}/outside/`)).includes('OUTSIDE page') && (await text(`${server.url}/outsidefolder/a/`)).includes('OUTSIDE in') && (await text(`${server.url}/f/secret.txt`)).includes('SECRET') && (await text(`${server.url}/f/all/secret.txt`)).includes('SECRET'), server.log);
  check('anywhere: still no secrets', !(await text(`${server.url}/f/feedback.txt`)).includes('SQLite') && !(await text(`${server.url}/f/settings.txt`)).includes('name:') && !(await text(`${server.url}/f/h.txt`)).includes('HIDDEN'));
  put(outside, { 'page.md': page('OUTSIDE edited'), 'folder/a.md': page('OUTSIDE edited in') });
  check('anywhere: their edits are seen', (await shows(`${server.url}/outside/`, 'OUTSIDE edited')) && (await shows(`${server.url}/outsidefolder/a/`, 'edited in')));
  await server.stop();
  put(dir, { 'real/settings.yaml': 'name: A\nfollow_links: sometimes\n' });
  const wrong = run('check', '--site', dir);
  check('another word is an error', wrong.code !== 0 && /follow_links must be inside or anywhere/.test(wrong.out + wrong.err), wrong.out + wrong.err);
}
{
  // Paths that guidance.yaml names belong to the site, also outside it or hidden.
  const root = temporary();
  put(root, {
    'site/guidance.yaml': 'name: T\ninput: ../content\npassthrough:\n  /well/: .well-known\n  /one.txt: .single\n  /shared: ../shared\n',
    'site/templates/x': '', 'content/index.md': page('# Beside'), 'shared/s.txt': 'shared\n',
    'site/.well-known/a.txt': 'mapped a\n', 'site/.single': 'mapped one\n', 'site/.other': 'no\n',
  });
  fs.symlinkSync('../shared/s.txt', path.join(root, 'content/link.md'));
  fs.symlinkSync('../../shared', path.join(root, 'site/templates/linked'));
  const server = await start(path.join(root, 'site'), MEMORY);
  check('places beside the site, and links from one to another', (await text(server.url)).includes('Beside') && (await text(`${server.url}/link/`)).includes('shared') && (await text(`${server.url}/shared/s.txt`)) === 'shared\n', server.log);
  check('hidden files that are mapped on purpose', (await text(`${server.url}/well/a.txt`)) === 'mapped a\n' && (await text(`${server.url}/one.txt`)) === 'mapped one\n', server.log);
  put(root, { 'content/index.md': page('# Edited beside') });
  check('are watched', await shows(server.url, 'Edited beside'));
  await server.stop();
}

// ---- a site that is a link ----
{
  const root = temporary();
  const release = (n, extra = {}) => put(path.join(root, `releases/r${n}`), { 'guidance.yaml': `name: Release ${n}\npassthrough: {/f: public}\n`, 'data/index.md': page(`# Page ${n} {{ site.name }}`), 'templates/x': '', 'public/a.txt': `asset ${n}\n`, ...extra });
  release(1);
  release(2, { 'data/new.md': page('new') });
  const swap = (n, name = 'current') => {
    fs.symlinkSync(`releases/r${n}`, path.join(root, `${name}.new`));
    fs.renameSync(path.join(root, `${name}.new`), path.join(root, name));
  };
  swap(1);
  const cache = path.join(root, 'cache.db');
  const server = await start(path.join(root, 'current'), ['--cache', cache, '--feedback-file', path.join(root, 'feedback.db')]);
  check('a site by a link', (await text(server.url)).includes('Page 1 Release 1'));
  swap(2);
  check('which is swapped', (await shows(server.url, 'Page 2 Release 2')) && (await status(`${server.url}/new/`)) === 200 && (await text(`${server.url}/f/a.txt`)) === 'asset 2\n', server.log);
  put(root, { 'releases/r2/data/index.md': page('# Edited 2') });
  check('and edited there', await shows(server.url, 'Edited 2'));
  release(3);
  fs.rmSync(path.join(root, 'releases/r1'), { recursive: true });
  swap(3);
  check('to one that was not there at the start', await shows(server.url, 'Page 3 Release 3'), server.log);
  check('and is still well', (await ready(server)).status === 'pass', JSON.stringify(await ready(server)));
  await server.stop();
  // git-sync: the link leads into a hidden folder of worktrees, and the site is a folder below it.
  const git = path.join(root, 'git');
  const tree = (hash) => put(path.join(git, `.worktrees/${hash}/docs`), { 'guidance.yaml': 'name: T\n', 'data/index.md': page(`# Commit ${hash}`), 'templates/x': '' });
  const sync = (hash) => {
    tree(hash);
    fs.symlinkSync(`.worktrees/${hash}`, path.join(git, 'tmp'));
    fs.renameSync(path.join(git, 'tmp'), path.join(git, 'current'));
  };
  sync('aaa');
  const synced = await start(path.join(git, 'current/docs'), MEMORY);
  check('git-sync', (await text(synced.url)).includes('Commit aaa'));
  sync('bbb');
  fs.rmSync(path.join(git, '.worktrees/aaa'), { recursive: true });
  check('git-sync: the next commit', await shows(synced.url, 'Commit bbb'), synced.log);
  await synced.stop();
  // Kubernetes: files lead through ..data into a folder that is swapped.
  const mounted = temporary();
  const mount = (version, n) => {
    put(mounted, { [`..${version}/guidance.yaml`]: 'name: T\ninput: .\nincludes: .\n', [`..${version}/index.md`]: page(`# Map ${n}`) });
    fs.symlinkSync(`..${version}`, path.join(mounted, '..data_tmp'));
    fs.renameSync(path.join(mounted, '..data_tmp'), path.join(mounted, '..data'));
  };
  mount('2026_1', 1);
  for (const name of ['guidance.yaml', 'index.md']) fs.symlinkSync(`..data/${name}`, path.join(mounted, name));
  const map = await start(mounted, MEMORY);
  check('a mounted ConfigMap', (await text(map.url)).includes('Map 1'), map.log);
  mount('2026_2', 2);
  fs.rmSync(path.join(mounted, '..2026_1'), { recursive: true });
  check('a mounted ConfigMap that changes', await shows(map.url, 'Map 2'), map.log);
  await map.stop();
}

// ---- directories that come and go ----
for (const [how, args] of [['by events', []], ['by walking', ['--watch-polling']]]) {
  const dir = site({ 'data/index.md': page('# One'), 'public/a.txt': 'one\n' }, 'name: T\nlayouts: lay\npassthrough: {/f: public}\n');
  const server = await start(dir, [...MEMORY, ...args, '--sandbox', 'false']);
  for (let i = 2; i < 5; i++) {
    fs.rmSync(path.join(dir, 'data'), { recursive: true });
    if (i > 2) await until(async () => (await ready(server)).status === 'warn');
    put(dir, { 'data/index.md': page(`# Made anew ${i}`) });
    check(`${how}: input is taken away and made again (${i})`, await shows(server.url, `Made anew ${i}`), server.log.slice(-300));
    put(dir, { 'data/index.md': page(`# Edited ${i}`) });
    check(`${how}: and its next edit seen (${i})`, await shows(server.url, `Edited ${i}`), server.log.slice(-300));
  }
  fs.renameSync(path.join(dir, 'data'), path.join(dir, 'data.old'));
  put(dir, { 'data/index.md': page('# In its place') });
  check(`${how}: renamed, and another in its place`, await shows(server.url, 'In its place'));
  put(dir, { 'data.old/index.md': page('# Old') });
  put(dir, { 'lay/x.njk': 'LAYOUT {{ content | safe }}' });
  put(dir, { 'data/index.md': page('# With a layout', 'layout: x.njk\n') });
  check(`${how}: a directory that was not there`, await shows(server.url, 'LAYOUT'), server.log.slice(-300));
  put(dir, { 'lay/x.njk': 'CHANGED {{ content | safe }}' });
  check(`${how}: is watched from then on`, await shows(server.url, 'CHANGED'));
  const whole = `${dir}.moved`;
  fs.renameSync(dir, whole);
  fs.cpSync(whole, dir, { recursive: true });
  put(dir, { 'lay/x.njk': 'WHOLE {{ content | safe }}' });
  check(`${how}: the whole site in another's place`, await shows(server.url, 'WHOLE'), server.log.slice(-300));
  check(`${how}: told by /readyz`, (await ready(server)).checks['site:watch'][0].output === (how === 'by walking' ? 'files are checked every second' : undefined));
  await server.stop();
}
{
  const server = await start(site({ 'data/index.md': page('x') }), [...MEMORY, '--watch', 'false']);
  check('not watching is told', (await ready(server)).checks['site:watch'][0].output === 'files are not watched');
  await server.stop();
}

// ---- a checkout in place, under load ----
{
  const dir = site({}, 'name: T\nimports: []\n');
  const git = (...args) => execFileSync('git', ['-C', dir, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], { stdio: 'pipe' });
  const branch = (name) => {
    const files = { 'data/_data/words.yaml': `mark: ${name}\n`, 'templates/page.njk': `<main data-layout="${name}">{{ words.mark }} {{ content | safe }}</main>`, 'data/index.md': page(`page-${name} {{ words.mark }}`, 'layout: page.njk\n') };
    for (let i = 0; i < 300; i++) files[`data/p${i}.md`] = page(`page-${name} {{ words.mark }}`, 'layout: page.njk\n');
    put(dir, files);
    git('add', '-A');
    git('commit', '-qm', name);
  };
  git('init', '-q', '-b', 'red');
  branch('red');
  git('checkout', '-qb', 'blue');
  branch('blue');
  const server = await start(dir, MEMORY);
  let asking = true, answers = 0, mixed = 0, both = new Set();
  const worker = async (n) => {
    for (let i = n; asking; i++) {
      const body = await text(`${server.url}${i % 3 ? `/p${i % 300}/` : '/'}`).catch(() => '');
      const marks = new Set([...body.matchAll(/red|blue/g)].map((m) => m[0]));
      answers++;
      mixed += marks.size !== 1;
      marks.forEach((m) => both.add(m));
    }
  };
  const workers = [0, 1, 2].map((n) => worker(n * 37));
  for (let i = 0; i < 12; i++) {
    const to = i % 2 ? 'blue' : 'red';
    git('checkout', '-q', to);
    check(`the checkout of ${to} is seen (${i})`, await shows(`${server.url}/p7/`, `page-${to}`, 8000), server.log.slice(-400));
  }
  asking = false;
  await Promise.all(workers);
  check('no answer is of two commits', mixed === 0 && both.size === 2 && answers > 200, `${mixed} of ${answers}`);
  console.log(`    ${answers} answers over 12 checkouts, ${mixed} mixed`);
  await server.stop();
}
{
  // Two files written one after the other, all the time: a state that existed, or an error.
  const dir = site({ 'data/index.njk': '{{ a.n }}-{{ b.n }}', 'data/_data/a.json': '{"n":10000}', 'data/_data/b.json': '{"n":10000}' });
  for (const [how, write] of [['put in place', 'fs.writeFileSync(f + ".x", t); fs.renameSync(f + ".x", f);'], ['written over', 'const d = fs.openSync(f, "r+"); fs.writeSync(d, t); fs.closeSync(d);']]) {
    const child = spawn(process.execPath, ['-e', `const fs = require('fs'); for (let i = 10001; ; i++) for (const n of 'ab') { const f = ${JSON.stringify(dir)} + '/data/_data/' + n + '.json', t = '{"n":' + i + '}'; ${write} }`]);
    await sleep(300);
    let good = 0, said = 0, wrong = '';
    for (let i = 0; i < 4; i++) {
      const { out, err } = run('render', '--site', dir, '/');
      const [, a, b] = /^(\d+)-(\d+)/.exec(out) ?? [];
      if (a && (a === b || +a === +b + 1)) good++;
      else if (/changing while they are read/.test(err)) said++;
      else wrong += `${out} ${err}`;
    }
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));
    check(`${how}: never half of one and half of another`, good + said === 4, `${good} ${said} ${wrong}`);
    put(dir, { 'data/_data/a.json': '{"n":77777}', 'data/_data/b.json': '{"n":77777}' });
    check(`${how}: read when they stand still`, run('render', '--site', dir, '/').out === '77777-77777');
  }
}

// ---- static files ----
{
  const types = { vtt: 'text/vtt; charset=utf-8', rss: 'application/rss+xml', atom: 'application/atom+xml', rtf: 'application/rtf', odp: 'application/vnd.oasis.opendocument.presentation', xls: 'application/vnd.ms-excel', ppt: 'application/vnd.ms-powerpoint', ogg: 'audio/ogg', wav: 'audio/wav', epub: 'application/epub+zip', yaml: 'application/yaml', geojson: 'application/geo+json', tif: 'image/tiff', PNG: 'image/png', mp4: 'video/mp4', mp3: 'audio/mpeg', jpg: 'image/jpeg', odt: 'application/vnd.oasis.opendocument.text', csv: 'text/csv; charset=utf-8', gz: 'application/gzip', unheardof: 'application/octet-stream', js: 'text/javascript; charset=utf-8', map: 'application/json', webp: 'image/webp', otf: 'font/otf', svg: 'image/svg+xml' };
  const files = { 'data/index.md': page('home'), 'data/taken.md': page('the page'), 'public/docs/index.html': '<p>docs', 'public/docs/deep/index.html': '<p>deep', 'public/taken/index.html': '<p>the file', 'public/only.html': '<p>only' };
  for (const extension of Object.keys(types)) files[`public/x.${extension}`] = 'x';
  const dir = site(files, 'name: T\npassthrough: {/: public}\n');
  const server = await start(dir, MEMORY);
  for (const [extension, type] of Object.entries(types)) check(`type of .${extension}`, (await fetch(`${server.url}/x.${extension}`)).headers.get('content-type') === type, (await fetch(`${server.url}/x.${extension}`)).headers.get('content-type'));
  check('a folder\'s index.html answers for it', (await text(`${server.url}/docs/`)) === '<p>docs' && (await text(`${server.url}/docs/deep/`)) === '<p>deep' && (await text(`${server.url}/docs/index.html`)) === '<p>docs');
  const bare = await fetch(`${server.url}/docs?x=1`, { redirect: 'manual' });
  check('without the slash it leads there', bare.status === 301 && bare.headers.get('location') === '/docs/?x=1', bare.headers.get('location'));
  check('a page goes before it', (await text(`${server.url}/taken/`)).includes('the page') && (await text(`${server.url}/taken/index.html`)) === '<p>the file');
  const type = (await fetch(`${server.url}/docs/`)).headers.get('content-type');
  check('with its type and tag', type === 'text/html; charset=utf-8' && !!(await fetch(`${server.url}/docs/`)).headers.get('etag'), type);
  fs.rmSync(path.join(dir, 'public/only.html'));
  check('one that is taken away is gone', await until(async () => (await status(`${server.url}/only.html`)) === 404));
  await server.stop();
  const out = temporary();
  const built = run('build', '--site', dir, '--out', path.join(out, 'o'));
  check('build writes it once', built.code === 0 && fs.readFileSync(path.join(out, 'o/docs/index.html'), 'utf8') === '<p>docs', built.err);
  const table = spawnSync(process.execPath, [new URL('../../lib/site/mime_types.mjs', import.meta.url).pathname, '--check'], { encoding: 'utf8' });
  check('the list of types is that of mime-db', table.status === 0, table.stdout + table.stderr);
}

// ---- certificates that are swapped by a link, as Kubernetes does ----
{
  const root = temporary();
  const make = (n) => {
    const folder = path.join(root, `..v${n}`);
    fs.mkdirSync(folder);
    spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=v${n}.example`, '-days', '2', '-keyout', path.join(folder, 'tls.key'), '-out', path.join(folder, 'tls.crt')]);
    fs.symlinkSync(`..v${n}`, path.join(root, '..data_tmp'));
    fs.renameSync(path.join(root, '..data_tmp'), path.join(root, '..data'));
  };
  make(1);
  for (const name of ['tls.crt', 'tls.key']) fs.symlinkSync(`..data/${name}`, path.join(root, name));
  const server = await start(site({ 'data/index.md': page('home') }), [...MEMORY, '--tls-certificate', path.join(root, 'tls.crt'), '--tls-key', path.join(root, 'tls.key')]);
  const subject = () => new Promise((resolve) => {
    const socket = tls.connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false }, () => { resolve(socket.getPeerCertificate().subject.CN); socket.destroy(); });
    socket.on('error', () => resolve('error'));
  });
  check('TLS by links', (await subject()) === 'v1.example');
  make(2);
  fs.rmSync(path.join(root, '..v1'), { recursive: true });
  check('TLS: the links are swapped', await until(async () => (await subject()) === 'v2.example'), server.log);
  await server.stop();
}

// ---- healthcheck uses the configured address ----
{
  const dir = site({ 'data/index.md': page('home') });
  const folder = temporary();
  spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=guide.example', '-days', '2', '-keyout', path.join(folder, 'key'), '-out', path.join(folder, 'cert')]);
  const secured = ['--tls-certificate', path.join(folder, 'cert'), '--tls-key', path.join(folder, 'key')];
  const cases = {
    'an address': async () => ['--listen', `127.0.0.2:${await freePort()}`],
    'IPv6': async () => ['--listen', `[::1]:${await freePort()}`],
    'every address': async () => ['--listen', `0.0.0.0:${await freePort()}`],
    'every address of both kinds': async () => ['--listen', `[::]:${await freePort()}`],
    'no host': async () => ['--listen', `:${await freePort()}`],
    'a socket': async () => ['--listen', `unix:${path.join(folder, 'socket')}`],
    'a socket with TLS': async () => ['--listen', `unix:${path.join(folder, 'secure')}`, ...secured],
    'TLS': async () => ['--listen', `127.0.0.1:${await freePort()}`, ...secured],
    'the admin listener beside TLS': async () => ['--listen', `127.0.0.1:${await freePort()}`, ...secured, '--admin-listen', `127.0.0.1:${await freePort()}`],
    'an admin socket': async () => ['--listen', `127.0.0.1:${await freePort()}`, '--admin-listen', `unix:${path.join(folder, 'admin')}`],
  };
  for (const [name, make] of Object.entries(cases)) {
    const args = await make();
    const before = run('healthcheck', '--site', dir, ...args);
    const child = spawn(BINARY, ['serve', '--site', dir, ...MEMORY, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '', out = '';
    child.stderr.on('data', (d) => (log += d));
    child.stdout.on('data', (d) => (out += d));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await until(() => out.includes('serving') || out.includes('http') || out.includes('unix:') || child.exitCode !== null);
    const got = await until(() => { const done = run('healthcheck', '--site', dir, ...args); return done.code === 0 && done; }, 3000);
    check(`healthcheck: ${name}`, before.code === 1 && got && got.code === 0, `${before.code} ${before.err} ${run('healthcheck', '--site', dir, ...args).err} ${out} ${log}`);
    child.kill('SIGTERM');
    await ended;
  }
  check('healthcheck: settings that cannot be read', run('healthcheck', '--site', site({}, 'nmae: x\n')).code === 2);
}

// ---- a file that is cut while it is sent: the answer ends, and never seems whole ----
{
  const folder = temporary();
  const [certificate, key] = ['site.pem', 'site.key'].map((name) => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost', '-days', '30', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const LENGTH = 48 << 20; // more than sockets hold
  const dir = site({ 'data/index.md': page('# Home'), 'public/long.bin': 'x'.repeat(LENGTH) }, 'name: Test\npassthrough: {/f: public}\n');
  const file = path.join(dir, 'public/long.bin');
  for (const [name, args, connect] of [['plain', [], net.connect], ['TLS', ['--tls-certificate', certificate, '--tls-key', key], (options) => tls.connect({ ...options, rejectUnauthorized: false })]]) {
    fs.writeFileSync(file, 'x'.repeat(LENGTH));
    const server = await start(dir, [...MEMORY, ...args]);
    let got = 0, head = '';
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      if (!got) {
        head = String(bytes.subarray(0, 1000));
        fs.truncateSync(file, 1 << 20);
      }
      got += bytes.length;
    });
    socket.write('GET /f/long.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const over = await Promise.race([ended.then(() => true), sleep(20_000)]);
    check(`${name}: a file that is cut while it is sent ends the connection`, over && head.includes(`Content-Length: ${LENGTH}\r\n`) && got > 1 << 20 && got < LENGTH, `${over} ${got} ${head.slice(0, 300)}`);
    socket.destroy();
    check(`${name}: and the server goes on`, (await statusOf(connect, server.port)).startsWith('HTTP/1.1 200 '));
    await server.stop();
  }
}
finish('files');
process.exit();
