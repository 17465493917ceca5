// SPDX-License-Identifier: MIT
//
// The git history of pages: Eleventy's dates and page.history, compared with the log of the real
// git in random histories; for a commit and for a directory in a work tree; the costs; and that a
// load does not wait for a long history.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, patience, site, sleep, start, until } from './harness.mjs';
import { commit, fastImport, git, push, repository } from './repository.mjs';

const LAYOUT = '{"url":{{ page.url | dump | safe }},"date":{{ page.date | dump | safe }},"history":{{ (page.history or false) | dump | safe }}}';
const SETTINGS = 'name: Guide\ngit:\n  history: 50\n  authors: true\nlimits:\n  pages: 100000\n';
const page = (text, date = 'git Last Modified') => `---\nlayout: json.njk\ntitle: A\ndate: ${date}\npermalink: false\n---\n${text}\n`;
const run = (...args) => spawnSync(BINARY, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
const render = (args, url) => {
  const made = run('render', ...args, url);
  try {
    return JSON.parse(made.stdout);
  } catch {
    return { error: made.stdout + made.stderr };
  }
};
const iso = (seconds) => new Date(Number(seconds) * 1000).toISOString();
const log = (dir, ...args) => git(dir, 'log', '--format=%H %at %an %s', ...args).split('\n').filter(Boolean).map((line) => /^(\S+) (\S+) (Ann Author|Ben|Cy) (.*)$/.exec(line)).map(([, id, at, author, summary]) => ({ date: iso(at), summary, commit: id, author }));

// Random numbers, reproducible from a seed.
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`    seed ${seed}`);
let state = seed >>> 0;
const random = (n) => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
};
const pick = (list) => list[random(list.length)];

// ---- random histories: branches, merges, files that appear, change, vanish, return and move ----

const LINES = 12;
let serial = 0;
const unique = () => `${++serial}-${random(1e9).toString(36)}`;
const text = (lines) => lines.map((line) => `${line}\n`).join('');
const fresh = () => Array.from({ length: LINES }, () => `words of ${unique()} that no other line has`);
const names = (n) => `data/${pick(['', 'a/', 'b/', 'b/c/'])}p${n}.md`;

function change(files, { renames }) {
  const list = Object.keys(files);
  const what = random(renames ? 10 : 8);
  if (!list.length || what === 0) files[names(unique())] = fresh();
  else if (what === 1 && list.length > 3) delete files[pick(list)];
  else if (what >= 8) {
    const from = pick(list), lines = [...files[from]];
    delete files[from];
    for (let i = random(4); i > 0; i--) lines[random(LINES)] = `an edit ${unique()} of this line`;
    files[names(unique())] = lines;
  } else {
    const name = pick(list);
    files[name] = [...files[name]];
    files[name][random(LINES)] = `a change ${unique()} of this line`;
  }
}

// Commits of fast-import; a merge takes files of either parent, some of them changed by the merge.
function randomHistory(commits, { merges, renames }) {
  const branches = [{ mark: 0, files: {} }];
  let out = '', clock = 1700000000, mark = 0;
  const emit = (parents, files) => {
    clock += 60 + random(600);
    const author = clock - random(100000);
    out += `commit refs/heads/main\nmark :${++mark}\nauthor ${pick(['Ben', 'Cy', 'Ann Author'])} <x@y> ${author} +0000\ncommitter Cy <x@y> ${clock} +0000\ndata 8\nChange.\n`;
    parents.filter(Boolean).forEach((parent, i) => { out += `${i ? 'merge' : 'from'} :${parent}\n`; });
    out += 'deleteall\n';
    for (const [name, lines] of Object.entries({ ...files, 'templates/json.njk': [LAYOUT], 'guidance.yaml': [SETTINGS.trimEnd()] }))
      out += `M 100644 inline ${name}\ndata ${Buffer.byteLength(text(lines))}\n${text(lines)}\n`;
    return mark;
  };
  for (let i = 0; i < commits; i++) {
    const branch = pick(branches);
    if (merges && branches.length < 4 && branch.mark && random(6) === 0) branches.push({ mark: branch.mark, files: { ...branch.files } });
    else if (merges && branches.length > 1 && random(4) === 0) {
      const other = pick(branches.filter((b) => b !== branch));
      const files = {};
      for (const name of new Set([...Object.keys(branch.files), ...Object.keys(other.files)])) {
        const from = random(2) ? branch.files[name] ?? other.files[name] : other.files[name] ?? branch.files[name];
        files[name] = random(15) ? from : [...from.slice(1), `a merge's own ${unique()} line`];
      }
      branch.mark = emit([branch.mark, other.mark], files);
      branch.files = files;
      branches.splice(branches.indexOf(other), 1);
    } else {
      change(branch.files, { renames });
      branch.mark = emit([branch.mark], branch.files);
    }
  }
  const main = branches[0];
  out += `reset refs/heads/main\nfrom :${main.mark}\n\n`;
  return { out, files: Object.keys(main.files) };
}

