// SPDX-License-Identifier: MIT
//
// `guidanced init` and `guidanced new page`: a site from nothing, a page among its neighbours, and
// Eleventy projects whose configuration is read as text.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge, launch, open } from './chromium.mjs';
import { BINARY, ROOT, check, finish, sampleSite, site, start } from './harness.mjs';
import * as department from '../conformance/eleventy/department.mjs';
import * as fixture from '../conformance/eleventy/fixture.mjs';
import * as nasty from '../conformance/eleventy/nasty.mjs';

const run = (args, env = {}) => {
  try {
    return { code: 0, out: execFileSync(BINARY, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } }), err: '' };
  } catch (e) {
    return { code: e.status, out: e.stdout, err: e.stderr };
  }
};
const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-init-'));
const files = (dir) => fs.readdirSync(dir, { recursive: true }).map(String).filter((f) => fs.statSync(path.join(dir, f)).isFile()).sort();
const read = (dir, file) => fs.readFileSync(path.join(dir, file), 'utf8');
const write = (dir, tree) => {
  // In path order: pages without a date sort by when their files were created.
  for (const [file, text] of Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1))) {
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), text);
  }
  return dir;
};
const problems = (dir) => JSON.parse(run(['check', '--site', dir, '--format', 'json']).out);

// ---- a site from nothing ----
const fresh = path.join(temporary(), 'new/site');
check('init makes a site', run(['init', fresh]).code === 0);
check('it checks clean', problems(fresh).length === 0, JSON.stringify(problems(fresh)));
check('it needs no node_modules', !fs.existsSync(path.join(fresh, 'node_modules')) && !files(fresh).some((f) => read(fresh, f).includes('govuk')));
const server = await start(fresh, ['--cache', ':memory:']);
for (const [url, status, text] of [['/', 200, '<h1>My guidance</h1>'], ['/guides/', 200, 'href="/guides/write-a-page/"'], ['/guides/write-a-page/', 200, '<h2 id="add-it"'],
  ['/nothing/', 404, 'Page not found'], ['/guides/write-a-pgae/', 404, 'href="/guides/write-a-page/"'], ['/search?q=dashes', 200, 'Write a page'], ['/search', 200, 'Write what you look for'], ['/search?q=xyzzyq', 200, 'No page has “xyzzyq”'], ['/guides/write-a-page/', 200, '<li><a href="/guides/">Guides</a></li>'],
  ['/guides/write-a-page/', 200, 'name="useful" value="yes"'], ['/sitemap.xml', 200, '/guides/']]) {
  const answer = await fetch(server.url + url);
  const body = await answer.text();
  check(`it answers ${url}`, answer.status === status && body.includes(text), `${answer.status} ${body.slice(0, 300)}`);
}
const css = /href="(\/assets\/site\.[0-9a-f]+\.css)"/.exec(await (await fetch(server.url)).text())?.[1];
check('its styles are served', css && (await fetch(server.url + css)).status === 200);
await server.stop();
// ---- the same with npm's govuk-frontend ----
const govuk = temporary();
fs.mkdirSync(path.join(govuk, 'node_modules'));
fs.cpSync(path.join(ROOT, 'node_modules/govuk-frontend'), path.join(govuk, 'node_modules/govuk-frontend'), { recursive: true });
const styled = run(['init', govuk]);
check('with govuk-frontend installed, init makes a site of its components', styled.code === 0 && /with the govuk-frontend that is installed there/.test(styled.out), styled.out + styled.err);
check('it checks clean too', problems(govuk).length === 0, JSON.stringify(problems(govuk)));
const browser = await launch();
for (const [name, dir] of [['plain', fresh], ['govuk', govuk]]) {
  fs.writeFileSync(path.join(dir, 'data/broken.md'), '---\ntitle: Broken\nlayout: layouts/page.njk\n---\n{{ nothing( }}\n');
  fs.writeFileSync(path.join(dir, 'data/guides/dated.md'), '---\ntitle: Dated\ndateUpdated: 2026-11-02\neleventyNavigation: {key: Dated, parent: Guides}\n---\n## One\n\nWords.\n');
  const authors = await start(dir, ['--cache', ':memory:', '--dev']);
  const shown = await (await fetch(`${authors.url}/broken/`)).text();
  check(`${name}: in development, an error is in the page`, /data\/broken\.md:5:13: error: unexpected token: }}/.test(shown) && shown.includes('{{ nothing( }}'), shown.slice(-600));
  const dated = await (await fetch(`${authors.url}/guides/dated/`)).text();
  check(`${name}: a date, the contents, where it is`, /<time datetime="2026-11-02">2 November 2026<\/time>/.test(dated) && /href="#one"/.test(dated) && /href="\/guides\/"[^>]*>Guides</.test(dated), dated.slice(-1500));
  for (const width of [1280, 375]) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      for (const url of ['/', '/guides/', '/guides/dated/', '/search?q=page', '/search?q=xyzzyq', '/nowhere/', '/broken/']) {
        const seen = await open(context, authors.url, url, { '/nowhere/': 404, '/broken/': 500 }[url] ?? 200);
        const { wrong } = await judge(seen);
        check(`${name} at ${width}, ${colorScheme}: nothing is wrong with ${url}`, wrong.length === 0, wrong.join('\n'));
        if (url === '/guides/dated/') check(`${name} at ${width}: the contents are ${width < 700 ? 'folded' : 'open'}`, (await seen.page.locator('details a[href="#one"]').isVisible()) === false && (await seen.page.locator('.contents-open a[href="#one"]').isVisible()) === width > 700);
      }
      await context.close();
    }
  }
  await authors.stop();
  for (const file of ['data/broken.md', 'data/guides/dated.md']) fs.rmSync(path.join(dir, file));
}
const reader = await start(govuk, ['--cache', ':memory:']);
const useful = await fetch(`${reader.url}/feedback`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ page: '/', useful: 'no', comment: 'Too short.' }) });
check('its feedback is stored', useful.status === 303 && JSON.parse(run(['feedback', 'export', '--site', govuk, '--format', 'json']).out)[0]?.comment === 'Too short.', useful.status);
await reader.stop();
await browser.close();

