// SPDX-License-Identifier: MIT
//
// The contents of the container image, made by the script that the Dockerfile runs: the binary, its
// libraries, an SBOM, no shell. They run as in the image: with their own root, read-only, as an
// unprivileged user. Also the Dockerfile's COPY lines and the units under deploy/.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import yaml from 'js-yaml';
import { BINARY, check, finish, freePort, ROOT, until } from './harness.mjs';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-image-'));
fs.chmodSync(root, 0o755);
const made = spawnSync(path.join(ROOT, 'script/image'), [BINARY, root, path.join(ROOT, 'node_modules')],
  { encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' } });
check('the image is made', made.status === 0, made.stderr);
const files = fs.readdirSync(root, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name).slice(root.length));
const others = files.filter((f) => !/^\/(usr\/)?lib(64)?\/([^/]+\/)?(ld-linux[^/]*|lib[^/]+)\.so[.0-9]*$/.test(f));
check('it holds the binary, its libraries, a user and the SBOM, nothing else', JSON.stringify(others.sort()) === JSON.stringify(['/etc/group', '/etc/passwd', '/usr/local/bin/guidanced', '/usr/share/doc/guidanced/sbom.cdx.json']), others);
const sbom = JSON.parse(fs.readFileSync(path.join(root, 'usr/share/doc/guidanced/sbom.cdx.json'), 'utf8'));
const names = sbom.components.map((c) => c.name);
check('SBOM: CycloneDX, with a time that is given', sbom.bomFormat === 'CycloneDX' && sbom.specVersion === '1.5' && sbom.metadata.timestamp === '2023-11-14T22:13:20Z' && sbom.metadata.component.version === '0.1.0', JSON.stringify(sbom.metadata));
check('SBOM: every component has a version and a package URL', sbom.components.every((c) => c.version && /^pkg:(deb\/debian|npm)\/[^@]+@[^?+:]+(\?|$)/.test(c.purl)), JSON.stringify(sbom.components.find((c) => !/^pkg:[^@]+@[^?+:]+(\?|$)/.test(c.purl))));
check('SBOM: what is linked, statically too, and what is served', ['libc6', 'libgnutls30', 'libsqlite3-0', 'libcmark0.30.2', 'libmicrohttpd-dev', 'govuk-frontend'].every((n) => names.includes(n)), names);

// ---- the Dockerfile copies files that exist and that .dockerignore lets through ----
const dockerfile = fs.readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');
const ignore = fs.readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n').filter((l) => l.startsWith('!')).map((l) => l.slice(1));
for (const [, sources] of dockerfile.matchAll(/^COPY (?!--)(.*) \S+$/gm))
  for (const source of sources.split(' '))
    check(`Dockerfile: ${source} is there, and let in`, fs.existsSync(path.join(ROOT, source)) && ignore.some((i) => source === i || source.startsWith(`${i}/`)), ignore);
const install = fs.readFileSync(path.join(ROOT, 'script/install'), 'utf8');
const needed = /packages="([^"]*)"/.exec(install)[1].split(/\s+/).filter((p) => p && p !== 'libcmocka-dev' && p !== 'cmake' && p !== 'gcc');
check('Dockerfile: installs what script/install does', needed.every((p) => dockerfile.includes(p)), needed.filter((p) => !dockerfile.includes(p)));
check('Dockerfile: a target without any site, and the sample on top', /^FROM scratch AS runtime$/m.test(dockerfile) && dockerfile.trimEnd().split('\n').findLastIndex((l) => l.startsWith('FROM ')) === dockerfile.split('\n').indexOf('FROM runtime AS sample') && !dockerfile.slice(dockerfile.indexOf('AS runtime'), dockerfile.indexOf('FROM runtime')).includes(' /site/'));
check('Dockerfile: a site is no volume', !/VOLUME.*\/site/.test(dockerfile));
check('Dockerfile: base images are named by arguments', [...dockerfile.matchAll(/^FROM (\S+)/gm)].every(([, from]) => ['${NODE}', '${DEBIAN}', 'scratch', 'runtime'].includes(from)));
check('Dockerfile: a fixed user, labels, and a last stage from nothing', /^FROM scratch AS runtime$/m.test(dockerfile) && /^USER 10001:10001$/m.test(dockerfile) && ['title', 'version', 'revision', 'created', 'source', 'licenses'].every((l) => dockerfile.includes(`org.opencontainers.image.${l}`)));

