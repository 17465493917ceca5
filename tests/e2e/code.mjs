// SPDX-License-Identifier: MIT
//
// Code of the sample site in Chromium: colours without layout shifts, marked lines, a copy button;
// plain without JavaScript, readable in forced colours and in print. axe finds nothing.
import { judge, launch, open } from './chromium.mjs';
import { check, finish, sampleSite, start } from './harness.mjs';

const URL = '/help/markdown/';
const server = await start(sampleSite());
const browser = await launch();

const seen = (page) => page.evaluate(() => ({
  // Letter by letter: only elements are added.
  code: [...document.querySelectorAll('pre > code')].map((code) => code.textContent),
  tops: [...document.querySelectorAll('main pre, main h2, main p')].map((e) => [e.getBoundingClientRect().top, e.getBoundingClientRect().height].map(Math.round).join()),
  coloured: document.querySelectorAll('pre [class^="hljs-"]').length,
  marked: [...document.querySelectorAll('pre mark')].map((e) => e.textContent),
  buttons: [...document.querySelectorAll('.app-code-box__copy')].map((e) => getComputedStyle(e).display),
  colours: new Set([...document.querySelectorAll('pre [class^="hljs-"]')].map((e) => getComputedStyle(e).color)).size,
}));

const without = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
await without.goto(server.url + URL);
const plain = await seen(without);
check('without JavaScript code is plain', plain.coloured === 0 && plain.buttons.length === 0 && plain.code.length > 5, JSON.stringify(plain).slice(0, 200));

// The same page, before its script comes: only with scripting is there room for the button.
const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
const early = await context.newPage();
await early.route(/\/assets\/code\./, (route) => route.abort());
await early.goto(server.url + URL);
const before = await seen(early);
check('before the script comes code is plain', before.coloured === 0 && before.buttons.length === 0);
const opened = await open(context, server.url, URL);
const { page } = opened;
await page.waitForSelector('pre [class^="hljs-"]');
const coloured = await seen(page);
check('code has colours', coloured.coloured > 20 && coloured.colours > 2, `${coloured.coloured} ${coloured.colours}`);
check('its text is the same', coloured.code.join('\0') === plain.code.join('\0'));
check('nothing has moved', coloured.tops.join(' ') === before.tops.join(' '), `${before.tops}\n${coloured.tops}`.slice(0, 600));
check('lines are marked', coloured.marked.join('|') === 'owner: "Handbook team"|  - help|  - writing', coloured.marked.join('|'));
check('each has a button', coloured.buttons.length > 5 && coloured.buttons.length === await page.locator('pre > code[class*="language-"]').count());
await page.locator('.app-code-box__copy').first().click();
check('which copies the code', await page.evaluate(() => navigator.clipboard.readText()) === coloured.code.find((text, i) => i === 0), await page.evaluate(() => navigator.clipboard.readText()));
check('and says so', await page.locator('.app-code-box__copy').first().textContent() === 'Copied');
const { wrong } = await judge(opened);
check('axe and the console find nothing', wrong.length === 0, wrong.join('\n'));

await page.emulateMedia({ forcedColors: 'active' });
check('forced colours: the system\'s', (await seen(page)).colours === 1, `${(await seen(page)).colours}`);
await page.emulateMedia({ forcedColors: 'none', media: 'print' });
const printed = await seen(page);
check('print: no colours and no button', printed.colours === 1 && printed.buttons.every((display) => display === 'none'), JSON.stringify(printed.buttons));

await browser.close();
await server.stop();
finish('code');
