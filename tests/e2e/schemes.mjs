// SPDX-License-Identifier: MIT
//
// Each kind of page in Chromium in the dark scheme and in forced colours: axe must find nothing, and
// screenshots go to build/screenshots. Paper stays light, and so does a site that turns the dark
// scheme off.
import fs from 'node:fs';
import path from 'node:path';
import { judge, launch, SHOTS, show, tab } from './chromium.mjs';
import { check, finish, sampleSite, start, until } from './harness.mjs';

const PAGES = [['/', 200], ['/secure-by-design/', 200], ['/secure-by-design/roles/', 200], ['/secure-by-design/glossary/', 200], ['/help/markdown/', 200],
  ['/help/components/', 200], ['/help/components/govuk/', 200], ['/help/components/callout/', 200], ['/help/components/do-dont/', 200], ['/help/components/steps/', 200],
  ['/help/components/contact/', 200], ['/help/components/attachment/', 200], ['/search?q=risk', 200], ['/search?q=mange+risks', 200], ['/no-such-page/', 404], ['/feedback/thanks/', 200], ['/a-z/', 200], ['/topics/', 200], ['/changes/', 200]];
const PHONE = PAGES.filter(([url]) => /^\/$|roles|markdown|search|a-z/.test(url));
const dir = sampleSite();
const server = await start(dir, ['--limits-idle-timeout', '1h']);
await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 20000);
const browser = await launch();
const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

async function walk(name, options, width, pages, judged = true) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...options });
  const shown = await tab(context);
  for (const [url, status] of pages) {
    await show(shown, server.url, url, status);
    const { wrong } = judged ? await judge(shown) : { wrong: shown.problems };
    check(`${name} at ${width}: ${url}`, wrong.length === 0, wrong.join('\n    '));
    if (options.colorScheme) check(`${name} at ${width}: ${url} is dark`, (await background(shown.page)) === 'rgb(22, 24, 25)', await background(shown.page));
    await shown.page.screenshot({ path: path.join(SHOTS, `${name}${url.replace(/\W+/g, '_')}-${width}.png`), fullPage: true });
  }
  await shown.page.emulateMedia({ media: 'print' });
  if (options.colorScheme) check(`${name}: paper is white`, /255, 255, 255|0, 0, 0, 0/.test(await background(shown.page)), await background(shown.page));
  await context.close();
}
await Promise.all([walk('dark', { colorScheme: 'dark' }, 1280, PAGES), walk('dark', { colorScheme: 'dark' }, 375, PHONE)]);
await walk('forced', { forcedColors: 'active' }, 768, PAGES, false);

{
  const settings = path.join(dir, 'guidance.yaml');
  fs.writeFileSync(settings, fs.readFileSync(settings, 'utf8').replace(/^( +)colours:$/m, '$1dark: false\n$1colours:'));
  const light = await start(dir, ['--cache', ':memory:']);
  const shown = await tab(await browser.newContext({ colorScheme: 'dark' }));
  await show(shown, light.url, '/help/markdown/');
  const { wrong } = await judge(shown);
  check('a site may have no dark scheme', wrong.length === 0 && (await background(shown.page)) === 'rgb(255, 255, 255)', `${await background(shown.page)} ${wrong}`);
  await light.stop();
}
await browser.close();
await server.stop();
finish('schemes');
