// SPDX-License-Identifier: MIT
//
// The sample site in Chromium: every page at three widths, with and without JavaScript; axe-core;
// console, policy and network; links and anchors; the reader's journeys. Screenshots are written to
// build/screenshots.
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { check, finish, ROOT, sampleSite, start } from './harness.mjs';

const AXE = fs.readFileSync(path.join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SHOTS = path.join(ROOT, 'build/screenshots');
fs.mkdirSync(SHOTS, { recursive: true });

const server = await start(sampleSite());
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const pages = (await (await fetch(`${server.url}/pages.json`)).json()).pages.map((p) => p.url);
pages.push('/search?q=risk', '/search?q=', '/no-such-page/');

// What a page must not do, whatever is looked at.
async function open(context, url, problems) {
  const page = await context.newPage();
  page.on('console', (m) => {
    if (m.type() === 'error' && !(/404/.test(m.text()) && url.includes('no-such'))) problems.push(m.text());
  });
  page.on('pageerror', (e) => problems.push(String(e)));
  page.on('request', (r) => {
    if (!r.url().startsWith(server.url) && !r.url().startsWith('data:')) problems.push(`off the host: ${r.url()}`);
  });
  await page.goto(server.url + url);
  return page;
}

// axe-core is put in past the page's policy, as a reader's browser extension would be.
async function axe(page) {
  const session = await page.context().newCDPSession(page);
  const evaluate = (expression) => session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  await evaluate(AXE);
  const { result } = await evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} }).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target).join(' '))))`);
  await session.detach();
  return JSON.parse(result.value);
}

const ids = new Map();
const links = new Set();
for (const width of [320, 768, 1280]) {
  for (const javaScriptEnabled of width === 768 ? [true] : [true, false]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled });
    for (const url of pages) {
      const problems = [];
      const page = await open(context, url, problems);
      const name = `${url} at ${width}${javaScriptEnabled ? '' : ' without JavaScript'}`;
      check(`${name}: no errors, nothing off the host`, problems.length === 0, problems.join('; '));
      if (javaScriptEnabled) {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        check(`${name}: no sideways scroll`, wide <= 0, wide);
        const violations = await axe(page);
        check(`${name}: axe`, violations.length === 0, violations.join('\n'));
        await page.screenshot({ path: path.join(SHOTS, `${url.replace(/\W+/g, '_') || 'home'}-${width}.png`), fullPage: true });
      }
      if (width === 1280 && javaScriptEnabled) {
        const seen = await page.evaluate(() => ({
          h1: document.querySelectorAll('h1').length,
          ids: [...document.querySelectorAll('[id]')].map((e) => e.id),
          links: [...document.querySelectorAll('a[href], link[href], img[src], script[src]')].map((e) => e.href || e.src),
          levels: [...document.querySelectorAll('main h1, main h2, main h3, main h4')].map((e) => +e.tagName[1]),
        }));
        check(`${url}: one h1`, seen.h1 === 1, seen.h1);
        check(`${url}: no repeated id`, new Set(seen.ids).size === seen.ids.length);
        check(`${url}: heading order`, seen.levels.every((l, i) => i === 0 || l <= seen.levels[i - 1] + 1), seen.levels);
        ids.set(new URL(server.url + url).pathname, new Set(seen.ids));
        for (const link of seen.links) if (link.startsWith(server.url) && !link.includes('no-such')) links.add(link);
      }
      await page.close();
    }
    await context.close();
  }
}
for (const link of links) {
  const { pathname, hash } = new URL(link);
  const { status } = await fetch(link.split('#')[0]);
  check(`link ${pathname}`, status === 200, status);
  const target = ids.get(pathname);
  if (hash && target) check(`anchor ${pathname}${hash}`, target.has(hash.slice(1)) || target.has(decodeURIComponent(hash.slice(1))));
}

// ---- journeys ----
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const page = await context.newPage();
const heading = () => page.locator('h1').innerText();
await page.goto(server.url);
await page.getByRole('link', { name: 'Secure by Design', exact: true }).first().click();
await page.getByRole('link', { name: 'Manage security risks' }).first().click();
check('by navigation', (await heading()) === 'Manage security risks', await heading());
for (const [name, query] of [['by search', 'manage security risks'], ['by typo', 'manage securty risks']]) {
  await page.goto(`${server.url}/secure-by-design/`);
  await page.locator('#site-search').fill(query);
  await page.getByRole('button', { name: 'Search' }).first().click();
  await page.locator('main').getByRole('link', { name: 'Manage security risks', exact: true }).first().click();
  check(name, (await heading()) === 'Manage security risks');
}
await page.goto(`${server.url}/secure-by-design/roles/`);
await page.getByRole('button', { name: /Yes/ }).click();
check('give feedback', page.url().endsWith('/feedback/thanks/'), page.url());
await page.goto(`${server.url}/secure-by-design/print/`);
check('the whole section on one page', (await page.locator('main h2').count()) > 10);
await page.emulateMedia({ media: 'print' });
check('printed without navigation', !(await page.locator('.govuk-service-navigation').isVisible()));
await browser.close();
await server.stop();
finish('browser');
process.exit();
