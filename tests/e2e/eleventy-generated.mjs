// SPDX-License-Identifier: MIT
//
// Generated sites of everything that decides what a page is: global, directory and template data,
// chains of layouts, front matter, tags from several places, computed data, permalinks, dates and
// paginations. Each page prints its data, and must be what Eleventy writes.
//
//   node tests/e2e/eleventy-generated.mjs [--sites 12] [--seed 1] [--version 3] [--keep]
import fs from 'node:fs';
import path from 'node:path';
import { compareGenerated, option, randomness } from './eleventy-oracle.mjs';
import { finish } from './harness.mjs';

const { seed, random, pick, some } = randomness(option('--seed', 1));
const often = (value) => random(2) && value;
const seldom = (value) => random(5) === 0 && value;

const CONFIG = `module.exports = (config) => {
  config.addFilter('urls', (list) => (list || []).map((page) => page.url).join(' '));
  return { dir: { input: 'src', layouts: '_layouts', includes: '_parts' }, markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk' };
};
`;
const SHOWN = ['title', 'tags', 'kind', 'deep', 'list', 'own', 'both', 'slug2', 'shout', 'lang'];
const show = (where) => `${where}: ${SHOWN.map((name) => `${name}={{ ${name} | dump | safe }}`).join(' ')} url={{ page.url }} out={{ page.outputPath }} slug={{ page.fileSlug }} stem={{ page.filePathStem }} date={{ page.date | dump | safe }}`;

// ---- data ----

const scalar = () => pick(['a', 'B c', '', 0, 7, -1.5, true, false, null, 'ü&<', '{{ title }}', '2026-05-01']);
const value = (depth = 0) => (depth < 2 && random(3) === 0 ? (random(2) ? { x: value(depth + 1), [pick(['y', 'z'])]: value(depth + 1) } : [value(depth + 1), scalar()].slice(random(2))) : scalar());

function data(names, more = {}, make = value) {
  const object = { ...more };
  for (const name of names) object[name] = make();
  return object;
}
const json = (object) => JSON.stringify(object, null, 1);
const frontMatter = (object) => `---\n${Object.entries(object).filter(([, v]) => v !== undefined && v !== false).map(([key, v]) => `${/[:]/.test(key) ? JSON.stringify(key) : key}: ${JSON.stringify(v)}`).join('\n')}\n---\n`;

const computed = () => pick([
  { slug2: '{{ title | slugify }}' },
  { shout: '{{ title | upper }} {{ kind }}', slug2: '{{ shout }}-2' },
  { title: 'Computed {{ kind }}' },
  { deep: { x: '{{ page.url }}' } },
  { own: '{{ page.fileSlug }} {{ pagination.pageNumber }}' }
]);
const permalink = (name) => pick([
  `/${name}-here/`, `/${name}.html`, `/x/{{ page.fileSlug }}-${name}/`, `${name}/plain/`, `/{{ kind | slugify }}-${name}/index.html`, `/dir-${name}/{{ page.filePathStem }}.html`, `/${name}/{{ title | slugify }}/`, false
]);

// Before version 3 a number has no pages and a text one for each letter; here both are errors.
function pagination(name, major) {
  const rules = { data: pick(['list', major < 3 ? 'list' : 'deep', 'numbers', 'people', 'empty', 'people.names']), size: 1 + random(3), ...often({ alias: 'item' }), ...seldom({ reverse: true }), ...seldom({ filter: ['two', 'x'] }), ...seldom({ generatePageOnEmptyData: true }), ...seldom({ resolve: 'values' }), ...seldom({ addAllPagesToCollections: true }) };
  return { pagination: rules, permalink: pick([undefined, `/${name}/{{ pagination.pageNumber }}/`, `/${name}/{% if pagination.pageNumber %}p{{ pagination.pageNumber + 1 }}/{% endif %}`, `/${name}/{{ pagination.pageNumber }}-{{ item | slugify if item is string else 'i' }}/`]) };
}
const PAGED = `items={{ pagination.items | dump | safe }} item={{ item | dump | safe }} n={{ pagination.pageNumber }} of={{ pagination.pages.length }} hrefs={{ pagination.hrefs | dump | safe }} next={{ pagination.href.next }} prev={{ pagination.href.previous }} first={{ pagination.href.first }} size={{ pagination.size }}`;

