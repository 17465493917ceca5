// SPDX-License-Identifier: MIT
//
// Sites with their own JavaScript: built by guidanced and by the real Eleventy, compared page for
// page; then served from the answers that `prepare` kept, without any node on the machine.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, check, finish } from './harness.mjs';

const GUIDANCED = process.env.GUIDANCED ?? path.join(ROOT, 'build/debug/guidanced');
const ELEVENTY = path.join(ROOT, 'node_modules/@11ty/eleventy/cmd.cjs');
const FILES = {
  'package.json': '{"name":"own","type":"module"}',
  'guidance.yaml': 'name: Own\neleventy_config: eleventy.config.js\n',
  'lib/words.js': 'export const shout = (text) => `${text}!`;\n',
  'eleventy.config.js': `import { shout } from './lib/words.js';
import fs from 'node:fs';
export default function (config) {
  config.addFilter('shout', shout);
  config.addFilter('pairs', (list) => list.map((item, index) => ({ item, index })));
  config.addFilter('texts', (list) => list.map((page) => page.rawInput.trim().split(' ').length));
  config.addFilter('turned', (list) => list.reverse());
  config.addFilter('filled', (object) => { delete object.a; object.b = 2; object.c = [3]; return ''; });
  config.addFilter('first', (list) => list[0].data?.title ?? list[0].n);
  config.addCollection('many', (api) => Array.from({ length: 40 }, (_, n) => api.getFilteredByTag('post')[n % 2]));
  config.addFilter('whoami', function () { return this.page.url; });
  config.addAsyncFilter('later', async (text) => { await new Promise((r) => setTimeout(r, 1)); return text + ' later'; });
  config.addShortcode('box', (text, kind = 'plain') => \`<p class="\${kind}">\${text}</p>\`);
  config.addPairedShortcode('wrap', (body, tag) => \`<\${tag}>\${body.trim()}</\${tag}>\`);
  config.addShortcode('drawing', (name) => { fs.mkdirSync('_site/img', { recursive: true }); fs.writeFileSync(\`_site/img/\${name}.svg\`, \`<svg xmlns="http://www.w3.org/2000/svg"><title>\${name}</title></svg>\`); return \`<img src="/img/\${name}.svg" alt="">\`; });
  config.addCollection('byTitle', (api) => api.getFilteredByTag('post').sort((a, b) => a.data.title.localeCompare(b.data.title)));
  config.addCollection('linked', (api) => { const list = api.getFilteredByTag('post'); list.forEach((page, i) => { page.data.before = list[i - 1]?.data.title ?? 'none'; }); return list; });
  config.addCollection('counts', (api) => api.getAll().filter((page) => page.data.pagination).map((page) => page.data.pagination.items.map((item) => item.data.title)));
  config.addFilter('once', (list) => new Set(list));
  config.addGlobalData('built', () => ({ by: 'us', numbers: [3, 1, 2] }));
  config.addTransform('sign', function (content) { return this.page.outputPath?.endsWith('.html') ? content.replace('</body>', '<i>signed</i></body>') : content; });
  config.addPassthroughCopy('src/files/*.txt');
  config.addPreprocessor('drafts', 'md', (data, content) => (data.hiddenDraft ? false : content.replace('~now~', 'then')));
  config.addNunjucksGlobal('twice', (n) => n * 2);
  return { dir: { input: 'src', includes: '_parts', layouts: '_layouts', data: '_facts', output: '_site' }, markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk' };
}
`,
  'src/_facts/team.js': 'export default () => ({ name: "Harbour", size: 2 + 3 });\n',
  'src/_facts/plain.js': "export default { words: ['a', 'b'] };\n",
  'src/_facts/kinds.js': "export default () => ({ set: new Set(['b', 'a']), empty: new Set(), map: new Map([['k', { n: 1 }], ['l', { n: 2, set: new Set([7]) }]]), bag: new (class { *[Symbol.iterator]() { yield { name: 'one' }; yield { name: 'two' }; } })(), other: new (class { constructor() { this.x = 1; } })() });\n",
  'src/_layouts/page.njk': '<!doctype html><html><head><title>{{ title | shout }}</title></head><body>{{ content | safe }}{{ before }} {{ page.url | whoami }} {{ twice(21) }}</body></html>\n',
  'src/index.njk': '---\nlayout: page.njk\ntitle: Home\n---\n{% for p in collections.byTitle %}<a href="{{ p.url }}">{{ p.data.title }}</a>{% endfor %}{% for p in ["x", "y"] | pairs %}{{ p.index }}{{ p.item }}{% endfor %}{{ built.by }} {{ built.numbers | join(",") }} {{ team.name }} {{ team.size }} {{ plain.words | join }} {{ collections.byTitle | texts }}\n',
  'src/turned.njk': '---\nlayout: page.njk\ntitle: Turned\n---\n{% set object = { a: 1, d: 4 } %}{{ object | filled }}{{ object | dump | safe }} {% set own = [{ n: 1 }, { n: 2 }] %}{{ collections.many[0].data.title }} {% set x = collections.many | turned %}{{ collections.many[0].data.title }} {{ collections.many | first }} {% set y = own | turned %}{{ own[0].n }} {{ own | first }}\n',
  'src/iterables.njk': '---\nlayout: page.njk\ntitle: Iterables\n---\n{% for n in kinds.set %}{{ loop.index }} of {{ loop.length }}: {{ n }}{% if not loop.last %}, {% endif %}{% endfor %}; {% for k, v in kinds.map %}{{ k }}={{ v.n }} {% endfor %}; {% for pair in kinds.map %}{{ pair[0] }}{{ pair[1].n }} {% for n in pair[1].set %}{{ n }}{% endfor %}{% endfor %}; {% for n in kinds.empty %}{{ n }}{% else %}empty{% endfor %}; {% for one in kinds.bag %}{{ one.name }} {% endfor %}; {% for x in kinds.other %}{{ x }}{% else %}none{% endfor %}; {% for n in [3, 1, 3] | once %}{{ n }}{% endfor %}; {{ kinds.set | length }} {{ kinds.map | length }} {{ kinds.empty | length }} {{ kinds.set is iterable }} {{ kinds.other is iterable }} {{ kinds.map.size }}{% asyncEach n in kinds.set %}{{ n }}{% endeach %}\n',
  'src/list.njk': '---\nlayout: page.njk\ntitle: List\npagination: { data: collections.byTitle, size: 1, addAllPagesToCollections: true }\npermalink: "/list/{{ pagination.pageNumber }}/"\n---\n{% for post in pagination.items %}{{ post.data.title }} {{ post.url }}{% endfor %} {{ collections.counts | dump | safe }}\n',
  'src/posts/posts.11tydata.js': 'export default { layout: "page.njk", tags: ["post"], eleventyComputed: { slug2: (data) => data.title.toLowerCase() }, permalink: (data) => `/p/${data.title.toLowerCase()}/` };\n',
  'src/posts/one.md': '---\ntitle: Zebra\n---\n# One\n\n{% box "in a box", "red" %}\n\n{% wrap "section" %}*inside*{% endwrap %} {% drawing "ship" %} {{ "soon" | later }} ~now~ {{ slug2 }}\n',
  'src/posts/two.md': '---\ntitle: Apple\n---\nTwo & {{ title | shout }}\n',
  'src/posts/hidden.md': '---\ntitle: Hidden\nhiddenDraft: true\n---\nno\n',
  'src/front.njk': '---js\n{ layout: "page.njk", title: ["a", "b"].join("-"), permalink() { return `/front-${this.slugify("A B")}/`; } }\n---\n{{ title }}\n',
  'src/data.11ty.js': 'export default class { data() { return { layout: "page.njk", title: "Class" }; } render({ title }) { return `<p>${this.shout(title)}</p>`; } }\n',
  'src/long.md': `---\nlayout: page.njk\ntitle: Long\nlines:\n${'  - a line of front matter\n'.repeat(1200)}---\n{{ lines | length }}\n`,
  'src/files/a.txt': 'copied\n',
};

