// SPDX-License-Identifier: MIT
//
// What people type: every option of every command and every setting, with values that make no
// sense. None may crash, be mistaken for another, or be ignored; a refusal names the option and
// says why. Then the address that a site uses for itself without `url`.
import { execFile, spawnSync } from 'node:child_process';
import os from 'node:os';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { BINARY, check, finish, ROOT, site, start } from './harness.mjs';

const dir = site({ 'data/index.md': '---\ntitle: Home\n---\n# Home\n' }, 'name: Test\n');
const run = (args, env = {}) =>
  spawnSync(BINARY, args, { encoding: 'utf8', timeout: 20000, input: '', env: { ...process.env, ...env } });
// There are thousands: run as many at once as there are processors.
const runBeside = (args, env = {}) =>
  new Promise((resolve) => {
    const child = execFile(BINARY, args, { encoding: 'utf8', timeout: 20000, env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ status: error ? (typeof error.code === 'number' ? error.code : null) : 0, signal: error?.signal, stdout, stderr }));
    child.stdin.end();
  });
const shown = (value) => JSON.stringify(value.length > 40 ? `${value.slice(0, 20)}…` : value);

// ---- every setting ----

const keys = run(['serve', '--site', dir, '--print-config']).stdout.split('\n').map((line) => /^([a-z_.0-9]+):/.exec(line)?.[1]).filter(Boolean);
check('the settings are listed', keys.length > 80 && keys.includes('limits.page_bytes'), keys.length);
const ODD = ['', ' ', '-1', '0', '99999999999999999999', '4294967296', '1e3', '0x10', 'abc', '1.5', 'é', ',', 'a,b', '\u0001', '/', '..', '${HOME}', 'x'.repeat(9000)];
const flag = (key) => `--${key.replaceAll(/[._]/g, '-')}`;
const variable = (key) => `GUIDANCED_${key.replaceAll('.', '_').toUpperCase()}`;
async function tryOdd(key) {
  const faults = [];
  for (const value of ODD) {
    const read = await runBeside(['serve', '--site', dir, `${flag(key)}=${value}`, '--print-config']);
    const by = await runBeside(['serve', '--site', dir, '--print-config'], { [variable(key)]: value });
    if (![0, 2].includes(read.status)) faults.push(`${shown(value)}: ${read.status ?? read.signal}`);
    if (read.status === 2 && !(read.stderr.includes(flag(key)) || read.stderr.includes(key))) faults.push(`${shown(value)} is refused without its name: ${read.stderr}`);
    if (by.status !== read.status) faults.push(`${shown(value)}: ${by.status} by the environment, ${read.status} as an option: ${by.stderr}`);
    if (by.status === 2 && !(by.stderr.includes(variable(key)) || by.stderr.includes(key))) faults.push(`${shown(value)} is refused without its variable: ${by.stderr}`);
    // Checking everything below / or a temporary folder would take long.
    if (read.status !== 0 || ['/', '..'].includes(value)) continue;
    const used = await runBeside(['check', '--site', dir, `${flag(key)}=${value}`]);
    if (![0, 1, 2].includes(used.status)) faults.push(`check with ${shown(value)}: ${used.status ?? used.signal} ${used.stderr.slice(0, 200)}`);
  }
  check(`${key}: odd values are taken or refused by name`, !faults.length, faults.join('\n    '));
}
const left = [...keys];
await Promise.all(Array.from({ length: os.availableParallelism() }, async () => {
  while (left.length) await tryOdd(left.shift());
}));

// ---- values that must be refused, and the words ----

