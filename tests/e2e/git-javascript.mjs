// SPDX-License-Identifier: MIT
//
// A site with JavaScript of its own, served from commits: byte for byte what the same tree on disk
// gives, through moving refs, broken commits and previews.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { BINARY, check, finish, patience, site, sleep, start, until } from './harness.mjs';
import { commit, git, push, repository } from './repository.mjs';

const config = (version, more = '') => `
const fs = require('fs');
const path = require('path');
const { shout } = require('./lib/linked/shout.js');
const tool = require('tool');
module.exports = (config) => {
  config.addFilter('mark', (text) => shout(text) + ' ${version} ' + tool.name);
  config.addFilter('lines', (name) => fs.readFileSync(path.join(__dirname, name), 'utf8').trim());
  config.addFilter('here', () => __dirname);
  config.addFilter('within', (directory, name) => fs.readFileSync(path.join(directory, name), 'utf8').trim());
  config.addFilter('big', () => fs.readFileSync('files/big.txt', 'utf8').trim());
  config.addFilter('runs', () => (fs.statSync('bin/run').mode & 0o111 ? 'runs' : 'is read'));
  config.addFilter('outside', () => fs.existsSync('lib/outside'));
  config.addFilter('again', (query = '') => 'asked ' + query + ' ${version}');
  config.addTransform('sign', (content) => content.replace('</body>', '<i>${version}</i></body>'));
  ${more}
  return { dir: { input: 'src', includes: '_includes', data: '_data' }, markdownTemplateEngine: 'njk' };
};
`;
const PAGES = 24;
const page = (title, text) => `---\nlayout: page.njk\ntitle: ${title}\n---\n# {{ title | mark }}\n\n${text}\n`;
const pages = (version) => Object.fromEntries(Array.from({ length: PAGES }, (_, i) => [`src/p${i}.md`, page(`Page ${i}`, `Text ${version}. {{ "word ${i}" | mark }}`)]));
const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';
const SETTINGS = 'name: Scripts\neleventy_config: eleventy.config.js\nscript:\n  timeout: 20s\n';
const files = {
  '.gitignore': 'node_modules\n.guidanced\n',
  'eleventy.config.js': config('v1'),
  'lib/real/shout.js': 'exports.shout = (text) => String(text).toUpperCase();\n',
  'words.txt': 'first words\n',
  'bin/run': '#!/bin/sh\n',
  'files/big.txt': POINTER,
  'src/_includes/page.njk': '<!doctype html><html lang="en"><head><title>{{ title | mark }}</title></head><body>{{ content | safe }}<p>{{ things.count }}</p></body></html>\n',
  'src/_data/things.js': "module.exports = () => ({ count: require('../../lib/real/shout.js').shout('three') });\n",
  'src/index.md': page('Home', 'Text v1. {{ "words.txt" | lines }}; {{ "" | here | within("words.txt") }}; {{ "" | big }}; {{ "" | runs }}; {{ "" | outside }}'),
  'src/again.njk': '---\nlayout: page.njk\ntitle: Again\n---\nText v1. {{ (request.query or "") | again }}\n',
  ...pages('v1'),
};

const overlay = site({ 'node_modules/tool/package.json': '{"name":"tool","version":"1.0.0","main":"index.js"}', 'node_modules/tool/index.js': "exports.name = 'tool';\n", 'files/big.txt': 'the real file\n' });
const repo = repository(files, SETTINGS, (clone) => {
  fs.chmodSync(path.join(clone, 'bin/run'), 0o755);
  fs.symlinkSync('real', path.join(clone, 'lib/linked'));
  fs.symlinkSync('/etc/passwd', path.join(clone, 'lib/outside'));
});
const { bare, clone, head: first } = repo;
const second = commit(repo, { 'eleventy.config.js': config('v2'), 'lib/real/shout.js': "exports.shout = (text) => '*' + text + '*';\n", 'words.txt': 'second words\n', ...pages('v2'), 'src/index.md': files['src/index.md'].replace('Text v1', 'Text v2'), 'src/again.njk': files['src/again.njk'].replace('Text v1', 'Text v2') });
push(repo, 'main');

