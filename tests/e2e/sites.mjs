// SPDX-License-Identifier: MIT
//
// Several sites in one process, by host name: each is loaded when somebody asks for it and dropped
// when nobody does, has its own settings, cache, feedback and search, and does not notice when
// another is broken. What they share can be set in one place only.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { BINARY, check, finish, freePort, raw, ROOT, site, sleep, start, temporary, until } from './harness.mjs';

const LAYOUT = '<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>{{ site.name }}: {{ content | safe }}</body></html>\n';
const page = (title, text) => `---\ntitle: ${title}\nlayout: layouts/base.njk\n---\n${text}\n`;
const files = (word) => ({ 'templates/layouts/base.njk': LAYOUT, 'data/index.md': page('Home', `Home of ${word}.`), [`data/${word}.md`]: page(word, `A page about ${word}.`) });

// A process directory with sites, by name: settings.
function department(sites, settings = '') {
  const dir = temporary();
  const lines = Object.entries(sites).map(([name, text]) => {
    fs.renameSync(site(files(name), text), path.join(dir, name));
    return `  ${name}.example: ${name}\n`;
  });
  fs.writeFileSync(path.join(dir, 'guidance.yaml'), `sites:\n${lines.join('')}${settings}`);
  return dir;
}

const get = (server, host, target = '/', options = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: options.port ?? server.port, path: target, method: options.method ?? 'GET', headers: { Host: host, ...options.headers }, agent: false }, (response) => {
      let body = '';
      response.on('data', (d) => (body += d));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on('error', reject);
    request.end(options.body);
  });

const refused = (settings, args = []) => {
  const dir = department({ red: 'name: Red\n' }, '');
  fs.writeFileSync(path.join(dir, 'guidance.yaml'), settings);
  const { status, stderr } = spawnSync(BINARY, ['serve', '--site', dir, '--listen', '127.0.0.1:0', ...args], { encoding: 'utf8', timeout: 20000 });
  return { status, stderr: stderr.replaceAll(dir, '') };
};

// ---- settings ----

for (const [what, settings, place, says] of [
  ['a site\'s setting beside sites', 'sites:\n  red.example: red\nname: Process\n', '/guidance.yaml:3:1', '`name` belongs to a site'],
  ['a group of a site beside sites', 'sites:\n  red.example: red\nlimits:\n  pages: 5\n', '/guidance.yaml:4:3', '`limits.pages` belongs to a site'],
  ['a URL for a name', 'sites:\n  https://red.example: red\n', 'guidance.yaml:2:3', 'is not a host name'],
  ['a port', 'sites:\n  red.example:8080: red\n', 'guidance.yaml:2:3', 'is not a host name'],
  ['capitals', 'sites:\n  Red.example: red\n', 'guidance.yaml:2:3', 'lower case'],
  ['no directory', 'sites:\n  red.example: {}\n', 'guidance.yaml:2:3', 'has no directory'],
]) {
  const { status, stderr } = refused(settings);
  check(`refused with its place: ${what}`, status > 0 && stderr.includes(place) && stderr.includes(says) && stderr.includes('hint:'), stderr);
}
{
  const dir = department({ red: 'name: Red\n' });
  const { status, stderr } = spawnSync(BINARY, ['check', '--site', dir], { encoding: 'utf8' });
  check('other commands ask for one site', status === 2 && stderr.includes('name one with --site DIR'), stderr);
  check('which they take', spawnSync(BINARY, ['check', '--site', path.join(dir, 'red')]).status === 0);
  fs.rmSync(dir, { recursive: true });
}

// ---- a department ----