const before = files(fresh).map((f) => read(fresh, f)).join();
const second = run(['init', fresh]);
check('a second init is refused, and changes nothing', second.code === 1 && /nothing was written/.test(second.err) && files(fresh).map((f) => read(fresh, f)).join() === before);
const taken = write(temporary(), { 'assets/site.css': 'mine', 'notes.txt': 'x' });
check('a file in the way stops it', run(['init', taken]).code === 1 && files(taken).length === 2 && read(taken, 'assets/site.css') === 'mine');
const other = write(temporary(), { 'notes.txt': 'x' });
check('other files do not', run(['init', other]).code === 0 && fs.existsSync(path.join(other, 'guidance.yaml')));

// ---- a page among its neighbours ----
const made = run(['new', 'page', '--site', fresh, 'guides/report-a-weakness']);
check('new page writes a page', made.code === 0 && made.out.includes('/guides/report-a-weakness/'), made.out + made.err);
check('its front matter is that of its neighbours', read(fresh, 'data/guides/report-a-weakness.md') ===
  '---\ntitle: "Report a weakness"\ndescription: ""\neleventyNavigation:\n  key: "Report a weakness"\n  parent: "Guides"\n  order: 2\n---\n\n', read(fresh, 'data/guides/report-a-weakness.md'));
