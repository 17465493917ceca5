// SPDX-License-Identifier: MIT
//
// The container image, built from the unchanged Dockerfile by buildah and run by runc as a cluster
// would: a read-only root, no capability, an unprivileged user, two volumes. No registry is asked:
// the base images are Debian from debootstrap, with this machine's Node.js.
//
//   node tests/e2e/container.mjs [--twice]
//
// --twice builds a second time without any layer of the first, and compares every file: an image's
// id also names the host of the build.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { debianRoot, installed } from './debian.mjs';
import { BINARY, check, finish, freePort, ours, ROOT, until } from './harness.mjs';
import { postgres } from './postgres.mjs';

const folder = path.join(ROOT, 'build/container');
const base = path.join(folder, 'base');
const run = (command, args, options = {}) => spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26, ...options });
const must = (command, args) => {
  const result = run(command, args);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${(result.stderr + result.stdout).slice(-1500)}`);
  return result.stdout.trim();
};
const STORE = ['--root', path.join(folder, 'storage'), '--runroot', path.join(folder, 'run')];
const buildah = (...args) => must('buildah', [...STORE, ...args]);

function missing() {
  const lacking = ['buildah', 'runc'].filter((name) => !installed(name));
  return lacking.length ? `${lacking.join(', ')} are not installed` : run('unshare', ['--mount', 'true']).status !== 0 ? 'namespaces are not allowed here' : null;
}

// ---- the base image: npm's packages, too, come from where this machine gets them ----

const copy = (from, to) => fs.existsSync(from) && fs.cpSync(from, path.join(base, to), { recursive: true, dereference: false });

function makeBase() {
  const why = debianRoot(base);
  if (why) return why;
  copy('/etc/ssl/certs/ca-certificates.crt', 'etc/ssl/certs/ca-certificates.crt');
  copy(path.join(process.env.HOME ?? '/root', '.npmrc'), 'root/.npmrc');
  copy(fs.realpathSync(process.execPath), 'usr/bin/node');
  const npm = path.resolve(fs.realpathSync(must('sh', ['-c', 'command -v npm'])), '../..');
  copy(npm, 'usr/lib/node_modules/npm');
  fs.symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(base, 'usr/bin/npm'));
  const container = buildah('from', 'scratch');
  buildah('add', '--quiet', container, base, '/');
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  if (certificates) buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${certificates}`, container);
  buildah('commit', '--quiet', container, 'localhost/base');
  buildah('rm', container);
  fs.rmSync(base, { recursive: true, force: true });
  return '';
}

const build = (tag, ...more) =>
  run('buildah', [...STORE, 'build', '--isolation', 'chroot', '--format', 'docker', '--pull=never', '--timestamp', '1700000000', '--build-arg', 'DEBIAN=localhost/base', '--build-arg', 'NODE=localhost/base', '--build-arg', 'SOURCE_DATE_EPOCH=1700000000', ...more, '-t', tag, '.']);

// ---- running it ----

// What runc calls a bundle: the image's files and a config.json made from the image's own settings.
function bundle(name, tag, port, volumes) {
  const container = buildah('from', '--name', name, tag);
  const rootfs = fs.realpathSync(buildah('mount', container));
  const { OCIv1 } = JSON.parse(buildah('inspect', '--type', 'image', tag));
  const home = path.join(folder, name);
  fs.rmSync(home, { recursive: true, force: true });
  fs.mkdirSync(home, { recursive: true });
  must('runc', ['spec', '--bundle', home]);
  const file = path.join(home, 'config.json');
  const config = JSON.parse(fs.readFileSync(file, 'utf8'));
  const { User, Env, Entrypoint, Cmd, WorkingDir, Volumes } = OCIv1.config;
  const [uid, gid] = User.split(':').map(Number);
  config.root = { path: rootfs, readonly: true };
  const env = [...Env.filter((each) => !each.startsWith('GUIDANCED_LISTEN=')), `GUIDANCED_LISTEN=127.0.0.1:${port}`];
  Object.assign(config.process, { terminal: false, user: { uid, gid }, cwd: WorkingDir, args: [...Entrypoint, ...Cmd], env, noNewPrivileges: true });
  config.process.capabilities = Object.fromEntries(['bounding', 'effective', 'permitted', 'ambient'].map((set) => [set, []]));
  config.process.rlimits = [];
  // The loopback addresses of this machine: nothing else is sent to.
  config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'network');
  for (const destination of Object.keys(Volumes)) {
    const source = path.join(volumes, destination.replaceAll('/', '_'));
    if (!fs.existsSync(source)) {
      fs.mkdirSync(source, { recursive: true });
      fs.chownSync(source, uid, gid);
    }
    config.mounts.push({ destination, type: 'bind', source, options: ['rbind', 'rw', 'nosuid', 'nodev'] });
  }
  fs.writeFileSync(file, JSON.stringify(config));
  return { name, home, rootfs, config, container };
}

