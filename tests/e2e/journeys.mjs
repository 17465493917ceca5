// SPDX-License-Identifier: MIT
//
// What readers do, in Chromium: find a page by navigation, search, a misspelling or suggestions;
// read on, give feedback, print; with and without JavaScript, on a phone and on a desktop. And what
// an organisation does: change name, colours, logo and links in guidance.yaml alone.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { judge, launch, open, SHOTS } from './chromium.mjs';
import { speak } from './speech.mjs';
import { BINARY, check, finish, sampleSite, start, until } from './harness.mjs';

const dir = sampleSite();
const server = await start(dir, ['--limits-idle-timeout', '1h']);
await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 20000);
const browser = await launch();
const TITLE = 'Manage security risks';
// A click alone may return before the next page is there.
const follow = (link, address) => link.click().then(() => link.page().waitForURL(address, { timeout: 20000 })).then(() => true, () => false);

// ---- with and without JavaScript, on a phone and on a desktop ----

for (const width of [320, 1280]) {
  for (const javaScriptEnabled of [true, false]) {
    const where = `at ${width}${javaScriptEnabled ? '' : ' without JavaScript'}`;
    const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled });
    const page = await context.newPage();
    const heading = () => page.locator('h1').innerText();
    const sections = () => page.locator('.govuk-service-navigation').getByRole('link', { name: 'Secure by Design' });

    await page.goto(server.url);
    if (width === 320 && javaScriptEnabled) {
      check(`${where}: the menu is closed at first`, !(await sections().isVisible()));
      await page.getByRole('button', { name: 'Menu' }).click();
    }
    await follow(sections(), '**/secure-by-design/');
    await follow(page.locator('.app-section-nav').getByRole('link', { name: TITLE }), '**/manage-security-risks/');
    check(`${where}: by navigation`, (await heading()) === TITLE, await heading());
    check(`${where}: the navigation says where one is`,
      (await page.locator('.app-section-nav [aria-current="page"]').innerText()) === TITLE);

    for (const [name, query, words] of [['by search', 'manage security risks', null], ['by typo', 'manage securty risks', 'manage security risks']]) {
      await page.goto(`${server.url}/secure-by-design/`);
      await page.locator('#site-search').fill(query);
      await follow(page.locator('.app-search__button').first(), /\/search\?q=/);
      if (words) check(`${where}: ${name}: says what it searched for`, (await page.locator('main').innerText()).includes(`Showing results for ${words}`));
      check(`${where}: ${name}: first`, (await page.locator('.app-result a').first().innerText()) === TITLE);
      await follow(page.locator('.app-result a').first(), (url) => url.pathname !== '/search');
      check(`${where}: ${name}`, (await heading()) === TITLE, await heading());
    }

    await page.goto(`${server.url}/search?q=risk`);
    const filter = (name) => page.getByRole('navigation', { name: 'Filter by section' }).getByRole('link', { name });
    await follow(filter('Help for content designers'), (url) => url.searchParams.get('section'));
    const found = await page.locator('.app-result__section').allInnerTexts();
    check(`${where}: limited to a section`, found.length > 0 && found.every((name) => name === 'Help for content designers'), found);
    await follow(filter('All sections'), (url) => !url.searchParams.get('section'));
    check(`${where}: and to none again`, (await page.locator('.app-filter [aria-current]').innerText()) === 'All sections');

    // From the first page of the section to the last.
    await page.goto(`${server.url}/secure-by-design/`);
    const read = new Set();
    for (;;) {
      read.add(page.url());
      const next = page.locator('.govuk-pagination__next a');
      if (!(await next.count()) || read.size > 40) break;
      const address = await next.getAttribute('href');
      await follow(next, `**${address}`);
    }
    check(`${where}: "next" leads through the section`, read.size === 14 && (await heading()) === 'Glossary', `${read.size}, ${await heading()}`);
    await follow(page.locator('.govuk-pagination__prev a'), '**/case-study/');
    check(`${where}: "previous" leads back`, read.has(page.url()));

    await page.goto(`${server.url}/secure-by-design/roles/`);
    const thanks = `${server.url}/feedback/thanks/?/secure-by-design/roles/`;
    const send = page.getByRole('button', { name: 'Send' });
    check(`${where}: give feedback`, await follow(page.getByRole('button', { name: 'Yes this page is useful' }), thanks), page.url());
    check(`${where}: thanks lead back`, await follow(page.getByRole('link', { name: 'Back to the page you were on' }), `${server.url}/secure-by-design/roles/`), page.url());
    await page.locator('.app-feedback__no > summary').click();
    await page.getByRole('textbox', { name: 'Why is this page not useful?' }).fill(`Too long ${where}`);
    check(`${where}: say why not`, await follow(send, thanks), page.url());
    await page.goto(`${server.url}/secure-by-design/roles/`);
    await page.getByText('Report a problem with this page').click();
    await page.getByLabel('What went wrong?').fill(`A word is missing ${where}`);
    check(`${where}: report a problem`, await follow(send, thanks), page.url());
    await context.close();
  }
}
const entries = JSON.parse(execFileSync(BINARY, ['feedback', 'export', '--site', dir, '--format', 'json'], { encoding: 'utf8' }));
check('all feedback is there', entries.filter((e) => e.useful === 'yes' && e.page === '/secure-by-design/roles/').length === 4 &&
  entries.filter((e) => e.useful === 'no' && /^Too long at \d+/.test(e.comment)).length === 4 &&
  entries.filter((e) => e.useful === 'problem' && /^A word is missing at \d+/.test(e.comment)).length === 4, JSON.stringify(entries));