check('it needs a description, and nothing else', problems(fresh).map((p) => p.rule).join() === 'description-missing', JSON.stringify(problems(fresh)));
fs.appendFileSync(path.join(fresh, 'data/guides/report-a-weakness.md'), 'Words.\n');
const again = run(['new', 'page', '--site', fresh, 'data/guides/report-a-weakness.md']);
check('a page is not overwritten', again.code === 1 && /already exists/.test(again.err) && read(fresh, 'data/guides/report-a-weakness.md').endsWith('Words.\n'), again.err);
check('a URL is not taken', run(['new', 'page', '--site', fresh, 'guides/report-a-weakness/index']).code === 1 && !fs.existsSync(path.join(fresh, 'data/guides/report-a-weakness/index.md')));
check('a title is quoted', run(['new', 'page', '--site', fresh, '--title', 'Say: "yes" # or no', 'elsewhere/']).code === 0 && read(fresh, 'data/elsewhere/index.md').startsWith('---\nlayout: "layouts/page.njk"\ntitle: "Say: \\"yes\\" # or no"\n'), read(fresh, 'data/elsewhere/index.md'));
check('pages stay in the site', run(['new', 'page', '--site', fresh, '../../outside']).code === 0 && !fs.existsSync(path.join(fresh, '../outside.md')) && fs.existsSync(path.join(fresh, 'data/outside.md')));
for (const thing of ['page', 'section'])
  for (const name of ['odd/what?', 'odd/c#', 'odd/100%', 'od#d/x'])
    check(`new ${thing}: a name that no link can name is refused: ${name}`, ((r) => r.code === 1 && /a name with [?#%] is no URL: data\/od/.test(r.err))(run(['new', thing, '--site', fresh, name])) && !fs.existsSync(path.join(fresh, 'data/odd')) && !fs.existsSync(path.join(fresh, 'data/od#d')));
for (const [order, next] of [['1e300', `1${'0'.repeat(300)}`.length], ['.inf', 0], ['-5', '-4'], ['2.5', '3']]) {
  const ordered = site({ 'data/s/a.md': `---\ntitle: A\neleventyNavigation: {key: A, order: ${order}}\n---\n` });
  run(['new', 'page', '--site', ordered, 's/b']);
  const found = read(ordered, 'data/s/b.md').match(/^ {2}order: (.*)$/m)?.[1];
  check(`after the order ${order} comes ${next}`, typeof next === 'string' ? found === next : (found ?? '').length === next, read(ordered, 'data/s/b.md'));
}
check('only pages and sections can be made', run(['new', 'layout', '--site', fresh, 'x']).code === 2);
const sample = sampleSite();
run(['new', 'page', '--site', sample, 'secure-by-design/train-your-team']);
const page = read(sample, 'data/secure-by-design/train-your-team.md');
check('in the sample, it takes its place in the section', /^---\n/.test(page) && /title: "Train your team"/.test(page) && /parent: /.test(page), page);
fs.writeFileSync(path.join(sample, 'data/secure-by-design/train-your-team.md'), page.replace('description: ""', 'description: "How to train them."'));
check('and checks clean', problems(sample).length === 0, JSON.stringify(problems(sample)));
const sharing = site({
  'data/s/index.md': '---\ntitle: S\n---\n', 'data/s/a.md': '---\ntitle: A\nsection: Of S\nowner: team-s\nreviewBy: 2030-01-01\ndateUpdated: 2020-01-01\neleventyNavigation:\n  key: S\n  url: /s/\n---\n',
  'data/s/b.md': '---\ntitle: B\nsection: Of S\nowner: team-s\neleventyNavigation:\n  key: S\n  url: /s/\n---\n',
});
run(['new', 'page', '--site', sharing, 's/c']);
const shared = read(sharing, 'data/s/c.md');
check('a key that the pages share is shared', /eleventyNavigation:\n {2}key: "S"\n {2}url: "\/s\/"\n/.test(shared) && /section: "Of S"/.test(shared) && /owner: "team-s"/.test(shared) &&
  new RegExp(`dateUpdated: ${new Date().toISOString().slice(0, 10)}\n`).test(shared) && /reviewBy: 20\d\d-\d\d-\d\d\n/.test(shared), shared);

// ---- a section ----
const section = run(['new', 'section', '--site', fresh, 'rules/for-all', '--title', 'Rules "for" all']);
check('new section writes a page and what its pages share', section.code === 0 && section.out.startsWith('data/rules/for-all/index.md\ndata/rules/for-all/for-all.yaml\nits URL is /rules/for-all/;'), section.out + section.err);
check('the data has the layout', read(fresh, 'data/rules/for-all/for-all.yaml').endsWith(' before it.\nlayout: "layouts/page.njk"\n'), read(fresh, 'data/rules/for-all/for-all.yaml'));
const sectionPage = read(fresh, 'data/rules/for-all/index.md');
check('the page has a place in the navigation', /^---\ntitle: "Rules \\"for\\" all"\ndescription: ""\neleventyNavigation:\n {2}key: "Rules \\"for\\" all"\n {2}order: \d\n---\n/.test(sectionPage), sectionPage);
fs.writeFileSync(path.join(fresh, 'data/rules/for-all/index.md'), sectionPage.replace('description: ""', 'description: "All of them."'));
check('a page of it is below it', run(['new', 'page', '--site', fresh, 'rules/for-all/first-rule']).code === 0 && /\n {2}parent: "Rules \\"for\\" all"\n/.test(read(fresh, 'data/rules/for-all/first-rule.md')), read(fresh, 'data/rules/for-all/first-rule.md'));
fs.writeFileSync(path.join(fresh, 'data/rules/for-all/first-rule.md'), read(fresh, 'data/rules/for-all/first-rule.md').replace('description: ""', 'description: "The first of them."'));
check('and in its list', /<li>\s*<a href="\/rules\/for-all\/first-rule\/">First rule<\/a>/.test(run(['render', '--site', fresh, '/rules/for-all/']).out), run(['render', '--site', fresh, '/rules/for-all/']).out);
check('both check clean', problems(fresh).filter((p) => p.file.includes('rules/')).length === 0, JSON.stringify(problems(fresh)));
const inside = run(['new', 'section', '--site', fresh, 'data/guides/inner/']);
check('a section in a section is below it', inside.code === 0 && /key: "Inner"\n {2}parent: "Guides"\n/.test(read(fresh, 'data/guides/inner/index.md')), inside.err);
check('a section is not overwritten', [run(['new', 'section', '--site', fresh, 'rules/for-all']), run(['new', 'section', '--site', fresh, 'guides'])].every((r) => r.code === 1 && /already exists/.test(r.err)) && read(fresh, 'data/rules/for-all/index.md').includes('All of them.'));
fs.mkdirSync(path.join(fresh, 'data/half'));
fs.writeFileSync(path.join(fresh, 'data/half/half.yaml'), 'owner: us\n');
check('nor half of one made', run(['new', 'section', '--site', fresh, 'half']).code === 1 && !fs.existsSync(path.join(fresh, 'data/half/index.md')) && read(fresh, 'data/half/half.yaml') === 'owner: us\n');
run(['new', 'section', '--site', sample, 'careers']);
check('in the sample, its pages say the section', read(sample, 'data/careers/careers.yaml').endsWith('layout: "layouts/guidance.njk"\nsection: "Careers"\n'), read(sample, 'data/careers/careers.yaml'));
fs.writeFileSync(path.join(sample, 'data/careers/index.md'), read(sample, 'data/careers/index.md').replace('description: ""', 'description: "Work with us."'));
check('and it checks clean', problems(sample).length === 0, JSON.stringify(problems(sample)));

// ---- Eleventy projects ----
const CONFORMANCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../conformance/eleventy');
const PACKAGE = { devDependencies: { '@11ty/eleventy': '^3.1.8', 'markdown-it-attrs': '^5.0.1' } };
const notes = (out) => [...out.matchAll(/^(\S+):(\d+): (.*)\n {2}(.+)$/gm)].map(([, file, line, what]) => `${file}:${line}: ${what}`);

function project(name, { default: tree, links = [] }, source, target) {
  const dir = write(temporary(), { ...tree, 'package.json': JSON.stringify({ name, ...PACKAGE }), [target]: fs.readFileSync(path.join(CONFORMANCE, source)) });
  for (const link of links) fs.symlinkSync(path.join(ROOT, link), path.join(dir, link));
  return dir;
}
// Every file that hand-written settings produce is also produced by those of init.
function compare(name, module, source, target, expected, { equal }) {
  const ours = project(name, module, source, target);
  const hand = project(name, module, source, target);
  fs.writeFileSync(path.join(hand, 'guidance.yaml'), module.settings);
  const result = run(['init', '--from-eleventy', ours]);
  check(`${name}: init`, result.code === 0, result.err);
  check(`${name}: the list of what was not carried over`, notes(result.out).join('\n') === expected.join('\n'), notes(result.out).join('\n'));
  const [a, b] = [temporary(), temporary()];
  const built = run(['build', '--site', ours, '--out', a], module.env);
  check(`${name}: every page is served`, built.code === 0, built.err);
  run(['build', '--site', hand, '--out', b], module.env);
  const html = (dir) => files(dir).filter((f) => !['.guidanced-manifest', 'feed.xml', 'pages.json', '_headers', 'sitemap.xml', 'robots.txt'].includes(f));
  check(`${name}: the same pages as by hand`, html(a).join() === html(b).join() && html(a).length > 30, html(a).filter((f) => !html(b).includes(f)).join());
  const different = html(b).filter((f) => fs.existsSync(path.join(a, f)) && read(a, f) !== read(b, f));
  if (equal) check(`${name}: and the same bytes`, different.length === 0, different.join());
  console.log(`    ${name}: ${html(a).length} files, ${different.length} differ, ${expected.length} things not carried over`);
  check(`${name}: a second init is refused`, run(['init', '--from-eleventy', ours]).code === 1);
}
compare('fixture', fixture, 'fixture.config.mjs', 'eleventy.config.mjs', [], { equal: true });
compare('department', department, 'department.config.cjs', '.eleventy.js', [], { equal: true });
compare('nasty', nasty, 'nasty.config.mjs', 'eleventy.config.mjs', [
  "eleventy.config.mjs:24: addPlugin(() => { config.addFilter('eleventyNavigationToHtml', (entrie…)",
  'eleventy.config.mjs:25: the filter eleventyNavigationToHtml',
  'eleventy.config.mjs:26: the filter eleventyNavigationToMarkdown',
  'eleventy.config.mjs:34: the filter shout',
  'eleventy.config.mjs:35: the shortcode badge',
  'eleventy.config.mjs:36: the paired shortcode box',
  'eleventy.config.mjs:37: the paired shortcode markdown',
  'eleventy.config.mjs:38: the filter markdown',
], { equal: false });

// ---- what such projects do with collections, folders and dates ----
const habits = write(temporary(), {
  'package.json': JSON.stringify({ name: 'habits', dependencies: { '@11ty/eleventy': '1.0.2' } }),
  'pages/index.md': 'x\n',
  '.eleventy.js': `const { DateTime } = require('luxon');
module.exports = function (config) {
  config.addFilter('month', d => { return DateTime.fromJSDate(d, { zone: 'utc' }).toFormat('LLLL yyyy'); });
  config.addFilter('local', d => DateTime.fromJSDate(d).toFormat('LLLL yyyy'));
  config.addPassthroughCopy({ 'a/images': 'img' });
  config.addPassthroughCopy({ './b/images': 'img' });
  config.addPassthroughCopy({ 'c/images': 'img' });
  config.addPassthroughCopy({ 'a/all.js': 'js/all.js' });
  config.addCollection('everything', (api) => {
    const imports = \`{%- from 'one.njk' import one -%}{% import "two.njk" as two %}\`
    api.getFilteredByGlob('pages/**/*.md').forEach((item) => { item.template.frontMatter.content = \`\${imports}\\n\${item.template.frontMatter.content}\` })
  });
  return { dir: { input: 'pages' }, markdownTemplateEngine: false };
};
`,
});
const carried = run(['init', '--from-eleventy', habits]);
const written = fs.readFileSync(path.join(habits, 'guidance.yaml'), 'utf8');
check('a date in UTC is carried over, one in local time is not', notes(carried.out).join() === '.eleventy.js:4: the filter local', notes(carried.out).join());
check('Markdown without templates stays so', written.includes('\nmarkdown_templates: false\n'), written);
check('its macro is complete', fs.readFileSync(path.join(habits, 'pages/_includes/from-eleventy/filters.njk'), 'utf8').includes('{% macro month(input) %}{{ input | date("LLLL yyyy") }}{% endmacro %}'));
check('several folders copied into one are a list', written.includes('  /img: ["a/images","b/images","c/images"]\n') && written.includes('  /js/all.js: "a/all.js"\n'), written);
check('imports put before pages by a collection are imports', written.includes(`imports:\n  - "from 'one.njk' import one"\n  - "import \\"two.njk\\" as two"\n`), written);

// ---- which line builds the site ----
{
  const several = write(temporary(), {
    'package.json': JSON.stringify({
      name: 'several',
      scripts: { 'build:example': 'eleventy --config=example.config.js', start: 'eleventy --serve --output=served', build: 'gulp --input=no && npx @11ty/eleventy --input=./docs --output "public" --pathprefix=below/ | tee log --input=late' },
      dependencies: { '@11ty/eleventy': '3.0.0' },
    }),
    'eleventy.config.js': 'export default () => ({ dir: { input: "pages", output: "dist" } });\n',
    'example.config.js': 'export default () => ({ dir: { input: "example" } });\n',
  });
  const made = run(['init', '--from-eleventy', several]);
  const settings = fs.readFileSync(path.join(several, 'guidance.yaml'), 'utf8');
  check('the script that builds says the directories', made.code === 0 && /^input: "docs"$/m.test(settings) && /^output: "public"$/m.test(settings) && /^path_prefix: "\/below\/"$/m.test(settings), settings);
  check('and which configuration', settings.includes(' from eleventy.config.js.'), settings);
}

// The same where its packages are installed, so that the configuration is run.
{
  const installed = write(temporary(), {
    'package.json': JSON.stringify({ name: 'installed', scripts: { build: 'eleventy --input=docs --output=public --pathprefix=below/' } }),
    'eleventy.config.cjs': 'module.exports = () => ({ dir: { input: "pages", output: "dist" } });\n',
    'docs/index.md': 'One\n',
  });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(installed, 'node_modules'));
  const made = run(['init', '--from-eleventy', installed]);
  const settings = fs.readFileSync(path.join(installed, 'guidance.yaml'), 'utf8');
  check('also with installed packages', made.code === 0 && /^eleventy_config: /m.test(settings) && /^input: "docs"$/m.test(settings) && /^output: "public"$/m.test(settings) && /^path_prefix: "\/below\/"$/m.test(settings), settings);
}

// ---- every form of a configuration ----
const all = write(temporary(), {
  'package.json': JSON.stringify({ name: 'all-forms', scripts: { build: 'npx eleventy --config=site.config.cjs --quiet' }, dependencies: { '@11ty/eleventy': '1.0.2', 'markdown-it-deflist': '^3.0.0' } }),
  'site.config.cjs': `/* A comment with config.addFilter("no") in it. */
const { DateTime } = require("luxon"); // config.addFilter('nor this')
const navigationPlugin = require('@11ty/eleventy-navigation');
const { feedPlugin: feed } = require("@11ty/eleventy-plugin-rss");
const highlight = require("@11ty/eleventy-plugin-syntaxhighlight");
const markdownIt = require("markdown-it"), emoji = require("markdown-it-emoji"), footnote = require("markdown-it-footnote");
const anchor = require("markdown-it-anchor").default;
const own = require("./lib/own.js");
const INPUT = "src";
const mdOptions = { html: true, linkify: true, typographer: true, quotes: "“”‘’" };
const slug = (s) => s.toLowerCase().replace(/[^a-z"/]/g, "-");

module.exports = function (eleventyConfig) {
  eleventyConfig.addPassthroughCopy("src/assets");
  eleventyConfig.addPassthroughCopy({ "node_modules/govuk-frontend/dist/govuk/assets": "assets/govuk", "static/**/*": "/" });
  eleventyConfig.addPassthroughCopy("robots.txt").addPassthroughCopy("also-chained");
  eleventyConfig.addPassthroughCopy("**/*.jpg");
  eleventyConfig.addPassthroughCopy(process.argv[2]);
  eleventyConfig.addPlugin(navigationPlugin);
  eleventyConfig.addPlugin(feed, { type: "atom" });
  eleventyConfig.addPlugin(highlight);
  eleventyConfig.addPlugin(require("eleventy-plugin-unknown"));
  eleventyConfig.addPlugin(own);
  eleventyConfig.addFilter("money", (n) => \`£\${n}\`);
  eleventyConfig.addNunjucksFilter("slugify", slug);
  eleventyConfig.addAsyncFilter(\`later\`, async (x) => x);
  eleventyConfig.addShortcode("year", () => \`\${new Date().getFullYear()}\`);
  eleventyConfig.addPairedShortcode("note", function (content) { return "<p>" + content + "</p>"; });
  eleventyConfig.addCollection("guides", (api) => api.getFilteredByGlob("src/guides/*.md"));
  eleventyConfig.addCollection("posts", function (collectionApi) {
    return collectionApi.getFilteredByTag("post").reverse().slice(0, 3);
  });
  eleventyConfig.addCollection("odd", (api) => api.getAll().filter((p) => p.data.odd));
  eleventyConfig.addGlobalData("phase", { tag: "beta", steps: [1, -2, true, null] });
  eleventyConfig.addGlobalData("built", () => new Date());
  eleventyConfig.addGlobalData("env", process.env.SITE_ENV || "development");
  eleventyConfig.addLayoutAlias("default", "layouts/base.njk");
  eleventyConfig.addTransform("minify", (html) => html.trim());
  eleventyConfig.addDataExtension("yml, yaml", (text) => text);
  eleventyConfig.addDataExtension("toml", (text) => text);
  eleventyConfig.addTemplateFormats("scss");
  eleventyConfig.setNunjucksEnvironmentOptions({ trimBlocks: true, lstripBlocks: true, autoescape: false }); eleventyConfig.addNunjucksGlobal('stage', { of: 'beta' });
  eleventyConfig.setQuietMode(true);
  eleventyConfig.addWatchTarget("./scss/");
  eleventyConfig.ignores.add("src/drafts/**");
  eleventyConfig.on("eleventy.before", async () => {});
  eleventyConfig.futureCall("x");
  const md = markdownIt(mdOptions).use(anchor, { level: [2, 3], permalink: anchor.permalink.headerLink(), slugify: slug }).use(emoji);
  md.use(footnote).use(require("markdown-it-container"), "note").use(require("markdown-it-image-figures"), { figcaption: true, copyAttrs: "x" }).use(require("markdown-it-deflist"));
  eleventyConfig.setLibrary("md", md);
  return {
    dir: { input: INPUT, includes: "../templates", layouts: "../templates/layouts", data: "../data", output: "dist" },
    pathPrefix: process.env.PATH_PREFIX ?? "/",
    templateFormats: ["md", "njk", "liquid"],
    markdownTemplateEngine: "njk",
    htmlTemplateEngine: "liquid",
  };
};
`,
  'src/index.md': '# {{ 3 | money }} {% year %} {% note %}n{% endnote %} {{ "A b" | later }}\n',
  'src/old.liquid': 'x', 'src/page.11ty.js': 'x', 'src/a.11tydata.js': 'module.exports = {}', 'data/site.js': 'module.exports = {}', 'data/x.yaml': 'a: 1', 'lib/own.js': '', 'dist/old.liquid': 'x',
  'src/posts/posts.js': 'module.exports = {}', 'templates/old.hbs': 'x', '.eleventyignore': 'src/drafts\n', 'robots.txt': 'User-agent: *\n', 'src/assets/a.txt': 'a', 'static/b.txt': 'b',
});
const everything = run(['init', '--from-eleventy', all]);
check('all forms: the list', notes(everything.out).join('\n') === `site.config.cjs:54: the template format liquid
site.config.cjs:56: htmlTemplateEngine: "liquid"
site.config.cjs:17: addPassthroughCopy("**/*.jpg")
site.config.cjs:18: addPassthroughCopy(process.argv[2])
site.config.cjs:20: the plugin @11ty/eleventy-plugin-rss
site.config.cjs:21: the plugin @11ty/eleventy-plugin-syntaxhighlight
site.config.cjs:22: the plugin eleventy-plugin-unknown
site.config.cjs:23: the plugin ./lib/own.js
site.config.cjs:24: the filter money
site.config.cjs:25: the filter slugify
site.config.cjs:26: the filter later
site.config.cjs:27: the shortcode year
site.config.cjs:28: the paired shortcode note
site.config.cjs:33: the collection odd
site.config.cjs:35: addGlobalData("built", …)
site.config.cjs:37: addLayoutAlias("default", …)
site.config.cjs:38: addTransform("minify", …)
site.config.cjs:40: addDataExtension("toml", …)
site.config.cjs:41: addTemplateFormats("scss")
site.config.cjs:46: on("eleventy.before", …)
site.config.cjs:47: futureCall("x")
site.config.cjs:10: the option quotes of markdown-it
site.config.cjs:48: the option slugify of markdown-it-anchor
site.config.cjs:48: markdown-it's plugin markdown-it-emoji
site.config.cjs:49: the option copyAttrs of markdown-it-image-figures
data/site.js:1: data in JavaScript
src/a.11tydata.js:1: data in JavaScript
src/old.liquid:1: a page in another language
src/page.11ty.js:1: a page in another language
src/posts/posts.js:1: data in JavaScript
templates/old.hbs:1: a layout or include in another language`, notes(everything.out).join('\n'));
check('all forms: guidance.yaml', read(all, 'guidance.yaml').split('\n').slice(3).join('\n') === `name: "all-forms"
input: "src"
includes: "templates"
layouts: "templates/layouts"
data: "../data"
output: "dist"
path_prefix: "\${PATH_PREFIX:-/}"
eleventy_version: 1
passthrough:
  /assets: "src/assets"
  /assets/govuk: "node_modules/govuk-frontend/dist/govuk/assets"
  /: "static"
  /robots.txt: "robots.txt"
  /also-chained: "also-chained"
ignores:
  - "src/**/*.html"
  - "src/drafts/**"
markdown:
  html: true
  linkify: true
  typographer: true
  tables: true
  strikethrough: true
  heading_ids: {"levels":[2,3],"tabindex":-1,"permalink":"headerLink"}
  footnotes: true
  containers: ["note"]
  figures: {"caption":true}
  definition_lists: 3
filters: [from-eleventy/filters.njk]
shortcodes: [from-eleventy/shortcodes.njk]
paired_shortcodes: [from-eleventy/paired_shortcodes.njk]
collections:
  guides: {"glob":"src/guides/*.md"}
  posts: {"tag":"post","reverse":true,"limit":3}
globals:
  phase: {"tag":"beta","steps":[1,-2,true,null]}
  env: "\${SITE_ENV:-development}"
nunjucks_globals:
  stage: {"of":"beta"}
autoescape: false
trim_blocks: true
lstrip_blocks: true
`, read(all, 'guidance.yaml'));
const routes = run(['routes', '--site', all]).out;
check('all forms: it is served', ['/\tpage', '/assets/a.txt\t', '/robots.txt\t', '/b.txt\t'].every((r) => routes.split('\n').some((l) => l.startsWith(r))), routes);
check('all forms: with macros in place of programs', /<h1>3\s+n\s+A b<\/h1>|<h1>3 {2}n A b<\/h1>/.test(run(['render', '--site', all, '/']).out), run(['render', '--site', all, '/']).out + run(['render', '--site', all, '/']).err);

// ---- a configuration's further habits ----
{
  const further = write(temporary(), {
    'package.json': JSON.stringify({ name: 'further', scripts: { build: 'eleventy --input=docs' }, dependencies: { '@11ty/eleventy': '3.0.0', nunjucks: '3.2.4' } }),
    'eleventy.config.js': `import { DateTime } from 'luxon';
import nunjucks from 'nunjucks';
export default function (config) {
  config.addPassthroughCopy('docs/files');
  config.addPassthroughCopy({ 'docs/kept': true, 'docs/a[0-9].txt': 'x' });
  config.addPassthroughCopy('docs/images', { filter: '*.png' });
  config.setInputDirectory('pages');
  config.setIncludesDirectory('parts');
  config.setOutputDirectory(process.argv[2]);
  config.ignores.add('docs/drafts/**');
  config.ignores.delete('**/node_modules/**');
  config.ignores.add(process.argv[3]);
  config.setUseGitIgnore(false);
  config.setDataDeepMerge(false);
  config.addFilter('long-date', (d) => DateTime.fromJSDate(d, { zone: 'utc' }).toFormat('yyyy'));
  config.addFilter('year', (d) => DateTime.fromJSDate(d, { zone: 'utc' }).toFormat('yyyy'));
  config.addFilter('month', (d) => DateTime.fromJSDate(d, { zone: 'utc' }).minus({ months: 1 }).toFormat('LLLL'));
  config.addFilter('hour', (d) => DateTime.fromJSDate(d, { zone: 'utc' }).setZone('Europe/London').toFormat('H'));
  config.setNunjucksEnvironmentOptions({ tags: { blockStart: '<%' } });
  config.setLibrary('njk', new nunjucks.Environment(new nunjucks.FileSystemLoader('docs/more'), { autoescape: process.env.X === 'y' }));
  return { templateFormats: 'njk, md', markdownTemplateEngine: 'njk', keys: { layout: 'frame' }, dir: { output: 'dist' } };
}
`,
    'docs/index.md': '{{ page.date | year }}\n', 'docs/secret.html': 'no page', 'docs/drafts/a.md': 'draft', 'docs/files/a.txt': 'a', 'docs/kept/b.txt': 'b',
  });
  const made = run(['init', '--from-eleventy', further]);
  check('further: the list', notes(made.out).map((n) => n.replace('eleventy.config.js:', '')).join('\n') === `21: keys
9: setOutputDirectory(process.argv[2])
5: addPassthroughCopy({ 'docs/kept': true, 'docs/a[0-9].txt': 'x' })
6: addPassthroughCopy('docs/images', …)
14: setDataDeepMerge(false)
15: addFilter('long-date', …)
17: the filter month
18: the filter hour
19: the option tags of Nunjucks
11: ignores.delete('**/node_modules/**')
12: ignores.add(process.argv[3])
20: the options of Nunjucks`, notes(made.out).join('\n'));
  check('further: guidance.yaml', read(further, 'guidance.yaml').split('\n').slice(3).join('\n') === `name: "further"
input: "docs"
includes: "docs/parts"
data: "_data"
output: "dist"
template_paths:
  - "docs/more"
passthrough:
  /files: "docs/files"
  /kept: "docs/kept"
  /images: "docs/images"
ignores:
  - "docs/**/*.html"
  - "docs/drafts/**"
use_gitignore: false
markdown:
  html: true
  tables: true
  strikethrough: true
filters: [from-eleventy/filters.njk]
`, read(further, 'guidance.yaml'));
  const served = run(['routes', '--site', further]).out.split('\n').map((line) => line.split('\t')[0]);
  check('further: what is a page, and what is not', ['/', '/files/a.txt', '/kept/b.txt'].every((url) => served.includes(url)) && !served.some((url) => /secret|draft/.test(url)), served.join());
  check('further: it is rendered', /<p>\d{4}<\/p>/.test(run(['render', '--site', further, '/']).out));
}

// ---- everything at its default ----
const plain = write(temporary(), {
  'package.json': '{"devDependencies":{"@11ty/eleventy":"^2.0.1"}}', 'tsconfig.json': '{ // no JSON\n', 'index.md': '---\nlayout: base.njk\ntitle: Home\n---\n{{ who.name }}\n', 'posts/one.md': '---\nlayout: base.njk\n---\np\n', 'posts/posts.json': '{"title":"Of all"}',
  '_includes/base.njk': '<title>{{ title }}</title>{{ content | safe }}', '_data/who.json': '{"name":"W"}', '_site/x/index.html': 'old', 'node_modules/a/README.md': 'x',
});
check('defaults: init', run(['init', '--from-eleventy', plain]).code === 0);
const plainRoutes = run(['routes', '--site', plain]).out.trim().split('\n').map((l) => l.split('\t')[0]);
check('defaults: the pages, and neither includes nor output', plainRoutes.join() === '/,/posts/one/', plainRoutes.join());
check('defaults: data of all kinds', run(['render', '--site', plain, '/']).out.includes('<p>W</p>') && run(['render', '--site', plain, '/posts/one/']).out.includes('<title>Of all</title>'));

// ---- refusals ----
check('a directory that is no project', run(['init', '--from-eleventy', temporary()]).code === 2);
check('a directory that is not there', run(['init', '--from-eleventy', '/nowhere/at/all']).code === 2);
check('a target beside it', run(['init', '--from-eleventy', plain, 'x']).code === 2);
for (const [name, text] of [['an open string', 'module.exports = (c) => { c.addFilter("'], ['an open bracket', 'module.exports = (c) => { c.addPlugin({{[('], ['an open regular expression', 'x = /[a'], ['an open template', 'x = `${ {'],
  ['names that mean each other', 'const a = b; const b = a; module.exports = (c) => { c.addPassthroughCopy(a); };'], ['nothing', ''], ['bytes', '\u0000\u00ff\ufffd']]) {
  const odd = write(temporary(), { '.eleventy.js': text, 'index.md': '# x\n' });
  const result = run(['init', '--from-eleventy', odd]);
  check(`a configuration with ${name} is read as far as it goes`, result.code === 0 && run(['routes', '--site', odd]).code === 0, result.err);
}
finish('init');
process.exit();