for (const [key, value, words] of [
  ['listen', '127.0.0.1:99999', /ports go from 0 to 65535/], ['listen', '127.0.0.1:65536', /ports go/], ['listen', '-1', /host, a colon and a port/],
  ['listen', '127.0.0.1:-1', /port must be a number/], ['listen', '127.0.0.1:1e3', /port must be a number/], ['listen', '127.0.0.1:', /port is missing/],
  ['listen', '127.0.0.1', /host, a colon/], ['listen', '21299', /host, a colon/], ['listen', '', /empty/], ['listen', '::1:80', /needs brackets/], ['listen', '[]:80', /brackets are empty/],
  ['listen', 'http://127.0.0.1:80', /scheme/], ['listen', '127.0.0.1:80/', /port must be/], ['listen', ' 127.0.0.1:80', /without scheme, path or spaces/],
  ['listen', 'unix:', /path of the socket is missing/], ['listen', `unix:/${'x'.repeat(200)}`, /at most 107/], ['admin_listen', '127.0.0.1:99999', /ports go/],
  ['threads', '1000', /at most 64/], ['threads', '-1', /whole number/], ['eleventy_version', '0', /at least 1/], ['eleventy_version', '4', /at most 3/],
  ['search.page_size', '0', /at least 1/], ['search.page_size', '1000000', /at most 100/], ['log.level', 'loud', /one of: debug info warning error/],
  ['log.format', 'jsn', /one of: text json/], ['log.access_format', 'common', /one of: combined/], ['limits.connections', '0', /at least 1/],
  ['limits.render_depth', '100000', /at most 512/], ['limits.header_bytes', '9007199254740991', /at most/], ['limits.idle_timeout', '0', /at least 1/],
  ['url', 'guide.example', /scheme and a host/], ['url', 'https://guide.example/path', /path_prefix/], ['url', '', /scheme/], ['url', 'ftp://x', /scheme/],
  ['path_prefix', 'guide', /begins with one slash/], ['path_prefix', '/a?b', /without spaces, query/], ['path_prefix', '/a/../b', /without "\.\."/], ['access.user_header', 'X User', /name of a field/], ['lang', 'english language', /language such as en/],
  ['name', ' ', /is empty/], ['cache', '', /is empty/], ['input', '', /is empty/], ['includes', '', /is empty/], ['feedback.file', '', /is empty/],
  ['feedback.max_comment_length', '0', /at least 1/], ['limits.pages', '0', /at least 1/], ['watch', 'yes', /true or false/], ['limits.page_bytes', '1X', /size such as/],
  ['drain_timeout', '5', /duration such as/],
]) {
  const answer = run(['serve', '--site', dir, `${flag(key)}=${value}`, '--print-config']);
  check(`${flag(key)} ${shown(value)} is refused with words`, answer.status === 2 && words.test(answer.stderr), `${answer.status} ${answer.stderr}`);
}
for (const [settings, words] of [
  ['access: {files: {board: [x]}}', /guidance\.yaml:2:.*begin with a slash, unlike "board"/s], ['access: {files: {/board: 7}}', /names of users and groups/],
  ['passthrough: {assets: x}', /begin with a slash/], ['redirects: {from: /a, to: /b}', /must be a list/], ['redirects: 7', /must be a list/],
  ['listen: 127.0.0.1:99999', /guidance\.yaml:2:.*ports go/s], ['search: 7', /unknown setting|mapping/], ['headers: {X Y: z}', /guidance\.yaml:2:.*unlike "X Y"/s], ['headers: {content-length: 5}', /unlike "content-length"/], ['threads: 65', /guidance\.yaml:2:10: error: .*at most 64/],
  ['markdown: {html: 3}', /guidance\.yaml:2:1: error: markdown\.html must be true or false/], ['toc: {levels: 3}', /guidance\.yaml:2:1: error: toc\.levels is unknown/],
]) {
  const odd = site({ 'data/index.md': 'x\n' }, `name: Test\n${settings}\n`);
  const answer = run(['check', '--site', odd]);
  check(`${settings} is refused with its place`, answer.status === 2 && words.test(answer.stderr), `${answer.status} ${answer.stderr}${answer.stdout}`);
}

for (const [input, words] of [['nowhere', /guidance\.yaml:2:1: error: cannot read nowhere/], ['guidance.yaml', /guidance\.yaml:2:1: error: /]]) {
  const answer = run(['check', '--site', site({ 'data/index.md': 'x\n' }, `name: Test\ninput: ${input}\n`)]);
  check(`input: ${input} is refused with its place`, answer.status !== 0 && words.test(answer.stdout + answer.stderr), `${answer.status} ${answer.stderr}${answer.stdout}`);
}

// ---- the environment ----

