// SPDX-License-Identifier: MIT
//
// Remembered pages: a page in the render cache is answered with a response prepared once for each
// coding. It must equal a freshly made response, carry the id of its own request, and disappear
// with its snapshot.
//
//   node tests/e2e/render-cache.mjs
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';
import { check, finish, patience, site, sleep, start, until } from './harness.mjs';

const text = (n) => `# Page ${n}\n\n${'Some text that can be compressed. '.repeat(60)}\n`;
const files = {
  'data/impure.njk': 'asked for {{ request.path }}, and some more so that it is long',
  'data/echo.njk': '---\nlayout: null\n---\n{{ request.query }}{% for i in [1, 2, 3, 4, 5, 6, 7, 8, 9] %} and {{ request.query }} times {{ i }}, which is more than a few bytes{% endfor %}\n',
  'data/long.njk': `---\nlayout: null\ntext: ${'a long text '.repeat(300)}\n---\n{% for i in range(300) %}{{ i }} {{ text }}{% endfor %}\n`
};
for (let i = 0; i < 20; i++) files[`data/p${i}.md`] = text(i);
const dir = site(files);
const afresh = await start(dir, ['--threads', '1', '--watch', 'false', '--cache', ':memory:', '--log-access=false']);
const server = await start(dir, ['--threads', '1', '--render-cache', '1M', '--log-access=false']);

function get(to, url, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const request = http.request(to.url + url, { headers, method }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on('error', reject);
    request.end();
  });
}

const hitsOf = async (to) => Number(/guidanced_render_cache_hits_total (\d+)/.exec(String((await get(to, '/metrics')).body))[1]);

const DECODERS = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync };
// The fields, without those that depend on the time or the compressed bytes.
function fields({ headers }) {
  return JSON.stringify(Object.entries(headers).filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name)));
}

for (const coding of ['identity', 'gzip', 'br', 'zstd']) {
  const ask = { 'Accept-Encoding': coding };
  const plain = await get(afresh, '/p3/', {});
  const first = await get(server, '/p3/', ask); // rendered
  const made = await get(server, '/p3/', ask); // from memory, prepared
  const again = await get(server, '/p3/', ask); // prepared already
  const other = await get(afresh, '/p3/', ask);
  check(`${coding}: the fields are those of a fresh response`, fields(made) === fields(other) && fields(again) === fields(other), `${fields(again)}\n    ${fields(other)}`);
  check(`${coding}: the same bytes each time`, made.body.equals(again.body));
  if (DECODERS[coding]) check(`${coding}: the page`, DECODERS[coding](again.body).equals(plain.body));
  if (coding === 'identity') check('identity: the page', again.body.equals(plain.body));
  else check(`${coding}: made with more care than on the fly`, again.body.length <= first.body.length, `${again.body.length} ${first.body.length}`);
  const ids = [first, made, again].map((r) => r.headers['x-request-id']);
  check(`${coding}: each request has its own id`, new Set(ids).size === 3 && ids.every((id) => /^[0-9a-f]{24}$/.test(id)), ids);
  const head = await get(server, '/p3/', ask, 'HEAD');
  check(`${coding}: HEAD`, head.body.length === 0 && +head.headers['content-length'] === again.body.length && fields(head) === fields(again), fields(head));
  const unchanged = await get(server, '/p3/', { ...ask, 'If-None-Match': again.headers.etag });
  check(`${coding}: 304`, unchanged.status === 304 && unchanged.headers.etag === again.headers.etag, unchanged.status);
}

// More parts than one call or a socket buffer takes; a large page sent by sendfile.
const longPage = Array.from({ length: 300 }, (_, i) => `${i} ${'a long text '.repeat(300).trim()}`).join('');
for (let i = 0; i < 3; i++)
  for (const to of [afresh, server]) {
    const started = performance.now();
    const { body, headers } = await get(to, '/long/');
    const ms = performance.now() - started;
    check(`a page of a megabyte, ${i}`, String(body).trim() === longPage && body.length === +headers['content-length'], body.length);
    check(`and at once, ${i}`, ms < 1500 * patience(), ms);
  }

