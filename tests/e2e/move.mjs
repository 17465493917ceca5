// SPDX-License-Identifier: MIT
//
// `guidanced move`: pages and folders, their old addresses, and every link to them; what it refuses,
// and that a refusal changes nothing.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, sampleSite, site } from './harness.mjs';

const run = (dir, ...args) => {
  const { status, stdout, stderr } = spawnSync(BINARY, [args[0], '--site', dir, ...args.slice(1)], { encoding: 'utf8', env: { ...process.env, GUIDANCED_SANDBOX: 'false' } });
  return { code: status, out: stdout, err: stderr };
};
const read = (dir, file) => fs.readFileSync(path.join(dir, file), 'utf8');
const has = (dir, file) => fs.existsSync(path.join(dir, file));
// Every file of the pages, templates and settings: "name\0text".
function all(dir) {
  const names = fs.readdirSync(dir, { recursive: true }).filter((name) => /\.(md|njk|yaml|json|html)$/.test(name) && !/node_modules/.test(name));
  return names.sort().map((name) => `${name}\0${fs.readFileSync(path.join(dir, name), 'utf8')}`);
}
// Errors that the move introduced.
const errors = (dir) => JSON.parse(run(dir, 'check', '--format', 'json').out).filter((f) => f.severity === 'error').map((f) => `${f.file}:${f.line} ${f.message}`);
const routes = (dir) => Object.fromEntries(JSON.parse(run(dir, 'routes', '--format', 'json').out).map((r) => [r.url, r]));