const adminPort = await freePort();
const dir = department(
  {
    red: 'name: Red\nurl: https://red.example\ncache_control: public, max-age=60\nheaders:\n  X-Site: red\n',
    blue: 'name: Blue\n',
    wrong: 'name: Wrong\nlisten: 127.0.0.1:1\n',
    script: 'name: Script\neleventy_config: eleventy.config.js\n',
    gone: 'name: Gone\n',
    twin: 'name: Twin\nfeedback:\n  file: ../red/.guidanced/feedback.db\n',
  },
  `  www.red.example: red\nadmin_listen: 127.0.0.1:${adminPort}\nreload_token: secret\ntrusted_proxies: [127.0.0.1]\nlog:\n  access_format: json\n`,
);
fs.rmSync(path.join(dir, 'gone'), { recursive: true });
process.env.GUIDANCED_CACHE = '/tmp/of-all-sites.db';
const server = await start(dir);
delete process.env.GUIDANCED_CACHE;
const admin = (target, options = {}) => get(server, 'localhost', target, { ...options, port: adminPort });
const metric = async (line) => +(new RegExp(`^guidanced_${line.replace(/[{}"]/g, '\\$&')} (\\S+)`, 'm').exec((await admin('/metrics')).body)?.[1] ?? NaN);

check('it says how many sites', server.out.includes('serving 6 sites at'), server.out);
check('a setting of each site from the environment is not used, and a warning says so', (await until(() => server.log.includes('GUIDANCED_CACHE is not used'))), server.log);
check('nothing is loaded at the start', (await metric('sites_loaded')) === 0 && (await metric('sites')) === 6);
{
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => get(server, i % 2 ? 'red.example' : 'blue.example')));
  check('requests that come while a site is loaded wait for it', answers.every((a, i) => a.status === 200 && a.body.includes(i % 2 ? 'Red: <p>Home of red' : 'Blue: <p>Home of blue')), answers.map((a) => a.status));
  check('each is loaded once', (await metric('site_loads_total{site="red.example",result="ok"}')) === 1 && (await metric('sites_loaded')) === 2);
}
for (const host of ['RED.example', 'red.example:8080', 'red.example.', 'www.red.example']) check(`a name for it: ${host}`, (await get(server, host)).body.includes('Home of red'));
for (const host of ['green.example', 'red.example.evil', 'localhost', '127.0.0.1', '[::1]', 'xred.example']) {
  const answer = await get(server, host);
  check(`not one of ours: ${host}`, answer.status === 421 && answer.headers['cache-control'] === 'no-store' && !answer.body.includes('Home'), `${answer.status} ${answer.body}`);
}
check('a trusted proxy names the host', (await get(server, 'inside', '/', { headers: { 'X-Forwarded-Host': 'blue.example' } })).body.includes('Home of blue'));
check('a target in absolute form decides', (await raw(server.port, 'GET http://blue.example/ HTTP/1.1\r\nHost: red.example\r\nConnection: close\r\n\r\n')).text.includes('Home of blue'));
{
  const red = await get(server, 'red.example'), blue = await get(server, 'blue.example');
  check('each has its own fields', red.headers['x-site'] === 'red' && red.headers['cache-control'] === 'public, max-age=60' && !blue.headers['x-site'] && blue.headers['cache-control'] === 'no-cache');
  check('a page of one is not there in another', (await get(server, 'red.example', '/red/')).status === 200 && (await get(server, 'blue.example', '/red/')).status === 404);
  const same = await get(server, 'blue.example', '/', { headers: { 'If-None-Match': red.headers.etag } });
  check('nor does its entity tag fit', same.status === 200, same.status);
  check('its address is its own', (await get(server, 'red.example', '/sitemap.xml')).body.includes('https://red.example/') && (await get(server, 'blue.example', '/sitemap.xml')).body.includes('http://blue.example/'));
}
{
  const find = async (host, word) => JSON.parse((await get(server, host, `/search.json?q=${word}`)).body).total ?? JSON.parse((await get(server, host, `/search.json?q=${word}`)).body).results.length;
  check('search is its own', await until(async () => (await find('red.example', 'red')) > 0) && (await find('blue.example', 'red')) === 0);
}
{
  const post = (host) => get(server, host, '/feedback', { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `page=/&useful=yes&comment=for+${host}` });
  check('feedback is taken', (await post('red.example')).status === 303 && (await post('blue.example')).status === 303);
  const exported = (name) => execFileSync(BINARY, ['feedback', 'export', '--site', path.join(dir, name)], { encoding: 'utf8' });
  check('into the file of its site', exported('red').includes('for red.example') && !exported('red').includes('blue') && exported('blue').includes('for blue.example'), exported('red'));
}

