// SPDX-License-Identifier: MIT
//
// A clean Debian root made by debootstrap, whose apt asks where this machine's does: made once, and
// copied for each suite that changes it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './harness.mjs';

const run = (command, args, options = {}) => spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
export const installed = (name) => run('sh', ['-c', `command -v ${name}`]).status === 0;

const clean = path.join(ROOT, 'build/debian');
const made = `${clean}.made`;

function make() {
  const site = run('apt-get', ['indextargets', '--format', '$(SITE) $(RELEASE)']).stdout.split('\n').find((line) => line.endsWith(' bookworm'))?.split(' ')[0];
  const proxy = /"(.*)"/.exec(run('apt-config', ['dump', 'Acquire::http::Proxy']).stdout)?.[1];
  fs.rmSync(clean, { recursive: true, force: true });
  const { status, stdout } = run('debootstrap', ['--variant=minbase', 'bookworm', clean, site], { env: { ...process.env, ...(proxy ? { http_proxy: proxy } : {}) }, timeout: 900000 });
  if (status !== 0) return `debootstrap: ${stdout.split('\n').at(-2)}`;
  if (proxy) fs.writeFileSync(path.join(clean, 'etc/apt/apt.conf.d/proxy'), `Acquire::http::Proxy "${proxy}";\n`);
  if (fs.existsSync('/etc/resolv.conf')) fs.copyFileSync('/etc/resolv.conf', path.join(clean, 'etc/resolv.conf'));
  fs.writeFileSync(made, '');
  return '';
}

// Fills `root`. What it returns says why that cannot be done here; '' when it is.
export function debianRoot(root) {
  if (process.getuid() !== 0) return 'not root';
  if (!installed('debootstrap')) return 'debootstrap is not installed';
  const why = fs.existsSync(made) ? '' : make();
  if (why) return why;
  fs.rmSync(root, { recursive: true, force: true });
  const copied = run('cp', ['-a', clean, root]);
  return copied.status === 0 ? '' : copied.stderr;
}
