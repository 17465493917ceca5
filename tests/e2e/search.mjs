// SPDX-License-Identifier: MIT
//
// Does a reader find the page? A judged set of queries over the sample site (search-queries.json:
// what is asked, and the page that answers it, decided before looking at any result), with
// misspellings and synonyms. Nineteen in twenty must find it first, all in the first three. Then what an
// answer contains, that any query is answered, and how searches without results are counted.
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
check(`right page first for ${first} of ${queries.length}`, first >= 0.95 * queries.length);
check('there are sixty and more', queries.length >= 60, queries.length);
const pages = new Set((await (await fetch(`${server.url}/pages.json`)).json()).pages.map((page) => page.url));
check('each names a page that there is', queries.every(([, url]) => pages.has(url)));

// ---- what an answer contains ----
const ask = async (query) => (await fetch(`${server.url}/search.json?${new URLSearchParams(query)}`)).json();
const metric = async (name = 'search_without_result_total') => +new RegExp(`^guidanced_${name} (\\d+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())[1];
let answer = await ask({ q: 'risk owner' });
check('hits have title, address, section and description', answer.results.every((r) => r.title && r.url.startsWith('/') && r.section && r.description));
check('terms are marked', answer.results.filter((r) => /<mark>[Rr]isk/.test(r.snippet)).length >= answer.results.length - 1, JSON.stringify(answer.results.map((r) => r.snippet)));
answer = await ask({ q: 'polcy suplier' });
check('a better spelling is named', answer.did_you_mean === 'policy supplier', answer.did_you_mean);
check('and the hits are those of it', answer.corrected === true && answer.total > 0 && JSON.stringify((await ask({ q: 'policy supplier' })).results.map((r) => r.url)) === JSON.stringify(answer.results.map((r) => r.url)));
for (const [slip, meant] of [['mangae risks', 'manage risks'], ['amnage risks', 'manage risks'], ['wokr suppliers', 'work suppliers'], ['rsik', 'risk'], ['supplire', 'supplier']])
  check(`letters that changed places: ${slip}`, (await ask({ q: slip })).did_you_mean === meant, (await ask({ q: slip })).did_you_mean);
const asTyped = await ask({ q: 'rsik', verbatim: 1 });
check('as it was typed', asTyped.total === 0 && asTyped.did_you_mean === 'risk' && asTyped.corrected === false, JSON.stringify(asTyped));
const pageOf = async (query) => (await (await fetch(`${server.url}/search?${new URLSearchParams(query)}`)).text()).replace(/\s+/g, ' ');
check('the page says what was looked for, and offers the words as typed', /Showing results for <strong>manage risks<\/strong>\. Search instead for <a[^>]*href="\/search\?q=mangae%20risks&amp;verbatim=1"[^>]*>mangae risks<\/a>/.test(await pageOf({ q: 'mangae risks' })), (await pageOf({ q: 'mangae risks' })).match(/Showing.{300}/));
check('what found nothing is repeated', /No pages match “xyzzyplugh”/.test(await pageOf({ q: 'xyzzyplugh' })));
answer = await ask({ q: 'supplier contract xyzzyplugh' });
check('most of the words, and which is left out', answer.results[0]?.url === '/secure-by-design/work-with-suppliers/' && JSON.stringify(answer.left_out) === '["xyzzyplugh"]' && answer.results.every((r) => r.missing.includes('xyzzyplugh')), JSON.stringify(answer).slice(0, 300));
check('as the page says', /No page has all of these words\. Not found: <s>xyzzyplugh<\/s>/.test(await pageOf({ q: 'supplier contract xyzzyplugh' })));
answer = await ask({ q: 'suplier contract xyzzyplugh' });
check('most of the words, one of them misspelt', answer.results[0]?.url === '/secure-by-design/work-with-suppliers/' && answer.corrected && JSON.stringify(answer.left_out) === '["xyzzyplugh"]', JSON.stringify(answer).slice(0, 300));
answer = await ask({ q: 'suplier contract xyzzyplugh', verbatim: 1 });
check('as they were typed, it is left out too', answer.results.length > 0 && !answer.corrected && answer.left_out.includes('suplier'), JSON.stringify(answer).slice(0, 300));
answer = await ask({ q: 'glossary procurement decommission' });
check('each hit says what it has not', answer.left_out.length === 0 && answer.results.length > 0 && answer.results.every((r) => r.missing.length >= 1 && r.missing.length <= 2), JSON.stringify(answer).slice(0, 400));
check('with all words, nothing is missing', (await ask({ q: 'risk owner' })).results.every((r) => r.missing.length === 0));
answer = await ask({ q: 'risk', section: 'Help for content designers' });
check('a section only', answer.total > 0 && answer.results.every((r) => r.section === 'Help for content designers'));
check('a section there is none of', (await ask({ q: 'risk', section: 'x' })).total === 0);
const suggestions = (await ask({ q: 'manage sec', suggest: 1 })).results;
check('suggestions of a word half typed', suggestions[0]?.title === 'Manage security risks' && suggestions.length <= 6 && !('snippet' in suggestions[0]));
check('endings do not matter', (await ask({ q: 'tested penetrations' })).results[0]?.url === '/secure-by-design/check-your-approach/');
check('examples on help pages are no text of theirs', !(await find('risk list template')).includes('/help/components/attachment/'));
const onFirst = await find('risk');
const second = await ask({ q: 'risk', page: 2 });
check('further pages of results', second.results.length > 0 && onFirst.length === 10 && second.results.every((r) => !onFirst.includes(r.url)));

// ---- any query is answered ----
let random = 7;
const next = (below) => {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return (random >>> 0) % below;
};
const PARTS = ['risk', '"', "'", '(', ')', ' AND ', ' OR ', ' NOT ', 'NEAR(', '*', '^', ':', '-', '+', '{', '}', '%00', '%', '&', '#', '<b>', '\\', 'é', '🙂', 'title:', '\u0301'];
let failed = 0;
for (let i = 0; i < 300; i++) {
  const q = Array.from({ length: 1 + next(8) }, () => PARTS[next(PARTS.length)]).join('');
  for (const url of [`/search?q=${encodeURIComponent(q)}`, `/search.json?q=${encodeURIComponent(q)}&section=${encodeURIComponent(q)}&page=${next(3)}`]) {
    const response = await fetch(server.url + url);
    const body = await response.text();
    if (response.status !== 200 || (url.startsWith('/search?') && /<b>/.test(body))) failed += !!console.log(`    ${url}: ${response.status}`) + 1;
  }
}
check('any query is answered, and shown as text', failed === 0, failed);
for (const page of ['0', '-1', '99999999999', 'x', '1e9']) check(`page=${page}`, Array.isArray((await ask({ q: 'risk', page })).results));

// ---- searches without results are counted, and their words not kept ----
const counted = await metric();
const timed = await metric('search_duration_seconds_count');
await ask({ q: 'xyzzyplugh' });
await (await fetch(`${server.url}/search?q=xyzzyplugh`)).text();
await ask({ q: 'xyzz', suggest: 1 });
await ask({ q: 'risk' });
check('searches without result are counted, half words are not', (await metric()) === counted + 2, `${counted}, ${await metric()}`);
check('the time of each search is counted', (await metric('search_duration_seconds_count')) === timed + 4, `${timed}, ${await metric('search_duration_seconds_count')}`);
await server.stop();
check('what was asked is not in the log', !server.log.includes('xyzzy'), server.log.split('\n').find((l) => l.includes('xyzzy')));
const told = await start(sampleSite(), ['--search-log-terms', 'true']);
const forged = `${told.url}/search?q=${encodeURIComponent('xyzzyplugh\nforged line')}`;
check('but when that is configured', await until(async () => (await fetch(forged)) && /search without result: xyzzyplugh/.test(told.log), 3000), told.log);
check('and cannot forge a line', !/^forged line/m.test(told.log), told.log);
await told.stop();

// ---- joined and divided words; letters; languages ----
const words = sampleSite();
const put = (name, title, lang, text) => fs.writeFileSync(`${words}/data/help/${name}.md`, `---\nlayout: "layouts/guidance.njk"\ntitle: "${title}"\n${lang ? `lang: ${lang}\n` : ''}section: "Words"\n---\n${text}\n`);
put('iso', 'Certificates', '', 'We follow ISO 27001 and have a webhook for log ins.');
put('joined', 'Numbers', '', 'Form BS7799 and the lightbox.');
put('letters', 'Places', '', 'Offices in Łódź, Tromsø, Ærø and Đakovo. An œuvre.');
put('cy', 'Diogelwch', 'cy', 'Canllawiau kraken ar ddiogelwch gwasanaethau.');
put('en', 'Krakens', '', 'A kraken.');
const other = await start(words);
check('the index of words is ready', await until(async () => (await (await fetch(`${other.url}/readyz`)).json()).checks['search:index'][0].status === 'pass', 20000));
const found = async (query) => (await (await fetch(`${other.url}/search.json?${new URLSearchParams(query)}`)).json()).results.map((r) => r.url);
for (const [q, url] of [['iso27001', 'iso'], ['ISO 27001', 'iso'], ['web hook', 'iso'], ['logins', 'iso'], ['bs 7799', 'joined'], ['bs7799', 'joined'], ['light box', 'joined'], ['lodz', 'letters'], ['Łódź', 'letters'], ['tromso', 'letters'], ['aero', 'letters'], ['dakovo', 'letters'], ['oeuvre', 'letters']])
  check(`${q} is found`, (await found({ q })).includes(`/help/${url}/`), await found({ q }));
check("a search is in the site's language", JSON.stringify(await found({ q: 'kraken' })) === '["/help/en/"]', await found({ q: 'kraken' }));
check('or in the one that is asked for', JSON.stringify(await found({ q: 'kraken', lang: 'cy' })) === '["/help/cy/"]', await found({ q: 'kraken', lang: 'cy' }));
check('when there is nothing in it, in any', JSON.stringify(await found({ q: 'canllawiau' })) === '["/help/cy/"]' && JSON.stringify(await found({ q: 'lightbox', lang: 'cy' })) === '["/help/joined/"]', await found({ q: 'canllawiau' }));
check('a hit in another language says so', (await (await fetch(`${other.url}/search.json?q=canllawiau`)).json()).results[0].lang === 'cy');
check('the page is in its language and keeps it', await (async () => {
  const text = await (await fetch(`${other.url}/search?q=kraken&lang=cy`)).text();
  return /<html[^>]* lang="cy"/.test(text) && /name="lang" value="cy"/.test(text);
})());
check('and so do the searches it offers', /href="\/search\?q=krakne&amp;lang=cy&amp;verbatim=1"/.test(await (await fetch(`${other.url}/search?q=krakne&lang=cy`)).text()));
check('the form of a page in another language asks in it', /name="lang" value="cy"/.test(await (await fetch(`${other.url}/help/cy/`)).text()) && !/name="lang"/.test(await (await fetch(`${other.url}/help/en/`)).text()));
await other.stop();

// ---- more than are counted ----
const large = sampleSite();
for (let i = 0; i < 420; i++)
  fs.writeFileSync(`${large}/data/help/wombat-${i}.md`, `---\nlayout: "layouts/guidance.njk"\ntitle: "Burrow ${i}"\nsection: "${i % 3 ? 'Burrows' : 'Dens'}"\n---\nThe wombat lives here.\n`);
const many = await start(large);
const askMany = async (query) => (await fetch(`${many.url}/search${query}`)).text();
check('the large index is ready', await until(async () => JSON.parse(await (await fetch(`${many.url}/readyz`)).text()).checks['search:index'][0].status === 'pass', 20000));
const most = JSON.parse(await askMany('.json?q=wombat'));
check('JSON says that there are more', most.total === 200 && most.more === true, JSON.stringify(most).slice(0, 100));
const exact = JSON.parse(await askMany('.json?q=wombat&section=Dens'));
check('and that there are not', exact.total === 140 && exact.more === false, JSON.stringify(exact).slice(0, 100));
const pageOfMany = (await askMany('?q=wombat')).replace(/\s+/g, ' ');
check('the page says so', /<h2[^>]*>More than 200 results<\/h2>/.test(pageOfMany) && / \(\d+ or more\)/.test(pageOfMany), pageOfMany.slice(pageOfMany.indexOf('<h2'), pageOfMany.indexOf('<h2') + 200));
check('a section has its number', /<h2[^>]*>140 results<\/h2>/.test((await askMany('?q=wombat&section=Dens')).replace(/\s+/g, ' ')));
check('the last page that can be had', JSON.parse(await askMany('.json?q=wombat&page=20')).results.length === 10 && JSON.parse(await askMany('.json?q=wombat&page=21')).results.length === 0);
for (const [page, before, after] of [[1, '', '2'], [2, '1', '3'], [20, '19', '']]) {
  const links = Object.fromEntries([...(await askMany(`?q=wombat&page=${page}`)).matchAll(/<a[^>]*href="([^"]*)"[^>]*rel="(prev|next)"/g)].map((m) => [m[2], /page=(\d+)/.exec(m[1])?.[1] ?? '1']));
  check(`page ${page} leads to those beside it`, (links.prev ?? '') === before && (links.next ?? '') === after, JSON.stringify(links));
}
await many.stop();

const off = await start(sampleSite(), ['--search-enabled', 'false']);
for (const url of ['/search?q=risk', '/search.json?q=risk']) check(`off: ${url}`, (await fetch(off.url + url)).status === 404);
check('off: no form', !/role="search"/.test(await (await fetch(`${off.url}/contact/`)).text()));
await off.stop();
finish('search');
