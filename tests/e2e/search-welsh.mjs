// SPDX-License-Identifier: MIT
//
// Do Welsh readers find a page whose words have other forms than theirs? Pages of 40 things in 8
// places, each with one form of its thing; a query is another form and the place. The forms are
// written out here, as a dictionary and a table of mutations give them, not made by rules. A query
// counts 1 when its page is first, 1/2 when it is second, … (mean reciprocal rank); the same pages
// in a site whose language has no forms show what they are worth.
import { check, finish, site, start, until } from './harness.mjs';

// Radical; soft, nasal, aspirate (or with h); plural.
const THINGS = `
trwydded drwydded nhrwydded thrwydded trwyddedau
tystysgrif dystysgrif nhystysgrif thystysgrif tystysgrifau
taliad daliad nhaliad thaliad taliadau
treth dreth nhreth threth trethi
pasbort basbort mhasbort phasbort pasbortau
polisi bolisi mholisi pholisi polisïau
prosiect brosiect mhrosiect phrosiect prosiectau
pensiwn bensiwn mhensiwn phensiwn -
cynllun gynllun nghynllun chynllun cynlluniau
cyfrif gyfrif nghyfrif chyfrif cyfrifon
cyflenwr gyflenwr nghyflenwr chyflenwr cyflenwyr
contract gontract nghontract chontract contractau
cofrestr gofrestr nghofrestr chofrestr -
cronfa gronfa nghronfa chronfa -
bathodyn fathodyn mathodyn - bathodynnau
busnes fusnes musnes - busnesau
bwriad fwriad mwriad - bwriadau
budd fudd mudd - buddion
diogelwch ddiogelwch niogelwch - -
dogfen ddogfen nogfen - dogfennau
dyddiad ddyddiad nyddiad - dyddiadau
data ddata nata - -
gwasanaeth wasanaeth ngwasanaeth - gwasanaethau
gwefan wefan ngwefan - gwefannau
gwybodaeth wybodaeth ngwybodaeth - -
gyrfa yrfa ngyrfa - gyrfaoedd
gardd ardd ngardd - -
llyfrgell lyfrgell - - llyfrgelloedd
llawlyfr lawlyfr - - llawlyfrau
llythyr lythyr - - llythyrau
llety lety - - -
mesur fesur - - mesurau
meddyg feddyg - - meddygon
marwolaeth farwolaeth - - marwolaethau
rheol reol - - rheolau
rhestr restr - - rhestri
rhaglen raglen - - rhaglenni
asesiad - - hasesiad asesiadau
adroddiad - - hadroddiad adroddiadau
ysgol - - hysgol ysgolion`.trim().split('\n').map((line) => line.split(' ').map((form) => (form === '-' ? '' : form)));
const PLACES = ['Abertawe', 'Caerdydd', 'Wrecsam', 'Powys', 'Ceredigion', 'Conwy', 'Gwynedd', 'Torfaen'];
const KINDS = { 'other mutation': [1, 2, 3], plural: [4] };

const files = { 'templates/page.njk': '<!DOCTYPE html><title>{{ title }}</title><h1>{{ title }}</h1>{{ content | safe }}' };
const queries = { 'other mutation': [], 'mutated, for the radical': [], plural: [] };
THINGS.forEach((forms, t) => PLACES.forEach((place, p) => {
  const others = forms.slice(1).filter(Boolean);
  // In half of the places the page has the radical, and the reader types another form.
  const written = p % 2 ? others[p % others.length] : forms[0];
  const typed = p % 2 ? forms[0] : others[(p + 1) % others.length];
  const url = `/t${t}-${p}/`;
  files[`data${url}index.md`] = `---\nlayout: page.njk\ntitle: Canllaw ${t * 8 + p}\n---\nAm y ${written} yn ardal ${place}, gweler isod.\n`;
  const other = p % 2 ? written : typed;
  const kind = KINDS.plural.some((i) => forms[i] === other) ? 'plural' : p % 2 ? 'other mutation' : 'mutated, for the radical';
  queries[kind].push({ text: `${typed} ${place}`, url });
}));

async function measure(lang) {
  const server = await start(site(files, `name: Canllaw\nlang: ${lang}\nfeedback: {enabled: false}\n`), ['--log-access', 'false', '--limits-idle-timeout', '1h']);
  await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index']?.[0].status === 'pass', 60000);
  const figures = {};
  const times = [];
  for (const [kind, asked] of Object.entries(queries)) {
    let sum = 0;
    for (const { text, url } of asked) {
      const began = performance.now();
      const found = (await (await fetch(`${server.url}/search.json?q=${encodeURIComponent(text)}`)).json()).results.map((hit) => hit.url);
      times.push(performance.now() - began);
      sum += found.includes(url) ? 1 / (found.indexOf(url) + 1) : 0;
    }
    figures[kind] = +(sum / asked.length).toFixed(3);
  }
  await server.stop();
  times.sort((a, b) => a - b);
  return { figures, median: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)] };
}

const plain = await measure('nl');
const welsh = await measure('cy');
console.log('mean reciprocal rank      queries  without forms  with them');
for (const [kind, asked] of Object.entries(queries)) {
  console.log(`${kind.padEnd(26)}${String(asked.length).padStart(7)}  ${plain.figures[kind].toFixed(3).padStart(13)}  ${welsh.figures[kind].toFixed(3).padStart(9)}`);
  check(`${kind}: enough queries`, asked.length >= 20, asked.length);
  check(`${kind}: pages are found`, welsh.figures[kind] >= 0.95, welsh.figures[kind]);
  check(`${kind}: because of the forms`, plain.figures[kind] < 0.5, plain.figures[kind]);
}
console.log(`a request: median ${plain.median.toFixed(2)} ms, 99th percentile ${plain.p99.toFixed(2)} ms; with forms ${welsh.median.toFixed(2)}, ${welsh.p99.toFixed(2)}`);

// ---- what must not be one word ----
{
  const page = (text) => `---\nlayout: page.njk\ntitle: ${text}\n---\n${text}\n`;
  const server = await start(site({ 'templates/page.njk': files['templates/page.njk'], 'data/a.md': page('ffordd'), 'data/b.md': page('llong'), 'data/c.md': page('chwilio'), 'data/d.md': page('pensiwn a bensiwn'), 'data/e.md': page('bensiwn') }, 'name: Canllaw\nlang: cy-GB\nfeedback: {enabled: false}\n'));
  await until(async () => (await (await fetch(`${server.url}/readyz`)).json()).checks['search:index']?.[0].status === 'pass', 60000);
  const find = async (text) => (await (await fetch(`${server.url}/search.json?${new URLSearchParams({ q: text, verbatim: 1 })}`)).json());
  for (const [text, not] of [['fordd', 'ffordd'], ['blong', 'llong'], ['hwilio', 'chwilio']])
    check(`${text} is no form of ${not}`, (await find(text)).total === 0, JSON.stringify(await find(text)));
  const both = await find('pensiwn');
  check('the word as typed comes first, its forms after it', both.results.map((hit) => hit.url).join() === '/d/,/e/' && both.results[1].missing.length === 0, JSON.stringify(both));
  check('a form is marked in the snippet', /<mark>bensiwn<\/mark>/.test(both.results[1].snippet), both.results[1]?.snippet);
  await server.stop();
}
finish('search-welsh');
