// SPDX-License-Identifier: MIT
//
// A reviewer in Chromium: opens the list of previews, a branch, reads the banner, goes to what the
// branch changes, reads it, looks at a page from there, and leaves. With a wide screen and a mouse;
// with a narrow one, the keyboard alone and no JavaScript. axe finds nothing on any page on the way.
// Screenshots are written to build/screenshots: look at them.
import fs from 'node:fs';
import path from 'node:path';
import { judge, launch, SHOTS, show, tab } from './chromium.mjs';
import { check, finish, ROOT, sampleSite, site, start } from './harness.mjs';
import { commit, git, push, repository } from './repository.mjs';

// The sample, in git; its packages and assets beside it.
const sample = sampleSite();
const read = (folder) => Object.fromEntries(fs.readdirSync(path.join(sample, folder), { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
  .map((e) => path.join(e.parentPath ?? e.path, e.name)).map((file) => [path.relative(sample, file), fs.readFileSync(file, 'utf8')]));
const settings = fs.readFileSync(path.join(sample, 'guidance.yaml'), 'utf8');
const repo = repository({ ...read('data'), ...read('templates') }, `${settings}\ngit:\n  history: 5\n  authors: true\n`);
const text = fs.readFileSync(path.join(repo.clone, 'data/contact.md'), 'utf8');
git(repo.clone, 'checkout', '-q', '-b', 'words/of-contact');
commit(repo, {
  'data/contact.md': text.replace(/^(---[\s\S]*?---\n)/, '$1\nOwls answer within <b>two</b> nights.\n\n'),
  'data/new-page.md': '---\nlayout: layouts/guidance.njk\ntitle: A new page\ndescription: It has just been written.\neleventyNavigation:\n  key: A new page\n---\n## What is new\n\nAll of it.\n',
  'data/cookies.md': null,
  'data/biscuits.md': fs.readFileSync(path.join(repo.clone, 'data/cookies.md'), 'utf8'),
}, 'Say when we answer');
push(repo, 'main', 'words/of-contact');
const overlay = site({});
fs.symlinkSync(path.join(ROOT, 'node_modules'), `${overlay}/node_modules`);
fs.mkdirSync(`${overlay}/build`);
fs.symlinkSync(path.join(ROOT, 'build/assets'), `${overlay}/build/assets`);
const server = await start(overlay, ['--git', repo.bare, '--ref', 'main', '--git-overlay', overlay, '--follow-links', 'anywhere', '--git-preview-networks', '127.0.0.0/8', '--cache', ':memory:', '--limits-idle-timeout', '1h']);
const browser = await launch();

// Clicks, or comes there by the keyboard alone.
async function follow(page, link, keyboard) {
  await Promise.all([page.waitForNavigation(), (async () => {
    if (!keyboard) return link.click();
    for (let i = 0; i < 400 && !(await link.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab');
    check('the keyboard comes to the link, and its focus is seen', await link.evaluate((e) => e === document.activeElement && (getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none')), await link.textContent());
    return page.keyboard.press('Enter');
  })()]);
}

for (const [name, width, javaScriptEnabled] of [['wide', 1280, true], ['narrow', 320, false]]) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled });
  const shown = await tab(context), { page } = shown;
  const keyboard = !javaScriptEnabled;
  const sound = async (what) => {
    shown.url = new URL(page.url()).pathname;
    const { wrong } = await judge(shown, javaScriptEnabled);
    check(`${name}: ${what}`, wrong.length === 0, wrong.join('\n    '));
    await page.screenshot({ path: path.join(SHOTS, `reviewer-${name}-${what.replace(/\W+/g, '-')}.png`), fullPage: true });
  };
  await show(shown, server.url, '/contact/');
  check(`${name}: nothing of previews on the site itself`, !(await page.content()).includes('guidanced-preview'));
  await show(shown, server.url, '/-/preview/');
  await sound('the list of previews');
  await follow(page, page.getByRole('link', { name: 'words/of-contact' }), keyboard);
  const banner = page.getByRole('region', { name: 'Preview' });
  check(`${name}: the banner says branch, commit and date`, /Preview of words\/of-contact, commit [0-9a-f]{10}, 1 January 2026/.test((await banner.innerText()).replace(/\s+/g, ' ')), await banner.innerText());
  check(`${name}: and is the first that is read`, await page.evaluate(() => document.body.firstElementChild.className === 'guidanced-preview'));
  await sound('the first page of the preview');
  await show(shown, server.url, '/contact/');
  check(`${name}: the branch is shown`, (await page.locator('main').innerText()).includes('Owls answer within two nights.'));
  check(`${name}: with what git knows of it`, /Say when we answer \(Ann Author\)/.test(await page.locator('#changes').textContent()));
  await sound('a page of the preview');
  await follow(page, banner.getByRole('link', { name: 'What changes' }), keyboard);
  const main = page.locator('main');
  check(`${name}: pages that are new, changed and moved`, /A new page[\s\S]*Contact[\s\S]*Cookies/.test(await main.innerText()), await main.innerText());
  const inserted = main.locator('ins').filter({ hasText: 'Owls answer within' });
  check(`${name}: what is inserted is marked, and said`, (await inserted.count()) === 1 && /underline/.test(await inserted.first().evaluate((e) => getComputedStyle(e).textDecorationLine)) && /inserted/i.test(await main.innerHTML()), await main.innerHTML());
  check(`${name}: the address that leads nowhere is said`, (await main.innerText()).includes('redirect_from: /cookies/'), await main.innerText());
  await sound('what the branch changes');
  await follow(page, main.getByRole('link', { name: /A new page/ }).first(), keyboard);
  check(`${name}: to a page of the branch from there`, new URL(page.url()).pathname === '/new-page/' && (await banner.count()) === 1, page.url());
  await show(shown, server.url, '/-/preview/no-such', 404);
  await sound('a preview that is not there');
  await show(shown, server.url, '/contact/');
  await follow(page, banner.getByRole('link', { name: 'Leave preview' }), keyboard);
  check(`${name}: left, on the same page`, new URL(page.url()).pathname === '/contact/' && (await banner.count()) === 0 && !(await page.content()).includes('Owls answer within'), page.url());
  check(`${name}: and the cookie is gone`, (await context.cookies()).length === 0, JSON.stringify(await context.cookies()));
  await show(shown, server.url, '/changes/');
  await sound('the page of all changes');
  await context.close();
}
await browser.close();
await server.stop();
finish('git-reviewer');