function written(files) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-js-'));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  return dir;
}
function site() {
  const dir = written(FILES);
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  return dir;
}
const walk = (dir, below = '') => fs.readdirSync(path.join(dir, below), { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? walk(dir, path.join(below, e.name)) : [path.join(below, e.name)])).sort();
const env = { ...process.env, TZ: 'UTC' };
const read = (...parts) => fs.readFileSync(path.join(...parts), 'utf8');

const dir = site();
execFileSync(process.execPath, [ELEVENTY, `--output=${dir}/expected`, '--quiet'], { cwd: dir, env });
const built = spawnSync(GUIDANCED, ['build', '--site', dir, '--out', path.join(dir, 'actual')], { env, encoding: 'utf8' });
check('the site builds', built.status === 0, built.stderr + built.stdout);
const expected = walk(path.join(dir, 'expected'));
check('there are pages to compare', expected.filter((f) => f.endsWith('.html')).length === 10, expected.join());
const squeeze = (text) => text.replace(/\s+/g, ' ').replace(/> </g, '><').trim();
for (const file of expected) {
  const there = fs.existsSync(path.join(dir, 'actual', file));
  check(`${file} is Eleventy's`, there && squeeze(read(dir, 'expected', file)) === squeeze(read(dir, 'actual', file)), there ? read(dir, 'actual', file) : 'missing');
}
check('a file that a shortcode writes is built', fs.existsSync(path.join(dir, 'actual/img/ship.svg')) && read(dir, 'actual/img/ship.svg') === read(dir, '_site/img/ship.svg'));
check('a page that a preprocessor leaves out is out', !walk(path.join(dir, 'actual')).some((f) => f.includes('hidden')));

// ---- a project becomes a site ----
const project = site();
fs.rmSync(path.join(project, 'guidance.yaml'));
const init = spawnSync(GUIDANCED, ['init', '--from-eleventy', project], { env, encoding: 'utf8' });
check('an installed project names its configuration', init.status === 0 && read(project, 'guidance.yaml').includes('eleventy_config: "eleventy.config.js"'), init.stdout + init.stderr);
check('and is told what will be served', /^10 pages will be served$/m.test(init.stdout), init.stdout);
fs.rmSync(path.join(project, 'guidance.yaml'));
fs.appendFileSync(path.join(project, 'src/index.njk'), '{{ "x" | nobody }}');
const partly = spawnSync(GUIDANCED, ['init', '--from-eleventy', project], { env, encoding: 'utf8' });
check('and what will not, with exit code 1', partly.status === 1 && /9 pages will be served, 1 will not/.test(partly.stdout) && partly.stderr.includes('nobody'), partly.stdout + partly.stderr);
fs.rmSync(project, { recursive: true, force: true });

