// SPDX-License-Identifier: MIT
//
// In which order pages and collections are made: generated sites of paginations over tags, over
// functions' collections, over the names of collections and over all, which are in tags and
// functions' collections themselves. Each page shows what every collection has, and must be what
// the site's own Eleventy writes, with each of its major versions.
//
//   node tests/e2e/eleventy-order.mjs [--sites 12] [--seed 1]
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, ROOT } from './harness.mjs';

const option = (name, fallback) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : fallback);
const SITES = option('--sites', 12);
const ALL_VERSIONS = { 1: 'eleventy-1', 2: 'eleventy-2', 3: '@11ty/eleventy' };
const VERSIONS = Object.fromEntries(Object.entries(ALL_VERSIONS).filter(([major]) => option('--version', Number(major)) === Number(major)));
const SCRIPT = path.join(ROOT, 'tests/script');
const work = fs.mkdtempSync(path.join(ROOT, 'build/eleventy-order-'));
let state = option('--seed', 1);
const random = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 16) % n;
};
const pick = (list) => list[random(list.length)];
const some = (list) => list.filter(() => random(3) === 0);

// ---- a site ----

const TAGS = ['red', 'green', 'blue'];
const FUNCTIONS = { most: 'api.getAll()', reds: "api.getFilteredByTag('red')", listed: "api.getFilteredByGlob('src/p*.njk')", sorted: 'api.getAllSorted()' };

const CONFIG = `module.exports = (config) => {
  const url = (page) => page.url;
${Object.entries(FUNCTIONS).map(([name, body]) => `  config.addCollection('${name}', (api) => ${body});`).join('\n')}
  config.addCollection('words', (api) => [...new Set(api.getAll().flatMap((page) => page.data.tags || []))].sort());
  config.addFilter('urls', (list) => (list || []).map((page) => page.url || page).sort().join(' '));
  return { dir: { input: 'src' } };
};
`;
const shows = [...TAGS, ...Object.keys(FUNCTIONS), 'words', 'all'].map((name) => `${name}: {{ collections.${name} | urls }}`).join('\n');

function frontMatter(lines) {
  return `---\n${lines.filter(Boolean).join('\n')}\n---\n`;
}

// Version 1 has no eleventyImport.
function paginated(name, major) {
  const over = pick([...TAGS, ...Object.keys(FUNCTIONS), 'words', 'all', '']);
  const tags = over === 'all' || over === '' ? [] : some(TAGS).filter((tag) => tag !== over);
  const lines = [
    'pagination:',
    `  data: collections${over && `.${over}`}`,
    `  size: ${1 + random(3)}`,
    random(2) && '  addAllPagesToCollections: true',
    'date: 2026-01-01',
    `permalink: /${name}/{{ pagination.pageNumber }}/`,
    tags.length && `tags: [${tags.join(', ')}]`,
    random(6) === 0 && 'eleventyExcludeFromCollections: true',
    major > 1 && random(6) === 0 && `eleventyImport: { collections: [${pick([...TAGS, ...Object.keys(FUNCTIONS)])}] }`
  ];
  return `${frontMatter(lines)}${name}: {{ pagination.items | urls }}\n`;
}

function makeSite(root, major) {
  const write = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  write('.eleventy.js', CONFIG);
  write('package.json', '{"name":"order"}');
  write('guidance.yaml', 'name: Order\neleventy_config: .eleventy.js\n');
  for (let i = 0; i < 4; i++) write(`src/p${i}.njk`, `${frontMatter([`tags: [${some(TAGS)}]`, 'date: 2026-01-01'])}x\n`);
  for (let i = 0, count = 2 + random(4); i < count; i++) write(`src/over${'gaze'[i % 4]}${i}.njk`, paginated(`over${i}`, major));
  write('src/show.njk', `${frontMatter(['permalink: /show.html', 'eleventyExcludeFromCollections: true'])}${shows}\n`);
}

// ---- what is written ----

const run = (command, args, cwd) => spawnSync(command, args, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: cwd, TZ: 'UTC' }, timeout: 120_000 });
const written = (out) =>
  Object.fromEntries(
    fs.readdirSync(out, { recursive: true }).map(String).filter((name) => name.endsWith('.html')).sort()
      .map((name) => [name, fs.readFileSync(path.join(out, name), 'utf8').trim()])
  );
const difference = (theirs, ours) =>
  Object.keys({ ...theirs, ...ours }).filter((name) => theirs[name] !== ours[name]).map((name) => `${name}\n      theirs: ${theirs[name]}\n      ours:   ${ours[name]}`);

let refused = 0, pages = 0;
for (const [major, installed] of Object.entries(VERSIONS)) {
  const root = path.join(work, major);
  fs.mkdirSync(root);
  const modules = path.join(root, 'node_modules');
  execFileSync('cp', ['-al', path.join(SCRIPT, 'node_modules'), modules]);
  if (installed !== '@11ty/eleventy') {
    fs.rmSync(path.join(modules, '@11ty/eleventy'), { recursive: true });
    fs.renameSync(path.join(modules, installed), path.join(modules, '@11ty/eleventy'));
  }
  const directory = path.join(modules, '@11ty/eleventy');
  const { bin } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
  for (let n = 0; n < SITES; n++) {
    for (const part of ['src', 'theirs', 'ours']) fs.rmSync(path.join(root, part), { recursive: true, force: true });
    const seed = state;
    makeSite(root, Number(major));
    const build = () => run(process.execPath, [path.join(directory, bin.eleventy), '--quiet', '--output=theirs'], root);
    if (build().status !== 0) {
      refused++; // a circle, or two pages at one address
      continue;
    }
    const ours = run(BINARY, ['build', '--site', root, '--out', path.join(root, 'ours')], root);
    const compare = () => (ours.status === 0 ? difference(written(path.join(root, 'theirs')), written(path.join(root, 'ours'))) : [ours.stderr]);
    let differs = compare();
    // Eleventy reads files at once, and on a busy machine their order may differ from run to run.
    for (let again = 0; differs.length && again < 15 && build().status === 0; again++) differs = compare();
    pages += Object.keys(written(path.join(root, 'theirs'))).length;
    check(`Eleventy ${major}, seed ${seed}: the same pages`, differs.length === 0, differs.join('\n    '));
  }
}
check('most sites can be built', refused < SITES && pages > 10 * SITES, `${refused} refused, ${pages} pages`);
if (process.argv.includes('--keep')) console.log(work);
else fs.rmSync(work, { recursive: true, force: true });
finish('eleventy-order');
