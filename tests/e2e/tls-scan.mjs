// SPDX-License-Identifier: MIT
//
// TLS as testssl.sh sees it: protocols, ciphers, forward secrecy, renegotiation and known
// vulnerabilities. No finding may be more than information.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { check, finish, ours, site, start } from './harness.mjs';

const program = ['testssl', 'testssl.sh'].find((name) => spawnSync('which', [name]).status === 0);
if (!program) {
  console.log('skipped: testssl.sh is not here (script/install --tests installs it)');
  finish('tls-scan');
  process.exit();
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-scan-'));
const [certificate, key, out] = ['site.pem', 'site.key', 'scan.json'].map((name) => path.join(folder, name));
const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost',
  '-addext', 'subjectAltName=DNS:localhost', '-days', '30', '-keyout', key, '-out', certificate], { encoding: 'utf8' });
check('a certificate', made.status === 0, made.stderr);
const server = await start(site({ 'data/index.md': '---\ntitle: Home\n---\n# Home\n' }), ['--cache', ':memory:', '--tls-certificate', certificate, '--tls-key', key, '--admin-listen', '127.0.0.1:0', '--log-access=false']);
const scan = ours(spawn(program, ['--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none', '--jsonfile', out, '--ip', '127.0.0.1', '-p', '-s', '-f', '-R', '-U', `localhost:${server.port}`], { stdio: ['ignore', 'pipe', 'pipe'] }));
let said = '';
for (const stream of [scan.stdout, scan.stderr]) stream.on('data', (text) => (said += text));
const timer = setTimeout(() => scan.kill('SIGKILL'), 900000);
await new Promise((resolve) => scan.on('close', resolve));
clearTimeout(timer);
const findings = fs.existsSync(out) ? JSON.parse(fs.readFileSync(out, 'utf8')) : [];
const of = (id) => findings.find((finding) => finding.id === id)?.finding;
check('TLS 1.3', /offered/.test(of('TLS1_3')), of('TLS1_3'));
check('no renegotiation by the client', /not vulnerable/.test(of('secure_client_renego')), of('secure_client_renego'));
// Remarks about the scanning machine and about public reachability are not findings.
const bad = findings.filter(({ severity, id }) => !['OK', 'INFO', 'DEBUG'].includes(severity) && !/^(scanTime|engine_problem)$/.test(id));
check('nothing found', findings.length > 30 && bad.length === 0, `${findings.length} lines; ${bad.map(({ id, severity, finding }) => `${severity} ${id}: ${finding}`).join('\n    ')}`);
console.log(`${findings.length} lines of testssl.sh`);
if (findings.length <= 30) console.log(`${JSON.stringify(findings)}\n${said}`);
await server.stop();
fs.rmSync(folder, { recursive: true });
finish('tls-scan');
process.exit();
