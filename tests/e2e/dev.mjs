// SPDX-License-Identifier: MIT
//
// Writing a site: what is watched, when it is read again, and development mode: pages that reload
// by themselves, errors with source and caret, drafts.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { check, finish, patience, site, sleep, start, until } from './harness.mjs';

const MEMORY = ['--cache', ':memory:'];
const text = async (url) => (await fetch(url)).text();
const shows = (url, what, ms) => until(async () => (await text(url)).includes(what), ms);
const files = {
  'data/index.md': '---\ntitle: Home\nlayout: page.njk\n---\n# Home\n',
  'data/draft.md': '---\ntitle: Draft\ndraft: true\n---\n# A draft\n',
  'templates/page.njk': '<main>{{ site.name }} {{ words.one }} {{ "/assets/a.css" | asset }} {% include "part.njk" %}{{ content | safe }}</main>',
  'more/part.njk': '<p>part one</p>',
  'data/_data/words.yaml': 'one: word-one\n',
  'public/a.css': 'a { }\n',
  'single.txt': 'single one\n',
};
const SETTINGS = 'name: First\ntemplate_paths: [more]\npassthrough:\n  /assets: public\n  /single.txt: single.txt\n';

// ---- what is watched ----
for (const [how, args] of [['by events', []], ['by walking', ['--watch-polling']]]) {
  const dir = site(files, SETTINGS);
  const write = (name, content) => fs.writeFileSync(path.join(dir, name), content);
  const server = await start(dir, [...MEMORY, ...args]);
  check(`${how}: the log says so`, server.log.includes('checked every second') === (how === 'by walking'), server.log);
  write('data/index.md', '---\ntitle: Home\nlayout: page.njk\n---\n# Page two\n');
  check(`${how}: a page`, await shows(server.url, 'Page two'));
  write('templates/page.njk', `${files['templates/page.njk']}<p>layout two</p>`);
  check(`${how}: a layout`, await shows(server.url, 'layout two'));
  write('more/part.njk', '<p>part two</p>');
  check(`${how}: a template on the path`, await shows(server.url, 'part two'));
  write('data/_data/words.yaml', 'one: word-two\n');
  check(`${how}: data`, await shows(server.url, 'word-two'));
  const before = /\/assets\/a\.[0-9a-f]+\.css/.exec(await text(server.url))[0];
  write('public/a.css', 'b { color: red }\n');
  check(`${how}: an asset`, await until(async () => !(await text(server.url)).includes(before)));
  write('single.txt', 'single two\n');
  check(`${how}: a single file`, await shows(`${server.url}/single.txt`, 'single two'));
  write('guidance.yaml.new', SETTINGS.replace('First', 'Second'));
  fs.renameSync(path.join(dir, 'guidance.yaml.new'), path.join(dir, 'guidance.yaml'));
  check(`${how}: guidance.yaml, put in the place of the old`, await shows(server.url, 'Second'));
  write('guidance.yaml', 'nmae: x\n');
  check(`${how}: a broken guidance.yaml is told, and the site stays`, await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).status === 'warn') && (await text(server.url)).includes('Second') && /guidance\.yaml:1/.test(server.log), server.log.slice(-300));
  write('guidance.yaml', `${SETTINGS.replace('First', 'Third')}redirects:\n  - {from: /old/, to: /}\n`);
  check(`${how}: and mended`, await shows(server.url, 'Third') && (await fetch(`${server.url}/old/`, { redirect: 'manual' })).status === 301);
  fs.mkdirSync(path.join(dir, 'data/new/deep'), { recursive: true });
  write('data/new/deep/page.md', '# In a new directory\n');
  check(`${how}: a new directory`, await shows(`${server.url}/new/deep/page/`, 'In a new directory'));
  await sleep(1200);
  write('data/new/deep/page.md', '# Changed in the new directory\n');
  check(`${how}: and what changes in it`, await shows(`${server.url}/new/deep/page/`, 'Changed in the new'));
  fs.rmSync(path.join(dir, 'data/new'), { recursive: true });
  check(`${how}: one that goes`, await until(async () => (await fetch(`${server.url}/new/deep/page/`)).status === 404));
  await sleep(300);
  const loads = server.log.match(/loaded \d+ pages/g).length;
  fs.mkdirSync(path.join(dir, 'data/.git'), { recursive: true });
  write('data/.git/index', 'x');
  write('data/.index.md.swp', 'x');
  write('unrelated.txt', 'x');
  await sleep(1500);
  check(`${how}: editors' files do not matter`, server.log.match(/loaded \d+ pages/g).length === loads, server.log.slice(-400));
  await server.stop();
}

