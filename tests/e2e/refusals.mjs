// SPDX-License-Identifier: MIT
//
// What commands refuse because of what is there: names that are taken, files that are no pages,
// servers that do not answer, settings that only make sense together. Each says why, changes
// nothing, and exits as its manual page says: 2 for wrong usage or settings, 1 for what was found.
// (options.mjs: values that make no sense anywhere.)
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { BINARY as GIVEN, check, finish, freePort, ours, site, temporary } from './harness.mjs';

const BINARY = path.resolve(GIVEN); // commands run in the site's directory
const PAGES = {
  'data/index.md': '---\ntitle: Home\n---\nx\n', 'data/a.md': '---\ntitle: A\npermalink: /b/\n---\nx\n', 'data/c.md': '---\ntitle: C\n---\nx\n',
  'data/folder/index.md': '---\ntitle: F\n---\nx\n', 'data/moved/moved.json': '{"permalink": "/elsewhere/{{ page.fileSlug }}/"}', 'data/_data/team.json': '{}',
  '.gitignore': 'data/drafts/\n', 'sites.yaml': 'sites: {a.example: .}\n',
};
const dir = site(PAGES);
const run = (args, { input = '', env = {}, cwd = dir } = {}) => spawnSync(BINARY, args, { cwd, input, encoding: 'utf8', timeout: 60000, maxBuffer: 1 << 28, env: { ...process.env, ...env } });
const files = () => Object.fromEntries(fs.readdirSync(dir, { recursive: true }).map(String).sort().filter((name) => !name.startsWith('.guidanced')).map((name) => {
  const file = path.join(dir, name);
  return [name, fs.statSync(file).isDirectory() ? 'folder' : fs.readFileSync(file, 'latin1')];
}));

// ---- commands ----