// ---- a collection's function that changes the text of pages, as projects do to give each its imports.
// Eleventy 3 has no `template.frontMatter`, so there is nothing to compare with. ----
const changing = written({
  'guidance.yaml': 'name: Changing\neleventy_config: eleventy.config.cjs\n',
  'eleventy.config.cjs': `module.exports = async (config) => {
  try { require('child_process').execSync('git rev-parse HEAD', { stdio: 'ignore' }); } catch { /* then without */ }
  try { (await import('node:child_process')).exec('git log', () => {}); } catch { /* nor that */ }
  for (const host of ['127.0.0.1', 'facts.example']) await fetch(\`http://\${host}:8123/data.json\`).catch(() => {});
  config.addCollection('everything', (api) => api.getFilteredByGlob('data/**/*.md').map((item) => {
    item.template.frontMatter.content = '{% from "own.njk" import mark %}\\n' + item.template.frontMatter.content;
    return item;
  }));
  config.addCollection('later', async (api) => {
    for (const item of api.getFilteredByTag('later')) (await item.template.read()).content += '\\n{{ 3 * 7 }}';
  });
  config.addCollection('whole', (api) => { for (const item of api.getFilteredByTag('whole')) item.template.frontMatter = { content: 'new' }; });
  config.addFilter('size', (item) => item.template.frontMatter.content.trim().length + item.template.inputPath);
  return { dir: { input: 'data', includes: '_includes' }, markdownTemplateEngine: 'njk' };
};
`,
  'data/_includes/own.njk': '{% macro mark(text) %}<b>{{ text }}</b>{% endmacro %}\n',
  'data/index.md': '---\ntitle: One\n---\nIs {{ mark("one") }}, {{ collections.everything[0].data.title }}, {{ collections.whole }}.\n',
  'data/two.md': '---\ntags: later\n---\nWithout a tag\n',
  'data/three.md': '---\ntags: whole\n---\nold\n',
  'data/list.njk': '---\npagination: { data: collections.everything, size: 9 }\npermalink: /list/\n---\n{{ collections.later | length }}{% for item in pagination.items %} {{ item | size }}{% endfor %}\n',
});
const made = path.join(changing, 'out');
const changed = spawnSync(GUIDANCED, ['build', '--site', changing, '--out', made], { env, encoding: 'utf8' });
check('pages whose text a collection changes', changed.status === 0, changed.stdout + changed.stderr);
check('what the jail refuses is said, though the project goes on without it', /warning JavaScript: eleventy\.config\.cjs:2: no program is started \(git rev-parse HEAD\): .*script\.env/.test(changed.stderr) && /eleventy\.config\.cjs:3: no program is started \(git log\)/.test(changed.stderr) && ['127.0.0.1', 'facts.example'].every((host) => changed.stderr.includes(`no connection is made (${host}:8123): see script.network`)), changed.stderr);
const texts = Object.fromEntries(['index', 'two/index', 'three/index', 'list/index'].map((name) => [name, fs.existsSync(path.join(made, `${name}.html`)) ? read(made, `${name}.html`) : '']));
check('have the macros put before them', texts.index.includes('Is <b>one</b>, One, .'), texts.index);
check('also those without a tag of their own', /Without a tag<\/p>\s*<p>21</.test(texts['two/index']), texts['two/index']);
check('or another text', texts['three/index'].includes('<p>new</p>'), texts['three/index']);
check('once each: what is read stays the text of the file', texts['list/index'].includes(' 13./data/two.md') && texts['list/index'].includes(' 3./data/three.md'), texts['list/index']);
fs.writeFileSync(path.join(changing, 'data/wrong.md'), '---\ntitle: Wrong\n---\nText\n\n{{ nothing() }}\n');
const faulty = spawnSync(GUIDANCED, ['check', '--site', changing], { env, encoding: 'utf8' });
check('an error is at its line of the file, whatever was put before', /data\/wrong\.md:6:4: error: .*\n *6 \| \{\{ nothing\(\) \}\}/.test(faulty.stdout + faulty.stderr), faulty.stdout + faulty.stderr);
fs.rmSync(changing, { recursive: true, force: true });

// ---- without node ----
const cache = path.join(dir, 'prepared.db');
const prepare = () => spawnSync(GUIDANCED, ['prepare', '--site', dir, '--cache', cache], { env, encoding: 'utf8' });
const first = prepare(), second = prepare();
check('prepare keeps answers', first.status === 0 && / 0 broken, [1-9]\d* answers kept \([1-9]\d* asked\)/.test(first.stdout), first.stdout + first.stderr);
check('what is kept is not asked again', second.status === 0 && second.stdout.includes('(0 asked)'), second.stdout + second.stderr);

