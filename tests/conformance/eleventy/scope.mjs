// SPDX-License-Identifier: MIT
//
// Eleventy 3 and guidanced on small sites, each about one question: what a name means, when it is
// known, where a path is looked up. Every page must be equal, byte for byte.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const BINARY = path.resolve(process.env.GUIDANCED || path.join(ROOT, 'build/debug/guidanced'));
const WORK = path.join(ROOT, 'build/eleventy/scope');

const CONFIG = `export default function (config) {
  CALLS
  return { dir: { input: 'data', includes: '../templates', output: '_site' }, markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk' };
}
`;
const page = (front, body) => `---\ndate: 2024-01-01\n${front}---\n${body}\n`;
const NAMES = '{% for n in [navigation, request, search, error, suggestions, reviewOverdue, feedback, text, theme] %}[{{ n | dump | safe }}]{% endfor %}{% if navigation %}yes{% else %}no{% endif %}';

const SITES = {
  // ---- names that the server gives its own templates ----
  'no such name': { files: { 'data/a.njk': page('', NAMES), 'data/b.njk': page('reviewBy: 2020-01-01\n', NAMES) } },
  'names in global data': {
    files: {
      'data/a.njk': page('', NAMES), 'data/b.njk': page('eleventyNavigation: {key: B}\n', '{{ navigation | dump | safe }}'),
      ...Object.fromEntries(['navigation', 'request', 'search', 'error', 'suggestions', 'reviewOverdue', 'feedback', 'text', 'theme'].map((n) => [`data/_data/${n}.json`, `{"of": "${n}", "list": [1]}`])),
    },
  },
  'names in front matter': {
    files: {
      'data/a.njk': page('navigation: primary\nrequest: Ask\nsearch: [1]\nerror: e\nsuggestions: [s]\nreviewOverdue: no\nfeedback: f\ntext: t\ntheme: dark\n', NAMES),
      'data/b.njk': page('', NAMES), 'data/c.njk': page('eleventyNavigation: {key: C}\n', '{% if navigation %}yes{% else %}no{% endif %}'),
    },
  },
  'a name in a layout, a folder, computed': {
    files: {
      'templates/l.njk': '---\nnavigation: [layout]\n---\n{{ navigation | dump | safe }}{{ content | safe }}', 'data/a.njk': page('layout: l.njk\n', 'a'),
      'data/sub/sub.json': '{"request": {"path": "x"}}', 'data/sub/b.njk': page('', '{{ request.path }}'), 'data/c.njk': page('eleventyComputed: {navigation: "{{ 1 + 1 }}"}\n', '{{ navigation }}'), 'data/d.njk': page('', '[{{ navigation }}]'),
    },
  },
  'a name that a pagination gives, or that overrides': {
    files: {
      'data/a.njk': page('pagination: {data: list, size: 1, alias: navigation}\nlist: [x, y]\npermalink: "/a/{{ navigation }}/"\n', '{{ navigation }}'),
      'data/b.njk': page('"override:navigation": [b]\n', '{{ navigation | dump | safe }}'), 'data/c.njk': page('eleventyNavigation: {key: C}\n', '[{{ navigation }}]'),
    },
  },
  'site is the site\'s': { files: { 'data/_data/site.json': '"My site"', 'data/a.njk': page('', '{{ site }}[{{ site.name }}]') } },
  // ---- filters, globals, autoescape ----
  'a filter of a built-in\'s name': {
    calls: "for (const n of ['title', 'upper', 'url', 'slugify', 'toc', 'markdown', 'length', 'safe', 'date']) config.addFilter(n, (s) => n + '(' + s + ')');",
    settings: `filters:\n  - "${['title', 'upper', 'url', 'slugify', 'toc', 'markdown', 'length', 'safe', 'date'].map((n) => `{% macro ${n}(s) %}${n}({{ s }}){% endmacro %}`).join('')}"\n`,
    files: { 'data/a.njk': page('', ['title', 'upper', 'url', 'slugify', 'toc', 'markdown', 'length', 'date'].map((n) => `{{ "a b" | ${n} }}`).join('|')) },
  },
  'globals in macros': {
    calls: "config.addNunjucksGlobal('phase', 'beta'); config.addNunjucksGlobal('deep', { a: [1, 2] }); config.addGlobalData('data', 'd');",
    settings: 'nunjucks_globals: {phase: beta, deep: {a: [1, 2]}}\nglobals: {data: d}\n',
    files: {
      'templates/m.njk': '{% macro m() %}{{ phase }}{{ deep.a }}[{{ data }}]{{ range(2) }}{% endmacro %}', 'templates/i.njk': '{{ phase }}{{ data }}',
      'data/a.njk': page('', '{% import "m.njk" as m %}{{ m.m() }}{% from "m.njk" import m as n with context %}{{ n() }}{% include "i.njk" %}{% macro o() %}{{ phase }}{{ data }}{% endmacro %}{{ o() }}{% set phase = 1 %}{{ phase }}{{ m.m() }}'),
      'data/b.njk': page('phase: own\n', '{{ phase }}{% import "m.njk" as m %}{{ m.m() }}'),
    },
  },
  'no autoescape': {
    calls: 'config.setNunjucksEnvironmentOptions({ autoescape: false });', settings: 'autoescape: false\n',
    files: { 'data/a.njk': page('t: "<b>&"\n', '{{ t }}{{ t | escape }}{{ t | safe }}{{ t | upper }}') },
  },
  // ---- paths ----
  'includes relative to a file': {
    calls: "config.setLibrary('njk', new nunjucks.Environment(new nunjucks.FileSystemLoader(['templates', 'src/styles', 'src/pics', '.'])));", settings: 'template_paths: [src/styles, src/pics]\n',
    files: {
      'src/styles/icon/list.njk': '[{% include "../../pics/a.svg" %}{% include "./b.njk" %}{% include "../c.njk" %}{% set n = "../c.njk" %}{% include n %}]', 'src/pics/a.svg': 'A', 'src/styles/icon/b.njk': 'b{% import "../m.njk" as m %}{{ m.m() }}', 'src/styles/c.njk': 'c', 'src/styles/m.njk': '{% macro m() %}m{% include "./c.njk" %}{% endmacro %}',
      'templates/icon/b.njk': 'another b', 'templates/pics/a.svg': 'another A', 'data/a.njk': page('', '{% include "icon/list.njk" %}{% include "./b.txt" %}{% include "../src/pics/a.svg" %}'), 'data/b.txt': 'beside',
    },
  },
  'inputPathToUrl': {
    calls: "config.ignores.add('none');",
    files: {
      'data/p.md': page('permalink: /moved/\n', 'p'), 'data/r.md': page('', 'r'), 'data/sub/s.md': page('', 's'), 'data/sub/a b.md': page('', 's'),
      'data/i.njk': page('', ['p.md', './p.md', '/p.md', './data/p.md', 'data/p.md', 'r.md#x', 'sub/s.md?x=1', 'sub/../r.md', '../data/r.md', 'r.md?a#b', '//p.md', 'sub//s.md', '/./p.md', 'http://x/p.md', 'sub/a%20b.md'].map((p) => `{{ "${p}" | inputPathToUrl }}`).join('\n')),
      'data/sub/i.njk': page('', ['p.md', 's.md', './s.md', '../r.md', 'sub/s.md', '/sub/s.md', 'data/sub/s.md', 's.md#x'].map((p) => `{{ "${p}" | inputPathToUrl }}`).join('\n')),
    },
  },
  // ---- when things are known ----
  'computed data': {
    files: {
      'data/a.njk': page('title: A\ntags: [x]\neleventyComputed:\n  permalink: "/calc/{{ slug }}/"\n  slug: "{{ title | lower }}"\n  me: "{{ page.url }} {{ page.outputPath | length > 3 }}"\n  twice: "{{ me }}!"\n  others: "{% for p in collections.all %}{{ p.url }},{{ p.data.page.url }};{% endfor %}"\n  both: "{{ others | length > 10 }} {{ twice }}"\n', '{{ me }}|{{ twice }}|{{ others | safe }}|{{ both }}|{{ page.url }}'),
      'data/b.njk': page('title: B\ntags: [x]\npermalink: "/b-{{ title }}/"\neleventyComputed: {me: "{{ page.url }}", n: "{{ collections.x.length }}{{ collections.nil.length }}", deep: {a: ["{{ collections.all[0].url }}"]}}\n', '{{ me }}|{{ n }}|{{ deep.a }}'),
      'data/c.njk': page('', '{% for p in collections.all %}{{ p.url }}:{{ p.data.me }};{% endfor %}'),
    },
  },
  'the order of collections': {
    files: {
      'data/a.md': '---\ndate: 2025-01-01\ntags: [late, b]\n---\n', 'data/b.md': '---\ndate: 2020-01-01\ntags: [early, b]\n---\n', 'data/c.md': '---\ndate: 2022-01-01\ntags: [early, 7, c]\n---\n', 'data/d.md': '---\ndate: 2022-01-01\ntags: out\neleventyExcludeFromCollections: true\n---\n',
      'data/z.njk': page('', '{% for k, v in collections %}{{ k }}:{{ v.length }},{% endfor %}'), 'data/t.njk': page('pagination: {data: collections, size: 1, alias: t}\npermalink: "/t/{{ t }}/"\n', '{{ t }}'),
    },
  },
};