// Pages of one pagination share their computed data before version 3: it is not computed here.
function pageData(name, major) {
  return {
    ...data(some(SHOWN.filter((key) => !['tags', 'list', 'lang'].includes(key)))),
    ...often({ title: `Title ${name}` }),
    ...often({ tags: pick(['red', ['red', 'blue'], ['blue'], []]) }),
    ...seldom({ 'override:tags': ['green'] }),
    ...seldom({ 'override:deep': { only: 1 } }),
    ...often({ layout: pick(['outer.njk', 'inner.njk', 'outer']) }),
    date: pick(['2026-01-02', '2025-12-31T23:30:00Z', '2026-03-01']),
    ...seldom({ eleventyExcludeFromCollections: true }),
    ...(random(3) === 0 ? pagination(name, major) : { ...often({ permalink: permalink(name) }), ...seldom({ eleventyComputed: computed() }) })
  };
}

function makeSite(root, major) {
  const write = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  write('.eleventy.js', CONFIG);
  write('package.json', '{"name":"generated"}');
  write('guidance.yaml', 'name: Generated\neleventy_config: .eleventy.js\n');
  write('src/_data/numbers.json', json([3, 1, 2]));
  write('src/_data/people.json', json({ names: ['one', 'two', 'three'], two: { age: 2 }, x: { age: 1 } }));
  write('src/_data/empty.json', '[]');
  write('src/_data/kind.json', json(value()));
  if (random(2)) write('src/_data/deep.json', json({ x: 'global', w: [1] }));
  if (random(2)) write('src/_data/both.json', json(value()));
  write('src/_data/list.json', json(['l1', 'l2', 'l3', 'l4']));
  // Without objects: Eleventy merges a page's into a layout's, for all pages that come later.
  write('src/_layouts/outer.njk', `${frontMatter(data(some(['kind', 'own', 'deep']), { ...often({ tags: ['lay'] }), lang: 'en' }, scalar))}<main>{{ content | safe }}</main>\n${show('outer')}\n`);
  write('src/_layouts/inner.njk', `${frontMatter({ layout: 'outer.njk', ...data(some(['kind', 'both']), {}, scalar), ...seldom({ tags: 'inner' }) })}<p>{{ content | safe }}</p>\n${show('inner')}\n`);
  write('src/part/part.json', json(data(some(['kind', 'own', 'both', 'title']), { ...often({ tags: pick(['dir', ['dir', 'red']]) }), ...often({ layout: 'inner.njk' }), ...seldom({ permalink: '/moved/{{ page.fileSlug }}/' }), ...(major > 2 && seldom({ eleventyComputed: computed() })) })));
  if (random(2)) write('src/part/sub/sub.11tydata.json', json(data(some(['kind', 'deep']), { ...often({ tags: ['sub'] }) })));
  for (const [i, folder] of ['', '', 'part/', 'part/', 'part/sub/', 'part/sub/'].entries()) {
    const name = pick([`n${i}`, `2026-02-0${i + 1}-dated${i}`, `n${i}.x`, `N ${i}`]);
    const own = pageData(`n${i}`, major);
    if (random(4) === 0) write(`src/${folder}${name}.json`, json(data(some(['kind', 'own', 'title']))));
    write(`src/${folder}${name}.njk`, `${frontMatter(own)}${show('page')}${own.pagination ? `\n${PAGED}` : ''}\n`);
  }
  write('src/show.njk', `${frontMatter({ permalink: '/show.html', eleventyExcludeFromCollections: true })}${['red', 'blue', 'green', 'lay', 'inner', 'dir', 'sub', 'all'].map((name) => `${name}: {{ collections.${name} | urls }}`).join('\n')}\n`);
}

compareGenerated('eleventy-generated', { makeSite, seed, pages: 3 });
finish('eleventy-generated');