// ---- many saves are one reload, and endless saves still reach readers ----
{
  const dir = site(files, SETTINGS);
  const server = await start(dir, MEMORY);
  const count = () => server.log.match(/loaded \d+ pages/g).length;
  const before = count();
  for (let i = 0; i < 200; i++) fs.writeFileSync(path.join(dir, `data/burst${i}.md`), `# ${i}\n`);
  await shows(`${server.url}/burst199/`, '199');
  check('a burst is a few reloads', count() - before <= 20, count() - before);
  let writing = true, n = 0;
  const endless = (async () => {
    while (writing) {
      fs.writeFileSync(path.join(dir, 'data/endless.md'), `# Endless ${++n}\n`);
      await sleep(3);
    }
  })();
  check('endless writing is seen while it goes on', await shows(`${server.url}/endless/`, 'Endless', 3000));
  writing = false;
  await endless;
  check('and its end', await shows(`${server.url}/endless/`, `Endless ${n}`));
  await server.stop();
}

// ---- development ----
{
  const dir = site(files, SETTINGS);
  const server = await start(dir, [...MEMORY, '--dev']);
  const write = (content) => fs.writeFileSync(path.join(dir, 'data/index.md'), content);
  const page = await text(server.url);
  check('drafts are visible', (await text(`${server.url}/draft/`)).includes('A draft'));
  const script = /<script src="(\/\.guidanced\/live\.js\?version=(\d+))"><\/script>\n$/.exec(page);
  check('a page ends with the script', !!script, page);
  const live = await fetch(server.url + script[1]);
  check('which is served, and allowed by the policy', live.headers.get('content-type').startsWith('text/javascript') && (await live.text()).includes('EventSource') && live.headers.get('content-security-policy').includes("script-src 'self'"));

  const events = [];
  let ended = false;
  const listen = (on) => http.get(`${server.url}/.guidanced/events`, { agent: false }, (response) => {
    on?.(response);
    response.setEncoding('utf8');
    response.on('data', (d) => events.push(...[...d.matchAll(/^data: (\d+)$/gm)].map((m) => m[1])));
    response.on('close', () => (ended = true));
  }).on('error', () => {});
  let type;
  listen((response) => (type = response.headers['content-type']));
  await until(() => events.length);
  check('events: the version of the page at first', type === 'text/event-stream' && events[0] === script[2], `${type} ${events}`);
  const others = Array.from({ length: 20 }, () => listen());
  await until(() => events.length >= 21);
  events.length = 0;
  write('---\ntitle: x\nlayout: page.njk\n---\n# Saved\n');
  check('events: a save is told to everyone', await until(() => events.length >= 21, 3000), events.length);
  check('events: and the page has that version', (await text(server.url)).includes(`version=${events.at(-1)}`));
  others.forEach((request) => request.destroy());

  write('---\ntitle: x\nlayout: page.njk\n---\n# Saved\n\n{{ title | nosuch <b> }}\n');
  const broken = await until(async () => { const r = await fetch(server.url); return r.status === 500 && r.text(); });
  check('an error is shown in the page: place, source and caret', /data\/index\.md:7:\d+/.test(broken) && /\{\{ title \| nosuch &lt;b&gt; \}\}\n\s*\|\s*\^/.test(broken) && broken.includes('live.js'), broken);
  write('---\ntitle: [\n---\n# x\n');
  const matter = await until(async () => { const t = await text(server.url); return /index\.md:\d+:\d+/.test(t) && !t.includes('nosuch') && t; });
  check('one of the front matter as well', !!matter, matter);
  write('---\ntitle: x\nlayout: page.njk\n---\n# Mended\n');
  check('mended', await shows(server.url, 'Mended'));
  fs.writeFileSync(path.join(dir, 'data/_data/words.yaml'), 'one: ]\n');
  const data = await until(async () => { const r = await fetch(server.url); return r.status === 500 && r.text(); });
  check('an error of the whole site is shown in every page', /words\.yaml:\d+:\d+/.test(data) && /\^/.test(data), data);
  fs.writeFileSync(path.join(dir, 'data/_data/words.yaml'), 'one: "x"\ntwo: three: four\n');
  check('another error in its place is shown', await until(async () => /words\.yaml:2:/.test(await text(server.url))), await text(server.url));
  check('and told by /readyz', (await (await fetch(`${server.url}/readyz`)).json()).checks['site:reload'][0].output.includes('words.yaml:2:'));
  fs.writeFileSync(path.join(dir, 'data/_data/words.yaml'), 'one: word-three\n');
  check('and gone when it is mended', await shows(server.url, 'word-three'));
  check('clients that have gone are noticed', await until(async () => Number(/^guidanced_http_in_flight (\d+)/m.exec(await text(`${server.url}/metrics`))[1]) <= 2, 8000));
  const begun = Date.now();
  const { code } = await server.stop();
  check('an open stream does not hold up the stop', code === 0 && Date.now() - begun < 3000 * patience() && (await until(() => ended)), Date.now() - begun);
}
{
  const server = await start(site(files, SETTINGS), MEMORY);
  check('outside development: no drafts, no script, no events', (await fetch(`${server.url}/draft/`)).status === 404 && !(await text(server.url)).includes('live.js') && (await fetch(`${server.url}/.guidanced/events`)).status === 404);
  await server.stop();
}
finish('dev');
process.exit();
