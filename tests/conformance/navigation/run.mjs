// SPDX-License-Identifier: MIT
//
// eleventy-navigation as the oracle: random page sets (trees, orders, pins, repeated and missing
// keys) go through the plugin's functions and through ours, with equal results. Version 1.0.5 is
// for Eleventy 3; sites with Eleventy 1 have 0.3.5.
//
//   node run.mjs [--file cases.json] [--eleventy 1|3] [--seed 1]    recorded cases, one version
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const PLUGINS = {
  3: require('@11ty/eleventy-navigation/eleventy-navigation.js'),
  1: require('eleventy-navigation-0/eleventy-navigation.js'),
};
const BINARY = process.env.GUIDANCED || 'build/debug/guidanced';
const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : null);
const FILTER = {
  findNavigationEntries: 'eleventyNavigation',
  findBreadcrumbEntries: 'eleventyNavigationBreadcrumb',
  toHtml: 'eleventyNavigationToHtml',
  toMarkdown: 'eleventyNavigationToMarkdown',
};

// ---- random page sets, from a seed ----
let seed = +(option('--seed') || 20240523);
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const pick = (list) => list[random(list.length)];

function pageSet(size) {
  const keys = Array.from({ length: size }, (_, i) => (random(6) === 0 && i ? `k${random(i)}` : `k${i}`));
  return keys.map((key, i) => {
    const nav = { key };
    // A parent before the page, so that no key is its own ancestor; sometimes one that does not
    // exist.
    const parent = i ? keys[random(i)] : null;
    if (random(4) && parent && parent !== key && !keys.slice(0, i).includes(key)) nav.parent = random(12) ? parent : pick(['missing', '', null, true]);
    if (random(3) === 0) nav.title = pick(['A & <b>', 'Title', `T${i}`, '', 0]);
    if (random(2)) nav.order = pick([0, 1, 2, 3, -1, 10, 2.5, '3', '10', 'last', null]);
    if (random(10) === 0) nav.pinned = true;
    if (random(8) === 0) nav.url = pick([`/own/${i}/`, `/own/${i}/`, 'https://example.org/', '', null, '#part']);
    if (random(30) === 0) delete nav.key;
    if (random(8) === 0) nav.excerpt = 'Who & what';
    const data = { page: { url: random(20) ? `/p${i}/` : false } };
    if (random(8)) data.eleventyNavigation = nav;
    return { data };
  });
}

function randomCases(plugin, old) {
  const cases = [];
  for (let i = 0; i < 250; i++) {
    const pages = pageSet(1 + random(14));
    const key = pick([`k${random(14)}`, `k${random(14)}`, `k${random(3)}`, `k${random(3)},k${random(5)}`, 'k1,,k2', '']);
    cases.push({ fn: 'findNavigationEntries', pages, args: random(2) ? [] : [key] });
    cases.push({ fn: 'findBreadcrumbEntries', pages, args: [key, { includeSelf: random(2) === 1, allowMissing: random(4) > 0 }] });
    cases.push({
      fn: pick(['toHtml', 'toMarkdown']), pages, find: { fn: 'findNavigationEntries', args: [] },
      args: [pick([{}, { showExcerpt: true }, { activeKey: key, activeListItemClass: 'on', activeAnchorClass: 'a', useAriaCurrentAttr: true },
        { listElement: 'ol', listClass: 'x', listItemClass: 'y', listItemHasChildrenClass: 'z', anchorClass: 'w' },
        { useTopLevelDetails: true, anchorElementWithoutHref: 'span' }, { listElement: 'nav', listItemElement: 'p', childDepth: 2, showExcerpt: true },
        { isChildList: true, listClass: 'x', useTopLevelDetails: true, anchorElementWithoutHref: '' }])],
    });
  }
  for (const c of cases) {
    try {
      const config = old ? { getFilter: () => urlFilter } : { pathPrefix: '/' };
      const pages = structuredClone(c.pages);
      const first = c.find ? plugin[c.find.fn](pages, ...c.find.args) : null;
      c.expected = c.find ? plugin[c.fn].call(config, first, ...structuredClone(c.args)) : plugin[c.fn](pages, ...c.args);
    } catch (e) {
      c.error = e.message;
    }
  }
  return cases;
}