const overlay = site({});
for (const [kind, count, options] of [['a line of commits', 60, { merges: false, renames: true }], ['branches and merges', 90, { merges: true, renames: false }]])
  for (let n = 0; n < 2; n++) {
    const bare = site({}).replace(/\/?$/, '/random.git');
    fs.mkdirSync(bare);
    git(bare, 'init', '-q', '--bare', '-b', 'main');
    const { out, files } = randomHistory(count, options);
    fastImport(bare, out);
    const expected = {};
    for (const file of files) {
      const commits = log(bare, ...(options.renames ? ['--follow'] : []), 'main', '--', file);
      const created = git(bare, 'log', '--diff-filter=A', '--follow', '-1', '--format=%at', 'main', '--', file);
      expected[file] = { commits: commits.slice(0, 50), modified: log(bare, '-1', 'main', '--', file)[0]?.date, created: created && iso(created) };
    }
    // One page that lists all of them.
    const all = '---\npermalink: /all.json\neleventyExcludeFromCollections: true\n---\n[{% for p in collections.all %}{"path":{{ p.inputPath | dump | safe }},"date":{{ p.date | dump | safe }},"history":{{ p.page.history | dump | safe }}}{{ "," if not loop.last }}{% endfor %}]';
    for (const date of ['git Last Modified', 'git Created']) {
      const clone = `${bare}-${date.slice(4, 6)}`;
      git(path.dirname(bare), 'clone', '-q', bare, clone);
      fs.writeFileSync(`${clone}/data/all.njk`, all);
      fs.writeFileSync(`${clone}/data/data.yaml`, `date: ${date}\n`);
      const made = run('render', '--site', clone, '/all.json');
      let told = [];
      try {
        told = JSON.parse(made.stdout);
      } catch {
        check(`${kind} ${n}: is told`, false, made.stdout.slice(0, 200) + made.stderr);
      }
      const found = Object.fromEntries(told.map((p) => [p.path.slice(2), p]));
      check(`${kind} ${n}: all files are told`, files.every((file) => found[file]), Object.keys(found).length);
      const key = date === 'git Created' ? 'created' : 'modified';
      const wrong = files.filter((file) => found[file]?.date !== expected[file][key]);
      check(`${kind} ${n}: ${date} as git has it`, wrong.length === 0, wrong.map((file) => `${file} ${found[file]?.date} ${expected[file][key]}`).slice(0, 3).join('; '));
      const differ = files.filter((file) => JSON.stringify(found[file]?.history) !== JSON.stringify(expected[file].commits));
      check(`${kind} ${n}: page.history is git's log`, differ.length === 0, differ.slice(0, 1).map((file) => `${file} ${JSON.stringify(found[file]?.history?.map((c) => c.commit.slice(0, 7)))} ${JSON.stringify(expected[file].commits.map((c) => c.commit.slice(0, 7)))}`).join('; '));
    }
  }

// ---- pages, the feed, moved pages, names ----