// ---- aids for reading ----

{
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const { page, problems } = await open(context, server.url, '/secure-by-design/manage-security-risks/');
  await page.keyboard.press('/');
  check('"/" goes to the search', await page.evaluate(() => document.activeElement.id === 'site-search'));
  await page.keyboard.type('/');
  check('and is a letter in it', (await page.locator('#site-search').inputValue()) === '/');
  const link = page.getByRole('link', { name: 'Link to this section: Look again' });
  check('a heading has a link to itself', (await link.getAttribute('href')) === '#look-again', await link.getAttribute('href'));
  await page.evaluate(() => document.getElementById('look-again').scrollIntoView());
  check('the contents list marks where one is', await until(async () => (await page.locator('.app-contents--beside .app-toc__link[aria-current=location]').allInnerTexts()).join() === 'Look again'), await page.locator('.app-toc__link[aria-current=location]').allInnerTexts());
  check('a long page leads back to its top', (await page.getByRole('link', { name: 'Back to top' }).count()) === 1);
  const table = page.locator('.app-table').first();
  if (await table.count()) check('a table can be scrolled with the keyboard', (await table.getAttribute('tabindex')) === '0' && !!(await table.getAttribute('aria-label')));
  await page.emulateMedia({ media: 'print' });
  check('links within the site have its host on paper', /https?:/.test(await page.evaluate(() => getComputedStyle(document.querySelector('.app-prose a[href^="/"]'), '::after').content)));
  check('no problems with the aids', problems.length === 0, problems.join());
  await context.close();
}

// ---- the contents: folded on phones, beside the text where there is room ----

for (const javaScriptEnabled of [true, false]) {
  const context = await browser.newContext({ viewport: { width: 375, height: 800 }, javaScriptEnabled });
  const { page } = await open(context, server.url, '/secure-by-design/manage-security-risks/');
  const link = page.locator('.app-contents--folded .app-toc__link').first();
  const named = javaScriptEnabled ? 'with' : 'without';
  check(`${named} JavaScript, the contents are folded on a phone`, !(await link.isVisible()));
  await page.locator('.app-contents summary').click();
  check(`${named} JavaScript, a click opens them`, await link.isVisible());
  await page.setViewportSize({ width: 1280, height: 800 });
  check(`${named} JavaScript, they are beside the text on a wide screen`, await until(() => page.locator('.app-contents--beside .app-toc__link').first().isVisible()));
  await context.close();
  const wide = await browser.newContext({ viewport: { width: 1280, height: 800 }, javaScriptEnabled });
  const beside = (await open(wide, server.url, '/secure-by-design/manage-security-risks/')).page;
  check(`${named} JavaScript, they are open from the beginning there`, await beside.locator('.app-contents--beside .app-toc__link').first().isVisible());
  const spoken = await speak(beside);
  check(`${named} JavaScript, assistive technology is told so, once`, spoken.filter((node) => node.name === 'On this page').length === 2 && !spoken.some((node) => node.role === 'DisclosureTriangle' && node.name === 'On this page'), spoken.filter((node) => node.name === 'On this page').map((node) => node.line).join('\n'));
  await wide.close();
}

// ---- suggestions: the ARIA pattern of an editable combobox with a list ----