const before = files();
for (const [args, status, words, options] of [
  [['check', '--watch', '--format', 'json'], 2, /--watch prints text and fixes nothing/], [['check', '--watch', '--fix'], 2, /--watch prints text and fixes nothing/], [['check', '--all'], 2, /--all is for --watch/],
  [['check', '--config', 'sites.yaml'], 2, /lists several sites; name one with --site/], [['serve', '--config', 'sites.yaml', '--check'], 2, /check each site: guidanced check --site/],
  [['render', 'nowhere'], 2, /not a URL path: nowhere/], [['render', '/%zz/'], 2, /not a URL path/], [['render', 'http://x/'], 2, /not a URL path/], [['render', '/foldr/'], 1, /no page answers \/foldr\/\n {2}hint: did you mean \/folder\/\?/],
  [['new', 'thing', 'x'], 2, /a page or a section can be made, not thing\nusage: /], [['new', 'page', 'index'], 1, /the page already exists: data\/index\.md/], [['new', 'page', '/'], 1, /the page already exists: data\/index\.md/],
  [['new', 'page', 'b'], 1, /another page already has that URL: data\/a\.md/], [['new', 'section', 'folder'], 1, /the section already exists: data\/folder\/index\.md/],
  ...['', '.', '..', '.hidden', '.git/x', 'deep/.hidden', '_data/x', 'drafts/x'].map((name) => [['new', 'page', name], 1, /the site would not take this for a page: data\/.*\n {2}hint: /]),
  [['new', 'section', '.hidden'], 1, /would not take this for a page: data\/\.hidden\/index\.md/], [['new', 'section', 'drafts'], 1, /would not take this for a page/], [['new', 'page', 'x'.repeat(300)], 1, /File name too long/],
  [['move', 'c', 'a'], 1, /this already exists; NEW is the whole new name: data\/a\.md/], [['move', 'folder', 'folder/new'], 1, /a folder cannot be moved into itself/], [['move', 'nothing', 'x'], 1, /no such page or folder/],
  [['move', 'c', 'folder/'], 1, /the new address is taken: \/folder\/\n {2}hint: by data\/folder\/index\.md/], ...['', '..', '.hidden', '_data/x', 'drafts/x'].map((name) => [['move', 'c', name], 1, /would be at no URL.*\n {2}hint: everything was put back/]),
  [['prepare', '--cache', ':memory:'], 2, /prepare needs a cache file: --cache FILE/],
  [['check', '--prepared', '--cache', ':memory:'], 2, /check needs a cache file/], [['check', '--prepared', '--cache', 'nothing.db'], 1, /there is no file .*nothing\.db/],
  [['check', '--prepared', '--cache', 'data/c.md'], 1, /no temporary directory can be made/, { env: { TMPDIR: '/nowhere' } }],
  [['init', '--from-eleventy', '.', 'x'], 2, /takes the project's directory, and writes there\nusage: /], [['report', '--owner', 'nobody'], 1, /no page has the owner nobody/], [['report', '--within', '-1'], 2, /usage/], [['report', '--within', '9999'], 2, /usage/], [['report', '--within', 'x'], 2, /usage/],
  [['--schema', 'x'], 2, /--schema prints one of: guidance\.yaml front-matter/], [['--schema'], 2, /prints one of/], [['markdown'], 2, /usage/], [['markdown', 'nothing.md'], 1, /cannot read nothing\.md: No such file/], [['template', 'nothing.njk'], 1, /cannot read nothing\.njk/],
  [['template', '--context', 'data/c.md', 'data/c.md'], 1, /data\/c\.md:1:1: error: /], [['template', '--context', 'nothing.json', 'data/c.md'], 1, /cannot read nothing\.json/],
  [['build', '--out', '.'], 2, /contains the site's sources, or is among them; nothing was written/], [['build', '--out', 'data'], 2, /nothing was written/], [['build', '--out', '/'], 2, /nothing was written/], [['build', '--out', 'guidance.yaml/x'], 1, /cannot create guidance\.yaml\/x: Not a directory/],
  [['feedback', 'backup', 'guidance.yaml'], 1, /guidance\.yaml already exists, and is not a feedback database/], [['feedback', 'backup', 'data'], 1, /data already exists/], [['feedback', 'backup', '.guidanced/feedback.db'], 1, /is the feedback itself/],
  [['feedback', 'backup', 'nowhere/copy.db'], 1, /cannot make the backup: unable to open/], [['feedback', 'restore', 'guidance.yaml'], 1, /not a (feedback )?database/], [['feedback', 'restore', 'nothing.db'], 1, /unable to open|open the backup/],
  [['check', ...Array.from({ length: 70 }, () => ['--path', 'x']).flat()], 2, /unknown option: --path/], [['template', ...Array.from({ length: 70 }, () => ['--path', 'x']).flat(), 'data/c.md'], 2, /too many options: path/],
]) {
  const answer = run(args, options);
  const shown = args.join(' ').slice(0, 80);
  check(`guidanced ${shown}: ${status}, and says why`, answer.status === status && words.test(answer.stderr), `${answer.status} ${answer.signal} ${answer.stdout}${answer.stderr}`);
  const after = files();
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
  if (!check(`guidanced ${shown}: changes nothing`, !changed.length, changed)) break;
}
{
  check('after -- everything is an argument', run(['render', '--', '/']).stdout.includes('x') && /not a URL path: --site/.test(run(['render', '--', '--site']).stderr));
  check('no page without a name is made elsewhere either', run(['new', 'page', 'moved/one']).stdout.includes('/elsewhere/one/'), 'its folder gives it its URL');
}

// ---- cases, a line each ----

// Each line has its answer, in order, whatever the lines before it were.
const answers = (command, cases) => run([command, '--batch'], { input: `${cases.map((c) => (typeof c === 'string' ? c : JSON.stringify(c))).join('\n')}\n` });
for (const [command, right, cases] of [
  ['template', [{ id: 'x', template: '{{ a }}', context: { a: 5 } }, 'output', '5'], [['{"a": 1}', null], ['[]', null], ['7', null], ['null', null], ['not json', null], ['{"id": 2, "template": 5}', 2], ['{"id": [1], "name": "none"}', [1]], ['{"id": {"a": 1}, "template": "{{ a"}', { a: 1 }], ['{"id": 1, "template": "{% include \'x\' %}", "templates": 7}', 1]]],
  ['markdown', [{ id: 'x', markdown: '*a*' }, 'html', '<p><em>a</em></p>\n'], [['{"a": 1}', null], ['[]', null], ['7', null], ['{', null], ['{"id": 2, "markdown": 5}', 2], ['{"id": 3, "markdown": "a", "options": {"nothing": 7}}', 3]]],
]) {
  const [good, key, want] = right;
  const { status, stdout, stderr } = answers(command, ['', good, ...cases.flatMap(([text]) => [text, good]), '   ']);
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line));
  check(`${command} --batch: each case has its answer`, status === 0 && lines.length === 2 * cases.length + 1 && !stderr, `${status} ${stdout} ${stderr}`);
  check(`${command} --batch: those beside wrong ones are right`, lines.every((line, i) => i % 2 || (line.id === 'x' && line[key] === want)), stdout);
  for (const [i, [text, id]] of cases.entries()) check(`${command} --batch: ${text}`, JSON.stringify(lines[2 * i + 1]?.id) === JSON.stringify(id) && typeof lines[2 * i + 1].error === 'string', JSON.stringify(lines[2 * i + 1]));
}
const long = run(['markdown', '-'], { input: 'x'.repeat((64 << 20) + 1) });
check('a text that is too long is refused, not cut', long.status === 1 && /standard input is longer than 67108864 bytes/.test(long.stderr) && !long.stdout, `${long.status} ${long.stderr}`);

// ---- healthcheck ----

