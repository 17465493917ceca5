// SPDX-License-Identifier: MIT
//
// `guidanced build`: it writes what `serve` sends, byte for byte; it writes only changes, deletes
// only its own files, and refuses to write where the sources are.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BINARY, check, finish, sampleSite, site, start } from './harness.mjs';

const run = (args) => {
  try {
    return { code: 0, out: execFileSync(BINARY, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 }) };
  } catch (e) {
    return { code: e.status, out: e.stdout, err: e.stderr };
  }
};
// Without a `url`, the site is where the server listens.
const listening = (server) => [`--listen=127.0.0.1:${server.port}`];
const build = (dir, out, ...args) => run(['build', '--site', dir, '--out', out, ...args]);
const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-out-'));
const files = (out) => fs.readdirSync(out, { recursive: true }).map(String).filter((f) => fs.statSync(path.join(out, f)).isFile()).sort();
const stamps = (out) => new Map(files(out).map((f) => [f, fs.statSync(path.join(out, f), { bigint: true }).mtimeNs]));
const changed = (before, after) => [...after].filter(([f, t]) => before.get(f) !== t).map(([f]) => f);

// "/a/" and "/a/b.css" as files; `prefix` is where the site is mounted.
const fileOf = (url, prefix) => {
  const plain = url.slice(prefix.length - 1);
  return (plain.endsWith('/') ? `${plain}index.html` : plain).slice(1);
};

// Requests every URL of `routes` from a server and looks it up in the tree.
async function compareWithServe(name, dir, prefix = '/') {
  const out = temporary();
  const server = await start(dir, ['--cache', ':memory:']);
  check(`${name}: builds`, build(dir, out, ...listening(server)).code === 0);
  const routes = JSON.parse(run(['routes', '--site', dir, '--format', 'json']).out);
  const redirects = fs.existsSync(path.join(out, '_redirects')) ? fs.readFileSync(path.join(out, '_redirects'), 'utf8').split('\n') : [];
  let bytes = 0;
  for (const { url, kind, location, status } of routes) {
    const answer = await fetch(server.url + encodeURI(url.replace('*', 'some/page')), { redirect: 'manual' });
    const body = Buffer.from(await answer.arrayBuffer());
    if (kind === 'redirect') {
      const to = location.replace(/\*$/, ':splat');
      check(`${name}: ${url} is in _redirects`, redirects.includes(`${url} ${to || '/404.html'} ${status}`), redirects.join('|'));
      check(`${name}: ${url} is redirected so`, answer.status === status && (answer.headers.get('location') ?? '') === location.replace(/\*$/, 'some/page'), `${answer.status} ${answer.headers.get('location')}`);
      continue;
    }
    const file = path.join(out, fileOf(url, prefix));
    const written = fs.existsSync(file) ? fs.readFileSync(file) : null;
    check(`${name}: ${url} is the same`, answer.status === 200 && written?.equals(body), `${answer.status} ${file} ${written?.length} ${body.length}`);
    bytes += body.length;
  }
  for (const feed of ['sitemap.xml', 'robots.txt', 'feed.xml', 'pages.json']) {
    const body = Buffer.from(await (await fetch(`${server.url}${prefix}${feed}`)).arrayBuffer());
    check(`${name}: ${feed} is the same`, fs.readFileSync(path.join(out, feed)).equals(body));
  }
  // The fields of _headers, by the rules that match a path; "! Name" takes one back.
  const blocks = fs.readFileSync(path.join(out, '_headers'), 'utf8').split(/\n(?=\/)/).map((b) => b.trim().split(/\n */));
  const expected = (url) => {
    const fields = {};
    for (const [pattern, ...lines] of blocks) {
      if (!(pattern.endsWith('*') ? url.startsWith(pattern.slice(0, -1)) : url === pattern)) continue;
      for (const line of lines) {
        if (line.startsWith('! ')) delete fields[line.slice(2).toLowerCase()];
        else fields[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 2);
      }
    }
    return fields;
  };
  const own = new Set(['connection', 'content-encoding', 'content-length', 'content-type', 'date', 'etag', 'last-modified', 'keep-alive', 'vary', 'accept-ranges', 'x-request-id', 'server', 'transfer-encoding']);
  for (const { url, kind } of routes.filter((r) => r.kind !== 'redirect')) {
    const answer = await fetch(server.url + encodeURI(url));
    await answer.arrayBuffer();
    const sent = Object.fromEntries([...answer.headers].filter(([n]) => !own.has(n)));
    const want = expected(url);
    const same = Object.keys(sent).every((n) => sent[n] === want[n]) && Object.keys(want).every((n) => sent[n] === want[n]);
    check(`${name}: ${url} (${kind}) has the fields of _headers`, same, `${JSON.stringify(sent)} ${JSON.stringify(want)}`);
  }
  await server.stop();
  console.log(`    ${name}: ${routes.length} URLs, ${bytes} bytes`);
  return out;
}