function start({ name, home }) {
  const child = ours(spawn('runc', ['--root', path.join(folder, 'runc'), 'run', '--bundle', home, name], { stdio: ['ignore', 'pipe', 'pipe'] }));
  const server = { child, log: '' };
  child.stdout.on('data', (text) => (server.log += text));
  child.stderr.on('data', (text) => (server.log += text));
  server.ended = new Promise((resolve) => child.on('exit', resolve)).then((code) => (server.exited = true) && code);
  return server;
}
const runc = (...args) => run('runc', ['--root', path.join(folder, 'runc'), ...args]);

const get = (port, url, form) =>
  new Promise((resolve) =>
    http
      .request({ host: '127.0.0.1', port, path: url, agent: false, ...(form && { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }) }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      })
      .on('error', () => resolve({ status: 0, body: '' }))
      .end(form));

async function runSample(volumes) {
  const port = await freePort();
  const made = bundle('guidanced-sample', 'localhost/guidanced:sample', port, volumes);
  made.config.process.env.push('GUIDANCED_FEEDBACK_OUTBOX=100');
  fs.writeFileSync(path.join(made.home, 'config.json'), JSON.stringify(made.config));
  const server = start(made);
  check('runc: it serves, read-only, without a capability', (await until(async () => server.exited || (await get(port, '/readyz')).status === 200, 60000)) && !server.exited, server.log);
  const out = path.join(folder, 'built');
  must(BINARY, ['build', '--site', ROOT, '--out', out]);
  for (const url of ['/', '/secure-by-design/', '/help/components/', '/theme.css'])
    check(`runc: ${url} is what is built here`, (await get(port, url)).body === fs.readFileSync(path.join(out, url, url.endsWith('/') ? 'index.html' : ''), 'utf8'));
  if (server.exited) return;
  const status = fs.readFileSync(`/proc/${JSON.parse(runc('state', made.name).stdout).pid}/status`, 'utf8');
  check('runc: no capability, no new rights, an unprivileged user, seccomp', /CapEff:\t0+\n/.test(status) && /CapBnd:\t0+\n/.test(status) && /NoNewPrivs:\t1/.test(status) && /Uid:\t10001\t/.test(status) && /Seccomp:\t2/.test(status), status);
  for (const number of [1, 2, 3]) check(`runc: post ${number} is stored`, (await get(port, '/feedback', `page=/&useful=yes&comment=number+${number}`)).status === 303);
  const probe = runc('exec', made.name, 'guidanced', 'healthcheck');
  check('runc: the health check runs inside', probe.status === 0, probe.stderr);
  check('runc: there is no shell', runc('exec', made.name, 'sh', '-c', 'true').status !== 0);
  runc('kill', made.name, 'TERM');
  check('runc: it ends cleanly', (await server.ended) === 0, server.log);
}

// A sidecar on the same volume: what the image's program says, once it has ended.
async function ship(name, tag, volumes, store) {
  const made = bundle(name, tag, 0, volumes);
  const settings = path.join(folder, 'ship');
  fs.mkdirSync(settings, { recursive: true });
  fs.writeFileSync(path.join(settings, 'guidance.yaml'), 'name: Guidance\nurl: https://guide.example\n');
  for (const [source, destination] of [[settings, '/etc/guidanced'], [store.dir, '/run/postgres']])
    made.config.mounts.push({ destination, type: 'bind', source, options: ['rbind', 'rw', 'nosuid', 'nodev'] });
  made.config.process.args = ['guidanced', 'feedback', 'ship', '--site', '/etc/guidanced', '--feedback-file', '/var/lib/guidanced/feedback.db', '--to', 'postgresql://guidance@/postgres?host=/run/postgres'];
  fs.writeFileSync(path.join(made.home, 'config.json'), JSON.stringify(made.config));
  const run = start(made);
  return { code: await run.ended, log: run.log };
}

