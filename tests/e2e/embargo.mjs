// SPDX-License-Identifier: MIT
//
// What decides who may see a page, in every form that people write: readable dates and flags are
// followed; unreadable ones hide the page, are reported with their place, and none of the page's
// words appears anywhere. Files that are not UTF-8. Pages that fail when rendered.
import { spawnSync } from 'node:child_process';
import { BINARY, check, finish, freePort, site, start, until } from './harness.mjs';
import fs from 'node:fs';
import path from 'node:path';

const SETTINGS = 'name: Harbour guide\nurl: https://guide.example\ninput: data\nincludes: templates\n';
const text = async (url) => (await fetch(url)).text();
const json = async (url) => (await fetch(url)).json();
const settled = (server) => until(async () => (await json(`${server.url}/readyz`)).checks['search:index'][0].status === 'pass');
// A server that says which pages are broken, to those who look after them.
const port = await freePort();
const admin = `http://127.0.0.1:${port}`;
const startWatched = (dir) => start(dir, ['--admin-listen', `127.0.0.1:${port}`]);
const states = async () => (await json(`${admin}/-/pages.json`)).pages;
const run = (dir, ...args) => spawnSync(BINARY, [...args, '--site', dir], { encoding: 'utf8' });
const LISTS = { 'templates/lists.njk': '{% for i in collections.all %}({{ i.url }}){% endfor %}{{ content | safe }}' };
const page = (name, lines = '', words = 'text') => `---\nlayout: lists.njk\ntitle: ${name}\ndescription: About ${name}.\n${lines}\n---\n${words}\n`;

// ---- ways to write a time ----
const READ_FUTURE = ['2099-05-01', '2099-05', '2099-05-01T09:00', '2099-05-01 09:00', '2099-05-01 9:00', '2099-05-01T09:00Z', '2099-05-01t09:00z',
  '2099-05-01T09:00+01:00', '2099-05-01 09:00 +01:00', '2099-05-01T09:00:30', '2099-05-01 09:00:30.5 -0130', '2099-05-01T09:00+01', '"2099-05-01"', '"2099-05-01 09:00"'];
const UNREADABLE = ['1 December 2027', '01/05/2099', '20990501', '2099', '"2099"', '"20990501"', '[2099-05-01]', '{at: 2099-05-01}', 'true', 'false', '0', '1.5', 'TBC', 'tomorrow',
  '2099-5-1', '"2099-02-30"', '2099-13', '2099-05-01T25:00', '2099-05-01T09', '2099-05-01 09:00 London', '2099-05-01T09:00+25:00', '2099/05/01', '2099.05.01', 'May 2099', 'Sat, 01 May 2099 09:00:00 GMT',
  '2099-W18-5', '2099-121', '.inf', '.nan', '-1', '1e3', '!!str 2099', '"\\u0000"', '٢٠٩٩-٠٥-٠١', '2099–05–01', '4082400000000', 'null!', '"{{ date }}"', '| \n  2099-05-01\n  or so',
  // YAML dates that the reader would roll over to an existing day.
  '2099-02-30', '2099-06-31', '2099-13-01', '2099-00-10', '2099-05-01 24:00:00', '2099-05-01T09:61:00Z', '2099-05-01T09:00:00+99:00'];