const machine = site({}, 'name: Machine\n');
const trees = path.join(machine, '.guidanced/script.trees');
const FROM = ['--site', machine, '--git', bare, '--git-overlay', overlay];
const run = (...args) => {
  const { status, stdout, stderr } = spawnSync(BINARY, args, { encoding: 'utf8', timeout: 120000, maxBuffer: 1 << 26 });
  return { status, stdout, stderr };
};

// What is on disk of the commit: its files, with the packages and the file of the overlay.
function checkout(id) {
  const dir = site({});
  fs.rmSync(path.join(dir, 'templates'), { recursive: true });
  fs.rmSync(path.join(dir, 'guidance.yaml'));
  git(clone, 'worktree', 'add', '-f', '--detach', dir, id);
  fs.rmSync(path.join(dir, '.git'));
  fs.rmSync(path.join(dir, 'lib/outside'));
  fs.symlinkSync(path.join(overlay, 'node_modules'), path.join(dir, 'node_modules'));
  fs.copyFileSync(path.join(overlay, 'files/big.txt'), path.join(dir, 'files/big.txt'));
  return dir;
}
function list(dir, below = '') {
  return fs.readdirSync(path.join(dir, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const name = path.join(below, entry.name);
    return entry.isDirectory() ? list(dir, name) : [[name, fs.readFileSync(path.join(dir, name), 'utf8')]];
  });
}

// ---- commands ----

for (const [version, id] of [['v1', first], ['v2', second]]) {
  const dir = checkout(id), at = [...FROM, '--ref', id];
  for (const url of ['/', '/p1/']) {
    const ours = run('render', ...at, url), disk = run('render', '--site', dir, url);
    check(`${version}: render ${url}`, ours.status === 0 && ours.stdout.includes(`Text ${version}`) && ours.stdout.includes(`${version} tool`) && ours.stdout === disk.stdout, ours.stderr + disk.stderr + ours.stdout + disk.stdout);
  }
  const home = run('render', ...at, '/').stdout;
  const words = version === 'v1' ? 'first words' : 'second words';
  check(`${version}: files that JavaScript reads`, home.includes(`${words}; ${words}; the real file; runs; false`), home);
  const routes = run('routes', ...at);
  check(`${version}: routes`, routes.status === 0 && routes.stdout.includes('/p3/') && routes.stdout === run('routes', '--site', dir).stdout, routes.stderr);
  const checked = run('check', ...at), disk = run('check', '--site', dir);
  const findings = (out) => out.split('\n');
  check(`${version}: check`, checked.status === disk.status && findings(checked.stdout).join('\n') === findings(disk.stdout).join('\n'), checked.stdout + checked.stderr + disk.stdout + disk.stderr);
  const out = site({}), other = site({});
  const built = run('build', ...at, '--out', path.join(out, 'o')), plain = run('build', '--site', dir, '--out', path.join(other, 'o'));
  const made = (dir) => list(path.join(dir, 'o')).filter(([name]) => name.endsWith('.html')); // others have dates of files
  check(`${version}: build`, built.status === 0 && plain.status === 0 && made(out).length > PAGES && JSON.stringify(made(out)) === JSON.stringify(made(other)), built.stderr + plain.stderr);
}
check('commands leave no files behind', fs.readdirSync(trees).every((name) => fs.readdirSync(path.join(trees, name)).length === 0), fs.readdirSync(trees));
{
  const small = run('render', ...FROM, '--git-checkout', '64K', '/');
  check('a commit that is too large', small.status !== 0 && small.stderr.includes('more than 65536 bytes') && small.stderr.includes('git.checkout'), small.stderr);
  const bad = commit(repo, { 'eleventy.config.js': 'module.exports = (' });
  git(clone, 'push', '-q', 'origin', `${bad}:refs/heads/bad`);
  const refused = run('render', ...FROM, '--ref', 'bad', '/');
  check('an error has its place in the commit', refused.status !== 0 && /(^|\s)eleventy\.config\.js:1/m.test(refused.stderr) && !refused.stderr.includes(trees), refused.stderr);
  git(clone, 'reset', '-q', '--hard', second);
}