const shown = await Promise.all(Array.from({ length: 60 }, (_, i) => get(server, `/p${i % 20}/`)));
check('pages are not mixed up', shown.every((r, i) => r.body.includes(`Page ${i % 20}<`)));
check('ids are not mixed up', new Set(shown.map((r) => r.headers['x-request-id'])).size === 60);
const impure = await get(server, '/impure/?x');
check('what depends on the request is not remembered', String(impure.body).includes('asked for /impure/') && !impure.headers['last-modified'], impure.body);

// One prepared response serves different texts, of equal and of different length.
const echoes = ['one', 'two', 'three', 'one', 'six', 'seven', 'two'];
const tags = new Map();
for (const coding of ['identity', 'gzip']) {
  const answers = await Promise.all(echoes.map((query) => get(afresh, `/echo/?${query}`, { 'Accept-Encoding': coding })));
  const bodies = answers.map(({ body }) => String(coding === 'gzip' ? zlib.gunzipSync(body) : body));
  check(`${coding}: each request has its own text`, bodies.every((body, i) => body.startsWith(`${echoes[i]} and ${echoes[i]} times 1,`)), bodies);
  check(`${coding}: and its length`, answers.every(({ headers, body }) => +headers['content-length'] === body.length));
  for (const [i, { headers }] of answers.entries()) tags.set(`${coding} ${echoes[i]}`, [...(tags.get(`${coding} ${echoes[i]}`) ?? []), headers.etag]);
}
check('a text has one entity tag', [...tags.values()].every((list) => new Set(list).size === 1 && list[0]), [...tags]);
check('texts have their own', new Set([...tags.values()].map(([tag]) => tag)).size === tags.size, [...tags]);

fs.writeFileSync(path.join(dir, 'data/p3.md'), text('three, changed'));
let changed;
for (let i = 0; i < 100; i++) {
  changed = await get(server, '/p3/', { 'Accept-Encoding': 'gzip' });
  if (zlib.gunzipSync(changed.body).includes('changed')) break;
  await sleep(50);
}
check('a saved page is seen in every coding', zlib.gunzipSync(changed.body).includes('three, changed'));
check('and without', (await get(server, '/p3/')).body.includes('three, changed'));

// ---- a page that shows other pages' texts ----
{
  const shows = site({
    'data/one.md': `---\ntitle: One\ntags: [part]\n---\n${'The first text. '.repeat(100)}\n`,
    'data/two.md': '---\ntitle: Two\ntags: [part]\n---\nThe second text.\n',
    'data/all.njk': '---\ntitle: All\n---\n{% for item in collections.part %}{{ item.templateContent | safe }}{% endfor %}',
  });
  const own = await start(shows, ['--cache', ':memory:', '--log-access=false']);
  const first = await get(own, '/all/');
  const before = await hitsOf(own);
  const second = await get(own, '/all/');
  check('a page that shows other texts is remembered', (await hitsOf(own)) === before + 1 && String(second.body) === String(first.body) && second.headers.etag === first.headers.etag, String(second.body));
  check('and found unchanged by its tag', (await get(own, '/all/', { 'If-None-Match': first.headers.etag })).status === 304);
  check('compressed too', String(zlib.gunzipSync((await get(own, '/all/', { 'Accept-Encoding': 'gzip' })).body)) === String(first.body));
  for (let n = 0; n < 3; n++) {
    fs.writeFileSync(path.join(shows, 'data/two.md'), `---\ntitle: Two\ntags: [part]\n---\nEdited ${n}.\n`);
    let shown;
    await until(async () => String((await get(own, '/two/')).body).includes(`Edited ${n}`));
    for (const coding of ['identity', 'gzip', 'identity']) {
      shown = await get(own, '/all/', { 'Accept-Encoding': coding, 'If-None-Match': first.headers.etag });
      const body = shown.status === 200 && String(coding === 'gzip' ? zlib.gunzipSync(shown.body) : shown.body);
      check(`edit ${n}, ${coding}: it shows the new text at once`, body && body.includes(`Edited ${n}`) && body.includes('The first text'), `${shown.status} ${body}`);
    }
  }
  check('it stops well', (await own.stop()).code === 0);
  fs.rmSync(shows, { recursive: true });
}