async function runShipper(volumes) {
  const store = postgres();
  if (!store) return check('PostgreSQL is installed (script/install --tests)', false);
  await store.start();
  const without = await ship('guidanced-no-libpq', 'localhost/guidanced:sample', volumes, store);
  check('runc: the server\'s image cannot ship to PostgreSQL, and says so', without.code !== 0 && /libpq/.test(without.log), without.log);
  const done = await ship('guidanced-shipper', 'localhost/guidanced:shipper', volumes, store);
  check('runc: the shipper\'s image can', done.code === 0, done.log);
  check('runc: every post is in the store, once', store.sql('SELECT string_agg(comment, \',\' ORDER BY comment) FROM guidanced.feedback') === 'number 1,number 2,number 3', store.sql('SELECT * FROM guidanced.feedback'));
  await store.stop();
  store.remove();
}

// Every file of an image, as "mode owner sum path".
function look(tag) {
  const container = buildah('from', tag);
  const rootfs = buildah('mount', container);
  const files = fs.readdirSync(rootfs, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name));
  const lines = files.map((file) => {
    const { mode, uid, gid } = fs.statSync(file);
    return `${mode.toString(8)} ${uid}:${gid} ${createHash('sha256').update(fs.readFileSync(file)).digest('hex')} ${file.slice(rootfs.length)}`;
  });
  const bytes = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  buildah('rm', container);
  return { files: files.map((file) => file.slice(rootfs.length)), lines: lines.sort(), megabytes: bytes / 1e6 };
}

fs.mkdirSync(folder, { recursive: true });
const why = missing() || (run('buildah', [...STORE, 'inspect', '--type', 'image', 'localhost/base']).status === 0 ? '' : makeBase());
if (why) console.log(`skipped: ${why}`);
else
  try {
    const built = build('localhost/guidanced:sample', '--layers');
    check('the Dockerfile builds the sample', built.status === 0, (built.stdout + built.stderr).slice(-600));
    const runtime = build('localhost/guidanced:runtime', '--layers', '--target', 'runtime');
    check('the Dockerfile builds the program alone', runtime.status === 0, (runtime.stdout + runtime.stderr).slice(-600));
    const [sample, alone] = [look('localhost/guidanced:sample'), look('localhost/guidanced:runtime')];
    console.log(`    with the sample ${sample.megabytes.toFixed(1)} MB in ${sample.files.length} files, alone ${alone.megabytes.toFixed(1)} MB in ${alone.files.length}`);
    check('the program alone has no page', !alone.files.some((name) => name.startsWith('/site/')), alone.files.join(' '));
    const modules = sample.files.filter((name) => name.includes('/node_modules/'));
    check('of the npm packages, the sample has templates only', modules.length > 50 && modules.every((name) => name.endsWith('.njk')), modules.filter((name) => !name.endsWith('.njk')).join(' '));
    check('neither has a shell', ![...sample.files, ...alone.files].some((name) => /\/(ba|da)?sh$/.test(name)));
    check('the sample is below 40 MB', sample.megabytes < 40, sample.megabytes);
    fs.rmSync(path.join(folder, 'volumes'), { recursive: true, force: true });
    await runSample(path.join(folder, 'volumes'));
    const shipper = build('localhost/guidanced:shipper', '--layers', '--target', 'shipper');
    check('the Dockerfile builds the shipper', shipper.status === 0, (shipper.stdout + shipper.stderr).slice(-600));
    const more = look('localhost/guidanced:shipper');
    console.log(`    the shipper ${more.megabytes.toFixed(1)} MB in ${more.files.length}`);
    check('libpq is only in the shipper', more.files.some((name) => name.includes('/libpq.so.5')) && ![...sample.files, ...alone.files].some((name) => name.includes('libpq')));
    check('what else it has are libraries', alone.files.every((name) => more.files.includes(name)) && more.files.filter((name) => !alone.files.includes(name)).every((name) => /\/lib[^/]+\.so[.0-9]*$/.test(name)), more.files);
    await runShipper(path.join(folder, 'volumes'));
    if (process.argv.includes('--twice')) {
      const again = build('localhost/guidanced:again', '--no-cache');
      const lines = again.status === 0 ? look('localhost/guidanced:again').lines : [];
      check('built a second time, without a layer of the first, every file is the same', lines.join() === sample.lines.join(), lines.filter((line) => !sample.lines.includes(line)).join('\n') || again.stderr.slice(-600));
    }
  } finally {
    run('buildah', [...STORE, 'rm', '--all']);
  }
finish('container');