// ---- a folder of the sample site, and back ----
{
  const dir = sampleSite();
  const before = all(dir);
  const plan = run(dir, 'move', '--dry-run', 'secure-by-design', 'practice');
  check('a dry run says what it would do', plan.code === 0 && /^data\/secure-by-design\/ → data\/practice\/$/m.test(plan.out) &&
    /^guidance\.yaml\n {2}\d+: \/secure-by-design\/ → \/practice\/$/m.test(plan.out) && /pages moved, \d+ places changed in \d+ files: a plan, nothing was done$/m.test(plan.out), plan.out.slice(-400) + plan.err);
  check('and does nothing', all(dir).join('\n') === before.join('\n'));
  const moved = run(dir, 'move', '/secure-by-design/', '/practice/');
  check('a folder is moved, by its URL', moved.code === 0 && !has(dir, 'data/secure-by-design') && has(dir, 'data/practice/roles.md'), moved.err);
  check('what it says is what it said', moved.out.replace(/\d+ places[^]*/, '') === plan.out.replace(/\d+ places[^]*/, ''), moved.out);
  check('the data that is named like the folder goes with it', has(dir, 'data/practice/practice.yaml') && !has(dir, 'data/practice/secure-by-design.yaml'));
  check('nothing of the site is wrong afterwards', errors(dir).length === 0, errors(dir).join('\n'));
  const after = routes(dir);
  check('old addresses lead on', after['/secure-by-design/roles/']?.location === '/practice/roles/', JSON.stringify(after['/secure-by-design/roles/']));
  // What is left are examples in code, and links to another site.
  const left = all(dir).flatMap((file) => file.split('\n').filter((line) => /\/secure-by-design\//.test(line) && !/^ +- \/secure-by-design\//.test(line)).map((line) => `${file.split('\0')[0]}: ${line}`));
  check('no source links to an old one', left.every((line) => /^data\/help\/|: .*`\/secure-by-design\/|https:\/\/www/.test(line)), left.join('\n'));
  check('an old address that was there before stays', /redirect_from:\n {2}- \/secure-by-design\/scope\/\n {2}- \/secure-by-design\/who-needs-to-do-this\/\n/.test(read(dir, 'data/practice/who-needs-to-do-this.md')), read(dir, 'data/practice/who-needs-to-do-this.md').slice(0, 900));
  const back = run(dir, 'move', 'practice', 'secure-by-design');
  check('and back', back.code === 0 && errors(dir).length === 0, back.err + errors(dir).join('\n'));
  const text = read(dir, 'data/secure-by-design/roles.md');
  check('an address that is the page\'s again is no old one', /redirect_from:\n {2}- \/practice\/roles\/\n(?! {2}-)/.test(text), text.slice(0, 800));
  const bare = (files) => files.map((file) => file.replace(/redirect_from:\n(?: {2}- .*\n)+/, '').replace(/redirect_from: .*\n/, '')).join('\n');
  check('all else is as it was', bare(all(dir)) === bare(before));
}

// ---- one page, every form of an address ----
const FILES = {
  'data/index.md': '---\ntitle: Home\nrelated:\n  - {text: B, url: /a/b/}\n---\n[one](/a/b/) [two](/a/b) [three](/a/b/?q=1#part) [four](a/b/) <a href="/a/b/">five</a>\n' +
    '`[code](/a/b/)` [six](/a/bc/) [seven](https://x.example/a/b/)\n\n```\n[code](/a/b/)\n```\n\n{{ "/a/b/" | url }} [ref]\n\n[ref]: /a/b/ "t"\n',
  'data/a/b.md': '---\ntitle: B\npermalink_note: /a/b/\n---\n[up](../c/) [self](/a/b/#x) [home](/) [beside](../d/)\n',
  'data/a/b.yaml': 'own: yes\n',
  'data/a/bc.md': '---\ntitle: BC\n---\nx\n',
  'data/a/c.md': '---\ntitle: C\nredirect_from: [/a/old/, /a/older/]\n---\n[b](../b/)\n',
  'data/a/d.md': 'no front matter\n',
  'data/_data/menu.yaml': 'items:\n  - href: /a/b/\n  - "/a/b/#part"\n',
  'data/_data/menu2.json': '{"href": "/a/b/"}\n',
  'templates/part.njk': '<a href="/a/b/">b</a> {% set x = \'/a/b/\' %}\n',
};
{
  const dir = site(FILES, 'name: T\nredirects:\n  - {from: /a/b/x/, to: /a/b/}\n');
  const { code, err } = run(dir, 'move', 'a/b', 'z/y/x');
  check('a page is moved', code === 0 && has(dir, 'data/z/y/x.md') && !has(dir, 'data/a/b.md'), err);
  check('with its own data', read(dir, 'data/z/y/x.yaml') === 'own: yes\n');
  const home = read(dir, 'data/index.md');
  check('links of Markdown and HTML', home.includes('[one](/z/y/x/) [two](/z/y/x/) [three](/z/y/x/?q=1#part) [four](/z/y/x/) <a href="/z/y/x/">five</a>'), home);
  check('code, other pages and other sites are left', home.includes('`[code](/a/b/)` [six](/a/bc/) [seven](https://x.example/a/b/)\n\n```\n[code](/a/b/)'), home);
  check('front matter, expressions, definitions', home.includes('url: /z/y/x/}') && home.includes('{{ "/z/y/x/" | url }}') && home.includes('[ref]: /z/y/x/ "t"'), home);
  check('its own relative links', /\[up\]\(\/a\/c\/\) \[self\]\(\/z\/y\/x\/#x\) \[home\]\(\/\) \[beside\]\(\/a\/d\/\)/.test(read(dir, 'data/z/y/x.md')), read(dir, 'data/z/y/x.md'));
  check('its old address', read(dir, 'data/z/y/x.md').startsWith('---\ntitle: B\npermalink_note: /z/y/x/\nredirect_from:\n  - /a/b/\n---\n'), read(dir, 'data/z/y/x.md'));
  check('data, templates, settings', read(dir, 'data/_data/menu.yaml') === 'items:\n  - href: /z/y/x/\n  - "/z/y/x/#part"\n' && read(dir, 'data/_data/menu2.json') === '{"href": "/z/y/x/"}\n' &&
    read(dir, 'templates/part.njk') === '<a href="/z/y/x/">b</a> {% set x = \'/z/y/x/\' %}\n' && read(dir, 'guidance.yaml').endsWith('  - {from: /a/b/x/, to: /z/y/x/}\n'), read(dir, 'guidance.yaml') + read(dir, 'templates/part.njk'));
  check('a list of old addresses grows', run(dir, 'move', 'data/a/c.md', 'data/a/k.md').code === 0 && read(dir, 'data/a/k.md').includes('redirect_from:\n  - /a/old/\n  - /a/older/\n  - /a/c/\n'), read(dir, 'data/a/k.md'));
  check('a page without front matter gets some', run(dir, 'move', 'a/d', 'd').code === 0 && read(dir, 'data/d.md').startsWith('---\nredirect_from:\n  - /a/d/\n---\nno front'), read(dir, 'data/d.md'));
  const broken = errors(dir).filter((line) => /no such page or file/.test(line));
  check('no link is broken', broken.length === 0, broken.join('\n'));
}
{
  const dir = site(FILES, 'name: T\npath_prefix: /p/\n');
  fs.writeFileSync(path.join(dir, 'data/index.md'), '---\ntitle: Home\n---\n[with](/p/a/b/) {{ "/a/b/" | url }}\n');
  const { code, err } = run(dir, 'move', '/a/b/', 'm');
  check('below a prefix', code === 0 && read(dir, 'data/index.md').endsWith('[with](/p/m/) {{ "/m/" | url }}\n') && read(dir, 'data/m.md').includes('  - /a/b/\n'), err + read(dir, 'data/index.md'));
}

// ---- refusals change nothing ----
const refuse = (name, files, args, said, code = 1) => {
  const dir = site({ ...FILES, ...files });
  const before = all(dir).join('\n');
  const result = run(dir, 'move', ...args);
  check(`refused: ${name}`, result.code === code && said.test(result.err), `${result.code} ${result.err}`);
  check(`refused: ${name}: nothing has changed`, all(dir).join('\n') === before && !has(dir, 'data/new'));
};
refuse('what is not there', {}, ['a/nothing', 'x'], /no such page or folder to move: a\/nothing/);
refuse('all pages', {}, ['data', 'x'], /no such page or folder/);
refuse('a name that is taken', {}, ['a/b', 'a/c'], /already exists.*data\/a\/c\.md/);
refuse('a URL that is taken', { 'data/e.md': '---\ntitle: E\npermalink: /new/f/\n---\n' }, ['a/b', 'new/f'], /new address is taken: \/new\/f\/[^]*by data\/e\.md/);
for (const name of ['new/a?b', 'new/a#b', 'new/100%'])
  for (const from of ['a/b', 'a']) refuse(`a name that no link can name: ${from} to ${name}`, {}, [from, name], new RegExp(`a name with [?#%] is no URL: data/${name.replace('?', '\\?')}`));
refuse('a folder into itself', {}, ['a', 'a/b2'], /into itself/);
refuse('an address that a folder makes', { 'data/a/a.yaml': 'permalink: "/q/{{ page.fileSlug }}/"\n' }, ['a/b', 'new/b'], /does not come from its file name: data\/a\/b\.md[^]*redirect_from yourself/);
refuse('front matter that is not YAML', { 'data/a/b.md': '---js\n{ title: "B" }\n---\nx\n' }, ['a/b', 'new/b'], /not YAML[^]*redirect \/a\/b\/ in guidance\.yaml/);
refuse('a place whose data give it another address', { 'data/f/f.yaml': 'permalink: "/else/{{ page.fileSlug }}/"\n' }, ['a/b', 'f/b'], /would be at \/else\/b\/, not at \/f\/b\/[^]*everything was put back/);
refuse('one name only', {}, ['a/b'], /usage/, 2);
{
  const dir = site({ ...FILES, 'data/e.md': '---\ntitle: E\npermalink: /fixed/\n---\n[b](a/b/)\n', 'data/l.md': '---\ntitle: L\n---\n[e](/fixed/)\n' });
  const { code, out, err } = run(dir, 'move', 'e', 'deep/e');
  check('an address that the page says itself stays', code === 0 && /^ {2}\/fixed\/ stays$/m.test(out) && !read(dir, 'data/deep/e.md').includes('redirect_from') && read(dir, 'data/l.md').includes('(/fixed/)'), out + err);
}

finish('move');