{
  const { page, problems } = await open(await browser.newContext({ viewport: { width: 1280, height: 900 } }), server.url, '/secure-by-design/');
  const input = page.locator('#site-search');
  const list = page.getByRole('listbox', { name: 'Suggested pages' });
  const state = () => input.evaluate((e) => ({ role: e.getAttribute('role'), expanded: e.getAttribute('aria-expanded'),
    active: e.getAttribute('aria-activedescendant'), owns: document.getElementById(e.getAttribute('aria-controls'))?.getAttribute('role') }));
  const chosen = () => page.locator('[role=option][aria-selected=true]').evaluateAll((all) => all.map((e) => e.id));
  let s = await state();
  check('combobox: closed at first', s.role === 'combobox' && s.expanded === 'false' && s.owns === 'listbox' && !(await list.isVisible()), JSON.stringify(s));
  await input.pressSequentially('manag');
  await list.waitFor();
  s = await state();
  const options = await page.getByRole('option').count();
  check('combobox: opens as one types, nothing chosen', s.expanded === 'true' && s.active === null && options >= 1 && (await chosen()).length === 0, JSON.stringify(s));
  const status = await page.locator('.app-search [role=status]').innerText();
  check('combobox: says how many', status.startsWith(options === 1 ? '1 suggestion' : `${options} suggestions`), status);
  await page.keyboard.press('ArrowDown');
  s = await state();
  const first = await chosen();
  check('combobox: arrow down chooses the first', s.active !== null && first.length === 1 && first[0] === s.active, JSON.stringify(s));
  check('combobox: focus stays in the input', await input.evaluate((e) => document.activeElement === e));
  const { wrong } = await judge({ page, problems });
  check('combobox: no violation while open', wrong.length === 0, wrong.join('\n'));
  await page.screenshot({ path: path.join(SHOTS, 'suggestions-1280.png') });
  await page.keyboard.press('ArrowUp');
  check('combobox: arrow up goes back to the input', (await state()).active === null && (await chosen()).length === 0);
  await page.keyboard.press('ArrowUp');
  check('combobox: and round to the last', (await chosen())[0]?.endsWith(`-${options - 1}`));
  await page.keyboard.press('Escape');
  s = await state();
  check('combobox: escape closes, and keeps what was typed', s.expanded === 'false' && !(await list.isVisible()) && (await input.inputValue()) === 'manag');
  await page.keyboard.press('ArrowDown');
  check('combobox: arrow down opens again', await list.isVisible());
  await page.keyboard.press('Enter');
  await page.waitForURL('**/manage-security-risks/');
  check('combobox: enter goes to the page', (await page.locator('h1').innerText()) === TITLE);
  await input.fill('qqqqqq');
  check('combobox: says when there is nothing', await until(async () => (await page.locator('.app-search [role=status]').innerText()) === 'No suggestions'));
  check('combobox: and does not open', !(await list.isVisible()));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\?q=qqqqqq/);
  check('combobox: enter without a choice searches', true);
  await page.locator('#search').fill('secure by design handbook'.slice(0, 10));
  await page.getByRole('option').first().click();
  check('combobox: a click goes to the page', !page.url().includes('/search'), page.url());
  check('combobox: nothing said by the console', problems.length === 0, problems.join('; '));
  await page.context().close();
}

// ---- keyboard, and contents that stay in view ----

{
  const context = await browser.newContext({ viewport: { width: 1280, height: 700 } });
  const page = await context.newPage();
  await page.goto(`${server.url}/secure-by-design/manage-security-risks/`);
  await page.keyboard.press('Tab');
  check('the first stop is the skip link', (await page.evaluate(() => document.activeElement.textContent.trim())) === 'Skip to main content');
  await page.keyboard.press('Enter');
  check('which leads to the text', await page.evaluate(() => document.activeElement.id === 'main-content'));
  const seen = new Set();
  let hidden = 0;
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const e = document.activeElement;
      if (e === document.body) return null;
      const box = e.getBoundingClientRect();
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
      const style = getComputedStyle(e);
      return { name: `${e.tagName} ${e.textContent.trim()} ${e.name ?? ''}`, covered: !(top && (e.contains(top) || top.contains(e))),
        marked: style.outlineStyle !== 'none' || style.boxShadow !== 'none' };
    });
    if (!stop) break;
    seen.add(stop.name);
    if (stop.covered || !stop.marked) hidden++;
  }
  check('every link and button can be reached', seen.size > 30, [...seen].length);
  check('focus is seen, and nothing covers it (WCAG 2.4.7, 2.4.11)', hidden === 0, hidden);
  await page.evaluate(() => scrollTo(0, 1500));
  const toc = await page.locator('.app-article__toc').boundingBox();
  check('contents stay in sight', toc.y >= 0 && toc.y < 200, JSON.stringify(toc));
  await page.screenshot({ path: path.join(SHOTS, 'scrolled-1280.png') });
  await context.close();
}

// ---- on paper ----

