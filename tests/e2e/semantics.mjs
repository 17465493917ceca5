// SPDX-License-Identifier: MIT
//
// RFC 9110 and 9111 on every kind of route: HEAD, validators and their precedence, ranges, codings
// and weights, caching, redirects, methods; and what a site can build on it: fingerprints,
// integrity, policies.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';
import { BINARY, check, finish, ROOT, site, start, until } from './harness.mjs';

const CSS = '.rule { color: red }\n'.repeat(400);
const inline = "document.body.className += ' js-enabled';";
const dir = site({
  'templates/page.njk': `<!DOCTYPE html><link rel="stylesheet" href="{{ '/assets/site.css' | asset }}" integrity="{{ '/assets/site.css' | integrity }}"><i>{{ '/assets/none.css' | integrity }}{{ '/assets/dot.png' | integrity }}</i>{{ content | safe }}`,
  'vendor/govuk/template.njk': `<html><script {%- if a > b %} nonce="{{ n }}"{% endif %}>${inline}</script><script src="/x.js"></script><script>{{ no }}</script></html>`,
  'data/index.md': `---\ntitle: Home\nlayout: page.njk\n---\n# Home\n\n${'Some text. '.repeat(100)}\n`,
  'data/impure.njk': '---\npermalink: /impure/\n---\n{{ request.query }}',
  'data/sub/index.md': '---\ntitle: Sub\nredirect_from: [/was/, /also/]\n---\n# Sub\n',
  'data/sized.njk': '---\npermalink: /sized/\n---\n{% for i in range(request.query | replace("n=", "") | int) %}{{ i }} pages of {{ i * 7919 % 1009 }} sizes, {{ i * 31 % 17 }}.\n{% endfor %}',
  'data/plain.njk': '---\npermalink: /plain.txt\n---\nplain\n',
  'data/404.njk': '---\npermalink: /404.html\n---\n{{ request.path }} is not here',
  'public/site.css': CSS,
  'public/tiny.css': 'a{}\n',
  'public/script.js': 'let a = 1;\n'.repeat(100),
  'public/dot.png': 'not really a picture'.repeat(100),
}, `name: Test
template_paths: [vendor]
passthrough:
  /assets: public
redirects:
  - {from: /one/, to: /sub/, status: 301}
  - {from: /two/, to: /sub/, status: 302}
  - {from: /seven/, to: /sub/, status: 307}
  - {from: /eight/, to: /sub/, status: 308}
  - {from: /gone/, status: 410}
  - {from: /tree/*, to: /sub/*}
  - {from: /flat/*, to: /sub/}
  - {from: /away/, to: "https://example.org/there"}
security_txt: "Contact: mailto:a@example.org"
`);
const server = await start(dir, ['--admin-listen', '127.0.0.1:0', '--log-access=false']);
function ask(url, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const request = http.request(server.url + url, { method, headers, agent: false }, (response) => {
      const chunks = [];
      response.on('data', (d) => chunks.push(d));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on('error', reject).end();
  });
}
const decode = { identity: (b) => b, gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync, zstd: (b) => execFileSync('zstd', ['-dc'], { input: b }) };
const hasZstd = (() => { try { execFileSync('zstd', ['--version']); return true; } catch { return false; } })();

// ---- assets are compressed ahead ----
check('assets get their compressed forms', await until(async () => (await ask('/assets/site.css', { 'Accept-Encoding': 'br' })).headers['content-encoding'] === 'br', 15000));
for (const coding of ['gzip', 'br', 'zstd']) {
  const r = await ask('/assets/site.css', { 'Accept-Encoding': coding });
  check(`an asset in ${coding}: its own strong tag, and Vary`, r.headers['content-encoding'] === coding && new RegExp(`^"[0-9a-f]{16}-${coding}"$`).test(r.headers.etag) && r.headers.vary === 'Accept-Encoding', JSON.stringify(r.headers));
  if (coding !== 'zstd' || hasZstd) check(`an asset in ${coding}: decodes to its text`, decode[coding](r.body).toString() === CSS);
}
const best = zlib.brotliCompressSync(CSS, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_MODE]: zlib.constants.BROTLI_MODE_TEXT } }).length;
check('at its best effort', (await ask('/assets/site.css', { 'Accept-Encoding': 'br' })).body.length <= best + 8);
check('what does not get smaller is sent as it is', (await ask('/assets/tiny.css', { 'Accept-Encoding': 'br, gzip' })).headers['content-encoding'] === undefined);
check('nor are pictures compressed', (await ask('/assets/dot.png', { 'Accept-Encoding': 'br' })).headers['content-encoding'] === undefined);