// ---- check --prepared: whether every answer is in the cache ----
const lacks = (...args) => spawnSync(GUIDANCED, ['check', '--prepared', '--site', dir, '--cache', cache, ...args], { env, encoding: 'utf8' });
const bytes = fs.readFileSync(cache);
const whole = lacks();
check('check --prepared: every answer is there', whole.status === 0 && /^\d+ pages, 0 of which lack an answer$/m.test(whole.stdout), whole.stdout + whole.stderr);
const small = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-js-'));
fs.mkdirSync(path.join(small, 'data'));
fs.writeFileSync(path.join(small, 'guidance.yaml'), 'name: Small\neleventy_config: eleventy.config.cjs\n');
fs.writeFileSync(path.join(small, 'eleventy.config.cjs'), 'module.exports = (config) => { config.addFilter("join2", (a, b) => a + b); return { dir: { input: "data" }, markdownTemplateEngine: "njk" }; };\n');
fs.writeFileSync(path.join(small, 'data/index.md'), '{{ "a" | join2("b") }}\n');
fs.writeFileSync(path.join(small, 'data/two.md'), '{{ "c" | join2("d") }}\n');
const smallCache = path.join(small, 'small.db');
spawnSync(GUIDANCED, ['prepare', '--site', small, '--cache', smallCache], { env });
fs.writeFileSync(path.join(small, 'data/two.md'), '{{ "c" | join2("e") }}\n');
const lacking = spawnSync(GUIDANCED, ['check', '--prepared', '--site', small, '--cache', smallCache], { env, encoding: 'utf8' });
check('check --prepared: names page, function and arguments of what is not', lacking.status === 1 && /filter "join2" was not called with \("c", "e"\)/.test(lacking.stderr) && lacking.stderr.includes('data/two.md') && /^2 pages, 1 of which lacks an answer$/m.test(lacking.stdout), lacking.stdout + lacking.stderr);
fs.rmSync(small, { recursive: true, force: true });
fs.writeFileSync(path.join(dir, 'src/_facts/team.js'), 'export default () => ({ name: "Port" });\n');
const dataless = lacks();
check('check --prepared: and of data', dataless.status === 1 && dataless.stderr.includes('team.js'), dataless.stdout + dataless.stderr);
fs.writeFileSync(path.join(dir, 'src/_facts/team.js'), FILES['src/_facts/team.js']);
check('check --prepared: a file that is not there', spawnSync(GUIDANCED, ['check', '--prepared', '--site', dir, '--cache', `${cache}.none`], { env, encoding: 'utf8' }).status === 1 && !fs.existsSync(`${cache}.none`));
check('check --prepared: changes nothing', fs.readFileSync(cache).equals(bytes));