// ---- serving ----

const get = (server, url, { cookie } = {}) =>
  new Promise((resolve) => {
    const request = http.get(server.url + url, { headers: cookie ? { cookie: `guidance-preview=${cookie}` } : {} }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      response.on('error', (error) => resolve({ status: 0, headers: {}, body: String(error) }));
    });
    request.on('error', (error) => resolve({ status: 0, headers: {}, body: String(error) }));
  });
const moveTo = (id, ref = 'main') => git(bare, 'update-ref', `refs/heads/${ref}`, id);
const serves = (server, id) => until(async () => (await get(server, '/')).headers['guidance-revision'] === id, 60000 * patience());
const STRICT = ['--log-access=false', '--git-preview-networks', '127.0.0.0/8'];

{
  moveTo(first);
  const server = await start(machine, [...FROM.slice(2), '--ref', 'main', ...STRICT]);
  const disk = await start(checkout(first), ['--log-access=false']);
  for (const url of ['/', '/p1/', '/again/', '/again/?x']) {
    const ours = await get(server, url), other = await get(disk, url);
    check(`served as from disk: ${url}`, ours.status === 200 && ours.body === other.body, ours.body + other.body);
  }
  await disk.stop();

  // Under requests, some of which ask new questions.
  let going = true, count = 0;
  const wrong = [], seen = new Set();
  const client = async (seed) => {
    for (let i = seed; going; i++) {
      const url = i % 5 === 0 ? `/again/?${i}` : i % 5 === 1 ? '/' : `/p${i % PAGES}/`;
      const { status, body } = await get(server, url);
      const versions = new Set([...body.matchAll(/\bv\d+\b/g)].map(([v]) => v));
      count++;
      for (const v of versions) seen.add(v);
      if (status !== 200 || versions.size !== 1) wrong.push(`${url} ${status} ${[...versions]} ${body.slice(0, 300)}`);
    }
  };
  const clients = [0, 1000, 2000, 3000].map(client);
  for (let round = 0; round < 6; round++) {
    const id = round % 2 ? first : second;
    moveTo(id);
    check(`the ref moves, ${round}`, await serves(server, id), server.log.slice(-800));
    await sleep(200);
  }
  going = false;
  await Promise.all(clients);
  check('no failed and no torn answer', wrong.length === 0 && count > 50 && seen.has('v1') && seen.has('v2'), `${wrong.length} of ${count}: ${wrong[0]}`);

  const directories = () => fs.readdirSync(trees).flatMap((name) => fs.readdirSync(path.join(trees, name)));
  await until(async () => directories().length <= 2);
  check('files of earlier commits are gone', directories().length <= 2, directories());
  const mode = fs.statSync(path.join(trees, '0')).mode & 0o777;
  check('others cannot read them', mode === 0o700, mode.toString(8));
  const other = run('render', ...FROM, '--ref', second, '/p2/');
  check('another process at the same time', other.status === 0 && other.stdout.includes('Text v2'), other.stderr);
  check('does not disturb this one', (await get(server, '/again/?after')).body.includes('asked after v1'));

  moveTo(git(bare, 'rev-parse', 'bad'));
  await until(async () => (await get(server, '/readyz')).body.includes('eleventy.config.js:1'));
  const ready = await get(server, '/readyz');
  check('a broken configuration is reported', ready.body.includes('"warn"') && ready.body.includes('eleventy.config.js:1'), ready.body);
  const kept = await get(server, '/p3/'), asked = await get(server, '/again/?kept');
  check('and the last good generation is served', kept.status === 200 && kept.body.includes('Text v1') && kept.headers['guidance-revision'] === first, kept.body);
  check('and answers new questions', asked.status === 200 && asked.body.includes('asked kept v1'), asked.body);

  git(clone, 'checkout', '-q', '--orphan', 'rewritten');
  const third = commit(repo, { 'eleventy.config.js': config('v3'), ...pages('v3') });
  push(repo, '--force', 'rewritten:main');
  await serves(server, third);
  check('a force-push', (await get(server, '/p4/')).body.includes('v3 tool'), server.log.slice(-500));
  git(bare, 'update-ref', '-d', 'refs/heads/main');
  await until(async () => (await get(server, '/readyz')).body.includes('has no branch'));
  const gone = await get(server, '/again/?gone');
  check('a deleted ref', gone.status === 200 && gone.body.includes('asked gone v3') && (await get(server, '/readyz')).body.includes('has no branch'), gone.body);
  moveTo(second);
  await serves(server, second);
  check('and a new one', (await get(server, '/p5/')).body.includes('v2 tool'));

  // ---- previews that may not run it ----
  git(clone, 'checkout', '-q', '-B', 'topic', second);
  commit(repo, { 'eleventy.config.js': config('v7'), ...pages('v7') });
  push(repo, 'topic');
  await until(async () => (await get(server, '/-/preview/topic')).status === 303);
  const refused = await get(server, '/p1/', { cookie: 'topic' });
  check('a preview says that JavaScript is not run', refused.status >= 400 && refused.body.includes('git.preview_scripts') && !refused.body.includes('Text v2'), `${refused.status} ${refused.body}`);
  check('the site itself is as before', (await get(server, '/p1/')).body.includes('Text v2'));
  await server.stop();
  check('the end removes the files', directories().length === 0, directories());
}

