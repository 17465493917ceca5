// SPDX-License-Identifier: MIT
//
// Editing a site that has its own JavaScript: a change to the configuration, to a module it imports,
// to a JavaScript data file or to a file that a function reads takes effect by itself, in
// `serve --dev` and in `serve`, and nothing that does not depend on it is asked again. 500 pages.
import fs from 'node:fs';
import path from 'node:path';
import { check, finish, patience, site, sleep, start, until } from './harness.mjs';

const PAGES = 500;
const CONFIG = `import { shout } from './lib/shout.js';
import fs from 'node:fs';
export default function (config) {
  config.addFilter('shout', shout);
  config.addFilter('whisper', (text) => text.toLowerCase());
  config.addFilter('words', () => fs.readFileSync('words/list.txt', 'utf8').trim());
  config.addCollection('posts', (api) => api.getFilteredByTag('post').slice(0, 10));
  return { dir: { input: 'src', includes: '_includes', data: '_data' }, markdownTemplateEngine: 'njk' };
}
`;
const files = {
  'package.json': '{"type":"module"}',
  'eleventy.config.js': CONFIG,
  'lib/shout.js': 'export const shout = (text) => `${text}!`;\n',
  'words/list.txt': 'one two\n',
  'src/_includes/page.njk': '<!doctype html><html lang="en"><title>{{ title | shout }}</title><body>{{ content | safe }}{{ team.name }}</body></html>\n',
  'src/_data/team.js': 'export default () => ({ name: "Harbour" });\n',
  'src/words.njk': '---\nlayout: page.njk\ntitle: Words\n---\n{{ "" | words }}\n',
};
for (let i = 0; i < PAGES; i++)
  files[`src/posts/p${i}.md`] = `---\nlayout: page.njk\ntitle: Page ${i}\ntags: post\n---\n# {{ title | whisper }}\n\n${'text '.repeat(100)}\n`;

const times = [];
async function run(args) {
  const name = args.length ? 'serve --dev' : 'serve';
  const dir = site(files, 'name: Dev\neleventy_config: eleventy.config.js\n');
  const server = await start(dir, [...args, '--log-access', 'false']);
  const write = (file, text) => fs.writeFileSync(path.join(dir, file), text);
  const text = async (url) => (await fetch(server.url + url)).text();
  const metric = async (what) => Number(new RegExp(`^guidanced_${what} (\\S+)`, 'm').exec(await text('/metrics'))?.[1]);
  const calls = () => metric('script_calls_total');
  // Until no more questions come: background rendering is done.
  const settle = async () => {
    for (let before = -1, now = 0; before !== now; before = now, now = await calls()) await sleep(400);
    return calls();
  };
  const shows = async (what, change, url, wanted, ms) => {
    const began = performance.now();
    change();
    const seen = await until(async () => (await text(url)).includes(wanted), 10000);
    const took = performance.now() - began;
    times.push(`${name}: ${what}: ${Math.round(took)} ms`);
    check(`${name}: ${what} is seen`, seen, await text(url));
    check(`${name}: ${what} within ${ms} ms`, took < ms * patience(), `${took} ms`);
  };
  check(`${name}: a page is served`, (await text('/posts/p3/')).includes('<title>Page 3!</title>'));
  await settle();
  const starts = await metric('script_starts_total');

  // A module that the configuration imports: any function may answer differently.
  await shows('a changed filter', () => write('lib/shout.js', 'export const shout = (text) => `${text}?`;\n'), '/posts/p3/', '<title>Page 3?</title>', 1000);
  check(`${name}: one new host has loaded it`, (await metric('script_starts_total')) === starts + 1);
  await settle();
  await shows('a changed configuration', () => write('eleventy.config.js', CONFIG.replace('text.toLowerCase()', '"now " + text.toLowerCase()')), '/posts/p3/', 'now page 3', 1000);
  let known = await settle();

  // Data: only that file runs again.
  await shows('a changed data file', () => write('src/_data/team.js', 'export default () => ({ name: "Port" });\n'), '/posts/p3/', 'Port', 1000);
  let now = await settle();
  check(`${name}: a data file alone is asked again, and what reads pages`, now - known >= 1 && now - known <= 4, now - known);
  known = now;

  // A file that a function has read.
  await shows('a changed file that a filter reads', () => write('words/list.txt', 'three four\n'), '/words/', 'three four', 1000);
  now = await settle();
  check(`${name}: only that filter is asked again`, now - known === 1, now - known);
  known = now;

  // A page: only the collection depends on it.
  await shows('a changed page', () => write('src/posts/p7.md', files['src/posts/p7.md'].replace('text text', 'other text')), '/posts/p7/', 'other text', 1000);
  now = await settle();
  check(`${name}: a saved text asks for nothing but collections`, now - known <= 2, now - known);

  // A configuration that breaks: pages stay, and the error has its place.
  write('eleventy.config.js', 'export default function (config) { config.nothing.at.all(); }\n');
  const told = await until(async () => /eleventy\.config\.js:1/.test(await text('/readyz')), 10000);
  check(`${name}: a broken configuration is told with its place`, told, await text('/readyz'));
  if (!args.length) check(`${name}: and the pages stay`, (await text('/posts/p3/')).includes('now page 3'));
  await shows('a mended configuration', () => write('eleventy.config.js', CONFIG), '/posts/p3/', '>page 3<', 1000);
  await server.stop();
}

await run([]);
await run(['--dev']);
for (const line of times) console.log(line);
finish('script-dev');
process.exit();