// ---- a warm start never starts node, prepared or not ----
const warm = spawn(GUIDANCED, ['serve', '--site', dir, '--cache', cache, '--script-command', '/nonexistent/node', '--listen', '127.0.0.1:0'], { env });
let said = '';
warm.stdout.on('data', (chunk) => (said += chunk));
warm.stderr.on('data', (chunk) => (said += chunk));
try {
  for (let i = 0; i < 600 && !/serving .* at (http\S+)/.test(said); i++) await new Promise((r) => setTimeout(r, 50));
  const at = said.match(/at (http:\S+)/)?.[1];
  for (const url of at ? ['', 'p/zebra/', 'p/apple/', 'data/', 'front-a-b/', 'list/0/', 'list/1/', 'iterables/'] : []) check(`a warm start: /${url}`, (await fetch(at + url)).status === 200);
  check('a warm start: what Maps and Sets yield is kept', !at || squeeze(await (await fetch(`${at}iterables/`)).text()).includes('1 of 2: b, 2 of 2: a; k=1 l=2'));
  for (let i = 0; at && i < 100 && !/"search:index":\[\{"status":"pass/.test(await (await fetch(`${at}readyz`)).text()); i++) await new Promise((r) => setTimeout(r, 50));
  const metrics = at ? await (await fetch(`${at}metrics`)).text() : '';
  check('a warm start tries to start no node', /^guidanced_script_calls_total 0$/m.test(metrics) && /^guidanced_script_starts_total 0$/m.test(metrics) && /^guidanced_script_failures_total 0$/m.test(metrics) && !said.includes('nonexistent'), metrics.match(/guidanced_script.*/g)?.join(' ') + said);
} finally {
  warm.kill();
}

// An answer that only looked at pages' data stays valid when a text changes.
const two = path.join(dir, 'src/posts/two.md');
fs.appendFileSync(two, '\nand three more\n');
execFileSync(process.execPath, [ELEVENTY, `--output=${dir}/expected`, '--quiet'], { cwd: dir, env });
const edited = prepare();
const asked = Number(/\((\d+) asked\)/.exec(edited.stdout)?.[1]);
check('a text that is edited asks for its page and who looks at texts', edited.status === 0 && asked >= 1 && asked <= 4, edited.stdout + edited.stderr);
const titled = read(two);
fs.writeFileSync(two, titled.replace('Apple', 'Quince'));
const retitling = prepare();
const retitled = Number(/\((\d+) asked\)/.exec(retitling.stdout)?.[1]);
check('a title that is edited asks who looks at data', retitled > asked, retitling.stdout + retitling.stderr);
fs.writeFileSync(two, titled);
check('and back again nobody is asked', prepare().stdout.includes('(0 asked)'));

const server = spawn(GUIDANCED, ['serve', '--site', dir, '--cache', cache, '--script-prepared', 'true', '--script-command', '/nonexistent/node', '--listen', '127.0.0.1:0'], { env });
let output = '';
server.stdout.on('data', (chunk) => (output += chunk));
server.stderr.on('data', (chunk) => (output += chunk));
try {
  for (let i = 0; i < 600 && !/serving .* at (http\S+)/.test(output); i++) await new Promise((r) => setTimeout(r, 50));
  const at = output.match(/at (http:\S+)/)?.[1];
  check('a prepared site is served without node', at !== undefined, output);
  for (const [url, file] of [['', 'index.html'], ['p/zebra/', 'p/zebra/index.html'], ['data/', 'data/index.html']]) {
    const answer = at ? await fetch(at + url) : { status: 0, text: async () => '' };
    const text = await answer.text();
    const wanted = fs.existsSync(path.join(dir, 'expected', file)) ? read(dir, 'expected', file) : '';
    check(`/${url} is the same`, answer.status === 200 && squeeze(text) === squeeze(wanted), `${answer.status} ${text}`);
  }
  const drawn = at ? await fetch(at + 'img/ship.svg') : { status: 0, headers: new Map(), text: async () => '' };
  check('and a file that was written when it was prepared', drawn.status === 200 && drawn.headers.get('content-type').startsWith('image/svg+xml') && (await drawn.text()).includes('ship'), drawn.status);
} finally {
  server.kill();
}

// ---- what a page tells JavaScript of its request ----
{
  const asking = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-js-'));
  fs.writeFileSync(path.join(asking, 'guidance.yaml'), 'name: Asking\ninput: .\npath_prefix: /docs\neleventy_config: eleventy.config.cjs\n');
  fs.writeFileSync(path.join(asking, 'eleventy.config.cjs'), 'module.exports = (config) => { config.addFilter("show", (value) => `${typeof value} ${value}.`); };\n');
  fs.writeFileSync(path.join(asking, 'asks.njk'), '---\ntitle: Asks\n---\n{{ request.query | show }} {{ request.path | show }} {{ request.method | show }}');
  const kept = path.join(asking, 'kept.db');
  const run = spawnSync(GUIDANCED, ['prepare', '--site', asking, '--cache', kept], { env, encoding: 'utf8' });
  const prepared = spawn(GUIDANCED, ['serve', '--site', asking, '--cache', kept, '--script-prepared', 'true', '--listen', '127.0.0.1:0'], { env });
  let said = '';
  prepared.stdout.on('data', (chunk) => (said += chunk));
  prepared.stderr.on('data', (chunk) => (said += chunk));
  for (let i = 0; i < 600 && !/serving .* at (http\S+)/.test(said); i++) await new Promise((r) => setTimeout(r, 50));
  const at = said.match(/at (http:\/\/[^/\s]+)/)?.[1];
  const [plain, other] = at ? await Promise.all(['/docs/asks/', '/docs/asks/?other'].map((url) => fetch(at + url))) : [];
  check('a prepared site answers for plain requests', plain?.status === 200 && (await plain.text()).includes('string . string /docs/asks/. string GET.'), run.stdout + run.stderr + said);
  check('and says that it cannot for others', other?.status === 500, other?.status);
  prepared.kill();
  fs.rmSync(asking, { recursive: true, force: true });
}

// ---- files written while the site is served ----
fs.rmSync(path.join(dir, '.guidanced'), { recursive: true, force: true });
fs.writeFileSync(path.join(dir, 'src/late.md'), '---\nlayout: page.njk\ntitle: Late\n---\n{% drawing request.query %}\n');
const settings = fs.readFileSync(path.join(dir, 'guidance.yaml'), 'utf8');
fs.writeFileSync(path.join(dir, 'guidance.yaml'), `${settings}access: {files: {/img/raft.svg: [board]}}\n`);
const writing = spawn(GUIDANCED, ['serve', '--site', dir, '--cache', ':memory:', '--listen', '127.0.0.1:0'], { env });
output = '';
writing.stdout.on('data', (chunk) => (output += chunk));
writing.stderr.on('data', (chunk) => (output += chunk));
try {
  for (let i = 0; i < 600 && !/serving .* at (http\S+)/.test(output); i++) await new Promise((r) => setTimeout(r, 50));
  const at = output.match(/at (http:\S+)/)?.[1];
  const head = async (name) => (await fetch(`${at}img/${name}.svg`)).status;
  check('a file that nobody has written is not there', (await head('boat')) === 404);
  check('nor, for others, one that access.files has for some', (await (await fetch(`${at}late/?raft`)).text()).includes('/img/raft.svg') && (await head('raft')) === 404);
  const page = await (await fetch(`${at}late/?boat`)).text();
  const first = await fetch(`${at}img/boat.svg`);
  check('a file that a page has just written is there at once', page.includes('/img/boat.svg') && first.status === 200 && (await first.text()).includes('boat'), first.status);
  let etag = null;
  for (let i = 0; i < 200 && !etag; i++) {
    etag = (await fetch(`${at}img/boat.svg`)).headers.get('etag');
    await new Promise((r) => setTimeout(r, 50));
  }
  check('and becomes an asset like others', etag !== null);
  check('a path that leads elsewhere is not there', (await fetch(`${at}img/%2e%2e/%2e%2e/package.json`)).status !== 200);
} finally {
  writing.kill();
}
fs.rmSync(path.join(dir, 'src/late.md'));
fs.writeFileSync(path.join(dir, 'guidance.yaml'), settings);

// ---- errors have a place ----
fs.writeFileSync(path.join(dir, 'lib/words.js'), 'export const shout = (text) => text.nothing.here;\n');
const broken = spawnSync(GUIDANCED, ['render', '--site', dir, '/p/apple/'], { env, encoding: 'utf8' });
check('an error of JavaScript names its file and line', broken.status === 1 && /words\.js:1/.test(broken.stderr), broken.stderr);
fs.rmSync(dir, { recursive: true, force: true });

// ---- the end of a build: pages that are larger together than a message may be ----
const LARGE = 9, LINES = 8000;
const large = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-js-'));
fs.writeFileSync(path.join(large, 'guidance.yaml'), 'name: Large\ninput: src\neleventy_config: eleventy.config.cjs\n');
fs.writeFileSync(path.join(large, 'eleventy.config.cjs'), `const fs = require('fs');
module.exports = (config) => {
  config.addCollection('found', (api) => api.getAll().flatMap(({ data }) => data.title ?? []));
  config.on('eleventy.after', ({ results }) => {
    fs.mkdirSync('_site', { recursive: true });
    fs.writeFileSync('_site/sizes.txt', results.filter(({ url }) => url.endsWith('.html')).map(({ url, content }) => url + ' ' + content.length).join());
  });
  return { dir: { input: 'src' } };
};
`);
fs.mkdirSync(path.join(large, 'src'));
fs.writeFileSync(path.join(large, 'src/index.njk'), `---\nline: ${'x'.repeat(1000)}\nnumbers: [${[...Array(LARGE).keys()]}]\npagination: { data: numbers, size: 1 }\npermalink: "{{ pagination.pageNumber }}.html"\n---\n{% for i in range(${LINES}) %}{{ line }}{% endfor %}`);
for (const [file, date] of [['a', 2021], ['b', 2020]]) fs.writeFileSync(path.join(large, `src/${file}.md`), `---\ntitle: ${file}\ndate: ${date}-01-01\npermalink: false\n---\n`);
fs.writeFileSync(path.join(large, 'src/found.njk'), '---\npermalink: found.txt\n---\n{{ collections.found | join(" ") }}');
const built64 = spawnSync(GUIDANCED, ['build', '--site', large, '--out', path.join(large, 'out')], { env, encoding: 'utf8' });
const sizes = path.join(large, 'out/sizes.txt');
const expectedSizes = [...Array(LARGE).keys()].map((n) => `/${n}.html ${LINES * 1000}`).join();
check('a listener for the end of a build reads pages of more than 64 MiB', built64.status === 0 && fs.existsSync(sizes) && fs.readFileSync(sizes, 'utf8') === expectedSizes, built64.stderr + (fs.existsSync(sizes) ? fs.readFileSync(sizes, 'utf8') : 'nothing written'));
// Eleventy's getAll() does not sort; its own order depends on how long files take to read.
check('getAll() is in the order of files, not of dates', fs.existsSync(path.join(large, 'out/found.txt')) && read(large, 'out/found.txt').trim() === 'a b');
fs.rmSync(large, { recursive: true, force: true });

// ---- options that say how files are read: the site is Eleventy's ----
// [what, code of the configuration, what it returns, files]
for (const [what, code, options, files] of [
  ['suffixes and the name of data files', 'config.setDataFileSuffixes([".data", ""]); config.setDataFileBaseName("index");', '', {
    'index.data.json': '{"root":"of all"}', 'posts/index.data.json': '{"section":"of posts"}', 'posts/index.json': '{"only":"of index"}', 'posts/index.md': '{{ root }} {{ section }} {{ only }}',
    'posts/a.md': '{{ root }} {{ section }} {{ only }} {{ own }} {{ old }}', 'posts/a.data.json': '{"own":"of a"}', 'posts/a.11tydata.json': '{"old":"no"}', 'posts/posts.json': '{"old":"no"}',
  }],
  ['no suffix but one', 'config.setDataFileSuffixes([".11tydata"]);', '', { 'posts/a.md': '{{ x }}{{ y }}', 'posts/a.json': '{"x":1}', 'posts/posts.json': '{"x":2}', 'posts/a.11tydata.json': '{"y":3}' }],
  ['data files of other languages', 'config.addDataExtension("words, w", (text) => ({ words: text.split(" "), which: "words" })); config.addDataExtension("path", { read: false, parser: (file) => ({ file: file.split("/").pop() }) });', '', {
    '_data/all.words': 'a b', '_data/none.w': '', '_data/at.path': 'x', 'posts/posts.words': 'dir', 'posts/a.words': 'own', 'posts/a.json': '{"which":"json"}',
    'posts/a.md': '{{ all.words | dump | safe }} {{ none | dump | safe }} {{ at.file }} {{ words | dump | safe }} {{ which }}', 'posts/b.njk': '{{ words }}',
  }],
  ['data next to pages in other languages', '', 'templateFormats: ["md", "liquid", "11ty.js"]', { 'a.liquid': '{{ x }}', 'a.json': '{"x":"liquid"}', 'b.11ty.js': 'module.exports = { render: (data) => data.x };', 'b.json': '{"x":"program"}', 'c.json': '{"x":"none"}' }],
  ['data that is not merged', 'config.setDataDeepMerge(false);', '', {
    '_data/o.json': '{"a":0}', '_includes/l.njk': '---\no: {b: 1}\nlist: [0]\n---\n{{ content | safe }}', 'posts/posts.json': '{"layout":"l.njk","o":{"c":2},"list":[1]}', 'posts/posts.11tydata.json': '{"p":{"e":4}}',
    'posts/a.md': '---\no: {d: 3}\nlist: [2]\np: {f: 5}\n---\n{{ o | dump | safe }} {{ list }} {{ p | dump | safe }}', 'posts/b.md': '{{ o | dump | safe }} {{ list }}',
  }],
  ['formats that are no pages', '', 'templateFormats: "njk, 11ty.js"', { 'README.md': 'not published', 'a.njk': 'a', 'b.html': 'b', 'c.liquid': 'c', 'd.markdown': 'd', 'e.11ty.js': 'module.exports = { render: () => "e" };' }],
  ['no format is Markdown by another name', '', '', { 'a.md': 'a', 'd.markdown': 'd' }],
  ['the name of package.json', '', 'keys: { package: "manifest" }', { 'package.json': '{"name":"theirs"}', 'a.md': '{{ manifest.name }} {{ pkg }}' }],
  ['no package.json', '', 'keys: { package: false }', { 'package.json': '{"name":"theirs"}', 'a.md': '{{ pkg }}' }],
  ['permalinks that are no templates', 'config.setDynamicPermalinks(false);', '', { 'a.md': '---\npermalink: "/{{x}}.html"\n---\n{{ page.url }}' }],
  ["Nunjucks' own tags", 'config.setNunjucksEnvironmentOptions({ tags: { blockStart: "<%", blockEnd: "%>", variableStart: "<$", variableEnd: "$>", commentStart: "<#", commentEnd: "#>" } });', '', {
    '_includes/l.njk': '<% include "i.njk" %>[<$ content | safe $>]{{ title }}', '_includes/i.njk': 'i<$ title $>{{ title }}',
    'a.md': '---\nlayout: l.njk\ntitle: T\npermalink: "/p-<$ title $>/"\neleventyComputed: { c: "c<$ title $>{{ title }}" }\n---\n# <$ title $> {{ title }} <$ c $>\n\n<% if not title %>hidden<% endif %><# a comment #>\n',
  }],
  ["the site's own languages", `config.addTemplateFormats(["flat", "raw", "sas", "cap"]);
    config.addExtension("flat", { useLayouts: false, compile: (text) => (data) => text + data.title });
    config.addExtension("raw", { read: false, compile: (text, file) => (data) => text + file + data.title });
    config.addExtension("sas", { compileOptions: { permalink: (permalink, file) => (data) => (file.includes("_") ? false : permalink ?? "/sas/" + data.page.fileSlug + ".html") }, compile: (text) => () => text });
    config.addExtension("cap", { compileOptions: { permalink: "raw" }, compile: (text) => () => text.toUpperCase() });
    config.addExtension("none", { compileOptions: { permalink: false }, compile: (text) => () => text });
    config.addTemplateFormats("none");`, '', {
    '_includes/l.njk': 'L[{{ content | safe }}]', 'posts/posts.json': '{"layout":"l.njk","title":"T"}', 'posts/a.flat': 'text', 'posts/b.raw': 'text', 'posts/c.sas': 'text', 'posts/_d.sas': 'partial',
    'posts/e.cap': '---\npermalink: /cap{{title}}.html\n---\ntext', 'posts/f.sas': '---\npermalink: /named.html\n---\ntext', 'posts/g.none': 'text', 'posts/h.md': 'text',
  }],
]) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-js-'));
  const put = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  put('guidance.yaml', 'name: Options\neleventy_config: eleventy.config.cjs\n');
  put('eleventy.config.cjs', `module.exports = (config) => { ${code}\nreturn { markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk', ${options} }; };\n`);
  for (const [name, text] of Object.entries(files)) put(name, text);
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  execFileSync(process.execPath, [ELEVENTY, '--output=expected', '--quiet'], { cwd: root, env });
  const out = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-js-'));
  fs.renameSync(path.join(root, 'expected'), path.join(out, 'expected'));
  const actual = path.join(out, 'actual');
  // The second time from the cache file.
  for (const time of ['first', 'second']) {
    const made = spawnSync(GUIDANCED, ['build', '--site', root, '--out', actual, '--cache', path.join(out, 'cache.db')], { env, encoding: 'utf8' });
    const pages = (dir) => Object.fromEntries(walk(dir).filter((name) => name.endsWith('.html')).map((name) => [name, squeeze(read(dir, name))]));
    const [theirs, ours] = [pages(path.join(out, 'expected')), made.status === 0 ? pages(actual) : {}];
    check(`${what}: as Eleventy, the ${time} time`, Object.keys(theirs).length > 0 && JSON.stringify(theirs) === JSON.stringify(ours), `${JSON.stringify(theirs)}\n${JSON.stringify(ours)}\n${made.stderr}`);
  }
  for (const each of [root, out]) fs.rmSync(each, { recursive: true, force: true });
}

// ---- options and answers of a wrong type: an error that names them ----
{
  const wrong = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-js-'));
  fs.mkdirSync(path.join(wrong, 'src'));
  fs.writeFileSync(path.join(wrong, 'guidance.yaml'), 'name: Wrong\neleventy_config: eleventy.config.cjs\n');
  fs.writeFileSync(path.join(wrong, 'src/index.njk'), '---\nlayout: false\n---\none\n---\ntwo\n');
  fs.writeFileSync(path.join(wrong, 'src/a.txt'), 'a');
  const build = (code, options = '', data = '') => {
    fs.writeFileSync(path.join(wrong, 'eleventy.config.cjs'), `module.exports = (config) => { ${code}\nreturn { dir: { input: 'src' }, markdownTemplateEngine: 'njk', ${options} }; };\n`);
    fs.writeFileSync(path.join(wrong, 'src/src.11tydata.js'), `module.exports = { ${data} };\n`);
    fs.rmSync(path.join(wrong, 'out'), { recursive: true, force: true });
    return spawnSync(GUIDANCED, ['build', '--site', wrong, '--out', path.join(wrong, 'out')], { env, encoding: 'utf8' });
  };
  // [options that are returned, the error]: nothing is built.
  for (const [options, error] of [
    ['pathPrefix: 5', 'pathPrefix must be a text, not a number'],
    ['templateFormats: ["md", 5]', 'templateFormats must be a list of texts, not a list'],
    ['markdownTemplateEngine: true', 'markdownTemplateEngine must be a text or false, not a boolean'],
    ['htmlTemplateEngine: ["njk"]', 'htmlTemplateEngine must be a text or false, not a list'],
  ]) {
    const run = build('', options);
    check(`${options} is an error that names it`, run.status === 2 && run.stderr === `eleventy.config.cjs: error: ${error}\n`, `${run.signal} ${run.stderr}`);
  }
  for (const [code, error] of [
    ['config.ignores.add(5);', 'ignores must be a list of texts, not a list'],
    ['config.addLayoutAlias("base", {});', 'the file of addLayoutAlias must be a text, not an object'],
    ['config.addPassthroughCopy({ "src/a.txt": 5 });', 'the target of addPassthroughCopy must be a text, not a number'],
    ['config.addPreprocessor("p", ["njk", 5], () => "");', 'the file extensions of addPreprocessor must be a list of texts, not a list'],
    ['config.addExtension("x", { outputFileExtension: 5, compile: () => () => "" });', 'outputFileExtension of addExtension must be a text, not a number'],
    ['config.addExtension(5, { compile: () => () => "" });', 'the extension of addExtension must be a text, not a number'],
    ['config.setFrontMatterParsingOptions({ excerpt: true, excerpt_separator: 5 });', 'excerpt_separator of setFrontMatterParsingOptions must be a text, not a number'],
    ['config.setFrontMatterParsingOptions({ excerpt: true, excerpt_alias: ["a"] });', 'excerpt_alias of setFrontMatterParsingOptions must be a text, not a list'],
    ['config.addTemplate("v.md", 5);', 'the content of addTemplate("v.md") must be a text, not a number'],
    ['config.addTemplate("v.md", undefined);', 'the content of addTemplate("v.md") must be a text, not undefined'],
  ]) {
    const run = build(code);
    check(`${code} is an error that names it`, run.status === 2 && run.stderr.endsWith(`error: ${error}\n`), `${run.signal} ${run.stderr}`);
  }
  // What is not followed would be missed in silence.
  for (const [code, options, error, hint] of [
    ['', 'keys: { layout: "frame" }', 'keys.layout is not supported', 'write `layout` in pages and data'],
    ['', 'keys: { permalink: "address" }', 'keys.permalink is not supported', 'write `permalink` in pages and data'],
    ['', 'keys: { computed: "made" }', 'keys.computed is not supported', 'write `eleventyComputed` in pages and data'],
    ['', 'keys: { engineOverride: "engine" }', 'keys.engineOverride is not supported', 'write `templateEngineOverride` in pages'],
    ['config.setFrontMatterParsingOptions({ delimiters: ["---", "~~~"] });', '', 'delimiters of setFrontMatterParsingOptions is not supported', 'begin and end front matter with ---'],
    ['config.setFrontMatterParsingOptions({ language: "json" });', '', 'language of setFrontMatterParsingOptions is not supported', 'name the language in each file, as ---json'],
    ['config.setDataFileSuffixes([5]);', '', 'dataFileSuffixes must be a list of texts, not a list', ''],
  ]) {
    const run = build(code, options);
    check(`${code}${options} is refused`, run.status === 2 && run.stderr === `eleventy.config.cjs: error: ${error}\n${hint && `  hint: ${hint}\n`}`, `${run.signal} ${run.stderr}`);
  }
  // What functions make of a page's text breaks that page.
  for (const [code, error] of [
    ['config.addPreprocessor("p", "njk", () => ({}));', 'the preprocessor "p" returned a value of type object, not a text'],
    ['config.addTransform("t", () => [1, 2]);', 'the transform "t" returned an array, not a text'],
    ['config.addUrlTransform(() => "elsewhere");', 'addUrlTransform returned no address'],
    ['config.setFrontMatterParsingOptions({ excerpt: (file) => { file.content = 5; } });', "excerpt of setFrontMatterParsingOptions made a number of the file's content, not a text"],
    ['config.setFrontMatterParsingOptions({ excerpt: (file) => { file.excerpt = [1]; } });', "excerpt of setFrontMatterParsingOptions made a list of the file's excerpt, not a text"],
  ]) {
    const run = build(code);
    check(`${code} breaks the page with an error that names it`, run.status === 1 && run.stderr.includes(error) && !fs.existsSync(path.join(wrong, 'out/index.html')), `${run.signal} ${run.stderr}`);
  }
  for (const tags of ['5', '{ a: 1 }', '["a", { b: 1 }]']) {
    const run = build('', '', `tags: ${tags}`);
    check(`tags: ${tags} is reported, and the page is there`, run.status === 1 && run.stderr.includes('`tags` cannot be read: ') && run.stderr.includes('hint: write a text, or a list of texts') && fs.existsSync(path.join(wrong, 'out/index.html')), `${run.signal} ${run.stderr}`);
  }
  // And what Eleventy takes for a text, or for none, is none of these.
  for (const [code, options, data, text] of [
    ['config.addTransform("t", () => Buffer.from("bytes"));', '', '', 'bytes'],
    ['config.addPreprocessor("p", "njk", () => undefined);', '', 'tags: ["a", 2026]', 'one\n---\ntwo\n'],
    ['config.addPassthroughCopy("src/a.txt");', 'markdownTemplateEngine: null, htmlTemplateEngine: false', 'tags: false', 'one\n---\ntwo\n'],
  ]) {
    const run = build(code, options, data);
    check(`${code} ${options} ${data} is built`, run.status === 0 && read(wrong, 'out/index.html') === text, `${run.signal} ${run.stderr}`);
  }
  // Without Eleventy and Nunjucks, their options hold too.
  fs.writeFileSync(path.join(wrong, 'src/index.njk'), '{{ x }}{{ "<" }}');
  fs.writeFileSync(path.join(wrong, 'src/index.data.json'), '{"x":"by suffix"}');
  const bare = build('config.setDataFileSuffixes([".data"]); config.setNunjucksEnvironmentOptions({ autoescape: false });');
  check('options are followed without Eleventy', bare.status === 0 && read(wrong, 'out/index.html') === 'by suffix<', bare.stderr);
  fs.rmSync(wrong, { recursive: true, force: true });
}

finish('javascript');
