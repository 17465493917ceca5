// SPDX-License-Identifier: MIT
//
// Previews: a branch's whole site by a cookie or a host name, only for those allowed, never stored,
// never indexed, dropped when idle, and bounded.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { BINARY, check, finish, patience, site, sleep, start, until } from './harness.mjs';
import { commit, fastImport, git, push, repository } from './repository.mjs';

const page = (title, text = '', more = '') => `---\nlayout: page.njk\ntitle: ${title}\ndate: 2026-01-01\n${more}---\n# ${title}\n\n${text}\n`;
const FILES = {
  'templates/page.njk': '<!DOCTYPE html><html lang="en"><head><title>{{ title }}</title></head><body class="a > b" data-x=\'1\'>{{ content | safe }}</body></html>',
  'data/index.md': page('Home', 'One.'),
  'data/a.md': page('A', 'Of main.'),
  'data/404.njk': '---\npermalink: /404.html\nlayout: page.njk\ntitle: Not found\n---\nNothing here.',
  'data/board.md': page('Board', 'For the board.', 'audience: [board]\n'),
  'data/later.md': page('Later', 'Embargoed.', 'publishAt: 2099-01-01\n'),
  'files/x.css': 'a{color:red}',
};
const SETTINGS = 'name: Guide\npassthrough:\n  /files: files\n';