const sample = sampleSite();
const out = await compareWithServe('sample', sample);

// ---- incremental ----
const first = stamps(out);
check('a second build succeeds', build(sample, out).code === 0);
check('a second build writes nothing', changed(first, stamps(out)).length === 0, changed(first, stamps(out)).join());
check('no temporary file is left', files(out).every((f) => first.has(f)));
const page = path.join(sample, 'data/contact.md');
fs.appendFileSync(page, '\nOne more sentence.\n');
build(sample, out);
const after = changed(first, stamps(out)).filter((f) => !['sitemap.xml', 'feed.xml', 'pages.json', '.guidanced-manifest'].includes(f));
check('a changed page alone is written', after.join() === 'contact/index.html', after.join());

// ---- deleting ----
fs.writeFileSync(path.join(out, 'mine.txt'), 'mine');
fs.mkdirSync(path.join(out, 'cookies/mine'));
fs.writeFileSync(path.join(out, 'cookies/mine/page.html'), 'mine');
fs.writeFileSync(path.join(out, 'accessibility-statement/index.html'), 'changed by hand');
for (const name of ['contact', 'cookies', 'accessibility-statement']) fs.rmSync(path.join(sample, `data/${name}.md`));
build(sample, out);
check('what is no page any more is deleted, with its folder', !fs.existsSync(path.join(out, 'contact')));
check('somebody else\'s files stay', fs.readFileSync(path.join(out, 'mine.txt'), 'utf8') === 'mine' && fs.existsSync(path.join(out, 'cookies/mine/page.html')) && !fs.existsSync(path.join(out, 'cookies/index.html')));
check('a file that was changed by hand stays', fs.readFileSync(path.join(out, 'accessibility-statement/index.html'), 'utf8') === 'changed by hand');

// ---- overwriting ----
const small = site({ 'data/index.md': '---\ntitle: x\n---\n# One\n', 'data/a.md': '---\ntitle: y\n---\n# Two\n' });
const taken = temporary();
fs.mkdirSync(path.join(taken, 'a'));
fs.writeFileSync(path.join(taken, 'a/index.html'), 'mine');
const refused = build(small, taken);
check('a file of somebody else is not overwritten', refused.code === 1 && fs.readFileSync(path.join(taken, 'a/index.html'), 'utf8') === 'mine' && /was not written by guidanced/.test(refused.err), refused.err);
check('the other pages are written', fs.readFileSync(path.join(taken, 'index.html'), 'utf8').includes('One'));
const again = temporary();
build(small, again);
fs.rmSync(path.join(again, '.guidanced-manifest'));
check('without a manifest, equal files are taken over', build(small, again).code === 0 && fs.readFileSync(path.join(again, '.guidanced-manifest'), 'utf8').includes(' a/index.html\n'));
fs.appendFileSync(path.join(again, '.guidanced-manifest'), '0123456789abcdef ../../etc/passwd\n0123456789abcdef /etc/hostname\nnonsense\n');
check('a manifest that was tampered with deletes nothing outside', build(small, again).code === 0 && fs.existsSync('/etc/passwd'));

// ---- where it must not write ----
const before = files(sample).length;
const link = path.join(temporary(), 'link');
fs.symlinkSync(path.join(sample, 'data'), link);
for (const where of [sample, path.dirname(sample), '/', path.join(sample, 'data'), path.join(sample, 'data/new/folder'), path.join(sample, 'templates'), path.join(sample, 'build/assets'), path.join(sample, 'build/assets/x'), `${sample}/data/../data/`, link]) {
  const result = build(sample, where);
  check(`refuses ${path.relative(sample, where) || 'the site itself'}`, result.code === 2 && /nothing was written/.test(result.err), `${result.code} ${result.err}`);
}
check('and nothing was written there', files(sample).length === before);
check('a folder of the site that holds no sources will do', build(sample, path.join(sample, '_site')).code === 0);
check('--out is needed', run(['build', '--site', small]).code === 2);