const get = async (server, url) => (await fetch(server.url + url)).text();
const JSON_PAGE = (date, more = '') => `---\nlayout: json.njk\ntitle: A\n${more}date: ${date}\n---\nText of the page, and some more of it.\n\nAnother line that stays as it is.\n`;
{
  const repo = repository({ 'templates/json.njk': LAYOUT, 'data/old/place.md': JSON_PAGE('git Created'), 'data/same.md': JSON_PAGE('git Last Modified', 'permalink: /fixed/\n') }, 'name: Guide\n');
  const begun = git(repo.clone, 'log', '-1', '--format=%at');
  commit(repo, { 'data/old/place.md': null, 'data/new.md': JSON_PAGE('git Created').replace('some more', 'much more'), 'data/same.md': null, 'data/other.md': JSON_PAGE('git Last Modified', 'permalink: /fixed/\n') }, 'Move the <place>');
  push(repo, 'main');
  const at = (...more) => ['--site', overlay, '--git', repo.bare, '--ref', 'main', ...more];
  const plain = render(at(), '/new/'), told = render(at('--git-history', '5'), '/new/');
  check('git Created goes through a move', plain.date === iso(begun), JSON.stringify(plain));
  check('without git.history there is no page.history', plain.history === false, JSON.stringify(plain));
  check('page.history goes through a move', told.history?.map((c) => c.summary).join() === 'Move the <place>,Begin', JSON.stringify(told));
  check('and has no names of authors', told.history?.every((c) => Object.keys(c).join() === 'date,summary,commit'), JSON.stringify(told));
  check('unless they are asked for', render(at('--git-history', '5', '--git-authors'), '/new/').history?.[0].author === 'Ann Author');
  check('one commit alone', render(at('--git-history', '1'), '/new/').history?.length === 1);
  const found = run('check', ...at('--git-history', '5')).stdout;
  check('check proposes the redirect of a page that was moved', /data\/new\.md.*it was at \/old\/place\/ until commit/s.test(found) && found.includes('add redirect_from: /old/place/'), found);
  check('and of no page whose address stayed', !/other\.md[^\n]*it was at/.test(found), found);
  commit(repo, { 'data/new.md': JSON_PAGE('git Created', 'redirect_from: /old/place/\ndescription: About\n'), 'guidance.yaml': 'name: Guide\ngit: {history: 3}\n' }, 'Say where it was');
  push(repo, 'main');
  check('nor of one that says it', !run('check', ...at()).stdout.includes('page-moved'));
  const feed = () => run('render', ...at(), '/feed.xml').stdout || fs.readFileSync(path.join(overlay, 'out/feed.xml'), 'utf8');
  run('build', ...at('--url', 'https://guide.example'), '--out', `${overlay}/out`);
  const entries = feed();
  check('the feed says what changed, and when', entries.includes('<summary>Say where it was</summary>') && entries.includes(`<updated>${iso(git(repo.clone, 'log', '-1', '--format=%at'))}</updated>`), entries);
  check('also of a page that was moved', entries.includes('<summary>Move the &lt;place&gt;</summary>'), entries);
}

// ---- a directory in a work tree, while it is served ----

{
  const repo = repository({ 'docs/guidance.yaml': 'name: Guide\ngit: {history: 9}\n', 'docs/templates/json.njk': LAYOUT, 'docs/data/a.md': JSON_PAGE('git Last Modified') });
  const dir = path.join(repo.clone, 'docs');
  fs.writeFileSync(`${dir}/data/new.md`, JSON_PAGE('git Last Modified'));
  const saved = fs.statSync(`${dir}/data/new.md`).mtime;
  const server = await start(dir);
  const first = JSON.parse(await get(server, '/a/')), unknown = JSON.parse(await get(server, '/new/'));
  check('of a directory below the work tree', first.history.length === 1 && first.date === log(repo.clone, '-1')[0].date, JSON.stringify(first));
  check('a file in no commit has the moment it was saved', unknown.history.length === 0 && Math.abs(new Date(unknown.date) - saved) < 1000, `${JSON.stringify(unknown)} ${saved}`);
  check('under the sandbox', /landlock (yes|no) .*seccomp yes/.test(server.log), server.log);
  await sleep(300);
  commit(repo, {}, 'All of it');
  check('a commit is seen, though no file of the site changes', await until(async () => JSON.parse(await get(server, '/new/')).history[0]?.summary === 'All of it'), server.log);
  fs.appendFileSync(`${dir}/data/a.md`, 'Saved.\n');
  await until(async () => server.log.includes('patched'));
  check('what is saved changes nothing of it', JSON.parse(await get(server, '/a/')).history.length === 1);
  await server.stop();
}

// ---- histories that end early, or cannot be read ----