// Eleventy 1's url filter at the root.
function urlFilter(url) {
  const text = url || '';
  try {
    return new URL(text) && text;
  } catch {
    const normal = path.posix.normalize(text);
    return text === '' || normal === '/' ? (text === '' ? '.' : '/') : normal;
  }
}

// ---- ours: one page per case ----
const sorted = (v) => JSON.stringify(v, (k, x) => (x && typeof x === 'object' && !Array.isArray(x)
  ? Object.fromEntries(Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1))) : x));

function compare(eleventy) {
  let cases = option('--file') ? JSON.parse(fs.readFileSync(option('--file'))).cases : randomCases(PLUGINS[eleventy], eleventy === '1');
  if (eleventy === '1' && option('--file')) cases = cases.map((c) => (c.v035 ? { ...c, error: undefined, ...c.v035 } : c));
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-nav-'));
  fs.mkdirSync(path.join(dir, 'data/_data'), { recursive: true });
  fs.mkdirSync(path.join(dir, 'templates'));
  fs.writeFileSync(path.join(dir, 'guidance.yaml'), `name: t\neleventy_version: ${eleventy}\n`);
  fs.writeFileSync(path.join(dir, 'data/_data/cases.json'), JSON.stringify(cases.map(({ pages, args, find }) => ({ pages, args, find }))));
  const call = (args, at) => (args.length ? `(${args.map((_, i) => `${at}[${i}]`).join(', ')})` : '');
  cases.forEach((c, i) => {
    const input = c.find ? ` | ${FILTER[c.find.fn]}${call(c.find.args, 'c.find.args')}` : '';
    const dump = c.fn.startsWith('find') ? ' | dump' : '';
    const pages = c.pages === undefined ? '[]' : 'c.pages';
    fs.writeFileSync(path.join(dir, `data/p${i}.njk`),
      `---\npermalink: /${i}.txt\neleventyExcludeFromCollections: true\n---\n{% set c = cases[${i}] %}{{ ${pages}${input} | ${FILTER[c.fn]}${call(c.args, 'c.args')}${dump} | safe }}`);
  });
  const out = path.join(dir, 'out');
  try {
    execFileSync(BINARY, ['build', '--site', dir, '--out', out], { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch {
    // Broken pages are expected where the plugin throws.
  }
  let passed = 0;
  let failed = 0;
  cases.forEach((c, i) => {
    let got = null;
    try {
      got = fs.readFileSync(path.join(out, `${i}.txt`), 'utf8');
    } catch {
      // no output: an error
    }
    const want = c.error !== undefined ? null : c.fn.startsWith('find') ? sorted(c.expected) : c.expected;
    const have = got === null ? null : c.fn.startsWith('find') ? sorted(JSON.parse(got)) : got;
    if (want === have) passed++;
    else {
      failed++;
      if (failed <= 5) console.log(`not ok: ${c.fn} ${c.test || i} ${JSON.stringify(c.args)}\n  pages ${JSON.stringify(c.pages)?.slice(0, 500)}\n  want ${want ?? c.error}\n  got  ${have}`.slice(0, 2500));
    }
  });
  fs.rmSync(dir, { recursive: true });
  return { passed, failed };
}

const total = { passed: 0, failed: 0 };
for (const eleventy of option('--eleventy') ? [option('--eleventy')] : Object.keys(PLUGINS)) {
  const { passed, failed } = compare(eleventy);
  console.log(`as with Eleventy ${eleventy}: ${passed} equal, ${failed} not`);
  total.passed += passed;
  total.failed += failed;
}
console.log(`navigation: ${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;