// ---- a prepared site with JavaScript: its cache is tied to the exact program and the path ----
const stage = (name) => new RegExp(`^FROM \\S+ AS ${name}\\n([^]*?)(?=^FROM )`, 'm').exec(dockerfile)?.[1] ?? '';
check('Dockerfile: prepares with the program that the image has, where it serves', /^COPY --from=build \/image\/usr\/local\/bin\/guidanced \/usr\/local\/bin\/guidanced$/m.test(stage('prepare')) && /guidanced prepare --site \/site --cache \/var\/cache\/guidanced\/cache\.db/.test(stage('prepare')) && /guidanced check --prepared --site \/site --cache \/var\/cache\/guidanced\/cache\.db/.test(stage('prepare')));
check('Dockerfile: serves what is prepared, without node', /^GUIDANCED_SCRIPT_PREPARED=true$/m.test(stage('prepared').replace(/^ +|\\$/gm, '').replace(/ +$/gm, '')) && /^COPY --from=prepare \S+ \/site \/site$/m.test(stage('prepared')) && !stage('prepared').includes('node:'));
const runtime = sbom.components.filter((c) => c.purl.startsWith('pkg:deb')).map((c) => c.name).filter((n) => /^lib(cmark|sqlite|pcre2|deflate|zstd|brotli|seccomp|gnutls|nettle)[^-]*(-0|-8-0)?$/.test(n) && !n.endsWith('-dev'));
check('Dockerfile: the stage that prepares has the libraries of the program', runtime.length > 6 && runtime.every((n) => stage('prepare').includes(n)), runtime.filter((n) => !stage('prepare').includes(n)));

