// SPDX-License-Identifier: MIT
//
// What readers do, in Firefox by WebDriver BiDi: find a page by the menu, by search and by a slip of
// the fingers, by suggestions with the keyboard; read, give feedback, copy a link, scroll a table –
// on a phone and on a desk. The policy and the console are heard; nothing is wider than the screen.
// Chromium has the long list (browser.mjs, journeys.mjs).
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { SHOTS } from './chromium.mjs';
import { check, finish, sampleSite, start, until } from './harness.mjs';

const server = await start(sampleSite(), ['--limits-idle-timeout', '1h']);
await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 20000);
const browser = await puppeteer.launch({ browser: 'firefox', executablePath: process.env.FIREFOX || '/usr/bin/firefox-esr', headless: true, timeout: 120000 });
check('it is Firefox, by BiDi', /firefox/i.test(await browser.version()), await browser.version());
const TITLE = 'Manage security risks';

async function tab(width) {
  const page = await browser.newPage();
  const problems = [];
  page.setDefaultTimeout(60000);
  page.on('console', (m) => { if (['error', 'warn', 'warning'].includes(m.type())) problems.push(`console: ${m.text()}`); });
  page.on('pageerror', (e) => problems.push(`script: ${e}`));
  page.on('request', (r) => { if (!r.url().startsWith(server.url) && !r.url().startsWith('data:')) problems.push(`off the host: ${r.url()}`); });
  await page.setViewport({ width, height: 900 });
  return { page, problems };
}
const text = (page, selector) => page.$eval(selector, (e) => e.innerText.trim());
const shown = (page, selector) => page.$eval(selector, (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility === 'visible');
const leave = (page, act) => Promise.all([page.waitForNavigation(), act()]);

// The listeners hear what they are there for.
{
  const { page, problems } = await tab(1280);
  await page.goto(`${server.url}/contact/`);
  await page.evaluate(() => {
    document.body.append(Object.assign(new Image(), { src: 'https://off.example/x.png' }));
    document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.inline = 1' }));
    setTimeout(() => { console.error('a console error'); throw new Error('a thrown error'); });
  });
  for (const kind of [/^console: a console error/, /a thrown error/])
    check(`what is wrong is heard: ${kind}`, await until(async () => problems.some((line) => kind.test(line))), problems.join('\n'));
  check('the policy holds here too', await page.evaluate(() => window.inline === undefined));
  await page.close();
}

for (const width of [375, 1280]) {
  const { page, problems } = await tab(width);
  await page.goto(server.url);
  if (width === 375) {
    check(`${width}: the menu is closed at first`, !(await shown(page, '.govuk-service-navigation__list')));
    await page.click('.govuk-service-navigation__toggle');
    check(`${width}: and opens`, await shown(page, '.govuk-service-navigation__list'));
  }
  await leave(page, () => page.click('.govuk-service-navigation__list a[href="/secure-by-design/"]'));
  await leave(page, () => page.click('.app-section-nav a[href="/secure-by-design/manage-security-risks/"]'));
  check(`${width}: by navigation`, (await text(page, 'h1')) === TITLE, await text(page, 'h1'));

  for (const query of ['manage security risks', 'manage securty risks']) {
    await page.focus('#site-search');
    await page.$eval('#site-search', (e) => { e.value = ''; });
    await page.keyboard.type(query);
    await leave(page, () => page.keyboard.press('Enter'));
    check(`${width}: search for ${query}`, (await text(page, '.app-result a')) === TITLE, await text(page, 'main'));
    await page.goto(`${server.url}/secure-by-design/`);
  }
  await page.keyboard.press('/');
  check(`${width}: "/" goes to the search`, await page.evaluate(() => document.activeElement.id === 'site-search'));
  await page.keyboard.type('manag');
  await page.waitForSelector('#site-search[aria-expanded="true"]');
  await page.keyboard.press('ArrowDown');
  check(`${width}: arrows choose a suggestion`, (await page.$eval('#site-search', (e) => e.getAttribute('aria-activedescendant'))) === (await page.$eval('[role=option][aria-selected=true]', (e) => e.id)));
  await leave(page, () => page.keyboard.press('Enter'));
  check(`${width}: and Enter goes there`, (await text(page, 'h1')) === TITLE, await text(page, 'h1'));
  check(`${width}: headings have links, tables scroll by themselves`, (await page.$$('.app-heading-link')).length > 2 &&
    await page.$$eval('.app-table', (all) => all.every((e) => e.tabIndex === 0 && getComputedStyle(e).overflowX === 'auto')));

  await page.goto(`${server.url}/secure-by-design/roles/`);
  await page.click('.app-feedback__no > summary');
  await page.type('.app-feedback__no textarea', `Too long at ${width} in Firefox`);
  await leave(page, () => page.click('.app-feedback__no button'));
  check(`${width}: say why not`, page.url() === `${server.url}/feedback/thanks/?/secure-by-design/roles/`, page.url());
  await leave(page, () => page.$$eval('main a', (links) => links.find((a) => /Back to the page/.test(a.textContent)).click()));
  check(`${width}: and go back`, page.url() === `${server.url}/secure-by-design/roles/`, page.url());

  for (const url of ['/', '/secure-by-design/', '/help/markdown/', '/help/components/govuk/', '/a-z/', '/search?q=risk']) {
    await page.goto(server.url + url);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(`${width}: ${url} fits`, wider <= 0, wider);
    await page.screenshot({ path: path.join(SHOTS, `firefox${url.replace(/\W+/g, '_')}-${width}.png`) });
  }
  check(`${width}: code has colours, and its button`, await page.goto(`${server.url}/help/markdown/`) && await page.waitForSelector('pre [class^="hljs-"]') && (await page.$$('.app-code-box__copy')).length > 5);
  check(`${width}: the console says nothing`, problems.length === 0, problems.join('\n'));
  await page.close();
}
await browser.close();
await server.stop();
finish('firefox');