let passed = 0;
let failed = 0;
const walk = (root) => (fs.existsSync(root) ? fs.readdirSync(root, { recursive: true }).map(String).filter((f) => f.endsWith('.html')).sort() : []);
const OWN = new Set(['404.html']);

for (const [name, { files, calls = '', settings = '' }] of Object.entries(SITES)) {
  const dir = path.join(WORK, name.replace(/\W+/g, '-'));
  fs.rmSync(dir, { recursive: true, force: true });
  const all = {
    ...files, 'package.json': '{"name": "scope"}', 'eleventy.config.mjs': (calls.includes('nunjucks.') ? "import nunjucks from 'nunjucks';\n" : '') + CONFIG.replace('CALLS', calls),
    'guidance.yaml': `name: Scope\nurl: https://guide.example\ninput: data\nincludes: templates\n${settings}`,
  };
  for (const [file, text] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), text);
  }
  let said = '';
  for (const [command, args] of [['node', [path.join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs'), '--quiet']], [BINARY, ['build', '--site', dir, '--out', path.join(dir, 'ours')]]]) {
    try {
      execFileSync(command, args, { cwd: dir, stdio: 'pipe' });
    } catch (e) {
      said += `${e.stdout}${e.stderr}`;
    }
  }
  const pages = new Set([...walk(path.join(dir, '_site')), ...walk(path.join(dir, 'ours')).filter((f) => !OWN.has(f))]);
  const read = (root, file) => (fs.existsSync(path.join(dir, root, file)) ? fs.readFileSync(path.join(dir, root, file), 'utf8') : null);
  const wrong = [...pages].filter((f) => read('_site', f) !== read('ours', f));
  passed += pages.size - wrong.length;
  failed += wrong.length + (pages.size === 0);
  if (wrong.length || !pages.size) console.log(`not ok: ${name}\n  ${said.slice(0, 800)}${wrong.map((f) => `${f}\n  want ${JSON.stringify(read('_site', f))}\n  got  ${JSON.stringify(read('ours', f))}`).join('\n  ')}`);
}
console.log(`scope: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