// ---- pages of all sizes, one after the other: an encoder keeps what it has for the next ----
for (const coding of ['gzip', 'br', 'zstd'])
  for (const n of [20, 2000, 50, 30000, 100, 6000, 20]) {
    const [plain, coded] = [await ask(`/sized/?n=${n}`), await ask(`/sized/?n=${n}`, { 'Accept-Encoding': coding })];
    check(`${n} lines in ${coding}`, coded.headers['content-encoding'] === coding && coded.body.length < plain.body.length, JSON.stringify(coded.headers));
    if (coding !== 'zstd' || hasZstd) check(`${n} lines in ${coding}: decode to the text`, plain.body.length > n * 20 && decode[coding](coded.body).equals(plain.body));
  }

// ---- every kind of route: HEAD, and the fields that all have ----
const URLS = ['/', '/impure/', '/plain.txt', '/assets/site.css', '/assets/tiny.css', '/assets/dot.png', '/one/', '/gone/', '/was/', '/sub', '/tree/a/b', '/nowhere/',
  '/search?q=home', '/search.json?q=home', '/sitemap.xml', '/robots.txt', '/feed.xml', '/pages.json', '/.well-known/security.txt', '/healthz', '/readyz', '/feedback'];
const CODINGS = ['', 'identity', 'gzip', 'br', 'zstd', 'gzip;q=0.5, br;q=0.1', '*', 'identity;q=0'];
for (const url of URLS) {
  for (const coding of CODINGS) {
    const headers = coding ? { 'Accept-Encoding': coding } : {};
    const [got, head] = [await ask(url, headers), await ask(url, headers, 'HEAD')];
    const same = (r) => JSON.stringify(Object.entries(r.headers).filter(([k]) => k !== 'date' && k !== 'x-request-id').sort());
    check(`HEAD ${url} ${coding}: the same status and fields, no content`, got.status === head.status && same(got) === same(head) && head.body.length === 0, `${got.status} ${head.status}\n${same(got)}\n${same(head)}`);
  }
  const r = await ask(url);
  check(`${url}: security fields`, r.headers['x-content-type-options'] === 'nosniff' && r.headers['referrer-policy'] && r.headers['permissions-policy'] && r.headers['content-security-policy'] &&
    r.headers['cross-origin-opener-policy'] === 'same-origin' && r.headers['cross-origin-resource-policy'] === 'same-origin' && r.headers['x-frame-options'] === 'DENY' && !r.headers['set-cookie'] && !r.headers['strict-transport-security'], JSON.stringify(r.headers));
  check(`${url}: Date and a length (RFC 9110 §6.6.1, 9112 §6)`, r.headers.date && r.headers['content-length'] === String(r.body.length));
  for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE']) {
    const m = await ask(url, {}, method);
    check(`${method} ${url}: 405 with Allow (§15.5.6), or 404`, (m.status === 405 && /GET, HEAD/.test(m.headers.allow)) || (url === '/nowhere/' && m.status === 404), `${m.status} ${m.headers.allow}`);
  }
  const o = await ask(url, {}, 'OPTIONS');
  check(`OPTIONS ${url} (§9.3.7)`, (o.status === 204 && /OPTIONS/.test(o.headers.allow) && o.body.length === 0) || (url === '/nowhere/' && o.status === 404), `${o.status} ${o.headers.allow}`);
}
check('feedback allows POST', (await ask('/feedback', {}, 'OPTIONS')).headers.allow.includes('POST'));