// ---- a page that reads the request: remembered for requests that have nothing of their own ----
{
  const asks = site({ 'data/asks.njk': '---\ntitle: Asks\n---\n{{ request.method }} {{ request.path }} [{{ request.query }}]{% for i in range(200) %} and some more{% endfor %}', 'data/clock.njk': '---\ntitle: Clock\n---\n{{ request.query }}{{ [1, 2, 3] | random }}' });
  const own = await start(asks, ['--cache', ':memory:', '--log-access=false']);
  const shows = async (url, text, hit) => {
    const before = await hitsOf(own);
    const { body, headers } = await get(own, url);
    check(`${url} is ${hit ? '' : 'not '}remembered`, String(body).includes(text) && (await hitsOf(own)) - before === Number(hit), String(body));
    return headers.etag;
  };
  await shows('/asks/?x', 'GET /asks/ [x]', false);
  const tag = await shows('/asks/', 'GET /asks/ []', false);
  check('a plain request has one tag', (await shows('/asks/', 'GET /asks/ []', true)) === tag && (await shows('/asks/?', 'GET /asks/ []', true)) === tag);
  check('another query has another', (await shows('/asks/?y', 'GET /asks/ [y]', false)) !== tag);
  await shows('/asks/?x', 'GET /asks/ [x]', false);
  await shows('/asks/', 'GET /asks/ []', true);
  const other = await get(own, '/asks/?z', { 'If-None-Match': tag });
  check('a query is not answered by the tag of the plain page', other.status === 200 && String(other.body).includes('[z]'), other.status);
  check('HEAD has the fields of GET', (await get(own, '/asks/', {}, 'HEAD')).headers.etag === tag);
  for (const coding of ['gzip', 'br'])
    for (const query of ['', '?q', '', '?q'])
      check(`${coding}${query}: its own text`, String(DECODERS[coding]((await get(own, `/asks/${query}`, { 'Accept-Encoding': coding })).body)).includes(`[${query.slice(1)}]`));
  for (let i = 0; i < 3; i++) await shows('/clock/', '', false);
  fs.appendFileSync(path.join(asks, 'data/clock.njk'), ' edited');
  await until(async () => String((await get(own, '/clock/')).body).includes('edited'));
  await get(own, '/asks/');
  await shows('/asks/', 'GET /asks/ []', true); // an edit elsewhere does not change it
  await shows('/asks/?x', 'GET /asks/ [x]', false);
  check('it stops well', (await own.stop()).code === 0);
  fs.rmSync(asks, { recursive: true });
}

// Indexing renders pages without a request: that must not affect later requests.
const late = await start(dir, ['--watch', 'false', '--cache', ':memory:', '--render-cache', '0', '--log-access=false']);
await until(async () => JSON.parse((await get(late, '/readyz')).body).checks['search:index'][0].status === 'pass');
check('what was made for the index is no answer to a request', String((await get(late, '/impure/?x')).body).includes('asked for /impure/'));
await late.stop();

const metrics = String((await get(server, '/metrics')).body);
const hits = Number(/guidanced_render_cache_hits_total (\d+)/.exec(metrics)?.[1]);
check('hits are counted', hits > 40, hits);
for (const each of [afresh, server]) check('it stops well', (await each.stop()).code === 0);
fs.rmSync(dir, { recursive: true });
finish('render cache');
