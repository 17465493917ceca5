// SPDX-License-Identifier: MIT
//
// In which order pages and collections are made: generated sites of paginations over tags, over
// functions' collections, over the names of collections and over all, which are in tags and
// functions' collections themselves. Each page shows what every collection has, and must be what
// the site's own Eleventy writes, with each of its major versions.
//
//   node tests/e2e/eleventy-order.mjs [--sites 12] [--seed 1]
import fs from 'node:fs';
import path from 'node:path';
import { compareGenerated, option, randomness } from './eleventy-oracle.mjs';
import { finish } from './harness.mjs';

const { seed, random, pick, some } = randomness(option('--seed', 1));

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

compareGenerated('eleventy-order', { makeSite, seed, pages: 10});
finish('eleventy-order');