{
  const repo = repository({ 'templates/json.njk': LAYOUT, 'data/a.md': JSON_PAGE('git Created') }, 'name: Guide\ngit: {history: 9}\n');
  commit(repo, { 'data/b.md': JSON_PAGE('git Created') }, 'Second');
  commit(repo, { 'data/a.md': JSON_PAGE('git Created') + 'More.\n' }, 'Third');
  push(repo, 'main');
  const shallow = `${repo.bare}-shallow`;
  git(path.dirname(repo.bare), 'clone', '-q', '--depth', '1', `file://${repo.bare}`, shallow);
  const made = render(['--site', shallow], '/b/'), said = run('check', '--site', shallow).stdout;
  check('a shallow clone has the dates that git has of it', made.history?.length === 1 && made.date === log(shallow, '--diff-filter=A', '-1', '--', 'data/b.md')[0].date, JSON.stringify(made));
  check('and check says so', said.includes('the repository is a shallow clone') && said.includes('git fetch --unshallow'), said);
  const file = path.join(repo.clone, '.git/objects', repo.head.slice(0, 2), repo.head.slice(2));
  fs.chmodSync(file, 0o644);
  fs.writeFileSync(file, 'nothing of git');
  const cut = render(['--site', repo.clone], '/a/'), why = run('check', '--site', repo.clone).stdout;
  check('what lies before a damaged commit is not known', cut.history?.map((c) => c.summary).join() === 'Third', JSON.stringify(cut));
  check('and check says which', why.includes(`cannot read the object ${repo.head}`), why);
  git(repo.clone, 'init', '-q', `${overlay}/empty`);
  fs.cpSync(path.join(repo.clone, 'data'), `${overlay}/empty/data`, { recursive: true });
  fs.cpSync(path.join(repo.clone, 'templates'), `${overlay}/empty/templates`, { recursive: true });
  fs.writeFileSync(`${overlay}/empty/guidance.yaml`, 'name: Guide\ngit: {history: 9}\n');
  const none = render(['--site', `${overlay}/empty`], '/a/');
  check('a repository without commits', none.history?.length === 0 && !Number.isNaN(Date.parse(none.date)), JSON.stringify(none));
}

// ---- a long history ----

{
  const PAGES = 200, COMMITS = Number(process.env.COMMITS ?? 8000);
  const dir = site({});
  const bare = `${dir}/long.git`;
  git(dir, 'init', '-q', '--bare', '-b', 'main', bare);
  const file = (name, content) => `M 100644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
  const head = (n, summary) => `commit refs/heads/main\nauthor Ben <x@y> ${1600000000 + n * 60} +0000\ncommitter Ben <x@y> ${1600000000 + n * 60} +0000\ndata ${summary.length}\n${summary}\n`;
  let out = `${head(0, 'First')}${file('guidance.yaml', 'name: Guide\ngit: {history: 9}\n')}${file('templates/json.njk', LAYOUT)}`;
  for (let i = 0; i < PAGES; i++) out += file(`data/p${i}.md`, JSON_PAGE('git Created'));
  for (let n = 1; n < COMMITS; n++) out += head(n, `Commit ${n}`) + file(`data/p${n % (PAGES - 1)}.md`, `${JSON_PAGE('git Created')}\n${n}\n`);
  fastImport(bare, out);
  const state = (server) => /loaded \d+ pages .*? in (\d+) ms/.exec(server.log)?.[1];
  const options = ['--git', bare, '--ref', 'main', '--cache', `${dir}/cache.db`];
  const last = `/p${PAGES - 1}/`, read = async (server) => JSON.parse(await get(server, last));
  const known = async (server) => (await read(server)).history[0]?.summary === 'First';
  let began = performance.now();
  let server = await start(dir, options);
  const first = Number(state(server));
  check('a load waits half a second at most for a long history', first < 800 * patience(), first);
  check('which is there soon after', await until(() => known(server), 60000), server.log);
  const whole = performance.now() - began;
  check('a page that is touched often has its last commits', JSON.parse(await get(server, '/p0/')).history.length === 9);
  const more = [...git(bare, 'log', '-1', '--format=%H').split('\n')][0];
  fastImport(bare, `${head(COMMITS, 'One more')}from ${more}\n${file(`data/p${PAGES - 1}.md`, `${JSON_PAGE('git Created')}More.\n`)}`);
  check('one commit more', await until(async () => (await read(server)).history.map((c) => c.summary).join() === 'One more,First'), server.log);
  const again = [...server.log.matchAll(/loaded \d+ pages .*? in (\d+) ms/g)].at(-1)[1];
  await server.stop();
  server = await start(dir, options);
  const warm = Number(state(server));
  check('a start knows it from the cache', (await read(server)).history.length === 2 && [...server.log.matchAll(/ loaded \d+ pages/g)].length === 1, server.log);
  await server.stop();
  console.log(`    ${COMMITS} commits, ${PAGES} pages: the first load ${first} ms, all of it known after ${whole.toFixed(0)} ms; one commit more ${again} ms, a start from the cache ${warm} ms`);
}
finish('git-history');
