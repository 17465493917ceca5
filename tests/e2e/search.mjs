// SPDX-License-Identifier: MIT
//
// Does a reader find the page? A judged set of queries over the sample site (search-queries.json:
// what is asked, and the page that answers it, decided before looking at any result), with
// misspellings and synonyms. Nine in ten must find it first, all in the first three.
import fs from 'node:fs';
import { check, finish, sampleSite, start, until } from './harness.mjs';

const queries = JSON.parse(fs.readFileSync(new URL('search-queries.json', import.meta.url), 'utf8'));
const server = await start(sampleSite());
const find = async (query) => {
  const response = await fetch(`${server.url}/search.json?q=${encodeURIComponent(query)}`);
  return (await response.json()).results.map((result) => result.url);
};
check('the index is ready', await until(async () => {
  const body = await (await fetch(`${server.url}/readyz`)).json();
  return body.checks['search:index'][0].status === 'pass';
}));
let first = 0;
for (const [query, url] of queries) {
  const found = await find(query);
  const place = found.indexOf(url) + 1;
  first += place === 1;
  check(`${query}: in the first three`, place >= 1 && place <= 3, found.slice(0, 5));
  if (place !== 1) console.log(`    ${query}: ${url} is number ${place || '–'} behind ${found.slice(0, 3).join(' ')}`);
}
check(`right page first for ${first} of ${queries.length}`, first >= 0.9 * queries.length);
await server.stop();
finish('search');
