// SPDX-License-Identifier: MIT
//
// Chromium for the suites, and what is wrong with a page that it shows: what the console says
// (violations of the policy are errors there), what is asked of another host, what axe-core finds,
// what is wider than the screen, and the order of headings.
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from './harness.mjs';

const AXE = fs.readFileSync(path.join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
export const SHOTS = path.join(ROOT, 'build/screenshots');
fs.mkdirSync(SHOTS, { recursive: true });

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

// A page at the address, and the list that its problems are added to as they come. That the page
// itself is answered 404, 410 or 500 on purpose is no problem; `status` says which is meant.
export async function open(context, origin, url, status = 200) {
  const problems = [];
  const page = await context.newPage();
  page.on('console', (m) => {
    const own = m.location().url === origin + url && status !== 200 && /status of \d+/.test(m.text());
    if (['error', 'warning'].includes(m.type()) && !own) problems.push(`console: ${m.text()}`);
  });
  page.on('pageerror', (e) => problems.push(`script: ${e}`));
  page.on('request', (r) => {
    if (!r.url().startsWith(`${origin}/`) && !r.url().startsWith('data:')) problems.push(`off the host: ${r.url()}`);
  });
  const response = await page.goto(origin + url);
  if (response.status() !== status) problems.push(`status ${response.status()} in place of ${status}`);
  return { page, problems };
}

// axe-core is put in past the page's policy, as a reader's browser extension would be.
export async function axe(page) {
  const session = await page.context().newCDPSession(page);
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await evaluate(AXE);
  const { passes, violations } = JSON.parse(await evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} }).then((r) => JSON.stringify({ passes: r.passes.length,
      violations: r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' ')) }))`));
  await session.detach();
  return passes < 5 ? [`axe passed only ${passes} rules: it has not seen the page`] : violations;
}

// axe-core is a script, so it cannot look at a page where scripts are off. It sees the same page
// with its scripts taken out before they reach the browser (there is no <noscript> to miss).
export async function axeWithoutScripts(context, address) {
  const page = await context.newPage();
  await page.route(address, async (route) => {
    const response = await route.fetch({ maxRetries: 3 }); // a connection may have ended meanwhile
    const body = (await response.text()).replaceAll(/<script[\s\S]*?<\/script>/g, '');
    await route.fulfill({ response, body });
  });
  await page.goto(address);
  const left = await page.evaluate(() => document.scripts.length + document.querySelectorAll('noscript').length);
  const violations = await axe(page);
  await page.close();
  return left ? [`${left} scripts are left`, ...violations] : violations;
}

// What can be read off the page itself.
export const look = (page) => page.evaluate(() => ({
  wider: document.documentElement.scrollWidth - innerWidth,
  h1: document.querySelectorAll('h1').length,
  ids: [...document.querySelectorAll('[id]')].map((e) => e.id),
  links: [...document.querySelectorAll('a[href], link[href], img[src], script[src]')].map((e) => e.href || e.src),
  levels: [...document.querySelectorAll('main h1, main h2, main h3, main h4, main h5')].map((e) => +e.tagName[1]),
}));

// Everything that is wrong with the page, a line each; `violations` are axe's.
export async function judge({ page, problems }, violations = null) {
  const seen = await look(page);
  const wrong = [...problems];
  if (seen.wider > 0) wrong.push(`sideways scroll: ${seen.wider} pixels`);
  if (seen.h1 !== 1) wrong.push(`headings: ${seen.h1} of level 1`);
  const jump = seen.levels.findIndex((level, i) => level > (i ? seen.levels[i - 1] + 1 : 1));
  if (jump >= 0) wrong.push(`headings: ${seen.levels[jump - 1] ?? 'nothing'} is followed by ${seen.levels[jump]}`);
  const twice = seen.ids.filter((id, i) => seen.ids.indexOf(id) !== i);
  if (twice.length) wrong.push(`id twice: ${twice}`);
  for (const violation of violations ?? (await axe(page))) wrong.push(`axe: ${violation}`);
  return { wrong, seen };
}