const get = (server, url, { cookie, host, user, groups, method = 'GET', body, headers = {} } = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request(server.url + url, { method, headers: { ...(cookie && { cookie: `other=1; guidance-preview=${cookie}; more=2` }), ...(host && { host }), ...(user && { 'x-user': user }), ...(groups && { 'x-groups': groups }), ...(body && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });

const repo = repository(FILES, SETTINGS);
const { clone } = repo;
git(clone, 'checkout', '-q', '-b', 'feature/One');
commit(repo, { 'data/a.md': page('A', 'Of the <b>branch</b>.'), 'data/new.md': page('New', 'Only there.'), 'files/x.css': 'a{color:blue}', 'guidance.yaml': `${SETTINGS}search:\n  enabled: true\n` }, 'Feature <one>');
push(repo, 'feature/One');
git(clone, 'tag', '-a', 'v1', '-m', 'x');
push(repo, 'v1');
const feature = git(clone, 'rev-parse', 'HEAD');
git(clone, 'checkout', '-q', '-b', 'broken');
commit(repo, { 'guidance.yaml': 'nmae: x\n' });
push(repo, 'broken');
git(clone, 'checkout', '-q', '-b', 'bad-page', feature);
commit(repo, { 'data/a.md': page('A', '{{ nothing() }}') });
push(repo, 'bad-page');
git(clone, 'checkout', '-q', '-b', 'hidden', feature);
const taken = commit(repo, { 'data/a.md': page('A', 'A secret.') });
push(repo, 'hidden');
git(repo.bare, 'update-ref', '-d', 'refs/heads/hidden');
git(clone, 'checkout', '-q', 'main');

const ARGS = ['--git', repo.bare, '--ref', 'main', '--log-access=false', '--trusted-proxies', '127.0.0.1', '--access-user-header', 'X-User', '--access-groups-header', 'X-Groups'];

// ---- a page that appears while the preview is there ----

{
  git(clone, 'checkout', '-q', '-b', 'dated', feature);
  commit(repo, { 'data/soon.md': page('Soon', 'At last.', `publishAt: ${new Date(Date.now() + 6000 * patience()).toISOString()}\n`) });
  push(repo, 'dated');
  git(clone, 'checkout', '-q', 'main');
  const server = await start(site({}), ['--git', repo.bare, '--ref', 'main', '--log-access=false', '--git-preview-networks', '127.0.0.0/8']);
  const seen = async () => (await get(server, '/soon/', { cookie: 'dated' })).status;
  check('before its moment a page is not in a preview', (await seen()) === 404);
  check('from then on it is', await until(async () => (await seen()) === 200, 20000 * patience()));
  await server.stop();
}

// ---- off, and who may see them ----

{
  const server = await start(site({}), ARGS);
  const main = await get(server, '/a/');
  check('off: the cookie does nothing', (await get(server, '/a/', { cookie: 'feature/One' })).body === main.body && !main.headers.vary?.includes('Cookie'));
  check('off: there is no such page', (await get(server, '/-/preview/feature/One')).status === 404);
  await server.stop();
  for (const [name, args, reader, may] of [
    ['another network', ['--git-preview-networks', '10.0.0.0/8'], {}, false],
    ['that network, behind the proxy', ['--git-preview-networks', '10.0.0.0/8'], { headers: { 'x-forwarded-for': '10.1.2.3' } }, true],
    ['this network', ['--git-preview-networks', '127.0.0.0/8'], {}, true],
    ['nobody in particular', ['--git-preview-audience', 'reviewers'], {}, false],
    ['another group', ['--git-preview-audience', 'reviewers'], { groups: 'readers' }, false],
    ['the group', ['--git-preview-audience', 'reviewers'], { user: 'x', groups: 'a,reviewers' }, true],
    ['the group from elsewhere', ['--git-preview-audience', 'reviewers', '--git-preview-networks', '10.0.0.0/8'], { groups: 'reviewers' }, false],
  ]) {
    const one = await start(site({}), [...ARGS, ...args]);
    const opened = await get(one, '/-/preview/feature/One', reader), seen = await get(one, '/a/', { cookie: 'feature/One', ...reader });
    check(`${name}: ${may ? 'may' : 'may not'}`, (opened.status === 303) === may && seen.body.includes(may ? '<b>branch</b>' : 'Of main.') && (may || opened.status === 404), `${opened.status} ${seen.body.slice(0, 200)}`);
    await one.stop();
  }
}

// ---- what a preview is ----

const server = await start(site({}), [...ARGS, '--git-preview-networks', '127.0.0.0/8', '--git-preview-host', '{ref}.preview.guide.example', '--git-preview-idle', '3s', '--git-preview-count', '3']);
const cookie = 'feature%2FOne';
{
  const opened = await get(server, '/-/preview/feature/One?to=/a/');
  check('opening sets a cookie and leads on', opened.status === 303 && opened.headers.location === '/a/' && /^guidance-preview=feature%2FOne; Path=\/; HttpOnly; SameSite=Lax$/.test(opened.headers['set-cookie']?.[0]), JSON.stringify(opened.headers));
  for (const to of ['//evil.example', 'https://evil.example', '/%5Cevil.example', '/a%0d%0ax:y'])
    check(`and leads to no ${to}`, (await get(server, `/-/preview/feature/One?to=${to}`)).headers.location === '/', (await get(server, `/-/preview/feature/One?to=${to}`)).headers.location);
  const seen = await get(server, '/a/', { cookie });
  check('the page is the branch\'s', seen.status === 200 && seen.body.includes('Of the <b>branch</b>.'), seen.body);
  check('with a banner behind the body\'s start', /data-x='1'>\n<div class="guidanced-preview" role="region" aria-label="Preview">/.test(seen.body), seen.body);
  check('that says branch, commit and date, and leads on', seen.body.includes('<strong>feature/One</strong>') && seen.body.includes(feature.slice(0, 10)) && seen.body.includes('>1 January 2026</time>') && seen.body.includes('href="/-/changes/feature/One"') && seen.body.includes('href="/-/leave-preview?to=%2Fa%2F"'), seen.body);
  check('stored by nobody, found by nobody', seen.headers['cache-control'] === 'private, no-store' && /Cookie/.test(seen.headers.vary) && seen.headers['x-robots-tag'] === 'noindex, nofollow' && !seen.headers.etag && !seen.headers['last-modified'], JSON.stringify(seen.headers));
  check('the field says its commit', seen.headers['guidance-revision'] === feature);
  const main = await get(server, '/a/');
  check('others see the site', main.body.includes('Of main.') && !main.body.includes('guidanced-preview') && main.headers.etag && main.headers.vary.includes('Cookie') && main.headers['guidance-revision'] === repo.head);
  check('conditions of the site do not hold in it', (await get(server, '/a/', { cookie, headers: { 'if-none-match': main.headers.etag } })).status === 200);
  const css = await get(server, '/files/x.css', { cookie });
  check('files too', css.body === 'a{color:blue}' && css.headers['cache-control'] === 'private, no-store' && !css.headers.etag, JSON.stringify(css.headers));
  check('a new page', (await get(server, '/new/', { cookie })).body.includes('Only there.') && (await get(server, '/new/')).status === 404);
  const missing = await get(server, '/nothing/', { cookie });
  check('what is not there, with the banner', missing.status === 404 && missing.body.includes('guidanced-preview') && missing.body.includes('Nothing here.'), missing.body);
  check('for certain readers only', (await get(server, '/board/', { cookie })).status === 404 && (await get(server, '/board/', { cookie, groups: 'board' })).body.includes('For the board.'));
  check('embargoes hold', (await get(server, '/later/', { cookie })).status === 404);
  check('guidance.yaml is not sent', (await get(server, '/guidance.yaml', { cookie })).status === 404);
  check('no search', (await get(server, '/search?q=branch', { cookie })).status === 404 && (await get(server, '/search.json?q=branch', { cookie })).status === 404);
  const found = JSON.parse((await get(server, '/search.json?q=branch')).body);
  check('and nothing of it in that of the site', found.total === 0, JSON.stringify(found));
  check('no feedback', (await get(server, '/feedback', { cookie, method: 'POST', body: 'page=%2Fa%2F&useful=yes' })).status >= 404);
  check('its site map is its own', (await get(server, '/sitemap.xml', { cookie })).body.includes('/new/') && !(await get(server, '/sitemap.xml')).body.includes('/new/'));
  check('HEAD', (await get(server, '/a/', { cookie, method: 'HEAD' })).status === 200);
  for (const name of ['v1', feature, feature.slice(0, 9)]) check(`by ${name}`, (await get(server, '/a/', { cookie: name })).body.includes('Of the <b>branch</b>.'));
  check('operations are the site\'s', JSON.parse((await get(server, '/readyz', { cookie })).body).revision === repo.head);
  const left = await get(server, '/-/leave-preview?to=/a/', { cookie });
  check('leaving takes the cookie', left.status === 303 && left.headers.location === '/a/' && /^guidance-preview=; Path=\/.*Max-Age=0$/.test(left.headers['set-cookie']?.[0]), JSON.stringify(left.headers));
  const list = await get(server, '/-/preview/');
  check('the list', list.status === 200 && ['feature/One', 'broken', 'v1', 'main', 'Feature &lt;one&gt;'].every((name) => list.body.includes(name)) && !list.body.includes('hidden'), list.body);
  const style = await get(server, '/-/preview.css');
  check('its style sheet', style.status === 200 && style.headers['content-type'].startsWith('text/css'));
}

// ---- by host name ----

{
  const seen = await get(server, '/a/', { host: 'feature-one.preview.guide.example:8080' });
  check('by host name', seen.body.includes('Of the <b>branch</b>.') && seen.body.includes('>Leave preview</a>'), seen.body);
  check('in capitals', (await get(server, '/a/', { host: 'Feature-One.Preview.Guide.Example' })).body.includes('Of the <b>branch</b>.'));
  check('a host of none', (await get(server, '/a/', { host: 'nothing.preview.guide.example' })).status === 404);
  check('another host', (await get(server, '/a/', { host: 'preview.guide.example' })).body.includes('Of main.'));
}

// ---- what does not exist ----

{
  const gone = await get(server, '/a/', { cookie: 'no-such' });
  check('no such ref', gone.status === 404 && gone.body.includes('There is no such preview') && gone.body.includes('/-/leave-preview'), gone.body);
  check('a commit that no ref leads to', (await get(server, '/a/', { cookie: taken })).status === 404);
  for (const name of ['main~1', 'HEAD@{1}', ':/x', '../x', '%00', 'refs/heads/../../config', '<script>'])
    check(`no ${name}`, (await get(server, '/a/', { cookie: encodeURIComponent(name) })).status === 404 && !(await get(server, '/a/', { cookie: encodeURIComponent(name) })).body.includes('<script>'));
  const broken = await get(server, '/a/', { cookie: 'broken' });
  check('a branch that does not load says why', broken.status === 500 && broken.body.includes('unknown setting: nmae') && broken.headers['cache-control'] === 'private, no-store', broken.body);
  const bad = await get(server, '/a/', { cookie: 'bad-page' });
  check('a broken page says what is wrong', bad.status === 500 && bad.body.includes('data/a.md') && !bad.body.includes('Of main.'), bad.body);
  check('its others are there', (await get(server, '/', { cookie: 'bad-page' })).status === 200);
}

// ---- what moves, what is dropped ----

{
  git(clone, 'checkout', '-q', 'feature/One');
  commit(repo, { 'data/a.md': page('A', 'Newer.') });
  push(repo, 'feature/One');
  check('a push is previewed', await until(async () => (await get(server, '/a/', { cookie })).body.includes('Newer.')));
  git(clone, 'checkout', '-q', 'main');
  const metric = async (name) => Number(new RegExp(`^guidanced_${name} (\\S+)$`, 'm').exec((await get(server, '/metrics')).body)?.[1]);
  check('no more than git.preview_count', (await metric('previews')) <= 3, await metric('previews'));
  check('they are dropped when idle', await until(async () => (await metric('previews')) === 0, 8000), await metric('previews'));
  // Many requests at once for a preview not loaded yet: loaded once.
  const before = await metric('previews_loaded_total');
  const all = await Promise.all(Array.from({ length: 30 }, () => get(server, '/a/', { cookie })));
  check('many who wait are all answered', all.every((r) => r.status === 200 && r.body.includes('Newer.')), all.map((r) => r.status).join(' '));
  check('by one load', (await metric('previews_loaded_total')) === before + 1, `${before} ${await metric('previews_loaded_total')}`);
  await sleep(100);
  const { code } = await server.stop();
  check('it stops well', code === 0, server.log.slice(-500));
}

// ---- by an id, in a long history: a walk over it holds up nobody else ----

{
  const LONG = 60000;
  const stream = ['reset refs/heads/long\nfrom refs/heads/main^0\n'];
  for (let i = 0; i < LONG; i++) stream.push(`commit refs/heads/long\ncommitter A <a@b> ${1800000000 + i} +0000\ndata 1\nx\n${i ? '' : 'from refs/heads/main^0\n'}`);
  fastImport(repo.bare, stream.join(''));
  const ids = Array.from({ length: 6 }, (_, i) => git(repo.bare, 'rev-parse', `long~${LONG - 10 - i}`));
  const server = await start(site({}), [...ARGS, '--git-preview-networks', '127.0.0.0/8', '--threads', '1']);
  await get(server, '/a/');
  const began = Date.now();
  const opened = Promise.all(ids.map((id) => get(server, `/-/preview/${id}`).then((answer) => ({ ...answer, ms: Date.now() - began }))));
  let slowest = 0, asked = 0, over = false;
  opened.then(() => { over = true; });
  while (!over) {
    const at = Date.now();
    if ((await get(server, '/a/')).status !== 200) check('a page meanwhile', false);
    slowest = Math.max(slowest, Date.now() - at);
    asked++;
    await sleep(5);
  }
  const answers = await opened;
  const longest = Math.max(...answers.map((a) => a.ms));
  console.log(`    six previews by id in ${longest} ms; ${asked} pages meanwhile, the slowest in ${slowest} ms`);
  check('previews by id of a long history', answers.every((a) => a.status === 303), JSON.stringify(answers[0]));
  check('readers do not wait for the walks', longest < 300 || slowest < longest / 3, `${slowest} of ${longest}`);
  const known = Date.now();
  check('and each is made once', (await get(server, `/-/preview/${ids[0]}`)).status === 303 && Date.now() - known < 200 * patience(), Date.now() - known);
  check('a post to one not yet known is refused', (await get(server, '/a/', { cookie: git(repo.bare, 'rev-parse', `long~${LONG - 50}`), method: 'POST', body: 'x=1' })).status === 503);
  await server.stop();
}

// ---- the branches cannot be read: that is no missing branch ----

{
  const server = await start(site({}), [...ARGS, '--git-preview-networks', '127.0.0.0/8']);
  const packed = `${repo.bare}/packed-refs`, kept = fs.existsSync(packed) ? fs.readFileSync(packed) : null;
  check('a branch before', (await get(server, '/-/preview/feature/One')).status === 303);
  fs.writeFileSync(packed, 'no refs\n');
  const refused = await until(async () => { const answer = await get(server, '/-/preview/feature/One'); return answer.status !== 303 && answer; });
  check('is an error, and says why', refused.status === 500 && refused.body.includes('cannot list the refs of'), `${refused.status} ${refused.body}`);
  const list = await get(server, '/-/preview');
  check('so is the list', list.status === 500 && list.body.includes('The branches and tags cannot be read'), `${list.status} ${list.body}`);
  check('pages are served, previews are not', (await get(server, '/a/')).status === 200 && (await get(server, '/a/', { cookie: 'feature/One' })).status === 500);
  check('the log has it', server.log.includes('warning cannot list the refs of'), server.log.slice(-500));
  kept ? fs.writeFileSync(packed, kept) : fs.rmSync(packed);
  check('and it is over when they can', await until(async () => (await get(server, '/-/preview/feature/One')).status === 303));
  // One branch that cannot be read, beside a tag of its name: the tag is not taken for it, nor are the others lost.
  const heads = `${repo.bare}/refs/heads`;
  for (const [what, name, text] of [['torn', 'torn', '0123'], ['empty', 'empty', ''], ['in a folder', 'old/torn', 'ref: '], ['torn, but packed before', 'packed', '01']]) {
    git(repo.bare, 'tag', name, 'main');
    if (name === 'packed') {
      git(repo.bare, 'branch', name, 'main');
      git(repo.bare, 'pack-refs', '--all');
    }
    fs.mkdirSync(path.dirname(`${heads}/${name}`), { recursive: true });
    fs.writeFileSync(`${heads}/${name}`, text);
    await sleep(1100);
    for (const [url, options] of [[`/-/preview/${name}`], ['/a/', { cookie: name }], [`/-/changes/${name}`]]) {
      const answer = await get(server, url, options);
      check(`a branch that is ${what}: ${url} is an error, and says why`, answer.status === 500 && new RegExp(`cannot read ${name} of .*: .*corrupted`).test(answer.body), `${answer.status} ${answer.body}`);
    }
    const rest = await get(server, '/-/preview');
    check(`a branch that is ${what} is listed so`, rest.status === 200 && rest.body.includes(`>${name}</a></th><td>cannot be read<`), rest.body);
    check(`a branch that is ${what} hides no other`, (await get(server, '/-/preview/feature/One')).status === 303 && (await get(server, '/a/', { cookie: 'no-such' })).status === 404);
    const unreached = await get(server, '/a/', { cookie: taken });
    check(`a branch that is ${what} may lead to any commit`, unreached.status === 500 && unreached.body.includes(`cannot read what ${name} of`), `${unreached.status} ${unreached.body}`);
    const routes = spawnSync(BINARY, ['routes', '--git', repo.bare, '--ref', name], { encoding: 'utf8', timeout: 20000, cwd: site({}) });
    check(`nor does a command take the tag of a branch that is ${what}`, routes.status !== 0 && routes.stderr.includes(`cannot read ${name} of`), `${routes.status} ${routes.stderr}`);
    fs.rmSync(`${heads}/${name}`);
    git(repo.bare, 'tag', '-d', name);
  }
  // What lies beside branches and is none: it is neither listed nor waited for.
  fs.symlinkSync('.', `${heads}/circle`);
  fs.symlinkSync('nowhere', `${heads}/dangling`);
  fs.writeFileSync(`${heads}/main.lock`, '');
  spawnSync('mkfifo', [`${heads}/pipe`]);
  await sleep(1100);
  const beside = await get(server, '/-/preview');
  check('what is no branch is not listed', beside.status === 200 && !/circle|dangling|lock|pipe|cannot be read/.test(beside.body), beside.body);
  for (const name of ['circle', 'dangling', 'main.lock', 'pipe']) fs.rmSync(`${heads}/${name}`);
  await server.stop();
}

finish('git-previews');
