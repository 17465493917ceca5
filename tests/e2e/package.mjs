// SPDX-License-Identifier: MIT
//
// The Debian package: built, checked by lintian, then installed, upgraded, removed and purged in a
// clean root made by debootstrap. What the machine does not allow is skipped, and said.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { debianRoot, installed } from './debian.mjs';
import { BINARY, check, finish, ROOT } from './harness.mjs';

const build = path.dirname(BINARY);
const run = (command, args, options = {}) => spawnSync(command, args, { encoding: 'utf8', timeout: 300000, maxBuffer: 1 << 26, ...options });
const make = (version) => {
  const made = run('cpack', ['--config', 'CPackConfig.cmake', ...(version ? ['-D', `CPACK_PACKAGE_VERSION=${version}`, '-D', `CPACK_DEBIAN_PACKAGE_VERSION=${version}`] : [])], { cwd: build });
  const file = /package: (\S+\.deb) generated/.exec(made.stdout)?.[1];
  check(`the package ${version ?? ''} is made`, made.status === 0 && file, made.stdout + made.stderr);
  return file;
};
const files = run('cmake', ['--build', build, '--target', 'package_files']);
check('its files are made', files.status === 0, files.stdout + files.stderr);
const first = make();

const list = run('dpkg-deb', ['-c', first]).stdout.split('\n').map((line) => line.split(/\s+/)).filter((row) => row[5] && !row[5].endsWith('/'));
const inside = Object.fromEntries(list.map((row) => [row[5].slice(1), row[0]]));
for (const name of ['/usr/bin/guidanced', '/usr/lib/systemd/system/guidanced.service', '/usr/lib/systemd/system/guidanced@.service', '/usr/lib/systemd/system/guidanced.socket', '/usr/lib/sysusers.d/guidanced.conf',
  '/etc/logrotate.d/guidanced', '/etc/apparmor.d/usr.bin.guidanced', '/usr/share/man/man1/guidanced.1.gz', '/usr/share/man/man5/guidance.yaml.5.gz', '/usr/share/bash-completion/completions/guidanced', '/usr/share/doc/guidanced/copyright'])
  check(`it has ${name}`, inside[name], Object.keys(inside).join(' '));
const commands = [...run(BINARY, ['--help']).stdout.matchAll(/^ {2}([a-z]+) +\S/gm)].map((m) => m[1]);
check('every command has its manual page', commands.every((name) => inside[`/usr/share/man/man1/guidanced-${name}.1.gz`]), commands.filter((name) => !inside[`/usr/share/man/man1/guidanced-${name}.1.gz`]));
check('root owns it all', list.every((row) => row[1] === 'root/root'));
const depends = run('dpkg-deb', ['-f', first, 'Depends']).stdout;
check('it depends on what it is linked with, and not on libpq', /libgnutls30/.test(depends) && /libc6/.test(depends) && !/libpq/.test(depends), depends);
const one = fs.readFileSync(path.join(ROOT, 'deploy/debian/guidanced@.service'), 'utf8');
const unit = fs.readFileSync(path.join(ROOT, 'deploy/guidanced.service'), 'utf8');
const hardening = (text) => text.split('\n').filter((line) => /^(Protect|Private|Restrict|NoNew|Capability|System|Lock|Remove|Proc|Ambient)/.test(line)).sort().join('\n');
check('both units are confined alike', hardening(one) === hardening(unit) && hardening(one).length > 400);

if (!installed('lintian')) console.log('lintian: skipped: not installed');
else {
  const lint = run('lintian', ['--no-cfg', '--allow-root', '--fail-on', 'error,warning', first]);
  check('lintian finds nothing', lint.status === 0, lint.stdout + lint.stderr);
}

// ---- a clean root ----

const root = path.join(ROOT, 'build/debian-root');
const why = debianRoot(root);
if (why) console.log(`a clean root: skipped: ${why}`);
else {
  const inRoot = (command) => run('chroot', [root, 'sh', '-c', command], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive' } });
  const second = make('0.1.1');
  for (const file of [first, second]) fs.copyFileSync(file, path.join(root, 'tmp', path.basename(file)));
  // shadow-, group- and the like are the copies that the tools for users keep.
  const places = () => inRoot('ls /etc /var/lib /var/cache /var/log').stdout.split('\n').filter((line) => !/^g?(shadow|passwd|group)-$/.test(line));
  const before = places();
  inRoot('apt-get update -qq');
  const installed = inRoot(`apt-get install -y -qq --no-install-recommends /tmp/${path.basename(first)}`);
  check('it installs', installed.status === 0 && /ok installed/.test(inRoot('dpkg -s guidanced').stdout), installed.stdout + installed.stderr);
  check('its user is there', /^guidanced:.*nologin/.test(inRoot('getent passwd guidanced').stdout));
  const site = inRoot('mkdir -p /tmp/site && cd /tmp && guidanced init site >/dev/null && guidanced check --site site && guidanced render --site site / | grep -c "<h1"');
  check('it runs: a site is made, checked and rendered', site.status === 0, site.stdout + site.stderr);
  inRoot('echo "# mine" >> /etc/logrotate.d/guidanced; mkdir -p /var/lib/guidanced; echo kept > /var/lib/guidanced/feedback.db');
  const upgraded = inRoot(`dpkg -i /tmp/${path.basename(second)}`);
  check('it is upgraded', upgraded.status === 0 && /0\.1\.1/.test(inRoot('dpkg -s guidanced').stdout), upgraded.stdout + upgraded.stderr);
  check('what was changed in /etc is kept', /# mine/.test(inRoot('cat /etc/logrotate.d/guidanced').stdout));
  const removed = inRoot('apt-get remove -y -qq guidanced');
  check('it is removed, and feedback kept', removed.status === 0 && inRoot('test ! -e /usr/bin/guidanced && cat /var/lib/guidanced/feedback.db').stdout === 'kept\n', removed.stderr);
  const purged = inRoot('dpkg --purge guidanced');
  check('it is purged', purged.status === 0 && inRoot('dpkg -s guidanced 2>&1; getent passwd guidanced; find / -xdev -name "*guidanced*" -not -path "/proc/*" -not -path "/tmp/*"').stdout.match(/^\/.*$/gm) === null, purged.stdout + purged.stderr + inRoot('find / -xdev -name "*guidanced*" -not -path "/proc/*" -not -path "/tmp/*"').stdout);
  inRoot('apt-get autoremove -y -qq --purge; rm -rf /tmp/*');
  const after = places();
  check('and the root is as it was', after.join() === before.join(), `more: ${after.filter((line) => !before.includes(line))}; less: ${before.filter((line) => !after.includes(line))}`);
}
finish('package');