{
  const context = await browser.newContext();
  const page = await context.newPage();
  const sheets = async () => ((await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length;
  await page.goto(`${server.url}/secure-by-design/manage-security-risks/`);
  await page.emulateMedia({ media: 'print' });
  for (const gone of ['.govuk-service-navigation', '.govuk-breadcrumbs', '.app-section-nav', '.app-article__toc', '.govuk-feedback', '.govuk-pagination'])
    check(`print: no ${gone}`, !(await page.locator(gone).first().isVisible()));
  check('print: title and text', (await page.locator('h1').isVisible()) && (await page.locator('.app-prose table').isVisible()));
  const one = await sheets();
  check('print: a page is a few sheets', one >= 2 && one <= 6, one);
  await page.screenshot({ path: path.join(SHOTS, 'print-page.png'), fullPage: true });
  await page.goto(`${server.url}/secure-by-design/`);
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('link', { name: 'All pages of this section on one page' }).click();
  check('print: the whole section', await until(async () => (await page.locator('.app-print-section > h2').count()) === 14), await page.locator('.app-print-section > h2').count());
  await page.evaluate(() => { window.print = () => { window.printed = true; }; });
  await page.getByRole('button', { name: 'Print' }).click();
  check('print: the button prints', await page.evaluate(() => window.printed === true));
  const all = await sheets();
  check('print: each page of the section begins a sheet', all >= 20 && all < 60, all);
  await context.close();
}

// ---- another organisation ----

{
  const other = sampleSite();
  const file = path.join(other, 'guidance.yaml');
  fs.mkdirSync(path.join(other, 'brand'));
  fs.writeFileSync(path.join(other, 'brand/mark.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18" fill="#fff"/></svg>');
  const change = (text, [from, to]) => {
    check(`guidance.yaml has ${from}`, from.test(text));
    return text.replace(from, to);
  };
  const changed = [
    [/^name: .*/m, 'name: Harbour safety guide'],
    [/organisation: .*/, 'organisation: Ports Agency'],
    [/ {2}phase:\n.*\n.*\n/, ''],
    [/^( +)brand: .*/m, '$1brand: "#00625e"'], [/^( +)link: .*/m, '$1link: "#00524f"'], [/^( +)header: .*/m, '$1header: "#00403d"'],
    [/src: .*/, 'src: /brand/mark.svg'], [/width: 30/, 'width: 40'], [/height: 30/, 'height: 40'],
    [/\/assets: build\/assets/, '/assets: build/assets\n  /brand: brand'],
    [/- text: Help for content designers\n\s+href: \/help\//, '- text: Write for us\n      href: /help/write-a-page/'],
    [/- text: Cookies\n\s+href: \/cookies\//, '- text: Report an accident\n        href: /contact/'],
  ].reduce(change, fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, changed);
  const theirs = await start(other);
  for (const width of [320, 768, 1280]) {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const shown = await open(context, theirs.url, '/secure-by-design/');
    const { page } = shown;
    const style = (selector, name) => page.locator(selector).first().evaluate((e, n) => getComputedStyle(e)[n], name);
    const { wrong } = await judge(shown);
    check(`rebranded at ${width}: nothing wrong`, wrong.length === 0, wrong.join('\n'));
    check(`rebranded at ${width}: name`, (await page.locator('header').innerText()).includes('Harbour safety guide') && (await page.title()).endsWith('Harbour safety guide'));
    check(`rebranded at ${width}: colours`, (await style('.govuk-generic-header', 'backgroundColor')) === 'rgb(0, 64, 61)' &&
      (await style('main .app-prose p a', 'color')) === 'rgb(0, 82, 79)' && (await style('.app-search__button', 'backgroundColor')) === 'rgb(0, 98, 94)',
    await style('.app-search__button', 'backgroundColor'));
    check(`rebranded at ${width}: logo`, await page.locator('.app-logo').evaluate((e) => /\/brand\/mark/.test(e.src) && e.complete && e.width === 40));
    check(`rebranded at ${width}: links`, (await page.locator('footer').innerText()).includes('Report an accident') &&
      (await page.locator('.govuk-service-navigation a', { hasText: 'Write for us' }).count()) === 1 && !(await page.content()).includes('>Cookies<'));
    check(`rebranded at ${width}: nothing of the old name`, !/Secure by Design handbook|Example Department/.test(await page.content()));
    await page.screenshot({ path: path.join(SHOTS, `rebranded-${width}.png`), fullPage: true });
    await context.close();
  }
  await theirs.stop();
}

await browser.close();
await server.stop();
finish('journeys');
process.exit();