// ---- the units ----
if (spawnSync('systemd-analyze', ['--version']).status === 0) {
  const r = spawnSync('systemd-analyze', ['security', '--offline=true', path.join(ROOT, 'deploy/guidanced.service')], { encoding: 'utf8' });
  const exposure = Number(/exposure level[^:]*: ([0-9.]+)/.exec(r.stdout)?.[1]);
  check('the unit\'s exposure is at most 1.5', exposure <= 1.5, r.stdout.slice(-200));

  // With a certificate of Let's Encrypt, which only root can read; and what must be noticed.
  const dropIn = fs.readFileSync(path.join(ROOT, 'deploy/debian/tls.conf'), 'utf8');
  const verify = (text) => {
    const folder = path.join(root, 'unit'), unit = path.join(folder, 'guidanced.service');
    fs.mkdirSync(`${unit}.d`, { recursive: true });
    fs.writeFileSync(unit, fs.readFileSync(path.join(ROOT, 'deploy/guidanced.service'), 'utf8').replaceAll('/usr/local/bin/guidanced', '/bin/true').replaceAll('/usr/bin/guidanced', '/bin/true'));
    fs.writeFileSync(`${unit}.d/tls.conf`, text);
    return spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' }).stderr.split('\n').filter((line) => line.includes('tls.conf'));
  };
  check('the unit takes a certificate by LoadCredential=', verify(dropIn).length === 0, verify(dropIn));
  check('a mistake there would be noticed', verify(dropIn.replace('LoadCredential=key', 'LoadCredentials=key')).length > 0 && verify(dropIn.replace('certificate:/etc', 'certificate:etc')).length > 0);
  check('it gives them to the settings', /GUIDANCED_TLS_CERTIFICATE=%d\/certificate/.test(dropIn) && /GUIDANCED_TLS_KEY=%d\/key/.test(dropIn));
}
{
  const bin = path.join(root, 'stub');
  fs.mkdirSync(bin);
  fs.writeFileSync(path.join(bin, 'systemctl'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const { status, stdout } = spawnSync(path.join(ROOT, 'deploy/debian/letsencrypt-deploy'), { encoding: 'utf8', cwd: bin, env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } });
  check('the deploy hook restarts what runs, and nothing else', status === 0 && stdout === 'try-restart\nguidanced.service\nguidanced@*.service\n', stdout);
}
const settings = new Set([...fs.readFileSync(path.join(ROOT, 'docs/settings.md'), 'utf8').matchAll(/^\| `([a-z_.]+)`/gm)].map((m) => `GUIDANCED_${m[1].toUpperCase().replaceAll('.', '_')}`));
for (const name of ['guidanced.service', 'compose.yaml']) {
  const used = [...fs.readFileSync(path.join(ROOT, 'deploy', name), 'utf8').matchAll(/\b(GUIDANCED_[A-Z_]+)\b/g)].map((m) => m[1]);
  check(`deploy/${name}: every setting is one`, used.length > 3 && used.every((u) => settings.has(u)), used.filter((u) => !settings.has(u)));
}

const compose = yaml.load(fs.readFileSync(path.join(ROOT, 'deploy/compose.yaml'), 'utf8'));
check('Compose: two replicas, read-only, without capabilities, behind a proxy', ['site-1', 'site-2'].every((n) => compose.services[n].read_only && compose.services[n].cap_drop[0] === 'ALL' && !compose.services[n].ports) && compose.services.proxy.ports.length === 1 && compose.networks.inside.internal);

// ---- run as in the image ----
if (process.getuid() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0) {
  for (const name of ['guidance.yaml', 'data', 'templates']) fs.cpSync(path.join(ROOT, name), path.join(root, 'site', name), { recursive: true });
  fs.cpSync(path.join(ROOT, 'build/assets'), path.join(root, 'site/build/assets'), { recursive: true });
  fs.cpSync(path.join(ROOT, 'node_modules/govuk-frontend/dist'), path.join(root, 'site/node_modules/govuk-frontend/dist'), { recursive: true });
  const port = await freePort();
  const inside = `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -t tmpfs -o uid=10001,gid=10001 tmpfs "$0/var/cache/guidanced" &&
    mount -t tmpfs -o uid=10001,gid=10001 tmpfs "$0/var/lib/guidanced" &&
    exec env -i PATH=/usr/sbin:/usr/bin GUIDANCED_LISTEN=127.0.0.1:${port} GUIDANCED_CACHE=/var/cache/guidanced/cache.db GUIDANCED_FEEDBACK_FILE=/var/lib/guidanced/feedback.db GUIDANCED_USAGE_FILE=/var/lib/guidanced/usage.db chroot --userspec=10001:10001 "$0" /usr/local/bin/guidanced `;
  const child = spawn('unshare', ['--mount', 'sh', '-c', `${inside} serve --site /site`, root], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '', log = '';
  child.stdout.on('data', (d) => (out += d));
  child.stderr.on('data', (d) => (log += d));
  check('it starts in its own root', await until(() => out.includes('serving'), 10000), log);
  const page = await fetch(`http://127.0.0.1:${port}/secure-by-design/`).catch((e) => e);
  check('and serves the site', page.status === 200 && (await page.text()).includes('</html>'), log);
  const ready = await (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
  check('with its cache on the volume', ready.checks['cache:usable'][0].status === 'pass', JSON.stringify(ready));
  const feedback = await fetch(`http://127.0.0.1:${port}/feedback`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ page: '/', useful: 'yes' }) });
  check('and takes feedback', feedback.status === 303, feedback.status);
  const health = spawnSync('chroot', ['--userspec=10001:10001', root, '/usr/local/bin/guidanced', 'healthcheck', `http://127.0.0.1:${port}/readyz`], { encoding: 'utf8' });
  check('healthcheck needs nothing else', health.status === 0, health.stderr);
  child.kill('SIGTERM');
  const code = await new Promise((resolve) => child.on('exit', resolve));
  check('and stops', code === 0, `${code} ${log.slice(-300)}`);
}
fs.rmSync(root, { recursive: true });
finish('image');
process.exit();
