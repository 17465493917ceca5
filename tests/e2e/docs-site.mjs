// SPDX-License-Identifier: MIT
//
// The project's own documentation as a guidanced site (script/docs serve): `check` finds nothing,
// every document is a page with its title, in the navigation and in search; links between documents
// lead to pages, diagrams are shown, and Chromium, axe and a listener find nothing wrong.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { judge, launch, SHOTS, show, tab } from './chromium.mjs';
import { BINARY, check, finish, freePort, ours, ROOT, until } from './harness.mjs';
import { speak, stumbles } from './speech.mjs';

const SHOTS_OF_DOCS = path.join(SHOTS, 'docs');
fs.mkdirSync(SHOTS_OF_DOCS, { recursive: true });
const names = fs.readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md')).map((name) => name.slice(0, -3));
const read = (name) => fs.readFileSync(path.join(ROOT, 'docs', `${name}.md`), 'utf8');
const address = (name) => (name === 'index' ? '/' : `/${name}/`);

let found;
try {
  found = JSON.parse(execFileSync(BINARY, ['check', '--site', ROOT, '--config', path.join(ROOT, 'docs/site.yaml'), '--format', 'json'], { encoding: 'utf8' }));
} catch (e) {
  found = JSON.parse(e.stdout);
}
check('check finds nothing', found.every((finding) => finding.rule === 'ignored'), JSON.stringify(found).slice(0, 600));

const port = await freePort();
const child = ours(spawn('script/docs', ['serve', '--listen', `127.0.0.1:${port}`], { cwd: ROOT, env: { ...process.env, GUIDANCED: BINARY }, stdio: 'ignore', detached: true }));
process.on('exit', () => { try { process.kill(-child.pid, 'SIGTERM'); } catch { /* it has ended */ } });
const url = `http://127.0.0.1:${port}`;
check('script/docs serves them', await until(async () => {
  try {
    return (await (await fetch(`${url}/readyz`)).json()).checks['search:index'][0].status === 'pass';
  } catch {
    return false;
  }
}, 30000));
const browser = await launch();
const ids = new Map();
const links = new Set();
for (const width of [1280, 375]) {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const shown = await tab(context);
  for (const name of names) {
    await show(shown, url, address(name));
    const { wrong, seen } = await judge(shown);
    // Development adds its script; the policy allows it.
    check(`${name} at ${width}`, wrong.length === 0, wrong.join('\n    '));
    ids.set(address(name), new Set(seen.ids));
    for (const link of seen.links) if (link.startsWith(`${url}/`)) links.add(link.slice(url.length));
    const title = /^# (.*)$/m.exec(read(name))[1];
    const heading = await shown.page.locator('h1').innerText();
    check(`${name}: its title is its first heading`, heading === title, `${heading}, ${title}`);
    const images = await shown.page.locator('main img').evaluateAll((all) => all.map((image) => [image.naturalWidth > 0, image.alt.length > 40]));
    check(`${name}: its diagrams are shown, and say what they show`, images.length === (read(name).match(/!\[/g) ?? []).length && images.flat().every(Boolean), JSON.stringify(images));
    if (width === 1280) {
      const stumbled = stumbles(await speak(shown.page), await shown.page.title()).filter((line) => !/leads to two addresses/.test(line));
      check(`${name}: spoken`, stumbled.length === 0, stumbled.join('\n    '));
      check(`${name}: is in the navigation`, (await shown.page.locator(`.app-section-nav a[href="${address(name)}"]`).count()) === 1);
    }
    if (/architecture|operations|index/.test(name)) await shown.page.screenshot({ path: path.join(SHOTS_OF_DOCS, `${name}-${width}.png`), fullPage: true });
  }
  await context.close();
}
check('there are diagrams', names.map(read).join('').match(/!\[/g).length >= 4);
for (const link of links) {
  const { pathname, hash } = new URL(link, url);
  const response = await fetch(url + pathname);
  check(`link ${link}`, response.status === 200 && !/\.md$/.test(pathname) && (!hash || hash === '#top' || !ids.has(pathname) || ids.get(pathname).has(decodeURIComponent(hash.slice(1)))), response.status);
}
for (const [query, expected] of [['hazard pointer', '/architecture/'], ['twin-missing', '/check/'], ['trim_blocks', '/settings/'], ['webhook', '/git/']]) {
  const { results } = await (await fetch(`${url}/search.json?q=${query}`)).json();
  check(`search for ${query}`, results.slice(0, 3).some((hit) => hit.url === expected), results.map((hit) => hit.url).join(' '));
}
check('braces in documents are text', (await (await fetch(`${url}/nunjucks-compatibility/`)).text()).includes('{% for b, &quot;x&quot; in y %}</code>'));
check('lines indented by four are code', /<pre[^>]*><code>base ─ value/.test(await (await fetch(`${url}/architecture/`)).text()));
await browser.close();
finish('docs-site');
process.exit();
