// SPDX-License-Identifier: MIT
//
// script/release on a clone of this checkout: what it refuses, what it makes, and that a signed
// release can be verified by the commands of SECURITY.md. Two runs make the same bytes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { check, finish, ROOT } from './harness.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-release-'));
const clone = path.join(folder, 'clone');
const run = (command, args, cwd = clone) => spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
run('git', ['clone', '-q', ROOT, clone], folder);
const git = (...args) => run('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args]);
const release = (...args) => run('script/release', args);

// ---- what it refuses ----
const untagged = release();
check('a commit without its tag is refused, and the tag named', untagged.status === 1 && /not tagged v\d+\.\d+\.\d+/.test(untagged.stderr), untagged.stderr);
fs.appendFileSync(path.join(clone, 'README.md'), '\n');
const changed = release('--try');
check('changes that are not committed are refused', changed.status === 1 && changed.stderr.includes('not committed'), changed.stderr);
git('checkout', '-q', '.');
check('an option it does not know is refused', release('--sing').status === 2);

// ---- what it makes ----
const password = ['-W'];
const key = run('minisign', ['-G', ...password, '-p', 'key.pub', '-s', 'key.sec'], folder);
check('a key is made', key.status === 0, key.stderr);
const made = release('--try', '--sign', path.join(folder, 'key.sec'));
check('a release is made', made.status === 0, made.stderr.slice(-600));
const version = /VERSION ([\d.]+)/.exec(fs.readFileSync(path.join(ROOT, 'CMakeLists.txt'), 'utf8').split('project(')[1])[1];
const out = path.join(clone, `build/release-${version}`);
const names = made.status === 0 ? fs.readdirSync(out).sort() : [];
const expected = ['SHA256SUMS', 'SHA256SUMS.minisig', `guidanced-${version}-program.cdx.json`, `guidanced-${version}-source.cdx.json`, `guidanced-${version}.tar.gz`];
check('tarball, package, SBOMs, checksums, signature', expected.every((name) => names.includes(name)) && names.some((name) => /^guidanced_.*\.deb$/.test(name)) && names.length === 6, names.join(' '));
const sums = fs.readFileSync(path.join(out, 'SHA256SUMS'), 'utf8');
check('every file has its checksum', names.filter((name) => name.startsWith('guidanced')).every((name) => sums.includes(`  ${name}\n`)), sums);
check('the checksums are right', run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], out).status === 0);
const verify = () => run('minisign', ['-V', '-p', path.join(folder, 'key.pub'), '-m', 'SHA256SUMS'], out);
check('the signature is right', verify().status === 0, verify().stderr);
fs.appendFileSync(path.join(out, 'SHA256SUMS'), ' ');
check('and not of other checksums', verify().status !== 0);

const entries = run('tar', ['-tzf', `guidanced-${version}.tar.gz`], out).stdout.trim().split('\n');
const tracked = git('ls-files').stdout.trim().split('\n');
check('the tarball is the commit', tracked.every((name) => entries.includes(`guidanced-${version}/${name}`)) && entries.filter((name) => !name.endsWith('/')).length === tracked.length, entries.length);
const sbom = (which) => JSON.parse(fs.readFileSync(path.join(out, `guidanced-${version}-${which}.cdx.json`), 'utf8'));
const [program, source] = [sbom('program'), sbom('source')];
check('SBOMs are CycloneDX 1.5, dated by the commit', [program, source].every((each) => each.bomFormat === 'CycloneDX' && each.specVersion === '1.5') && Date.parse(source.metadata.timestamp) === 1000 * Number(git('log', '-1', '--format=%ct').stdout), source.metadata.timestamp);
const locked = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')).packages;
const inSource = new Set(source.components.map(({ name, version: number }) => `${name}@${number}`));
const missing = Object.entries(locked).filter(([place, { version: number, name }]) => place && number && !inSource.has(`${name ?? place.split('node_modules/').at(-1)}@${number}`));
check('the source has every npm package that is locked', missing.length === 0 && source.components.length > 300, missing.map(([place]) => place).join(' '));
check('and the Debian libraries of the program', ['libmicrohttpd-dev', 'libcmark-dev', 'libsqlite3-dev'].every((name) => source.components.some((each) => each.name === name && each.purl.startsWith('pkg:deb/debian/'))));

// ---- the same bytes again ----
const sumOf = (name) => createHash('sha256').update(fs.readFileSync(path.join(out, name))).digest('hex');
const kinds = names.filter((name) => name.startsWith('guidanced'));
const first = kinds.map(sumOf).join();
const again = release('--try');
check('a second run makes the same bytes', again.status === 0 && kinds.map(sumOf).join() === first, again.stderr.slice(-300));

fs.rmSync(folder, { recursive: true });
finish('release');
