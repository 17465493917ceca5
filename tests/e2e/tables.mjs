// SPDX-License-Identifier: MIT
//
// Tables on paper: what `check` says of a table (rule table-wide) is what Chromium prints. Tables of
// rising width are printed to PDF, and the last column, whose text is a link, must be on the page if
// `check` is silent, and cut off if it is not. Between the two is what fonts differ by.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { launch } from './chromium.mjs';
import { BINARY, check, finish, sampleSite, start } from './harness.mjs';

const MOST = 100; // what check is silent about is printed
const CUT = 115; // what needs as many is not, in any of the usual fonts
const KINDS = {
  words: 'administrationresponsibilitiesaccountabilityorganisationsrecommendations',
  capitals: 'NHSMODGOVUKAPI',
  digits: '1234567890',
  code: 'configuration_value_of_',
};
// A word of so many characters, as the kind's table shows it.
const wordOf = (kind, length) => KINDS[kind].repeat(20).slice(0, length);
const cellOf = (kind, length) => (kind === 'code' ? `\`${wordOf(kind, length)}\`` : wordOf(kind, length));

const dir = sampleSite();
const tables = [];
for (const kind of Object.keys(KINDS)) for (const columns of [3, 6, 10]) for (let each = 4; each <= 60; each += columns > 6 ? 2 : 4) {
  if (each * columns < 40 || each * columns > 130) continue;
  const row = Array.from({ length: columns }, (_, i) => (i < columns - 1 ? cellOf(kind, each) : `[${cellOf(kind, each)}](#end)`));
  const name = `${kind}-${columns}-${each}`;
  tables.push({ name, url: `/tables/${name}/`, file: `data/tables/${name}.md` });
  fs.mkdirSync(path.join(dir, 'data/tables'), { recursive: true });
  fs.writeFileSync(path.join(dir, 'data/tables', `${name}.md`), `---\ntitle: Table ${name}\nlayout: layouts/guidance.njk\ndescription: Of ${name}.\n---\nText.\n\n| ${row.map(() => 'A').join(' | ')} |\n|${' --- |'.repeat(columns)}\n| ${row.join(' | ')} |\n\n## End\n`);
}
fs.writeFileSync(path.join(dir, 'data/tables/plain.md'), '---\ntitle: No table\nlayout: layouts/guidance.njk\ndescription: Of none.\n---\nText.\n\n## End\n');

// ---- what check says ----
let report;
try {
  report = execFileSync(BINARY, ['check', '--format', 'json', '--site', dir], { encoding: 'utf8', maxBuffer: 1 << 28 });
} catch (e) {
  report = e.stdout;
}
const reports = new Map(JSON.parse(report).filter((f) => f.rule === 'table-wide').map((f) => [f.file, f]));
const needed = (f) => +/ columns need (\d+) characters, more than 100$/.exec(f.message)?.[1];
check('a report says what a table needs, at its first row', [...reports.values()].every((f) => needed(f) > MOST && f.line === 8 && f.column === 1), JSON.stringify([...reports.values()][0]));

// ---- what is printed ----
const MARGIN = '10mm';
const POINTS = 0.75; // of a CSS pixel
const server = await start(dir);
const browser = await launch();
const page = await browser.newPage();
// Widths of the links on paper, in points; a rectangle ends at the margin.
async function printedLinks(url) {
  await page.goto(server.url + url);
  const pdf = (await page.pdf({ format: 'A4', margin: { top: MARGIN, right: MARGIN, bottom: MARGIN, left: MARGIN } })).toString('latin1');
  return [...pdf.matchAll(/\/Rect \[([\d. -]+)\]/g)].map((m) => m[1].split(' ').map(Number)).map(([left, , right]) => right - left);
}
const plain = await printedLinks('/tables/plain/');
const counts = { whole: 0, cut: 0, between: 0 };
for (const table of tables) {
  const links = await printedLinks(table.url);
  await page.emulateMedia({ media: 'print' });
  const width = await page.evaluate(() => document.querySelector('table a').getBoundingClientRect().width);
  await page.emulateMedia({ media: null });
  // The table's link is the last, if it is there. All of the page is smaller, other links too.
  const printed = links.length > plain.length && Math.abs(links.at(-1) - width * POINTS * (links[0] / plain[0])) < 1.5;
  const expected = !reports.has(table.file) ? 'whole' : needed(reports.get(table.file)) >= CUT ? 'cut' : 'between';
  counts[expected]++;
  if (expected !== 'between') check(`${table.name}: ${expected}`, printed === (expected === 'whole'), `${needed(reports.get(table.file) ?? {})} ${links} ${width}`);
}
check('tables of each kind were printed', counts.whole > 20 && counts.cut > 8, JSON.stringify(counts));
await browser.close();
await server.stop();
finish('tables');