// ---- redirects, drafts, broken pages, a path prefix ----
const odd = site({
  'templates/page.njk': '<title>{{ title }}</title>{{ content | safe }}{{ "/a/" | url }}{{ "/files/x.txt" | asset }}',
  'data/index.md': '---\nlayout: page.njk\ntitle: Home\n---\n# Home\n',
  'data/a.md': '---\nlayout: page.njk\ntitle: A\nredirect_from: [/was-a/]\n---\nA\n',
  'data/\u00e9t\u00e9.md': '---\nlayout: page.njk\ntitle: Summer\npermalink: /\u00e9t\u00e9/\n---\nA\n',
  'data/feed.njk': '---\npermalink: /out/data.json\n---\n{"a": 1}',
  'files/x.txt': 'text\n', 'files/deep/y.css': 'body{}\n',
}, `name: Odd
passthrough: {/files: files}
headers: {X-Own: "yes", X-Frame-Options: SAMEORIGIN}
cache_control: public, max-age=60
redirects:
  - {from: /old/*, to: /a/}
  - {from: /old/deep/*, to: /a/*}
  - {from: /gone/, status: 410}
  - {from: /away/, to: "https://example.org/x", status: 302}
security_txt: "Contact: mailto:security@example.org"
`);
const oddOut = await compareWithServe('odd', odd);
const lines = fs.readFileSync(path.join(oddOut, '_redirects'), 'utf8').split('\n');
check('the longer wildcard comes first', lines.indexOf('/old/deep/* /a/:splat 301') < lines.indexOf('/old/* /a/ 301'), lines.join('|'));
check('security.txt is written', fs.readFileSync(path.join(oddOut, '.well-known/security.txt'), 'utf8').startsWith('Contact:'));
fs.appendFileSync(path.join(odd, 'guidance.yaml'), 'path_prefix: /docs/\n');
await compareWithServe('prefix', odd, '/docs/');
fs.writeFileSync(path.join(odd, 'data/draft.md'), '---\ntitle: D\ndraft: true\n---\nx\n');
fs.writeFileSync(path.join(odd, 'data/bad.md'), '---\ntitle: B\n---\n{{ title | nothing }}\n');
const third = temporary();
check('a broken page is named, and the others are written', build(odd, third).code === 1 && fs.existsSync(path.join(third, 'a/index.html')) && !fs.existsSync(path.join(third, 'bad/index.html')));
check('drafts are left out', !fs.existsSync(path.join(third, 'draft')));
build(odd, third, '--drafts');
check('unless they are asked for', fs.existsSync(path.join(third, 'draft/index.html')));
const feeds = site({ 'data/index.md': '---\ntitle: x\n---\nx\n', 'files/robots.txt': 'mine\n', 'data/feed.njk': '---\npermalink: /feed.xml\n---\nmine' }, 'name: Own\npassthrough: {/robots.txt: files/robots.txt}\n');
const feedsOut = temporary();
build(feeds, feedsOut);
check('feeds of the site\'s own win', ['robots.txt', 'feed.xml'].every((f) => fs.readFileSync(path.join(feedsOut, f), 'utf8').trim() === 'mine') && fs.existsSync(path.join(feedsOut, 'sitemap.xml')));
const closed = site({ 'data/index.md': '---\ntitle: x\n---\nx\n', 'data/secret.md': '---\ntitle: y\naudience: staff\n---\nsecret\n' },
  'name: Closed\ntrusted_proxies: [127.0.0.0/8]\naccess: {groups_header: X-Groups}\n');
const openly = temporary();
check('what is for certain readers only is not written', build(closed, openly).code === 0 && !fs.existsSync(path.join(openly, 'secret')) && files(openly).every((f) => !fs.readFileSync(path.join(openly, f), 'utf8').includes('secret')));
finish('build');
process.exit();