// ---- one that is broken ----

{
  const answer = await get(server, 'wrong.example');
  check('a site that cannot be loaded answers 503', answer.status === 503 && answer.headers['retry-after'] === '3' && !answer.body.includes('listen'), answer.body);
  const why = /wrong\/guidance.yaml:2:1: .listen. belongs to the process.*site=wrong.example/;
  check('the log says why, where and of which', await until(() => why.test(server.log)), server.log);
  check('the others do not notice', (await get(server, 'red.example')).status === 200);
  const ready = await admin('/readyz');
  check('the process is ready, with a warning that names it', ready.status === 200 && JSON.parse(ready.body).status === 'warn' && ready.body.includes('wrong.example'), ready.body);
  fs.writeFileSync(path.join(dir, 'wrong/guidance.yaml'), 'name: Right\n');
  check('once it is put right it is served', await until(async () => (await get(server, 'wrong.example')).status === 200, 8000));
  check('and the warning is gone', JSON.parse((await admin('/readyz')).body).status === 'pass', (await admin('/readyz')).body);
  check('its databases are where the sandbox lets it write', fs.existsSync(path.join(dir, 'wrong/.guidanced/cache.db')) && fs.existsSync(path.join(dir, 'wrong/.guidanced/feedback.db')));
}
{
  check('JavaScript needs a process of its own', (await get(server, 'script.example')).status === 503 && (await until(() => server.log.includes('guidance.yaml:2:1: one site among several cannot run JavaScript'))), server.log.slice(-600));
  check('two sites never write the same file', (await get(server, 'twin.example')).status === 503 && (await until(() => /guidance.yaml:3:3: feedback.file .*red\/.guidanced\/feedback.db is that of red.example too/.test(server.log))), server.log.slice(-600));
  check('a directory that is not there', (await get(server, 'gone.example')).status === 503 && (await until(() => server.log.includes('there is no directory'))));
}
{
  const blue = path.join(dir, 'blue/data/index.md');
  fs.writeFileSync(blue, page('Home', 'New home of blue.'));
  check('an edit is seen', await until(async () => (await get(server, 'blue.example')).body.includes('New home of blue')));
  check('by its own site', (await metric('site_last_reload_success{site="blue.example"}')) === 1 && (await get(server, 'red.example')).body.includes('Home of red'));
  fs.writeFileSync(path.join(dir, 'blue/guidance.yaml'), 'name: [Blue\n');
  check('settings that cannot be read keep the last good ones', await until(async () => (await metric('site_last_reload_success{site="blue.example"}')) === 0) && (await get(server, 'blue.example')).body.includes('New home'));
  fs.writeFileSync(path.join(dir, 'blue/guidance.yaml'), 'name: Blue again\n');
  check('until they are put right', await until(async () => (await get(server, 'blue.example')).body.includes('Blue again')));
}

{
  fs.writeFileSync(path.join(dir, 'red/guidance.yaml'), `${fs.readFileSync(path.join(dir, 'red/guidance.yaml'), 'utf8')}watch: false\n`);
  const still = await start(dir, ['--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0']);
  await get(still, 'red.example');
  fs.writeFileSync(path.join(dir, 'red/data/index.md'), page('Home', 'Home of red, signalled.'));
  await sleep(1500);
  check('a site that is not watched stays as it is', (await get(still, 'red.example')).body.includes('Home of red.'));
  still.child.kill('SIGHUP');
  check('until SIGHUP, which reloads all that are loaded', await until(async () => (await get(still, 'red.example')).body.includes('signalled')));
  await still.stop();
}