// ---- codings and weights (§12.5.3) ----
for (const url of ['/', '/assets/site.css'])
  for (const [accept, expected] of [
    [undefined, undefined], ['', undefined], ['gzip', 'gzip'], ['GZIP', 'gzip'], ['x-gzip', 'gzip'], ['br, gzip, zstd', /./], ['gzip;q=0', undefined], ['gzip;q=0.1, br;q=0.2', 'br'],
    ['gzip;q=1.0, br;q=0', 'gzip'], ['*;q=0, gzip;q=0.1', 'gzip'], ['identity;q=1, gzip;q=0.5', undefined], ['identity;q=0.5, gzip;q=1', 'gzip'], ['deflate, compress', undefined],
    ['*', /./], ['*;q=0.5, identity;q=0.6', undefined], ['gzip ; q=0.5', 'gzip'], ['gzip;q=0.000', undefined], ['gzip;q=2', undefined],
  ]) {
    const r = await ask(url, accept === undefined ? {} : { 'Accept-Encoding': accept });
    const coding = r.headers['content-encoding'];
    check(`${url}: Accept-Encoding ${JSON.stringify(accept)}`, r.status === 200 && (expected instanceof RegExp ? coding && expected.test(coding) : coding === expected) && r.headers.vary === 'Accept-Encoding', `${r.status} ${coding}`);
  }
for (const url of ['/', '/assets/site.css', '/assets/tiny.css'])
  for (const accept of ['identity;q=0', '*;q=0', 'deflate, identity;q=0'])
    check(`${url}: ${accept}: nothing is acceptable, 406 (§15.5.7)`, (await ask(url, { 'Accept-Encoding': accept })).status === 406);
check('what has one representation only is sent (§12.4.1)', (await ask('/assets/dot.png', { 'Accept-Encoding': '*;q=0' })).status === 200);

// ---- validators, and their precedence (§13.2.2) ----
for (const url of ['/', '/assets/site.css']) {
  await ask(url);
  const { headers } = await ask(url);
  const { etag } = headers, modified = headers['last-modified'];
  const packed = (await ask(url, { 'Accept-Encoding': 'gzip' })).headers.etag;
  check(`${url}: a strong tag, and a date`, /^"[0-9a-f]{16}"$/.test(etag) && modified && packed !== etag, `${etag} ${packed} ${modified}`);
  const past = 'Sat, 01 Jan 2000 00:00:00 GMT', future = 'Thu, 31 Dec 2099 23:59:59 GMT';
  for (const [name, condition, expected] of [
    ['If-None-Match: its tag', { 'If-None-Match': etag }, 304],
    ['If-None-Match: its tag, weak (§13.1.2)', { 'If-None-Match': `W/${etag}` }, 304],
    ['If-None-Match: in a list', { 'If-None-Match': `"a", ${etag}, "b"` }, 304],
    ['If-None-Match: *', { 'If-None-Match': '*' }, 304],
    ['If-None-Match: another', { 'If-None-Match': '"x"' }, 200],
    ['If-None-Match: without quotes', { 'If-None-Match': etag.slice(1, -1) }, 200],
    ['If-None-Match wins over If-Modified-Since', { 'If-None-Match': '"x"', 'If-Modified-Since': future }, 200],
    ['If-None-Match wins over If-Modified-Since, the other way', { 'If-None-Match': etag, 'If-Modified-Since': past }, 304],
    ['If-Modified-Since: its date', { 'If-Modified-Since': modified }, 304],
    ['If-Modified-Since: before', { 'If-Modified-Since': past }, 200],
    ['If-Modified-Since: RFC 850', { 'If-Modified-Since': 'Thursday, 31-Dec-68 23:59:59 GMT' }, 304],
    ['If-Modified-Since: asctime', { 'If-Modified-Since': 'Thu Dec 31 23:59:59 2099' }, 304],
    ['If-Modified-Since: no date', { 'If-Modified-Since': 'soon' }, 200],
    ['If-Match: its tag', { 'If-Match': etag }, 200],
    ['If-Match: *', { 'If-Match': '*' }, 200],
    ['If-Match: another', { 'If-Match': '"x"' }, 412],
    ['If-Match: weak does not match (§13.1.1)', { 'If-Match': `W/${etag}` }, 412],
    ['If-Match goes first', { 'If-Match': '"x"', 'If-None-Match': etag }, 412],
    ['If-Match wins over If-Unmodified-Since', { 'If-Match': etag, 'If-Unmodified-Since': past }, 200],
    ['If-Match holds, then If-None-Match', { 'If-Match': etag, 'If-None-Match': etag }, 304],
    ['If-Unmodified-Since: before', { 'If-Unmodified-Since': past }, 412],
    ['If-Unmodified-Since: its date', { 'If-Unmodified-Since': modified }, 200],
    ['If-Unmodified-Since: no date', { 'If-Unmodified-Since': 'soon' }, 200],
  ]) {
    for (const method of ['GET', 'HEAD']) {
      const r = await ask(url, condition, method);
      check(`${method} ${url}: ${name}`, r.status === expected, r.status);
      if (r.status === 304) check(`${method} ${url}: ${name}: the fields of a 304 (§15.4.5)`, r.headers.etag === etag && r.headers['cache-control'] && r.headers.vary && r.headers.date && r.body.length === 0 && !r.headers['content-type'], JSON.stringify(r.headers));
    }
  }
  const other = await ask(url, { 'If-None-Match': packed, 'Accept-Encoding': 'gzip' });
  check(`${url}: the tag of a coding is compared with that of the coding`, other.status === 304 && other.headers.etag === packed);
  check(`${url}: and not with that of another`, (await ask(url, { 'If-None-Match': packed })).status === 200);
}
check('a page that depends on the request has no date', !(await ask('/impure/?a')).headers['last-modified']);
check('and its tag follows what it says', (await ask('/impure/?a')).headers.etag !== (await ask('/impure/?b')).headers.etag);