// ---- previews that may ----

{
  git(clone, 'checkout', '-q', '-B', 'writer', second);
  commit(repo, { 'eleventy.config.js': config('v8', "fs.mkdirSync('src/_includes', { recursive: true }); fs.writeFileSync('src/_includes/page.njk', '<p>taken over</p>'); config.addFilter('loop', () => { for (;;); });"), ...pages('v8') });
  push(repo, 'writer');
  const server = await start(machine, [...FROM.slice(2), '--ref', 'main', ...STRICT, '--git-preview-scripts']);
  const before = await get(server, '/p1/');
  const topic = await get(server, '/p1/', { cookie: 'topic' });
  check("a preview runs its branch's JavaScript", topic.status === 200 && topic.body.includes('Text v7') && topic.body.includes('v7 tool') && topic.body.includes('<i>v7</i>'), `${topic.status} ${topic.body} ${server.log.slice(-800)}`);
  const question = await get(server, '/again/?there', { cookie: 'topic' });
  check('also for new questions', question.body.includes('asked there v7'), question.body);
  const writer = await get(server, '/p1/', { cookie: 'writer' });
  check('what it writes is its own', writer.status === 200, writer.body);
  const after = await get(server, '/p1/'), asked = await get(server, '/again/?mine');
  check('and changes nothing of the site', after.body === before.body && asked.body.includes('asked mine v2') && !asked.body.includes('taken over'), asked.body);
  const mixed = await Promise.all(Array.from({ length: 24 }, (_, i) => get(server, `/again/?m${i}`, i % 3 === 0 ? {} : { cookie: i % 3 === 1 ? 'topic' : 'writer' }).then((answer) => [i, answer])));
  check('all of them at once', mixed.every(([i, { status, body }]) => status === 200 && body.includes(`asked m${i} ${['v2', 'v7', 'v8'][i % 3]}`)), JSON.stringify(mixed.find(([i, { body }]) => !body.includes(`asked m${i} ${['v2', 'v7', 'v8'][i % 3]}`))));
  const report = await get(server, '/-/changes/topic?format=json');
  check('changes', report.status === 200 && report.body.includes('"changed":[{'), report.body.slice(0, 400));
  await server.stop();
}

// ---- without node ----

{
  const cache = path.join(machine, 'prepared.db');
  const prepared = run('prepare', ...FROM, '--ref', 'main', '--cache', cache);
  check('prepare', prepared.status === 0 && prepared.stdout.includes(' 0 broken'), prepared.stdout + prepared.stderr);
  const server = await start(machine, [...FROM.slice(2), '--ref', 'main', '--cache', cache, '--script-prepared', '--script-command', '/nowhere/node', '--log-access=false']);
  const home = await get(server, '/');
  check('served from prepared answers', home.status === 200 && home.body.includes('second words'), `${home.status} ${home.body} ${server.log}`);
  await server.stop();
}

finish('git-javascript');
