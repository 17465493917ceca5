// SPDX-License-Identifier: MIT
//
// A site that is a commit: it is served like the same tree on disk, byte for byte; links, hidden
// files, submodules and pointers; moving refs, and broken repositories.
import { execFileSync, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { BINARY, check, finish, patience, site, sleep, start, statuses, raw, until } from './harness.mjs';
import { commit, git, push, repository } from './repository.mjs';

const SETTINGS = 'name: Guide\npassthrough:\n  /files: files\n  /packages: node_modules/pkg/dist\ntemplate_paths: [node_modules/pkg]\nredirects:\n  - {from: /old/, to: /a/}\n';
const page = (title, text = '') => `---\nlayout: page.njk\ntitle: ${title}\ndate: 2026-01-01\n---\n# ${title}\n\n${text}\n`;
const FILES = {
  'templates/page.njk': '<title>{{ title }}</title>{{ content | safe }}<nav>{% for p in collections.all %}<a href="{{ p.url }}">{{ p.data.title }}</a>{% endfor %}</nav>',
  'data/index.md': page('Home', 'One.'),
  'data/a.md': page('A', 'Two. {{ site.name }}'),
  'data/deep/er/b.md': page('B', 'Three.'),
  'data/deep-er.md': page('C', 'Between.'),
  'data/_data/facts.yaml': 'n: 1\n',
  'data/_data/more.json': '{"m": 2}',
  'files/one.css': 'a { color: red }\n',
  'files/sub/two.txt': 'text '.repeat(1000),
  'files/empty.txt': '',
  '.gitignore': 'node_modules\n',
};
const run = (...args) => spawnSync(BINARY, args, { encoding: 'utf8' });
const get = async (server, url, options = {}) => {
  const response = await fetch(server.url + url, { redirect: 'manual', ...options });
  return { status: response.status, headers: response.headers, body: await response.text() };
};
const ready = async (server) => (await fetch(`${server.url}/readyz`)).json();
const tree = (dir) => Object.fromEntries(fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
  .map((e) => path.join(e.parentPath ?? e.path, e.name)).map((file) => [path.relative(dir, file), fs.readFileSync(file, 'latin1')]));

// ---- the same as on disk ----

const overlay = site({ 'node_modules/pkg/dist/x.js': 'let x;\n', 'node_modules/pkg/macro.njk': '{% macro m() %}M{% endmacro %}', 'data/a.md': page('No', 'Never: the commit has this file.') });
{
  const repo = repository({ ...FILES, 'node_modules/pkg/dist/x.js': 'let x;\n', 'node_modules/pkg/macro.njk': '{% macro m() %}M{% endmacro %}',
    'data/m.md': page('M', '{% from "macro.njk" import m %}{{ m() }}') }, SETTINGS);
  check('packages are not in the commit', !git(repo.clone, 'ls-files').includes('node_modules'));
  const worktree = `${repo.clone}-tree`;
  git(repo.clone, 'worktree', 'add', '-q', worktree, 'HEAD');
  const out = (name) => `${overlay}-out-${name}`;
  const build = (name, ...args) => run('build', '--out', out(name), '--url', 'https://guide.example', ...args);
  const disk = build('disk', '--site', repo.clone);
  check('builds from disk', disk.status === 0, disk.stderr);
  const strip = (files) => Object.fromEntries(Object.entries(files).filter(([name]) => name !== '.guidanced-output'));
  const expected = tree(out('disk'));
  for (const [name, dir] of [['bare', repo.bare], ['clone', repo.clone], ['worktree', worktree]]) {
    const built = build(name, '--site', overlay, '--git', dir, '--ref', name === 'bare' ? 'main' : 'HEAD', '--git-overlay', overlay);
    check(`${name}: builds`, built.status === 0, built.stderr);
    const got = tree(out(name));
    const differ = [...new Set([...Object.keys(strip(expected)), ...Object.keys(strip(got))])].filter((f) => expected[f] !== got[f] && !/feed\.xml|sitemap\.xml|pages\.json/.test(f));
    check(`${name}: every file is the same as from disk`, differ.length === 0, differ.join(' '));
  }
  const both = [await start(repo.clone), await start(overlay, ['--git', repo.bare, '--ref', 'main', '--git-overlay', overlay])];
  for (const url of ['/', '/a/', '/deep/er/b/', '/deep-er/', '/m/', '/files/one.css', '/files/sub/two.txt', '/files/empty.txt', '/packages/x.js', '/old/', '/nothing/', '/search?q=two', '/guidance.yaml', '/files/']) {
    const [a, b] = await Promise.all(both.map((server) => get(server, url)));
    const same = a.status === b.status && a.body === b.body && a.headers.get('etag') === b.headers.get('etag') && a.headers.get('content-type') === b.headers.get('content-type');
    check(`${url} is the same`, same, `${a.status} ${b.status} ${a.headers.get('etag')} ${b.headers.get('etag')} ${a.body.slice(0, 150)} | ${b.body.slice(0, 150)}`);
    if (a.status === 200 && a.headers.get('etag')) {
      const again = await get(both[1], url, { headers: { 'if-none-match': b.headers.get('etag') } });
      check(`${url} is known again`, again.status === 304, again.status);
    }
  }
  const part = await get(both[1], '/files/sub/two.txt', { headers: { range: 'bytes=5-8' } });
  check('a range', part.status === 206 && part.body === 'text', `${part.status} ${part.body}`);
  check('the field says the commit', (await get(both[1], '/')).headers.get('guidance-revision') === repo.head);
  check('and a directory has none', (await get(both[0], '/')).headers.get('guidance-revision') === null);
  check('/readyz says it', (await ready(both[1])).revision === repo.head);
  check('metrics say it', (await get(both[1], '/metrics')).body.includes(`guidanced_site_info{revision="${repo.head}"} 1`));
  check('the sandbox is whole', /landlock (yes|no) .*seccomp yes/.test(both[1].log), both[1].log);
  await Promise.all(both.map((server) => server.stop()));
  for (const command of [['routes'], ['check'], ['render', '/a/']]) {
    const [name, ...rest] = command;
    const a = run(name, '--site', repo.clone, ...rest), b = run(name, '--site', overlay, '--git', repo.bare, '--ref', 'main', '--git-overlay', overlay, ...rest);
    const plain = (text, dir) => text.replaceAll(`${fs.realpathSync(dir)}/`, '');
    check(`${name}: the same`, a.status === b.status && plain(a.stdout, repo.clone) === plain(b.stdout, overlay), `${a.stdout}${a.stderr}\n${b.stdout}${b.stderr}`);
  }
}

// ---- subdirectory, any commit, which settings are read ----

{
  const files = Object.fromEntries(Object.entries({ ...FILES, 'guidance.yaml': 'name: Below\ngit:\n  directory: /etc\n' }).map(([name, text]) => [`docs/${name}`, text]));
  const repo = repository({ ...files, 'data/index.md': page('Above', 'Not this.') }, 'name: Above\n');
  const at = (ref, ...more) => run('render', '--site', overlay, '--git', repo.bare, '--ref', ref, '--subdirectory', 'docs', ...more, '/a/');
  check('a subdirectory', at('main').stdout.includes('Two. Below'), at('main').stderr);
  check('its guidance.yaml does not say where it is read from', at('main').stderr.includes('guidance.yaml: git.directory is not taken from a commit'), at('main').stderr);
  const second = commit(repo, { 'docs/data/a.md': page('A', 'Changed {{ site.revision }}.') });
  git(repo.clone, 'tag', 'v1');
  push(repo, 'main', 'v1');
  for (const ref of ['main', 'v1', second, second.slice(0, 8), 'refs/heads/main', 'HEAD'])
    check(`--ref ${ref}`, at(ref).stdout.includes(`Changed ${second}.`), at(ref).stdout + at(ref).stderr);
  for (const ref of ['main~1', repo.head]) check(`--ref ${ref}`, at(ref).stdout.includes('Two. Below'), at(ref).stderr);
  const none = at('no-such');
  check('a ref that is not there', none.status === 2 && none.stderr.includes('has no branch, tag or commit no-such'), none.stderr);
  const nowhere = run('routes', '--git', repo.bare, '--ref', 'main', '--subdirectory', 'dcos');
  check('a subdirectory that is not there', nowhere.status === 2 && nowhere.stderr.includes('has no dcos/guidance.yaml'), nowhere.stderr);
  const where = run('routes', '--site', repo.clone, '--git', path.join(repo.clone, 'docs'));
  check('a directory in a clone is no repository', where.status === 2 && where.stderr.includes('cannot open the repository'), where.stderr);
  for (const args of [['new', 'page', 'x.md'], ['check', '--fix']]) {
    const refused = run(args[0], '--site', overlay, '--git', repo.bare, '--subdirectory', 'docs', ...args.slice(1));
    check(`${args[0]} does not write to a commit`, refused.status === 2 && refused.stderr.includes('a commit cannot be changed'), refused.stderr);
  }
  // A file on the machine that names the repository: it overrides the commit's.
  const machine = site({}, `name: Over\ngit:\n  directory: ${repo.bare}\n  ref: main\n  subdirectory: docs\n`);
  check('guidance.yaml of the machine names the repository', run('render', '--site', machine, '/').stdout.includes('<title>Home'), run('render', '--site', machine, '/').stderr);
  const config = run('serve', '--site', machine, '--print-config', '--lang', 'cy').stdout;
  check('and is over that of the commit', /^name: "Over" {2}# .*guidance\.yaml:1$/m.test(config) && /^git\.ref: "main" {2}# .*:4$/m.test(config), config.slice(0, 300));
  const broken = commit(repo, { 'docs/guidance.yaml': 'name: X\nnmae: Y\n' });
  push(repo, 'main');
  check('a wrong setting has its place in the commit', at(broken).stderr.includes('guidance.yaml:2:1') && at(broken).stderr.includes('did you mean `name`'), at(broken).stderr);
}

// ---- links, hidden files, submodules, pointers ----

{
  const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';
  const repo = repository({ ...FILES, 'files/.secret': 'hidden', 'files/big.txt': POINTER, 'files/there.txt': POINTER, 'files/feedback.db': 'x', 'real/page.md': page('Linked', 'By a link.'), 'real/sub/x.md': page('X', 'Below a link.') },
    'name: Guide\npassthrough:\n  /files: files\nfeedback:\n  file: files/feedback.db\n');
  const { clone } = repo;
  const link = (target, name) => fs.symlinkSync(target, path.join(clone, name));
  link('../real/page.md', 'data/linked.md');
  link('../real/sub', 'data/folder');
  link('../data', 'data/loop');
  link('/etc/passwd', 'files/passwd.txt');
  link('../../../../../../etc/hostname', 'files/host.txt');
  link('.secret', 'files/seen.txt');
  link('../guidance.yaml', 'files/settings.txt');
  link('nowhere', 'files/nowhere.txt');
  link('chain2', 'files/chain1.txt');
  link('sub/two.txt', 'files/chain2');
  link('self', 'files/self');
  git(clone, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', `file://${repository({ 'x.md': 'x' }).bare}`, 'data/module');
  commit(repo, {});
  push(repo, 'main');
  const beside = site({ 'files/there.txt': 'The content itself.\n' });
  const server = await start(beside, ['--git', repo.bare, '--ref', 'main', '--git-overlay', beside]);
  const problems = run('check', '--site', beside, '--git', repo.bare, '--ref', 'main').stdout;
  check('a link to a page', (await get(server, '/linked/')).body.includes('By a link.'));
  check('a link to a folder', (await get(server, '/folder/x/')).body.includes('Below a link.'));
  check('a link to a link', (await get(server, '/files/chain1.txt')).body.startsWith('text text'));
  for (const name of ['passwd.txt', 'host.txt', 'seen.txt', 'settings.txt', 'nowhere.txt', 'self', '.secret', 'feedback.db', 'big.txt'])
    check(`/files/${name} is not there`, (await get(server, `/files/${name}`)).status === 404);
  check('a pointer whose content lies in the overlay', (await get(server, '/files/there.txt')).body === 'The content itself.\n');
  for (const words of ['data/module', 'is a submodule', 'leads outside the site', 'leads to a hidden file', 'is a link that leads nowhere', 'is a pointer of Git LFS'])
    check(`check says: ${words}`, problems.includes(words), problems);
  check('a loop of links ends', (await get(server, '/loop/a/')).status === 404);
  await server.stop();
}

// ---- what moves ----

{
  const repo = repository(FILES, 'name: Guide\npassthrough:\n  /files: files\n');
  const dir = site({});
  const server = await start(dir, ['--git', repo.bare, '--ref', 'main', '--admin-listen', `unix:${dir}/admin`, '--reload-token', 'open sesame', '--cache', `${dir}/cache.db`]);
  const admin = (args) => execFileSync('curl', ['-sS', '--unix-socket', `${dir}/admin`, ...args], { encoding: 'utf8' });
  const state = () => JSON.parse(admin(['http://x/readyz']));
  const shows = (text) => until(async () => (await get(server, '/a/')).body.includes(text));
  const second = commit(repo, { 'data/a.md': page('A', 'Second.') });
  push(repo, 'main');
  check('a push is served', await shows('Second.'), server.log);
  check('unchanged blobs are not read', /loaded 4 pages .* \(3 from the cache\).* commit/.test(server.log), server.log);
  const before = state().generation;
  git(repo.clone, 'push', '-q', 'origin', 'main:other');
  await sleep(400);
  check('another branch moves nothing', state().generation === before, state().generation);
  git(repo.bare, 'pack-refs', '--all');
  git(repo.bare, 'gc', '-q', '--prune=now');
  commit(repo, { 'data/a.md': page('A', 'Third.'), 'data/new.md': page('New') });
  push(repo, 'main');
  check('after packing and gc', await shows('Third.') && (await get(server, '/new/')).status === 200, server.log);
  // Deleted with all its objects.
  git(repo.bare, 'update-ref', '-d', 'refs/heads/other');
  const gone = git(repo.bare, 'rev-parse', 'main');
  git(repo.bare, 'update-ref', '-d', 'refs/heads/main');
  check('a deleted ref is said', await until(() => state().checks['site:reload'][0].output?.includes('has no branch, tag or commit main')), JSON.stringify(state()));
  check('and the last generation serves on', (await shows('Third.')) && state().status === 'warn');
  git(repo.bare, 'update-ref', 'refs/heads/main', gone);
  check('a ref that is back', await until(() => state().status === 'pass'), JSON.stringify(state()));
  git(repo.clone, 'checkout', '-q', '-B', 'main', second);
  commit(repo, { 'data/a.md': page('A', 'Forced.') });
  push(repo, '--force', 'main');
  git(repo.bare, 'gc', '-q', '--prune=now');
  check('a ref that is pushed by force', await shows('Forced.') && (await get(server, '/new/')).status === 404, server.log);
  // Broken settings, and a page that cannot be read.
  commit(repo, { 'guidance.yaml': 'nmae: x\n' });
  push(repo, 'main');
  check('broken settings are said', await until(() => state().checks['site:reload'][0].output?.includes('unknown setting: nmae')), JSON.stringify(state()));
  check('and change nothing', (await get(server, '/a/')).body.includes('Forced.'));
  commit(repo, { 'guidance.yaml': 'name: Renamed\npassthrough:\n  /files: files\n', 'data/a.md': page('A', 'Fifth {{ site.name }}.') });
  push(repo, 'main');
  check('settings come with the commit', await shows('Fifth Renamed.'), server.log);

  const post = (...args) => admin(['-o', '/dev/null', '-w', '%{http_code}', ...args, 'http://x/-/reload']);
  check('POST /-/reload asks for the token', post('-X', 'POST') === '401' && post('-X', 'POST', '-H', 'Authorization: Bearer open sesam') === '401' && post('-X', 'POST', '-H', 'X-Gitlab-Token;') === '401');
  check('and takes POST alone', post() === '405');
  check('and is not for readers', (await get(server, '/-/reload', { method: 'POST', headers: { authorization: 'Bearer open sesame' } })).status !== 202);
  const generation = state().generation;
  check('with the token', post('-X', 'POST', '-H', 'Authorization: Bearer open sesame') === '202' && post('-X', 'POST', '-H', 'X-Gitlab-Token: open sesame') === '202');
  check('it loads', await until(() => state().generation > generation));
  const { code } = await server.stop();
  check('it stops well', code === 0, server.log);
}

// Without watching: by SIGHUP. The start and a moved ref between are one generation.
{
  const repo = repository(FILES, 'name: Guide\n');
  const dir = site({});
  const server = await start(dir, ['--git', repo.bare, '--ref', 'main', '--watch=false', '--sandbox=false']);
  commit(repo, { 'data/a.md': page('A', 'Second.') });
  push(repo, 'main');
  await sleep(300);
  check('unwatched: nothing moves', (await get(server, '/a/')).body.includes('Two.'));
  server.child.kill('SIGHUP');
  check('SIGHUP: it does', await until(async () => (await get(server, '/a/')).body.includes('Second.')), server.log);
  await server.stop();
  const polled = await start(dir, ['--git', repo.bare, '--ref', 'main', '--watch-polling']);
  commit(repo, { 'data/a.md': page('A', 'Polled.') });
  push(repo, 'main');
  check('walked, as on a share', await until(async () => (await get(polled, '/a/')).body.includes('Polled.')), polled.log);
  await polled.stop();
}

// ---- a link that is swapped, as git-sync does ----

{
  const repo = repository(FILES, 'name: Guide\n');
  const root = site({});
  git(repo.bare, 'worktree', 'add', '-q', '--detach', `${root}/one`, 'main');
  fs.symlinkSync('one', `${root}/current`);
  const server = await start(site({}), ['--git', `${root}/current`]);
  const second = commit(repo, { 'data/a.md': page('A', 'Swapped.') });
  push(repo, 'main');
  git(repo.bare, 'worktree', 'add', '-q', '--detach', `${root}/two`, second);
  fs.symlinkSync('two', `${root}/next`);
  fs.renameSync(`${root}/next`, `${root}/current`);
  check('a link to another worktree', await until(async () => (await get(server, '/a/')).body.includes('Swapped.')), server.log);
  await server.stop();
}

// ---- repositories that cannot be read ----

{
  const repo = repository(FILES, 'name: Guide\n');
  commit(repo, { 'data/a.md': page('A', 'Second.') });
  push(repo, 'main');
  const at = (dir) => run('routes', '--site', overlay, '--git', dir, '--ref', 'main');
  const copy = (name, ...args) => {
    const dir = `${repo.bare}-${name}`;
    git('/', 'clone', '-q', '--bare', ...args, `file://${repo.bare}`, dir);
    return dir;
  };
  const shallow = copy('shallow', '--depth', '1');
  check('a shallow clone serves', at(shallow).status === 0, at(shallow).stderr);
  const older = run('routes', '--site', overlay, '--git', shallow, '--ref', 'main~1');
  check('but not what it has not', older.status === 2 && older.stderr.includes('main~1'), older.stderr);
  git(repo.bare, 'config', 'uploadpack.allowFilter', 'true');
  const partial = copy('partial', '--filter=blob:none');
  check('a partial clone is said', at(partial).status === 2 && at(partial).stderr.includes('it is a partial clone'), at(partial).stderr);
  const dir = site({});
  git(dir, 'init', '-q', '--bare', '--object-format=sha256', 'x.git');
  check('SHA-256 is said', at(`${dir}/x.git`).status === 2 && at(`${dir}/x.git`).stderr.includes('SHA-256'), at(`${dir}/x.git`).stderr);
  git(dir, 'init', '-q', '--bare', 'empty.git');
  check('an empty repository is said', at(`${dir}/empty.git`).status === 2 && at(`${dir}/empty.git`).stderr.includes('nothing has been pushed'), at(`${dir}/empty.git`).stderr);
  check('no repository is said', at(dir).status === 2 && at(dir).stderr.includes('cannot open the repository'), at(dir).stderr);
  check('no directory is said', at('/no/such').status === 2 && at('/no/such').stderr.includes('cannot open the repository'), at('/no/such').stderr);

  // An object that vanishes while it is served, and one with wrong bytes.
  const damaged = copy('damaged');
  const server = await start(site({}), ['--git', damaged, '--ref', 'main']);
  commit(repo, { 'data/a.md': page('A', 'Third.') });
  git(repo.clone, 'push', '-q', `file://${damaged}`, 'main');
  check('served first', await until(async () => (await get(server, '/a/')).body.includes('Third.')), server.log);
  const next = commit(repo, { 'data/a.md': page('A', 'Fourth.'), 'data/deep/er/b.md': page('B', 'Fourth.') });
  const blob = git(repo.clone, 'rev-parse', `${next}:data/a.md`);
  git(repo.clone, 'push', '-q', `file://${damaged}`, 'main:refs/heads/aside');
  const loose = `${damaged}/objects/${blob.slice(0, 2)}/${blob.slice(2)}`;
  fs.rmSync(loose);
  git(damaged, 'update-ref', 'refs/heads/main', next);
  check('a lost object is said', await until(async () => (await ready(server)).checks['site:reload'][0].output?.includes(`the object ${blob} is not in the repository`)), JSON.stringify(await ready(server)));
  fs.writeFileSync(loose, 'no zlib');
  server.child.kill('SIGHUP');
  check('a broken object is said', await until(async () => (await ready(server)).checks['site:reload'][0].output?.includes(`cannot read the object ${blob}`)), JSON.stringify(await ready(server)));
  check('the last generation serves on, whole', (await get(server, '/a/')).body.includes('Third.') && (await get(server, '/deep/er/b/')).body.includes('Three.'));
  fs.rmSync(loose);
  git(repo.clone, 'push', '-q', `file://${damaged}`, 'main:refs/heads/again', '--force');
  fs.writeFileSync(`${repo.clone}/x.pack`, execFileSync('git', ['-C', repo.clone, 'pack-objects', '--stdout', '-q'], { input: `${blob}\n` }));
  execFileSync('git', ['-C', damaged, 'index-pack', '--stdin'], { input: fs.readFileSync(`${repo.clone}/x.pack`), stdio: ['pipe', 'ignore', 'ignore'] });
  server.child.kill('SIGHUP');
  check('and when it is whole again it is served', await until(async () => (await get(server, '/a/')).body.includes('Fourth.')), server.log);
  await server.stop();
}

// ---- loose objects that are very long, or lie about it ----

{
  const HUGE = 1 << 29;
  const repo = repository({ ...FILES, 'files/one.txt': 'text\n' }, 'name: Guide\npassthrough:\n  /files: files\n');
  const put = (head, content, name) => {
    const id = name ?? crypto.createHash('sha1').update(head).update(content).digest('hex');
    const file = path.join(repo.bare, 'objects', id.slice(0, 2), id.slice(2));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.rmSync(file, { force: true });
    fs.writeFileSync(file, zlib.deflateSync(Buffer.concat([Buffer.from(head), content])));
    return id;
  };
  const zeros = Buffer.alloc(HUGE);
  const bomb = put(`blob ${HUGE}\0`, zeros);
  const lead = (name, id) => {
    const env = { ...process.env, GIT_INDEX_FILE: path.join(repo.bare, 'x.index'), GIT_DIR: repo.bare };
    const run = (...args) => execFileSync('git', args, { env, encoding: 'utf8' }).trim();
    run('read-tree', repo.head);
    run('update-index', '--add', '--cacheinfo', `100644,${id},${name}`);
    const made = run('-c', 'user.name=A', '-c', 'user.email=a@b', 'commit-tree', '-p', repo.head, '-m', 'x', run('write-tree'));
    run('update-ref', `refs/heads/${name.replace(/\W/g, '-')}`, made);
    return made;
  };
  // 400 MB of addresses: a program that inflates 512 MB fails.
  const within = (...args) => spawnSync('bash', ['-c', 'ulimit -v 400000; exec "$0" "$@"', BINARY, ...args], { encoding: 'utf8', timeout: 60000 });
  const began = performance.now();
  const listed = within('check', '--git', repo.bare, '--ref', lead('files/huge.bin', bomb));
  check('a huge file is refused by its length', listed.stdout.includes(`files/huge.bin: warning: it is ${HUGE} bytes long`), listed.stdout + listed.stderr);
  const page = within('render', '--git', repo.bare, '--ref', lead('data/huge.md', bomb), '/huge/');
  check('and so is a huge page', page.status === 1 && page.stderr.includes(`data/huge.md:1:1: error: it is ${HUGE} bytes long`), page.stdout + page.stderr);
  check('without its content', performance.now() - began < 2000 * patience(), performance.now() - began);
  const folder = put(`tree ${HUGE}\0`, zeros);
  const text = Buffer.from(`tree ${folder}\nauthor A <a@b> 1800000000 +0000\ncommitter A <a@b> 1800000000 +0000\n\nx\n`);
  const wide = within('routes', '--git', repo.bare, '--ref', put(`commit ${text.length}\0`, text));
  check('a huge folder too', wide.status !== 0 && wide.stderr.includes(`${folder} of the repository`) && wide.stderr.includes(`is ${HUGE} bytes long`), wide.stderr);
  const small = git(repo.bare, 'rev-parse', `${repo.head}:data/a.md`);
  for (const [what, head, content, says] of [
    ['more', 'blob 10\0', zeros, 'holds more than its head says'],
    ['a byte more', 'blob 100\0', Buffer.alloc(101), 'holds more than its head says'],
    ['less', 'blob 100\0', Buffer.alloc(99), 'holds less than its head says'],
    ['far less', `blob ${HUGE}\0`, Buffer.alloc(10), 'holds less than its head says'],
  ]) {
    put(head, content, small);
    const lying = within('render', '--git', repo.bare, '--ref', repo.head, '/a/');
    check(`an object that holds ${what} than it says`, lying.status !== 0 && lying.stderr.includes(says) && lying.stderr.includes(small), lying.stderr);
  }
}

// ---- no git configuration of the machine or the user is read, nothing is run ----

{
  const repo = repository(FILES, 'name: Guide\n');
  const home = site({ '.gitconfig': '[broken\n', 'config/git/config': '[broken\n' });
  git(repo.bare, 'config', 'core.fsmonitor', '/bin/false');
  git(repo.bare, 'config', 'filter.x.smudge', 'false');
  git(repo.bare, 'config', 'core.hooksPath', '/nowhere');
  const result = spawnSync(BINARY, ['render', '--git', repo.bare, '--ref', 'main', '/a/'], { cwd: home, encoding: 'utf8', env: { ...process.env, HOME: home, XDG_CONFIG_HOME: `${home}/config`, GIT_DIR: '/nowhere', GIT_CONFIG_GLOBAL: `${home}/.gitconfig` } });
  check("nobody's configuration is read", result.status === 0 && result.stdout.includes('Two.'), result.stderr);
}

finish('git');