// ---- ranges (§14) ----
const whole = await ask('/assets/site.css');
check('Accept-Ranges', whole.headers['accept-ranges'] === 'bytes');
for (const [range, first, last] of [['bytes=0-0', 0, 0], ['bytes=0-99', 0, 99], ['bytes=100-', 100, CSS.length - 1], ['bytes=-10', CSS.length - 10, CSS.length - 1],
  [`bytes=0-${CSS.length * 2}`, 0, CSS.length - 1], [`bytes=-${CSS.length * 2}`, 0, CSS.length - 1], ['bytes= 5-6', 5, 6], ['BYTES=1-2', 1, 2]]) {
  const r = await ask('/assets/site.css', { Range: range });
  check(`Range: ${range}`, r.status === 206 && r.headers['content-range'] === `bytes ${first}-${last}/${CSS.length}` && r.body.toString() === CSS.slice(first, last + 1) && r.headers.etag === whole.headers.etag, `${r.status} ${r.headers['content-range']}`);
}
for (const range of [`bytes=${CSS.length}-`, 'bytes=-0', 'bytes=99999999999-']) {
  const r = await ask('/assets/site.css', { Range: range });
  check(`Range: ${range}: 416 with the length (§15.5.17)`, r.status === 416 && r.headers['content-range'] === `bytes */${CSS.length}`, `${r.status} ${r.headers['content-range']}`);
}
for (const range of ['bytes=9-1', 'bytes=a-b', 'bytes=', 'lines=0-1', 'bytes=0-1,3-4', 'bytes 0-1', 'bytes=1-2-3', 'bytes=99999999999999999999999-'])
  check(`Range: ${range} is ignored`, (await ask('/assets/site.css', { Range: range })).status === 200);
for (const [name, condition, expected] of [
  ['its tag', whole.headers.etag, 206], ['another', '"x"', 200], ['weak', `W/${whole.headers.etag}`, 200], ['its date', whole.headers['last-modified'], 206], ['an older date', 'Sat, 01 Jan 2000 00:00:00 GMT', 200], ['a newer date', 'Thu, 31 Dec 2099 23:59:59 GMT', 200],
]) check(`If-Range: ${name} (§13.1.5)`, (await ask('/assets/site.css', { Range: 'bytes=0-9', 'If-Range': condition })).status === expected);
check('a precondition goes before a range', (await ask('/assets/site.css', { Range: 'bytes=0-9', 'If-None-Match': whole.headers.etag })).status === 304);
const part = await ask('/assets/site.css', { Range: 'bytes=0-9', 'Accept-Encoding': 'br' });
check('a range is of the identity', part.status === 206 && !part.headers['content-encoding'] && part.body.toString() === CSS.slice(0, 10));