for (const url of ['x:', 'ftp://', 'http://', 'https:///readyz', 'unix:', `http://${'a'.repeat(300)}/`, `http://a/${'b'.repeat(3000)}`]) {
  const answer = run(['healthcheck', url]);
  check(`healthcheck ${url.slice(0, 40)}: no URL`, answer.status === 2 && /not an http or https URL/.test(answer.stderr), `${answer.status} ${answer.stderr}`);
}
for (const url of [`http://127.0.0.1:${await freePort()}/`, 'http://127.0.0.1:port/', 'http://[::1/', `unix:${dir}/nothing`, `unix:/${'x'.repeat(150)}`, `unix:${dir}/guidance.yaml`]) {
  const answer = run(['healthcheck', url]);
  check(`healthcheck ${url.slice(0, 40)}: no answer`, answer.status === 1 && /no answer from /.test(answer.stderr), `${answer.status} ${answer.stderr}`);
}
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
for (const [name, parts, status, words] of [
  ['all of it', [OK], 0, /^$/], ['in pieces', ['HTT', 'P/1.', '1 20', '0 OK\r\n'], 0, /^$/], ['HTTP/1.0', ['HTTP/1.0 200 OK\r\n\r\n'], 0, /^$/], ['an error', ['HTTP/1.1 503 Service Unavailable\r\n\r\n'], 1, /\/readyz answered 503/],
  ['nothing', [], 1, /no HTTP from /], ['a part', ['HTTP/1.1 20'], 1, /no HTTP from /], ['another protocol', ['SSH-2.0-OpenSSH_9.2p1 Debian\r\n'], 1, /no HTTP from /], ['a line without a code', ['HTTP/1.1 OK and more\r\n'], 1, /no HTTP from /], ['HTTP/2', ['HTTP/2 200 OK and more\r\n'], 1, /no HTTP from /],
]) {
  const odd = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.setNoDelay(true);
    socket.once('data', async () => {
      for (const part of parts) { socket.write(part); await new Promise((r) => setTimeout(r, 20)); }
      socket.end();
    });
  });
  await new Promise((resolve) => odd.listen(0, '127.0.0.1', resolve));
  const answer = async (scheme) => {
    const child = ours(spawn(BINARY, ['healthcheck', `${scheme}://127.0.0.1:${odd.address().port}`], { stdio: ['ignore', 'ignore', 'pipe'] }));
    let log = '';
    child.stderr.on('data', (d) => (log += d));
    return { status: await new Promise((resolve) => child.on('close', resolve)), log };
  };
  const plain = await answer('http');
  check(`healthcheck of ${name}`, plain.status === status && words.test(plain.log), `${plain.status} ${plain.log}`);
  const tls = await answer('https');
  check(`healthcheck of ${name}, by TLS`, tls.status === 1 && /no answer from https:/.test(tls.log), `${tls.status} ${tls.log}`);
  odd.close();
}

// ---- a server's settings that only make sense together ----

const port = await freePort();
const fields = Array.from({ length: 60 }, (_, i) => `X-Field-${i}: x`).join(', ');
const scratch = temporary();
fs.writeFileSync(path.join(scratch, 'text.pem'), 'text\n');
for (const [settings, words] of [
  ['tls: {certificate: a.pem}', /tls\.certificate needs tls\.key/], ['tls: {certificates: [{certificate: a.pem, key: a.key}]}', /tls\.certificates needs tls\.certificate, which is for clients/], [`tls: {certificate: ${scratch}/none.pem, key: ${scratch}/none.key}`, /none\.(pem|key)/],
  [`tls: {certificate: ${scratch}/text.pem, key: ${scratch}/text.pem}`, /text\.pem/], [`tls: {certificate: ${scratch}, key: ${scratch}}`, /is not a regular file/],
  ['access: {user_header: X-User}', /accepted only from trusted proxies\n {2}hint: name the network of the proxy in trusted_proxies/], ['access: {groups_header: X-Groups}', /accepted only from trusted proxies/],
  ['access: {networks: [10.0.0.0/8x]}', /access\.networks: 10\.0\.0\.0\/8x is no network\n {2}hint: write it as/], ['trusted_proxies: ["10.0.0.1:80/32"]', /trusted_proxies: 10\.0\.0\.1:80\/32 is no network/],
  [`headers: {${fields}}`, /`headers` has more than \d+ fields/], [`listen: unix:${scratch}/none/socket`, /cannot listen on unix:.*\n {2}hint: the socket's folder does not exist/], ['listen: 192.0.2.1:80', /cannot listen on 192\.0\.2\.1:80.*\n {2}hint: this machine has no such address/],
  ['listen: nowhere.invalid:80', /cannot listen on nowhere\.invalid:80.*\n {2}hint: this machine must have the address "nowhere\.invalid"/], ['sites: {A.example: .}', /guidance\.yaml:1:9: error: sites: "A\.example" is not a host name.*\n.*\n.*\n {2}hint: write it in lower case/s], ['sites: {a.example: 7}', /"a\.example" has no directory/],
  [`log: {file: ${scratch}/none/log}`, /none\/log/], [`admin_listen: unix:${scratch}/none/socket`, /cannot listen on unix:/],
]) {
  const listen = /^(listen|sites)/.test(settings) ? [] : ['--listen', `127.0.0.1:${port}`];
  const answer = run(['serve', '--site', site({ 'data/index.md': 'x\n' }, settings.startsWith('sites') ? `${settings}\n` : `name: Test\n${settings}\n`), ...listen]);
  check(`${settings.slice(0, 60)}: refused at the start, with words`, answer.status === 3 && words.test(answer.stderr) && !answer.stdout, `${answer.status} ${answer.signal} ${answer.stdout}${answer.stderr}`);
}
finish('refusals');