// ---- the admin listener ----

{
  const ready = JSON.parse((await admin('/readyz?site=red.example')).body);
  check('readiness of one site', ready.pages === 2 && ready.checks['cache:usable'][0].status === 'pass' && ready.checks['feedback:usable'][0].status === 'pass', ready);
  check('a report of one site', (await admin('/-/report?site=red.example&format=text')).body.includes('Red'));
  check('there is none of all', (await admin('/-/report')).status === 400);
  check('nor for readers', (await get(server, 'red.example', '/-/report')).status === 404 && (await get(server, 'red.example', '/metrics')).status === 404);
  check('a name that is not one of ours', (await admin('/readyz?site=green.example')).status === 421);
  check('no page without a site', (await admin('/')).status === 404);
  check('reloading wants the token', (await admin('/-/reload', { method: 'POST' })).status === 401);
  const before = await metric('reloads_total');
  check('and reloads those in memory', (await admin('/-/reload', { method: 'POST', headers: { Authorization: 'Bearer secret' } })).status === 202 && await until(async () => (await metric('reloads_total')) >= before + 3));
  check('or the one that is named', (await admin('/-/reload?site=red.example', { method: 'POST', headers: { Authorization: 'Bearer secret' } })).status === 202);
  check('probes need no host name', (await get(server, 'anything', '/healthz')).status === 200 && (await get(server, '10.0.0.1', '/readyz')).status === 200);
  const lines = server.log.split('\n').filter((l) => l.startsWith('{"time"')).map((l) => JSON.parse(l));
  check('the access log tells the sites apart', lines.some((l) => l.site === 'red.example' && l.status === 200) && lines.some((l) => l.site === '' && l.status === 421), lines[0]);
  check('counts by site', (await metric('site_requests_total{site="red.example",status="2xx"}')) > 10 && (await metric('site_requests_total{site="wrong.example",status="2xx"}')) >= 1);
  const manual = fs.readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8'), text = (await admin('/metrics')).body;
  const documented = [...new Set([...manual.matchAll(/`(guidanced_site_[a-z_]+)\{/g)].map((m) => m[1]))];
  check('every documented metric of a site is there', documented.length >= 8 && documented.every((n) => n === 'guidanced_site_info' || text.includes(`\n${n}{site="red.example"`)), documented);
  const { stderr } = spawnSync('promtool', ['check', 'metrics'], { input: (await admin('/metrics')).body, encoding: 'utf8' });
  check('metrics as Prometheus reads them', !stderr || !/error|parsing/i.test(stderr), stderr);
}
{
  const begin = Date.now();
  const { code } = await server.stop();
  check('it stops at once', code !== null && Date.now() - begin < 3000, `${code} after ${Date.now() - begin} ms`);
}

// ---- dropped and loaded again ----

{
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  const many = department(Object.fromEntries(names.map((n) => [n, `name: ${n}\n`])), 'site_count: 2\nsite_idle: 1s\n');
  // Without the sandbox, so that the sanitizer can look for leaks at the end.
  const small = await start(many, ['--sandbox', 'false']);
  const value = async (line) => +(new RegExp(`^guidanced_${line.replace(/[{}"]/g, '\\$&')} (\\S+)`, 'm').exec((await get(small, 'any', '/metrics')).body)?.[1] ?? NaN);
  for (let round = 0; round < 3; round++) for (const name of names) check(`${name} is served though only two are kept`, (await get(small, `${name}.example`)).body.includes(`Home of ${name}`));
  check('two are kept', await until(async () => (await value('sites_loaded')) <= 2), await value('sites_loaded'));
  check('the others were dropped and loaded again', (await value('site_loads_total{site="one.example",result="ok"}')) === 3);
  check('their pages came from the cache', /\(2 from the cache\)[^\n]*site=one/.test(small.log), small.log);
  const together = await Promise.all(names.flatMap((n) => Array.from({ length: 10 }, () => get(small, `${n}.example`))));
  check('all at once', together.every((a) => a.status === 200), together.map((a) => a.status));
  check('nobody asks: none is kept', await until(async () => (await value('sites_loaded')) === 0, 8000), await value('sites_loaded'));
  check('what was counted stays', (await value('site_requests_total{site="six.example",status="2xx"}')) >= 13);
  check('and the next request loads it', (await get(small, 'six.example')).status === 200);
  // Requests that are under way hold their site.
  const held = await Promise.all(names.map(async (n) => {
    const statuses = [];
    for (let i = 0; i < 15; i++) {
      statuses.push((await get(small, `${n}.example`, '/feedback', { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `page=/&useful=no&comment=${n}+${i}` })).status);
    }
    return statuses;
  }));
  check('feedback while sites come and go', held.flat().every((s) => s === 303), held);
  check('nothing of a dropped site is left', (await small.stop()).code === 0, small.log.slice(-800));
  const stored = names.map((n) => execFileSync(BINARY, ['feedback', 'export', '--site', path.join(many, n)], { encoding: 'utf8' }).split('\n').filter((l) => l.includes(n)).length);
  check('is all there', stored.every((n) => n === 15), stored);
  fs.rmSync(many, { recursive: true });
}

// ---- from git, with previews ----

{
  const top = temporary(), work = path.join(top, 'work'), bare = path.join(top, 'site.git');
  fs.renameSync(site(files('git'), 'name: From git\n'), work);
  const git = (...args) => execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: work, encoding: 'utf8', stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'One');
  execFileSync('git', ['clone', '-q', '--bare', work, bare], { stdio: 'pipe' });
  fs.mkdirSync(path.join(top, 'sites/git'), { recursive: true });
  fs.writeFileSync(path.join(top, 'sites/git/guidance.yaml'), 'git:\n  directory: ../../site.git\n  ref: main\n  preview_networks: [127.0.0.1]\n');
  // And many from it, which are opened at the same time.
  const others = Array.from({ length: 12 }, (_, i) => `other${i}`);
  for (const name of others) {
    fs.mkdirSync(path.join(top, 'sites', name));
    fs.writeFileSync(path.join(top, 'sites', name, 'guidance.yaml'), 'git:\n  directory: ../../site.git\n  ref: main\n');
  }
  fs.writeFileSync(path.join(top, 'sites/guidance.yaml'), `site_count: 3\nsites:\n  git.example: git\n${others.map((n) => `  ${n}.example: ${n}\n`).join('')}`);
  const git1 = await start(path.join(top, 'sites'));
  const first = await get(git1, 'git.example');
  check('a site from git', first.body.includes('From git: <p>Home of git'), first.body + git1.log);
  fs.appendFileSync(path.join(work, 'data/index.md'), '\nMore.\n');
  git('checkout', '-qb', 'draft');
  git('commit', '-qam', 'Two');
  git('push', '-q', bare, 'draft');
  const preview = await until(async () => {
    const answer = await get(git1, 'git.example', '/', { headers: { Cookie: 'guidance-preview=draft' } });
    return answer.body.includes('More.') && answer;
  });
  check('its branches can be previewed', preview && preview.headers['cache-control'] === 'private, no-store');
  git('push', '-q', bare, 'draft:main');
  check('its ref is followed', await until(async () => (await get(git1, 'git.example')).body.includes('More.')));
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all(others.map((n) => get(git1, `${n}.example`).catch((error) => ({ status: 0, body: String(error) }))));
    check('many are opened at the same time', answers.every((a) => a.status === 200 && a.body.includes('Home of git')), answers.map((a) => a.status));
  }
  check('it stops well', (await git1.stop()).code === 0, git1.log.slice(-600));
  check('no error in the log', !/ error /.test(git1.log), git1.log);
  fs.rmSync(top, { recursive: true });
}
fs.rmSync(dir, { recursive: true });
await sleep(0);
finish('sites');