// ---- caching (RFC 9111), fingerprints, integrity ----
const home = (await ask('/')).body.toString();
const [, fingerprinted, integrity] = /href="([^"]+)" integrity="([^"]+)"/.exec(home) ?? [];
check('integrity is the digest of the bytes', integrity === `sha384-${crypto.createHash('sha384').update(CSS).digest('base64')}`, home.slice(0, 300));
check('and empty for what has none', home.includes('<i></i>'));
check('a page: no-cache', (await ask('/')).headers['cache-control'] === 'no-cache');
check('an asset: minutes', (await ask('/assets/site.css')).headers['cache-control'] === 'public, max-age=300');
const immutable = await ask(fingerprinted);
check('a fingerprinted one: immutable', immutable.status === 200 && immutable.headers['cache-control'] === 'public, max-age=31536000, immutable' && immutable.body.toString() === CSS);
check('an operations endpoint: no-store', (await ask('/readyz')).headers['cache-control'] === 'no-store');

// ---- one answer is never mixed with another: responses are prepared and used again ----
const mixed = [];
for (const url of ['/', '/sub/', '/sub', '/was/', '/was/?x=1', '/one/', '/tree/a', '/tree/b', '/gone/', '/none/', '/nothing/', '/impure/', '/plain.txt', '/assets/site.css', '/assets/script.js', '/assets/tiny.css', '/assets/dot.png', fingerprinted, '/robots.txt'])
  for (const headers of [{}, { 'Accept-Encoding': 'gzip' }, { 'Accept-Encoding': 'br' }, { 'If-None-Match': '*' }, { Range: 'bytes=0-3' }])
    for (const method of ['GET', 'HEAD', 'DELETE']) mixed.push([url, headers, method]);
const shown = ({ status, headers, body }) => JSON.stringify([status, Object.entries(headers).filter(([name]) => !['date', 'x-request-id'].includes(name)), body.toString('latin1')]);
const firstAnswers = new Map();
let mixedUp = '';
for (let i = 0, at = 0; i < 3 * mixed.length; i++, at = (at + 101) % mixed.length) {
  const answer = shown(await ask(...mixed[at]));
  if (answer !== (firstAnswers.get(at) ?? answer)) mixedUp = `${mixed[at].map(String)}: ${answer} was ${firstAnswers.get(at)}`.slice(0, 1500);
  firstAnswers.set(at, answer);
}
check('one answer is never mixed with another', !mixedUp, mixedUp);

// ---- redirects (§15.4) ----
for (const [url, status, location] of [['/one/', 301, '/sub/'], ['/two/', 302, '/sub/'], ['/seven/', 307, '/sub/'], ['/eight/', 308, '/sub/'], ['/was/', 301, '/sub/'], ['/also/', 301, '/sub/'],
  ['/tree/a/b', 301, '/sub/a/b'], ['/flat/x/y', 301, '/sub/'], ['/away/', 301, 'https://example.org/there'], ['/sub', 301, '/sub/'], ['/sub?a=b&c', 301, '/sub/?a=b&c'], ['/gone/', 410, undefined]]) {
  const r = await ask(url);
  check(`${url}: ${status} to ${location}`, r.status === status && r.headers.location === location, `${r.status} ${r.headers.location}`);
}
for (const [from, to] of [['/%73ub/', 200], ['/sub/./', 200], ['/x/../sub/', 200], ['//sub//', 200], ['/s%75b/%2e/', 200], ['/sub/%2e%2e/sub/', 200], ['/%2573ub/', 404]])
  check(`${from} is normalised once: ${to}`, (await ask(from)).status === to);

// ---- the policy knows the template that is installed ----
const policy = (await ask('/')).headers['content-security-policy'];
const hash = `'sha256-${crypto.createHash('sha256').update(inline).digest('base64')}'`;
check('the policy has the hash of the inline script, and only that', policy.includes(`script-src 'self' ${hash}`) && policy.match(/sha256-/g).length === 1 && !policy.includes('unsafe') && !policy.includes('{inline}'), policy);
const sample = execFileSync(BINARY, ['serve', '--print-config', '--site', ROOT], { encoding: 'utf8' });
check('print-config shows the policy as it is set', sample.includes('{inline}'));

// ---- an asset that is replaced on disk is not sent under the old fingerprint ----
fs.writeFileSync(path.join(dir, 'public/site.css'), '.other { color: blue }\n'.repeat(300));
const replaced = await ask(fingerprinted);
check('replaced: never immutable with other bytes', replaced.status !== 200 || replaced.body.toString() === CSS || !/immutable/.test(replaced.headers['cache-control']), `${replaced.status} ${replaced.headers['cache-control']}`);
server.child.kill('SIGHUP');
const changed = await until(async () => (await ask('/')).body.toString().includes(crypto.createHash('sha384').update('.other { color: blue }\n'.repeat(300)).digest('base64')), 10000);
check('after a reload: the new fingerprint and integrity', changed);
await server.stop();
finish('semantics');
process.exit();