const UNSET = ['', '~', 'null', '""', '"  "'];
{
  const files = { ...LISTS, 'data/index.md': page('Home') };
  READ_FUTURE.forEach((v, i) => (files[`data/read${i}.md`] = page(`Read${i}`, `publishAt: ${v}`)));
  READ_FUTURE.forEach((v, i) => (files[`data/past${i}.md`] = page(`Past${i}`, `publishAt: ${v.replace('2099', '2019')}`)));
  READ_FUTURE.forEach((v, i) => (files[`data/gone${i}.md`] = page(`Gone${i}`, `expireAt: ${v.replace('2099', '2019')}`)));
  UNREADABLE.forEach((v, i) => (files[`data/bad${i}.md`] = page(`Bad${i}`, `publishAt: ${v}`)));
  UNREADABLE.forEach((v, i) => (files[`data/never${i}.md`] = page(`Never${i}`, `expireAt: ${v}`)));
  UNSET.forEach((v, i) => (files[`data/unset${i}.md`] = page(`Unset${i}`, `publishAt: ${v}\nexpireAt: ${v}`)));
  const dir = site(files, SETTINGS);
  const report = run(dir, 'check');
  let server = await start(dir);
  await settled(server);
  const status = async (url) => (await fetch(server.url + url)).status;
  for (const [i, v] of READ_FUTURE.entries()) {
    check(`publishAt: ${v} is to come`, (await status(`/read${i}/`)) === 404 && !report.stdout.includes(`read${i}.md:5`), report.stdout.match(new RegExp(`read${i}.md.*`)));
    check(`publishAt: ${v} of 2019 has come`, (await status(`/past${i}/`)) === 200 && !report.stdout.includes(`past${i}.md:5`));
    check(`expireAt: ${v} of 2019 has come`, (await status(`/gone${i}/`)) === 404 && !report.stdout.includes(`gone${i}.md:5`));
  }
  for (const [i, v] of UNREADABLE.entries())
    for (const [name, key] of [['bad', 'publishAt'], ['never', 'expireAt']]) {
      check(`${key}: ${v} is not shown`, (await status(`/${name}${i}/`)) === 404, await status(`/${name}${i}/`));
      check(`${key}: ${v} is an error at its place, with the form that is wanted`,
        new RegExp(`data/${name}${i}\\.md:5:\\d+: error: \`${key}\` cannot be read[\\s\\S]*?write it as 2027-05-01`).test(report.stdout), report.stdout.match(new RegExp(`${name}${i}\\.md.*`)));
    }
  for (const [i, v] of UNSET.entries())
    check(`publishAt: ${v || '(empty)'} says nothing`, (await status(`/unset${i}/`)) === 200);
  check('check fails', report.status === 1);
  const ready = await json(`${server.url}/readyz`);
  check('they count as broken', ready.problems >= 2 * UNREADABLE.length && ready.status === 'warn', JSON.stringify(ready));
  for (const url of ['/', '/sitemap.xml', '/feed.xml', '/pages.json', '/search.json?q=bad1', '/search.json?q=bad1&suggest=1', '/search.json?q=about', '/bad/', '/neve1/', '/pages.json'])
    check(`none of them in ${url}`, !/bad\d|never\d/i.test((await text(server.url + url)).replace(/"query":"[^"]*"/, '')), (await text(server.url + url)).slice(0, 300));
  await server.stop();
  server = await start(dir, ['--dev']);
  const shown = await fetch(`${server.url}/bad0/`);
  check('in development it is shown with the error', shown.status === 500 && /publishAt.{1,20}cannot be read: 1 December 2027/.test(await shown.text()));
  await server.stop();
  const out = path.join(dir, 'out');
  const built = run(dir, 'build', '--out', out);
  check('build does not write them', built.status === 1 && !fs.readdirSync(out).some((name) => /^(bad|never)/.test(name)), fs.readdirSync(out).filter((name) => /^(bad|never)/.test(name)));
}

// ---- a misspelt key still applies, and is reported ----
{
  const SPELT = ['publish_at: 2099-05-01', 'PublishAt: 2099-05-01', 'publishat: 2099-05-01', 'publish-at: soon', 'expire_at: 2019-05-01', 'ExpireAt: 31/12/2020', 'Draft: true', 'DRAFT: "yes"'];
  const files = { ...LISTS, 'data/index.md': page('Home'), 'data/both.md': page('Both', 'publishAt: 2019-05-01\npublish_at: 2099-05-01'), 'data/past.md': page('Past', 'publish_at: 2019-05-01') };
  SPELT.forEach((line, i) => (files[`data/spelt${i}.md`] = page(`Spelt${i}`, line)));
  // Nor is it lost where pages inherit it; what is nearer to the page goes first.
  const INHERITED = [
    ['folder', '', 404, { 'data/folder/folder.yaml': 'publish_at: 2099-05-01\n' }],
    ['readers', '', 404, { 'data/readers/readers.yaml': 'Audience: staff\n' }],
    ['layout', { layout: 'layouts/late.njk' }, 404, { 'templates/layouts/late.njk': '---\nexpire-at: 2019-05-01\n---\n{{ content | safe }}' }],
    ['outer', { layout: 'layouts/inner.njk' }, 404, { 'templates/layouts/inner.njk': '---\nlayout: layouts/outer.njk\n---\n{{ content | safe }}', 'templates/layouts/outer.njk': '---\nDrAft: true\n---\n{{ content | safe }}' }],
    ['nearer', 'dRaft: true', 404, { 'data/nearer/nearer.yaml': 'draft: false\n' }],
    ['own', 'draft: false', 200, { 'data/own/own.yaml': 'DrAft: true\n' }],
    ['made', 'dRaft: true\neleventyComputed: {draft: "{{ false }}"}', 200, {}],
  ];
  for (const [name, line, , more] of INHERITED) Object.assign(files, more, { [`data/${name}/a.md`]: page(`Of ${name}`, line.layout ? '' : line).replace('lists.njk', line.layout ?? 'lists.njk') });
  const dir = site(files, `${SETTINGS}trusted_proxies: [10.0.0.0/8]\naccess: {groups_header: X-Groups}\n`);
  const report = run(dir, 'check').stdout;
  const server = await start(dir);
  await settled(server);
  for (const [name, line, status] of INHERITED) {
    const response = await fetch(`${server.url}/${name}/a/`);
    check(`inherited, ${name}: ${status}`, response.status === status, response.status);
    check(`inherited, ${name}: in lists as it is shown`, (await text(server.url)).includes(`/${name}/a/`) === (status === 200));
  }
  for (const [i, line] of SPELT.entries()) {
    check(`${line}: the page is not shown`, (await fetch(`${server.url}/spelt${i}/`)).status === 404);
    check(`${line}: nor in a list`, !(await text(server.url)).includes(`/spelt${i}/`));
    check(`${line}: the key is told of`, new RegExp(`data/spelt${i}\\.md:5:\\d+: (warning: unknown front-matter key|error: .* cannot be read)`).test(report), report.match(new RegExp(`spelt${i}\\.md:5.*`)));
  }
  check('the right spelling goes first', (await fetch(`${server.url}/both/`)).status === 200);
  check('a moment that has come hides nothing', (await fetch(`${server.url}/past/`)).status === 200);
  await server.stop();
}

// ---- a key where nothing reads it ----
{
  const KEYS = 'title: A\npublishAt: 2099-05-01\n';
  const UNREAD = [
    ['an empty line', `\n---\n${KEYS}---\n`, 4],
    ['a space', ` ---\n${KEYS}---\n`, 3],
    ['a space that cannot be seen', `\u200b---\n${KEYS}---\n`, 3],
    ['two marks of the encoding', `\ufeff\ufeff---\n${KEYS}---\n`, 3],
    ['a comment', `<!-- markdownlint-disable -->\n---\n${KEYS}---\n`, 4],
    ['a comment of templates', `{# to do #}\n---\n${KEYS}---\n`, 4],
    ['four dashes', `----\n${KEYS}----\n`, 3],
    ['a dash of a word processor', `\u2014\n${KEYS}\u2014\n`, 3],
    ['plus signs', '+++\ntitle = "A"\npublishAt = 2099-05-01\n+++\n', 3],
    ['no first line', `${KEYS}---\n`, 2],
    ['no lines', `${KEYS}\n`, 2],
    ['no lines, and another spelling', 'Title: A\nExpire_At: 2019-05-01\n\n', 2],
    ['a draft behind an empty line', '\n---\ntitle: A\ndraft: true\n---\n', 4],
    ['an audience behind a comment', '<!-- x -->\n---\ntitle: A\naudience: staff\n---\n', 4],
    ['no colon', '---\npublishAt 2099-05-01\n---\n', 2],
    ['no space', '---\npublishAt:2099-05-01\n---\n', 2],
    ['a list', '---\n- title: A\n- draft: true\n---\n', 3],
    ['behind many other lines', `\n---\ntitle: A\nlinks:\n${'  - one\n'.repeat(100)}draft: true\n---\n`, 105],
    ['too far in', '---\ntitle: A\neleventyNavigation:\n  key: A\n  publishAt: 2099-05-01\n---\n', 3],
    ['a second front matter', '---\ntitle: A\n---\n---\ndraft: true\n---\n', 5],
    ['a second one behind an empty line', '---\ntitle: A\n---\n\n---\naudience: staff\n---\n', 6],
    ['behind the end', '---\ntitle: A\n---\npublishAt: 2099-05-01\n\n', 4],
    ['behind an early end', '---\ntitle: A\n---\ndescription: b\ndraft: true\n---\n', 5],
    ['too far in, in another spelling', '---\ntitle: A\neleventyNavigation:\n  key: A\n  publish_at: 2099-05-01\n---\n', 3],
  ];
  const READ = [
    ['text about it', '# Embargoes\n\n```yaml\n---\npublishAt: 2099-05-01\n---\n```\n'],
    ['a rule, then text', '\n---\n\nSome text: with a colon.\n\ndraft: a word\n'],
    ['words that are no keys', 'Audience: everybody\nDraft: the second\n\n'],
    ['words behind the end', '---\ntitle: A\n---\nAudience: everybody\n\n'],
    ['a rule and a word behind the end', '---\ntitle: A\n---\n---\n\nDraft: the second.\n\n'],
    ['a heading', 'Draft: the second\n===\n'],
    ['a key that is deeper, of the page\'s own', '---\ntitle: A\nversions:\n  - publishAt: 2099-05-01\n---\n'],
    ['a comment in front matter', '---\ntitle: A\n# publishAt: 2099-05-01\n---\n'],
    ['only comments in front matter', '---\n# publishAt: 2099-05-01\n---\n'],
    ['other keys behind an empty line', '\n---\ntitle: A\n---\n'],
  ];
  const files = { 'data/index.md': '---\ntitle: Home\n---\n' };
  UNREAD.forEach(([, head], i) => (files[`data/unread${i}.md`] = `${head}Embargoedword\n`));
  READ.forEach(([, head], i) => (files[`data/read${i}.md`] = `${head}Openword\n`));
  const dir = site(files, SETTINGS);
  const report = run(dir, 'check').stdout;
  const server = await start(dir);
  await settled(server);
  for (const [i, [name, , line]] of UNREAD.entries()) {
    const response = await fetch(`${server.url}/unread${i}/`);
    check(`${name}: the page is not shown`, response.status === 500 && !(await response.text()).includes('Embargoedword'), response.status);
    check(`${name}: said at its place`, new RegExp(`data/unread${i}\\.md:${line}:\\d+: error: .*readers do not see `).test(report), report.match(new RegExp(`unread${i}\\.md.*error.*`)));
  }
  check('none of their words are found', JSON.parse(await text(`${server.url}/search.json?q=embargoedword`)).total === 0);
  for (const [i, [name]] of READ.entries()) {
    const response = await fetch(`${server.url}/read${i}/`);
    check(`${name}: the page is shown`, response.status === 200 && (await response.text()).includes('Openword'), response.status);
    check(`${name}: not said to be hidden`, !new RegExp(`data/read${i}\\.md.*readers do not see`).test(report));
  }
  check('front matter that is text is a warning', new RegExp(`data/read${READ.length - 1}\\.md:3:1: warning: front matter that does not begin the file is text .front-matter-start`).test(report), report.match(/data\/read.*warning.*/g));

  // Saved: what was hidden stays hidden, what was shown stays as it was.
  const save = (name, words) => fs.writeFileSync(path.join(dir, 'data', name), words);
  const shown = async (url) => { const r = await fetch(server.url + url); return r.status === 200 && r.text(); };
  save('held.md', `---\n${KEYS}---\nEmbargoedword\n`);
  save('open.md', '---\ntitle: B\npublishAt: 2019-05-01\n---\nFirst words\n');
  save('plain.md', 'Plain words\n');
  check('two pages are there', await until(async () => (await shown('/open/')) && (await shown('/plain/'))));
  check('one is to come', !(await shown('/held/')));
  save('held.md', `\n---\n${KEYS}---\nEmbargoedword\n`);
  save('open.md', '\n---\ntitle: B\npublishAt: 2019-05-01\n---\nSecond words\n');
  save('plain.md', `${KEYS}---\nEmbargoedword\n`);
  check('the log says why', await until(() => ['held', 'open', 'plain'].every((name) => new RegExp(`error data/${name}\\.md:\\d+:1: \`publishAt\` is where nothing reads it`).test(server.log))), server.log.slice(-600));
  check('a page to come is still hidden', !(await shown('/held/')));
  check('a shown page keeps its last good version', (await shown('/open/')).includes('First words'));
  check('a text that becomes front matter is not shown', (await shown('/plain/')).includes('Plain words'));
  await server.stop();
}

// ---- where the value comes from does not matter ----
{
  const dir = site({
    ...LISTS,
    'templates/held.njk': '---\nexpireAt: 31/12/2020\n---\n{{ content | safe }}',
    'data/index.md': page('Home'),
    'data/held/held.yaml': 'publishAt: 1 December 2027\n',
    'data/held/one.md': page('One'),
    'data/soon/soon.json': '{"publishAt": "2099-05-01 09:00"}',
    'data/soon/two.md': page('Two'),
    'data/computed.md': page('Three', 'eleventyComputed:\n  publishAt: "{{ \'2099-01-01\' }}"'),
    'data/badly.md': page('Four', 'eleventyComputed:\n  expireAt: "{{ title }}"'),
    'data/late.md': page('Ten', 'eleventyComputed:\n  publishAt: "{{ \'2099-01-01\' if collections.all.length }}"'),
    'data/latest.md': page('Eleven', 'eleventyComputed:\n  draft: "{{ collections.all.length > 0 }}"\n  permalink: "/latest/"'),
    'data/worst.md': page('Twelve', 'eleventyComputed:\n  expireAt: "{{ collections.all.length }}"'),
    'data/drafted.md': page('Thirteen', 'eleventyComputed:\n  draft: "{{ title.length > 0 }}"\n  permalink: "/drafted/"'),
    'data/layout.md': page('Five').replace('lists.njk', 'held.njk'),
    'data/list.md': page('Six', 'items: [a, b]\npagination: {data: items, size: 1}\npublishAt: soon'),
    'data/js.md': '---json\n{"title": "Seven", "publishAt": "1 December 2027"}\n---\ntext\n',
    'data/syntax.md': page('Eight', 'publishAt: 1 December 2027', '{{ 1 + }}'),
    'data/nolayout.md': page('Nine', 'publishAt: 1 December 2027').replace('lists.njk', 'none.njk'),
  }, SETTINGS);
  const server = await start(dir);
  for (const url of ['/held/one/', '/soon/two/', '/computed/', '/badly/', '/late/', '/latest/', '/worst/', '/drafted/', '/layout/', '/list/', '/list/1/', '/js/', '/syntax/', '/nolayout/'])
    check(`${url} is not shown`, (await fetch(server.url + url)).status === 404, (await fetch(server.url + url)).status);
  const home = await text(`${server.url}/`);
  check('none is in a list', home.includes('(/)') && (home.match(/\(/g) ?? []).length === 1, home);
  await server.stop();
}

// ---- drafts ----
{
  const YES = ['true', '"true"', 'yes', 'on', 'True', '"TRUE"'];
  const NO = ['false', '"false"', 'no', 'off', 'False', '', '~', '""'];
  const NEITHER = ['maybe', '0', '1', '[]', '{a: 1}', '2026-01-01', '"falsch"', '[true]', 'not yet'];
  const files = { ...LISTS, 'data/index.md': page('Home') };
  for (const [name, list] of Object.entries({ yes: YES, no: NO, neither: NEITHER }))
    list.forEach((v, i) => (files[`data/${name}${i}.md`] = page(`${name}${i}`, `draft: ${v}`)));
  const dir = site(files, SETTINGS);
  const report = run(dir, 'check').stdout;
  const server = await start(dir);
  const status = async (url) => (await fetch(server.url + url)).status;
  for (const [i, v] of YES.entries()) check(`draft: ${v} is a draft`, (await status(`/yes${i}/`)) === 404 && !report.includes(`/yes${i}.md:5`));
  for (const [i, v] of NO.entries()) check(`draft: ${v || '(empty)'} is none`, (await status(`/no${i}/`)) === 200 && !report.includes(`/no${i}.md:5`), await status(`/no${i}/`));
  for (const [i, v] of NEITHER.entries())
    check(`draft: ${v} is neither`, (await status(`/neither${i}/`)) === 404 && new RegExp(`/neither${i}\\.md:5:\\d+: error: .draft. cannot be read[\\s\\S]*?true or false`).test(report), await status(`/neither${i}/`));
  await server.stop();
}

// ---- dates that decide nothing, and `date` ----
{
  const ODD = ['1 December 2027', '01/05/2099', '20990501', '[2099-05-01]', 'TBC', 'true'];
  const DATES = ['2015-01-03 22:54:43 GMT', '12 March 2026', '09/02/2020', '2020-2-9', 'TBC', '[1]', '{a: 1}', '20200101', 'true'];
  const files = { ...LISTS, 'data/index.md': page('Home') };
  for (const key of ['reviewBy', 'dateUpdated', 'datePublished']) ODD.forEach((v, i) => (files[`data/${key.toLowerCase()}${i}.md`] = page(`${key}${i}`, `${key}: ${v}`)));
  DATES.forEach((v, i) => (files[`data/date${i}.md`] = page(`Date${i}`, `date: ${v}`)));
  DATES.forEach((v, i) => (files[`data/draftdate${i}.md`] = page(`DraftDate${i}`, `draft: true\ndate: ${v}`)));
  DATES.forEach((v, i) => (files[`data/many${i}.md`] = page(`Many${i}`, `date: ${v}\nitems: [a, b, c]\npagination: {data: items, size: 2}`)));
  DATES.forEach((v, i) => {
    files[`data/from${i}/from${i}.yaml`] = `date: ${v}\n`;
    files[`data/from${i}/page.md`] = page(`From${i}`);
  });
  const dir = site(files, SETTINGS);
  const report = run(dir, 'check');
  check('check ends by itself', report.status === 1, report.signal);
  const server = await startWatched(dir);
  await settled(server);
  for (const key of ['reviewBy', 'dateUpdated', 'datePublished'])
    for (const [i, v] of ODD.entries()) {
      check(`${key}: ${v} is an error at its place`, new RegExp(`/${key.toLowerCase()}${i}\\.md:5:\\d+: error: .${key}. cannot be read`).test(report.stdout));
      check(`${key}: ${v}: the page is shown`, (await fetch(`${server.url}/${key.toLowerCase()}${i}/`)).status === 200);
    }
  for (const [i, v] of DATES.entries()) {
    for (const name of ['date', 'draftdate', 'many'])
      check(`date: ${v} breaks the page ${name}, with its place`, new RegExp(`/${name}${i}\\.md:[56]:\\d+: error: .date. cannot be read`).test(report.stdout), report.stdout.match(new RegExp(`/${name}${i}\\.md.*`)));
    check(`date: ${v} answers 500`, (await fetch(`${server.url}/date${i}/`)).status === 500);
    check(`date: ${v} of a folder answers 500`, (await fetch(`${server.url}/from${i}/page/`)).status === 500);
  }
  check('all else is served', (await fetch(`${server.url}/`)).status === 200);
  // Saved into a running server, and out of it again.
  fs.writeFileSync(path.join(dir, 'data/index.md'), page('Home', 'date: 12 March 2026'));
  check('a save that breaks it keeps the last good version', (await until(async () => (await states()).find((p) => p.url === '/')?.broken)) && (await fetch(`${server.url}/`)).status === 200, JSON.stringify((await states())[0]));
  fs.writeFileSync(path.join(dir, 'data/index.md'), page('Home again', 'date: 2026-03-12'));
  check('and one that corrects it is served', await until(async () => (await text(`${server.url}/sitemap.xml`)).includes('2026-03-12')));
  await server.stop();
}

// ---- a page that breaks does not reach more people than before ----
{
  const dir = site({
    ...LISTS,
    'data/index.md': page('Home'),
    'data/soon.md': page('Soon', 'publishAt: 2099-01-01', 'wolverine'),
    'data/gone.md': page('Gone', 'expireAt: 2020-01-01', 'wolverine'),
    'data/open.md': page('Open', '', 'badger'),
    'data/team.md': page('Team', 'audience: editors', 'wolverine'),
  }, `${SETTINGS}trusted_proxies: [127.0.0.0/8]\naccess: {groups_header: X-Groups}\n`);
  const server = await start(dir);
  for (const name of ['soon', 'gone', 'team']) fs.appendFileSync(path.join(dir, `data/${name}.md`), '{{ 1 + }}');
  for (const name of ['soon', 'gone', 'team']) fs.writeFileSync(path.join(dir, `data/${name}.md`), `---\ntitle: [\n---\n`);
  fs.writeFileSync(path.join(dir, 'data/open.md'), page('Open', 'publishAt: next week', 'badger'));
  await until(async () => (await json(`${server.url}/readyz`)).problems >= 4);
  for (const name of ['soon', 'gone', 'team', 'open']) {
    const response = await fetch(`${server.url}/${name}/`);
    check(`${name}: broken, and not shown`, response.status === 404, `${response.status} ${await response.text()}`);
  }
  const response = await fetch(`${server.url}/team/`, { headers: { 'X-Groups': 'editors' } });
  check('who may see it sees the last good version', response.status === 200 && /private/.test(response.headers.get('cache-control')) && (await response.text()).includes('wolverine'), response.status);
  await server.stop();
}

// ---- files that are not UTF-8 ----
{
  const utf16 = (s, mark) => Buffer.from((mark ? '\ufeff' : '') + s, 'utf16le');
  const swap = (b) => Buffer.from(b).swap16();
  const source = page('Caf\u00e9', '', 'cr\u00e8me wolverine');
  const dir = site({ ...LISTS, 'data/index.md': page('Home'), 'files/notes.txt': '', 'files/good.txt': 'cr\u00e8me\n' }, `${SETTINGS}passthrough: {/files: files}\n`);
  const write = (name, bytes) => fs.writeFileSync(path.join(dir, name), bytes);
  const bad = {
    'le-mark': utf16(source, true), 'le': utf16(source, false), 'be-mark': swap(utf16(source, true)), 'be': swap(utf16(source, false)),
    'latin1': Buffer.from(source, 'latin1'), 'body': Buffer.from(page('Plain', '', 'one\ncr\u00e8me'), 'latin1'),
    'cut': Buffer.concat([Buffer.from(page('Cut', '', 'x')), Buffer.from([0xe2, 0x82])]), 'long': Buffer.concat([Buffer.from(page('Long', '', 'x')), Buffer.from([0xc0, 0xaf])]),
    'half': Buffer.concat([Buffer.from(page('Half', '', 'x')), Buffer.from([0xed, 0xa0, 0x80])]), 'zero': Buffer.from(page('Zero', '', 'a\0b')),
  };
  for (const [name, bytes] of Object.entries(bad)) write(`data/${name}.md`, bytes);
  write('data/tpl.njk', Buffer.from('---\ntitle: T\n---\n{% include "part.njk" %}'));
  write('templates/part.njk', Buffer.from('cr\u00e8me', 'latin1'));
  write('files/notes.txt', Buffer.from('cr\u00e8me\n', 'latin1'));
  write('data/utf8mark.md', Buffer.from(`\ufeff${page('Mark', '', 'cr\u00e8me')}`));
  try { fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/data/na`), Buffer.from([0xe9]), Buffer.from('me.md')]), page('Name')); } catch { /* a file system that refuses it */ }
  write('data/two\nlines.md', page('Lines'));
  const report = run(dir, 'check');
  const at = { 'le-mark': '1:1', le: '1:2', 'be-mark': '1:1', be: '1:1', latin1: '3:11', body: '8:3', cut: '8:1', long: '8:1', half: '8:1', zero: '7:2' };
  let server = await startWatched(dir);
  await settled(server);
  for (const name of Object.keys(bad)) {
    check(`${name}: an error at its place`, new RegExp(`data/${name}\\.md:${at[name]}: error: .*(UTF-16|not UTF-8)`).test(report.stdout), report.stdout.match(new RegExp(`data/${name}\\.md.*`)));
    const response = await fetch(`${server.url}/${name}/`);
    check(`${name}: not sent`, response.status === 500 && !(await response.text()).includes('wolverine'), response.status);
  }
  check('a template: an error at its place', /templates\/part\.njk:1:3: error: .*not UTF-8/.test(report.stdout), report.stdout);
  check('a page of it answers 500', (await fetch(`${server.url}/tpl/`)).status === 500);
  check('with a mark, UTF-8 is served', (await text(`${server.url}/utf8mark/`)).includes('cr\u00e8me'));
  const notes = await fetch(`${server.url}/files/notes.txt`);
  check('a file that is copied is not called UTF-8', notes.headers.get('content-type') === 'text/plain', notes.headers.get('content-type'));
  check('and reported', /files\/notes\.txt:1:3: warning: .*not UTF-8/.test(report.stdout), report.stdout);
  check('others are', (await fetch(`${server.url}/files/good.txt`)).headers.get('content-type') === 'text/plain; charset=utf-8');
  check('a name that is no UTF-8 is left out, and told of', /data\/na\?me\.md:1:1: error: the name of the file is not UTF-8/.test(report.stdout), report.stdout);
  check('so is one with a line break, on one line', /data\/two\?lines\.md:1:1: error: the name of the file has a control character/.test(report.stdout), report.stdout);
  const pages = Buffer.from(await (await fetch(`${server.url}/pages.json`)).arrayBuffer());
  check('pages.json is UTF-8', Buffer.compare(Buffer.from(pages.toString('utf8')), pages) === 0);
  write('data/latin1.md', Buffer.from(source));
  check('saved as UTF-8, it is served', await until(async () => (await fetch(`${server.url}/latin1/`)).status === 200));
  write('data/latin1.md', Buffer.from(source.replace('wolverine', 'wolverines'), 'latin1'));
  const broken = await until(async () => (await states()).find((p) => p.url === '/latin1/')?.broken);
  const kept = await text(`${server.url}/latin1/`);
  check('and back again it keeps the last good version', broken && kept.includes('cr\u00e8me wolverine<'), `${broken} ${kept}\n${server.log.slice(-500)}`);
  await server.stop();
  server = await start(dir); // with the cache
  check('after a restart as well', (await fetch(`${server.url}/body/`)).status === 500 && (await fetch(`${server.url}/latin1/`)).status === 500);
  await server.stop();
}

// ---- no word of a hidden page ----
{
  const at = (ms) => new Date(Date.now() + ms).toISOString();
  const SPELT = { wolverine: 'wolverime', pangolin: 'pangolim', capybara: 'capybera', axolotl: 'axolotk', flamingo: 'flamimgo', badger: 'badgar' };
  const dir = site({
    ...LISTS,
    'templates/layouts/search.njk': '{{ search | dump | safe }}',
    'templates/layouts/404.njk': '{{ suggestions | dump | safe }}',
    'data/404.njk': '---\ntitle: none\nlayout: layouts/404.njk\npermalink: /404.html\n---\n',
    'data/index.md': page('Home', '', 'badger badger'),
    'data/soon.md': page('Wolverine', 'publishAt: 2099-01-01\nsection: Wolverines\nreviewBy: 2020-01-01', 'wolverine wolverines'),
    'data/gone.md': page('Pangolin', 'expireAt: 2020-01-01\nsection: Pangolins\nreviewBy: 2020-01-01', 'pangolin pangolins'),
    'data/draft.md': page('Capybara', 'draft: true', 'capybara capybaras'),
    'data/team.md': page('Axolotl', 'audience: editors', 'axolotl axolotls'),
    'data/bad.md': page('Flamingo', 'publishAt: next year', 'flamingo flamingos'),
  }, `${SETTINGS}trusted_proxies: [127.0.0.0/8]\naccess: {groups_header: X-Groups}\ncache: cache.db\n`);
  const hidden = Object.keys(SPELT).filter((word) => word !== 'badger');
  const said = async (server, word) => {
    const out = [];
    for (const q of [word, SPELT[word], word.slice(0, 4), `${word}s`, `badger ${SPELT[word]}`])
      for (const url of [`/search.json?q=${q}`, `/search.json?q=${q}&suggest=1`, `/search?q=${q}`])
        out.push((await text(server.url + url)).replaceAll(q, ' '));
    for (const url of ['/sitemap.xml', '/feed.xml', '/pages.json', `/${SPELT[word]}/`, '/soo/', '/gon/', '/draf/', '/']) out.push(await text(server.url + url));
    return out.find((body) => new RegExp(word, 'i').test(body));
  };
  let server = await start(dir);
  await settled(server);
  check('a word that readers may see is suggested', (await json(`${server.url}/search.json?q=badgar`)).did_you_mean === 'badger');
  for (const word of hidden) check(`${word} comes out nowhere`, !(await said(server, word)), await said(server, word));
  const asked = async (q) => JSON.stringify(await json(`${server.url}/search.json?q=${q}`)).replaceAll(q, '').replaceAll(`"${q.split(" ").at(-1)}"`, '');
  for (const word of hidden) check(`whether ${word} is known cannot be told`, (await asked(`badger ${word}`)) === (await asked(`badger ${word.slice(0, 3)}zqx`)), `${await asked(`badger ${word}`)} ${await asked(`badger ${word.slice(0, 3)}zqx`)}`);
  check('nor whether its review is due', /^guidanced_pages_overdue_for_review 0$/m.test(await text(`${server.url}/metrics`)));
  // At its time, and after it.
  fs.writeFileSync(path.join(dir, 'data/brief.md'), page('Ocelot', `publishAt: ${at(2500)}\nexpireAt: ${at(5000)}`, 'ocelot ocelots'));
  const guess = async () => (await json(`${server.url}/search.json?q=ocelat`)).did_you_mean;
  await until(async () => (await json(`${server.url}/readyz`)).generation > 1);
  check('before its moment not', (await guess()) === '');
  check('from its moment on it is suggested', await until(async () => (await guess()) === 'ocelot', 6000), await guess());
  check('until it expires', await until(async () => (await guess()) === '', 6000), await guess());
  check('and then never again', !(await until(async () => (await guess()) !== '', 800)));
  await server.stop();
  // A cache written while the page was visible.
  fs.writeFileSync(path.join(dir, 'data/soon.md'), page('Wolverine', '', 'wolverine wolverines'));
  server = await start(dir);
  await settled(server);
  check('published, it is suggested', await until(async () => (await json(`${server.url}/search.json?q=wolverime`)).did_you_mean === 'wolverine'));
  fs.writeFileSync(path.join(dir, 'data/soon.md'), page('Wolverine', 'draft: true', 'wolverine wolverines'));
  check('a draft again, it is not', await until(async () => !(await said(server, 'wolverine'))), await said(server, 'wolverine'));
  await server.stop();
}

// ---- pages that fail when rendered ----
{
  const BASE = {
    'templates/lists.njk': '{% for i in collections.all %}({{ i.url }}){% endfor %}{% for e in collections.all | eleventyNavigation %}[{{ e.title }}]{% endfor %}{{ content | safe }}',
    'templates/crumbs.njk': '{% for e in collections.all | eleventyNavigationBreadcrumb(eleventyNavigation.key) %}[{{ e.title }}]{% endfor %}{{ content | safe }}',
    'data/index.md': page('Home'),
    'data/other.md': page('Other', '', 'other'),
  };
  const FAIL = {
    component: "{{ component('buton', {text: 'x'}) }}", filter: '{{ title | nothing }}', call: '{{ nothing() }}', include: '{% include "none.njk" %}',
    deep: '{{ a.b.c.d() }}', loop: '{% for i in range(0, 1000000000) %}x{% endfor %}', shown: '{{ request.path.nothing() }}',
  };
  const files = { ...BASE };
  for (const [name, body] of Object.entries(FAIL)) files[`data/${name}.md`] = page(`Fail ${name}`, `eleventyNavigation: {key: ${name}}`, body);
  const dir = site(files, SETTINGS);
  let server = await startWatched(dir);
  const broken = Object.keys(FAIL).length;
  const ready = () => json(`${server.url}/readyz`);
  check('readyz counts them', await until(async () => (await ready()).problems === broken), JSON.stringify(await ready()));
  check('and warns', (await ready()).status === 'warn' && (await ready()).checks['site:pages'][0].status === 'warn', JSON.stringify(await ready()));
  check('the gauges as well', /^guidanced_snapshot_problems 7$/m.test(await text(`${admin}/metrics`)) && /^guidanced_snapshot_pages_broken 7$/m.test(await text(`${admin}/metrics`)));
  await settled(server);
  const pages = await states();
  for (const name of Object.keys(FAIL)) {
    check(`${name}: broken among the states of pages`, pages.find((p) => p.url === `/${name}/`)?.broken === true);
    check(`${name}: answers 500`, (await fetch(`${server.url}/${name}/`)).status === 500);
    for (const url of ['/', '/sitemap.xml', '/feed.xml', '/pages.json', `/search.json?q=fail`, `/${name}x/`])
      check(`${name}: not in ${url}`, !new RegExp(`/${name}/|Fail ${name}`).test(await text(server.url + url)), await text(server.url + url));
  }
  check('sound pages are', !pages.find((p) => p.url === '/other/').broken && (await text(`${server.url}/sitemap.xml`)).includes('/other/'));
  check('the log has the place', /component\.md:\d+:\d+/.test(server.log), server.log);
  // Saved into a running server.
  const write = (name, body, lines = '') => fs.writeFileSync(path.join(dir, `data/${name}.md`), page(`${name} page`, lines, body));
  write('other', "{{ component('buton', {}) }}");
  const answers = new Set();
  check('a save that makes a page fail', await until(async () => { answers.add((await fetch(`${server.url}/other/`)).status); return (await states()).find((p) => p.url === '/other/').broken; }));
  check('keeps its last good version', (await text(`${server.url}/other/`)).includes('<p>other</p>'));
  check('and was never seen', [...answers].every((s) => s === 200), [...answers]);
  write('component', 'whole again');
  check('corrected, a page is back in the lists', await until(async () => (await text(`${server.url}/`)).includes('(/component/)')) && (await text(`${server.url}/component/`)).includes('whole again'));
  check('and the other stays what it was', (await text(`${server.url}/other/`)).includes('<p>other</p>') && (await ready()).problems === broken, JSON.stringify(await ready()));
  write('other', 'others');
  check('which is corrected, too', await until(async () => (await text(`${server.url}/other/`)).includes('<p>others</p>')));
  check('and counted no more', await until(async () => (await ready()).problems === broken - 1), JSON.stringify(await ready()));
  // A template that breaks, for all pages and for some.
  fs.writeFileSync(path.join(dir, 'templates/lists.njk'), '{{ nothing() }}{{ content | safe }}');
  check('a template that fails breaks its pages', await until(async () => (await ready()).problems >= 8), JSON.stringify(await ready()));
  // What is not rendered within 200 ms is published first, and found to fail afterwards.
  check('which keep their last good version', await until(async () => (await fetch(`${server.url}/`)).status === 200 && (await text(`${server.url}/other/`)).includes('<p>others</p>')));
  fs.writeFileSync(path.join(dir, 'templates/lists.njk'), `${BASE['templates/lists.njk']} new`);
  check('until it is corrected', await until(async () => (await text(`${server.url}/other/`)).includes('new')) && await until(async () => (await ready()).problems === broken - 1), JSON.stringify(await ready()));
  // Repeatedly: failed pages stay out, whatever else is loaded.
  for (let i = 0; i < 5; i++) {
    write('other', `round ${i}`, i % 2 ? `tags: [t${i}]` : '');
    await until(async () => (await text(`${server.url}/other/`)).includes(`round ${i}`));
    check(`round ${i}: out of the lists still`, !(await text(`${server.url}/`)).includes('/filter/') && (await ready()).problems === broken - 1, JSON.stringify(await ready()));
  }
  server.child.kill('SIGHUP');
  await until(async () => /loaded .* pages/.test(server.log.split('round').at(-1)));
  check('after SIGHUP as well', await until(async () => (await ready()).problems === broken - 1));
  await server.stop();

  // Others do not fail because of it.
  const family = site({
    ...BASE,
    'data/section/index.md': page('Section', 'eleventyNavigation: {key: Section}', '{{ nothing() }}').replace('lists.njk', 'crumbs.njk'),
    'data/section/one.md': page('One', 'eleventyNavigation: {key: One, parent: Section}').replace('lists.njk', 'crumbs.njk'),
    'data/section/two.md': page('Two', 'eleventyNavigation: {key: Two, parent: One}').replace('lists.njk', 'crumbs.njk'),
    'data/shows.njk': '---\ntitle: Shows\n---\n{% for i in collections.some %}{{ i.templateContent | safe }}{% endfor %}',
    'data/some.md': page('Some', 'tags: some', '{{ nothing() }}'),
    'data/fine.md': page('Fine', 'tags: some', 'fine'),
  }, SETTINGS);
  server = await start(family);
  check('one page counts', await until(async () => (await ready()).problems >= 1));
  await settled(server);
  for (const url of ['/section/one/', '/section/two/', '/', '/fine/'])
    check(`${url} does not fail with it`, (await fetch(server.url + url)).status === 200, `${(await fetch(server.url + url)).status} ${server.log.slice(-500)}`);
  check('the broken page is out of the site map all the same', !(await text(`${server.url}/sitemap.xml`)).includes('/section/<'));
  await server.stop();
}

// ---- check without drafts and later pages; messages for authors ----
{
  const mistakes = '{{ nothing() }}';
  const files = {
    'templates/lists.njk': '{{ content | safe }}', 'templates/parts/kind/template.njk': 'x',
    'templates/c.njk': '{% macro component(name) %}{% include "parts/" + name + "/template.njk" %}{% endmacro %}',
    'data/index.md': page('Home', '', '[draft](/draft/) [soon](/soon/) [call](/call/)'),
    'data/draft.md': page('Draft', 'draft: true\nreviewBy: 2020-01-01', mistakes),
    'data/soon.md': page('Soon', 'publishAt: 2099-01-01\nreviewBy: 2020-01-01', mistakes),
    'data/come.md': page('Come', 'publishAt: 2019-01-01\nreviewBy: 2020-01-01', mistakes),
    'data/call.md': page('Call', '', "words\n\n{% from 'c.njk' import component %}{{ component('kimd') }}"),
  };
  for (const [settings, files_found] of [['', ['come', 'draft', 'soon']], ['check: {drafts: off}\n', ['come', 'soon']], ['check: {future: off}\n', ['come', 'draft']], ['check: {drafts: false, future: off}\n', ['come']], ['check: {drafts: on, future: true}\n', ['come', 'draft', 'soon']]]) {
    const found = JSON.parse(run(site(files, SETTINGS + settings), 'check', '--format', 'json').stdout);
    const names = [...new Set(found.filter((f) => f.rule === 'template').map((f) => path.basename(f.file, '.md')))].sort();
    check(`check, ${settings.trim() || 'no setting'}: ${files_found}`, names.join() === files_found.join() && !found.some((f) => f.rule === 'check-setting'), `${names} ${JSON.stringify(found.filter((f) => f.rule === 'check-setting'))}`);
    check(`check, ${settings.trim() || 'no setting'}: nothing else of them`, !found.some((f) => /draft|soon/.test(f.file) && !files_found.some((n) => f.file.includes(n))));
  }
  const dir = site(files, `${SETTINGS}check: {drafts: perhaps}\n`);
  check('check: a setting that is neither is told of', /check-setting/.test(run(dir, 'check').stdout));
  for (const [name, args] of [['check', ['check']], ['render', ['render', '/call/']]]) {
    const result = run(dir, ...args);
    check(`${name}: the hint is the component's name`, /did you mean `kind`\?/.test(result.stdout + result.stderr), result.stdout + result.stderr);
  }
  const server = await start(dir, ['--dev']);
  const shown = (await text(`${server.url}/call/`)).replaceAll('&#39;', "'");
  check('in development the headline is the author\'s line', /<pre>data\/call\.md:9:\d+: error: template not found: parts\/kimd\/template\.njk\n\s+9 \| .*component\('kimd'\)/.test(shown), shown);
  check('the macro\'s is the remark', /it failed in templates\/c\.njk:1:\d+\n/.test(shown) && /did you mean `kind`\?/.test(shown), shown);
  await server.stop();
}
finish('embargo');