{
  const odd = run(['serve', '--site', dir, '--print-config'], { GUIDANCED_LISEN: 'x', GUIDANCED_FOO: '1' });
  check('an unknown variable is told, with the nearest', odd.status === 0 && /GUIDANCED_LISEN is not a setting\n {2}hint: did you mean GUIDANCED_LISTEN\?/.test(odd.stderr) && /GUIDANCED_FOO/.test(odd.stderr), odd.stderr);
  const service = run(['serve', '--site', dir, '--print-config'], { GUIDANCED_SERVICE_HOST: '10.0.0.1', GUIDANCED_PORT: 'tcp://10.0.0.1:80', GUIDANCED_PORT_80_TCP_ADDR: '10.0.0.1', GUIDANCED_SERVICE_PORT_HTTP: '80' });
  check("Kubernetes' own are not", service.status === 0 && service.stderr === '', service.stderr);
  const mapping = run(['serve', '--site', dir, '--print-config'], { GUIDANCED_HEADERS: 'x: y' });
  check('what only the file can say is refused', mapping.status === 2 && /GUIDANCED_HEADERS.*mapping/.test(mapping.stderr), mapping.stderr);
}

// ---- commands and their options ----

const commands = [...run(['--help']).stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map((m) => m[1]);
check('the commands are listed', commands.length >= 10, commands);
for (const command of commands) {
  const help = run([command, '--help']);
  check(`${command} --help`, help.status === 0 && help.stdout.includes(`usage: guidanced ${command}`));
  if (command !== 'serve') check(`${command} --help is about ${command}`, help.stdout.split('\n').length < 40, help.stdout.split('\n').length);
  const unknown = run([command, '--no-such-option']);
  check(`${command} --no-such-option`, unknown.status === 2 && /unknown option: --no-such-option/.test(unknown.stderr), unknown.stderr);
  check(`${command} -x`, run([command, '-x']).status === 2);
  const many = run([command, ...Array(100).fill('x')]);
  check(`${command} with a hundred arguments`, many.status === 2 && /too many/.test(many.stderr), many.stderr);
  const options = [...help.stdout.split('\nsettings (')[0].matchAll(/^ {2}--([a-z-]+)( \S+)? {2,}(.*)$/gm)];
  for (const [, name, argument, doc] of options) {
    if (argument) {
      const missing = run([command, `--${name}`]);
      check(`${command} --${name} without its value`, missing.status === 2 && /a value is missing/.test(missing.stderr), missing.stderr);
      const empty = run([command, `--${name}=`]);
      check(`${command} --${name}= `, empty.status === 2 && empty.stderr.includes(`--${name} must be`), empty.stderr);
      if (argument.includes('|')) {
        const odd = run([command, `--${name}=odd`]);
        check(`${command} --${name}=odd`, odd.status === 2 && odd.stderr.includes('must be one of') && odd.stderr.includes('"odd"'), odd.stderr);
      }
      if (!/Repeatable/.test(doc)) {
        const value = argument.includes('|') ? argument.trim().split('|')[0] : dir;
        const twice = run([command, `--${name}`, value, `--${name}`, value]);
        check(`${command} --${name} twice`, twice.status === 2 && twice.stderr.includes(`--${name} is given twice`), twice.stderr);
      }
    } else {
      const valued = run([command, `--${name}=x`]);
      check(`${command} --${name}=x`, valued.status === 2 && /takes no value/.test(valued.stderr), valued.stderr);
    }
  }
}
for (const [args, words] of [
  [['new'], /an argument is missing: page/], [['new', 'page'], /an argument is missing: PATH/], [['render'], /an argument is missing: URL/], [['feedback'], /an argument is missing: export/],
  [['serve', '--lisen', 'x'], /did you mean --listen\?/], [['serve', '--listen', '127.0.0.1:0', '--listen', '127.0.0.1:1'], /--listen is given twice/], [['chek'], /did you mean `guidanced check`/],
  [['--completion', 'csh'], /bash, zsh and fish/], [['--reference', 'x'], /prints one of/], [['--man', 'x'], /unknown command/], [['feedback', 'import'], /usage/], [['check', '--site', '/nonexistent'], /no directory/],
  [['build', '--site', dir], /out/],
]) {
  const answer = run(args);
  check(`guidanced ${args.join(' ')}`, answer.status === 2 && words.test(answer.stderr), `${answer.status} ${answer.stderr}`);
}

// ---- numbers and versions ----

{
  const one = site({ 'data/index.md': '---\ntitle: Home\n---\n[x](/nowhere/)\n' }, 'name: Test\n');
  const text = run(['check', '--site', one]).stdout;
  check('1 error, in the singular', /^1 error, /m.test(text) && !/\b1 (errors|warnings|notes)/.test(text), text);
  const built = run(['build', '--site', one, '--out', path.join(one, 'out')]);
  check('no "1 pages" elsewhere', !/\b1 [a-z]+s (broken|are|were)\b/.test(built.stderr), built.stderr);
  const versions = run(['--version']).stdout;
  const libraries = [...fs.readFileSync(path.join(ROOT, 'cmake/Dependencies.cmake'), 'utf8').matchAll(/pkg_check_modules\(([A-Z0-9]+)/g)].map((m) => m[1]).filter((name) => name !== 'CMOCKA');
  const names = { MICROHTTPD: 'libmicrohttpd', DEFLATE: 'libdeflate', SECCOMP: 'libseccomp', GIT2: 'libgit2' };
  const missing = [...libraries, 'GnuTLS'].filter((name) => !new RegExp(`^${names[name] ?? name} \\d`, 'im').test(versions));
  check('--version lists every library', libraries.length >= 9 && !missing.length, `${missing}\n${versions}`);
}

// ---- a file at the socket's path stays ----

{
  const file = path.join(dir, 'precious.txt');
  fs.writeFileSync(file, 'precious');
  const answer = run(['serve', '--site', dir, '--listen', `unix:${file}`]);
  check('a file in the place of the socket stays', answer.status === 3 && fs.readFileSync(file, 'utf8') === 'precious', answer.stderr);
}

// ---- the address the site uses for itself ----

const origin = 'data/about.md';
const told = site({
  'data/index.md': '---\ntitle: Home\nlayout: a.njk\n---\nx\n', [origin]: '---\ntitle: About\nlayout: a.njk\n---\nx\n',
  'templates/a.njk': '<!doctype html><link rel="canonical" href="{{ site.url }}{{ page.url }}">{{ content | safe }}',
}, 'name: Test\n');
const get = async (server, url) => (await fetch(server.url + url)).text();
async function addresses(server) {
  const texts = await Promise.all(['/about/', '/sitemap.xml', '/feed.xml', '/robots.txt'].map((url) => get(server, url)));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/https?:\/\/[^/"<\s]+(?=\/(?:about|sitemap|feed))/g)].map((m) => m[0])))];
}
{
  let server = await start(told);
  check('without url, all follow the port that was found', (await addresses(server)).join() === `http://127.0.0.1:${server.port}`, await addresses(server));
  fs.appendFileSync(path.join(told, 'guidance.yaml'), 'lang: cy\n');
  server.child.kill('SIGHUP');
  for (let i = 0; i < 100 && (await (await fetch(`${server.url}/readyz`)).json()).generation < 2; i++) await new Promise((r) => setTimeout(r, 50));
  check('after guidance.yaml is read again as well', (await addresses(server)).join() === `http://127.0.0.1:${server.port}`, await addresses(server));
  await server.stop();
  server = await start(told, ['--url', 'https://guide.example']);
  check('with url, none does', (await addresses(server)).join() === 'https://guide.example', await addresses(server));
  await server.stop();
  const socket = path.join(told, 's.sock');
  const child = await start(told, ['--admin-listen', `unix:${socket}`]);
  const text = await new Promise((resolve, reject) => http.get({ socketPath: socket, path: '/feed.xml' }, (r) => {
    let all = '';
    r.on('data', (d) => (all += d)).on('end', () => resolve(all));
  }).on('error', reject));
  check('a Unix socket for operators changes nothing', text.includes(`http://127.0.0.1:${child.port}/`), text.slice(0, 300));
  await child.stop();
  const printed = run(['serve', '--site', told, '--listen', ':9123', '--print-config']).stdout;
  check('every address: localhost', /^url: "?http:\/\/localhost:9123"? /m.test(printed), /^url.*/m.exec(printed)?.[0]);
}
finish('options');
