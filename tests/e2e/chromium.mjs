// SPDX-License-Identifier: MIT
//
// Chromium for the suites, and the problems of a page: console messages (violations of the policy
// are errors there), requests to another host, axe-core's findings, content wider than the screen,
// and the order of headings.
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

// A page that visits one address after another, and the list that collects their problems. A new
// page would start a new browser process: much of the cost of a visit.
export async function tab(context) {
  const page = await context.newPage();
  const shown = { page, problems: [], origin: '', url: '', status: 200 };
  page.on('console', (m) => {
    const own = m.location().url === shown.origin + shown.url && shown.status !== 200 && /status of \d+/.test(m.text());
    if (['error', 'warning'].includes(m.type()) && !own) shown.problems.push(`console: ${m.text()}`);
  });
  page.on('pageerror', (e) => shown.problems.push(`script: ${e}`));
  page.on('request', (r) => {
    if (!r.url().startsWith(`${shown.origin}/`) && !r.url().startsWith('data:')) shown.problems.push(`off the host: ${r.url()}`);
  });
  return shown;
}

// A page may answer 404, 410 or 500 on purpose: `status` is the expected one.
export async function show(shown, origin, url, status = 200) {
  Object.assign(shown, { problems: [], origin, url, status });
  const response = await shown.page.goto(origin + url);
  if (response.status() !== status) shown.problems.push(`status ${response.status()} in place of ${status}`);
  return shown;
}

export const open = async (context, origin, url, status) => show(await tab(context), origin, url, status);

// axe-core is put in past the page's policy, as a reader's browser extension would be. Where scripts
// are off, what is evaluated for a debugger runs all the same, but no timer does, and axe waits by
// them: there its waits are turns of the event loop, and style sheets are not
// fetched once more.
const NO_WAIT = 'window.setTimeout = (f, ms, ...rest) => { Promise.resolve().then(() => f(...rest)); return 1; };';
export async function axe(page, scripts = true) {
  const session = await page.context().newCDPSession(page);
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await evaluate((scripts ? '' : NO_WAIT) + AXE);
  const { passes, violations } = JSON.parse(await evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ['violations'], preload: ${scripts} }).then((r) => JSON.stringify({ passes: r.passes.length,
      violations: r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' ')) }))`));
  await session.detach();
  return passes < 5 ? [`axe passed only ${passes} rules: it has not seen the page`] : violations;
}

// What the page itself shows.
export const look = (page) => page.evaluate(() => ({
  wider: document.documentElement.scrollWidth - innerWidth,
  h1: document.querySelectorAll('h1').length,
  ids: [...document.querySelectorAll('[id]')].map((e) => e.id),
  links: [...document.querySelectorAll('a[href], link[href], img[src], script[src]')].map((e) => e.href || e.src),
  levels: [...document.querySelectorAll('main h1, main h2, main h3, main h4, main h5')].map((e) => +e.tagName[1]),
}));

// All problems of the page, one per line.
export async function judge({ page, problems }, scripts = true) {
  const seen = await look(page);
  const wrong = [...problems];
  if (seen.wider > 0) wrong.push(`sideways scroll: ${seen.wider} pixels`);
  if (seen.h1 !== 1) wrong.push(`headings: ${seen.h1} of level 1`);
  const jump = seen.levels.findIndex((level, i) => level > (i ? seen.levels[i - 1] + 1 : 1));
  if (jump >= 0) wrong.push(`headings: ${seen.levels[jump - 1] ?? 'nothing'} is followed by ${seen.levels[jump]}`);
  const twice = seen.ids.filter((id, i) => seen.ids.indexOf(id) !== i);
  if (twice.length) wrong.push(`id twice: ${twice}`);
  for (const violation of await axe(page, scripts)) wrong.push(`axe: ${violation}`);
  return { wrong, seen };
}
