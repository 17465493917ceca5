// SPDX-License-Identifier: MIT
//
// The program for arm64, cross-compiled and run by qemu: its unit tests, the sample site built by
// it beside the same site built here, byte for byte, and served.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BINARY, check, finish, ours, ROOT, until } from './harness.mjs';

const run = (command, args) => spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });

const built = run('script/cross', ['--no-test']);
check('it builds for arm64', built.status === 0, (built.stdout + built.stderr).slice(-2000));
const sysroot = path.join(ROOT, 'build/sysroot-arm64');
const emulated = ['qemu-aarch64-static', '-L', sysroot, path.join(ROOT, 'build/arm64/guidanced')];

const units = run('ctest', ['--test-dir', 'build/arm64', '-j2', '--output-on-failure']);
for (const [, name, outcome] of units.stdout.matchAll(/^ *\d+\/\d+ Test +#\d+: (\S+) \.*\s*(\S+) +[\d.]+ sec/gm))
  // qemu passes on neither Landlock nor seccomp, so nothing there is confined.
  check(`arm64: ${name}`, outcome === (name === 'script_escapes' ? '***Skipped' : 'Passed'), units.stdout.slice(-3000));
check('arm64: there are unit tests', /tests passed, 0 tests failed out of [1-9]\d/.test(units.stdout), units.stdout.slice(-500));

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-arm64-'));
const build = (command, name) => run(command[0], [...command.slice(1), 'build', '--site', ROOT, '--out', path.join(out, name)]);
const [there, here] = [build(emulated, 'arm64'), build([BINARY], 'here')];
check('both build the sample site', there.status === 0 && here.status === 0, there.stderr + here.stderr);
const compared = run('diff', ['-r', path.join(out, 'arm64'), path.join(out, 'here')]);
const files = fs.readdirSync(path.join(out, 'here'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
check(`${files.length} files are equal`, files.length > 50 && compared.status === 0, compared.stdout.slice(0, 2000));

const options = ['--site', ROOT, '--cache', ':memory:', '--listen', '127.0.0.1:0', '--feedback-file', path.join(out, 'feedback.db')];
const server = ours(spawn(emulated[0], [...emulated.slice(1), 'serve', ...options], { stdio: ['ignore', 'pipe', 'pipe'] }));
let said = '', log = '';
server.stdout.on('data', (text) => (said += text));
server.stderr.on('data', (text) => (log += text));
check('arm64: it serves', await until(() => said.includes('serving'), 30000), log);
const url = /http:\/\/\S+:\d+/.exec(said)?.[0];
const page = url ? await fetch(`${url}/secure-by-design/`).then((r) => r.text()) : '';
check('arm64: the page is the one that was built', page === fs.readFileSync(path.join(out, 'here/secure-by-design/index.html'), 'utf8'), page.slice(0, 500));
server.kill('SIGTERM');
const code = await new Promise((resolve) => server.on('exit', resolve));
check('arm64: it ends cleanly', code === 0, `${code}: ${log}`);

// ---- its image: the same stage of the Dockerfile, filled by script/cross, and run by qemu with
// nothing but what is in it ----

const store = ['--root', path.join(out, 'storage'), '--runroot', path.join(out, 'run'), '--storage-driver', 'vfs'];
const buildah = (...args) => run('buildah', [...store, ...args]);
const context = path.join(out, 'context');
const filled = run('script/cross', ['--image', context]);
check('arm64: the files of its image', filled.status === 0, filled.stderr.slice(-500));
if (run('buildah', ['--version']).status !== 0 || run('unshare', ['--mount', 'true']).status !== 0) console.log('skipped: an image, since buildah is not installed or namespaces are not allowed here');
else {
  const image = buildah('build', '--isolation', 'chroot', '--format', 'docker', '--arch', 'arm64', '-t', 'localhost/guidanced:arm64', context);
  check('arm64: buildah makes an image', image.status === 0, (image.stdout + image.stderr).slice(-800));
  const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', 'localhost/guidanced:arm64').stdout || '{"Docker":{"config":{}}}');
  check('arm64: of that processor, with the settings of the other', Docker.architecture === 'arm64' && Docker.config.User === '10001:10001' && Docker.config.Entrypoint?.join() === 'guidanced' && Docker.config.Env?.includes('GUIDANCED_LISTEN=0.0.0.0:8080'), JSON.stringify(Docker).slice(0, 800));
  const container = buildah('from', 'localhost/guidanced:arm64').stdout.trim();
  const rootfs = buildah('mount', container).stdout.trim();
  const inside = ['-L', rootfs, path.join(rootfs, 'usr/local/bin/guidanced')];
  const version = run('qemu-aarch64-static', [...inside, '--version']);
  check('arm64: the program of the image runs with the libraries of the image', version.status === 0 && /^guidanced /.test(version.stdout), version.stderr);
  const sbom = JSON.parse(fs.readFileSync(path.join(rootfs, 'usr/share/doc/guidanced/sbom.cdx.json')));
  check('arm64: its list of libraries is of that processor', sbom.components.length > 15 && sbom.components.every((c) => c.version && c.purl.includes('arch=arm64')), sbom.components);
  const again = ours(spawn('qemu-aarch64-static', [...inside, 'serve', ...options], { stdio: ['ignore', 'pipe', 'pipe'] }));
  let words = '';
  again.stdout.on('data', (text) => (words += text));
  check('arm64: it serves', await until(() => words.includes('serving'), 30000), words);
  const address = /http:\/\/\S+:\d+/.exec(words)?.[0];
  check('arm64: the same page', address && (await fetch(`${address}/secure-by-design/`).then((r) => r.text())) === page);
  again.kill('SIGTERM');
  await new Promise((resolve) => again.on('exit', resolve));
  buildah('rm', '--all');
}
fs.rmSync(out, { recursive: true, force: true });
finish('arm64');
