// SPDX-License-Identifier: MIT
//
// What scanners of others find: slowhttptest holds hundreds of slow connections open while readers
// are served, and wapiti searches the sample site for injections, files that should not be there
// and missing fields. On loopback, bounded in time; a scanner that is not installed is skipped.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { check, finish, ours, patience, sampleSite, sleep, start } from './harness.mjs';

const dir = sampleSite();
const has = (name) => {
  const there = spawnSync('which', [name]).status === 0;
  if (!there) console.log(`skipped: ${name} is not here (script/install --tests installs it)`);
  return there;
};
// Runs a program for at most so many seconds, and gives all that it printed.
function run(seconds, command, ...args) {
  const child = ours(spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: dir }));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  return new Promise((resolve) => child.on('close', (code) => { clearTimeout(timer); resolve({ code, said }); }));
}
const options = ['--cache', ':memory:', '--log-access=false', '--feedback-per-minute', '100000'];

// ---- slow clients ----

if (has('slowhttptest')) {
  const server = await start(dir, [...options, '--limits-header-timeout', '3s', '--limits-request-timeout', '4s']);
  for (const [name, target, ...mode] of [
    ['slow heads', '/', '-H'], ['slow bodies', '/feedback', '-B', '-s', '8192'], ['many ranges', '/assets/', '-R'], ['slow readers', '/', '-X'],
  ]) {
    let over = false, slowest = 0, asked = 0, bad = 0;
    const reader = (async () => {
      while (!over) {
        const at = Date.now();
        const ok = await fetch(server.url).then((r) => r.text().then(() => r.status === 200)).catch(() => false);
        slowest = Math.max(slowest, Date.now() - at);
        asked++, bad += !ok;
        await sleep(50);
      }
    })();
    const { said } = await run(60, 'slowhttptest', ...mode, '-c', '400', '-r', '200', '-i', '1', '-l', '10', '-p', '3', '-u', `${server.url}${target}`);
    over = true;
    await reader;
    const plain = said.replace(/\x1b\[[\d;]*[A-Za-z]/g, '');
    check(`${name}: the test ran`, /service available|Exit status/.test(plain), plain.slice(-600));
    check(`${name}: never unavailable`, !/service available:\s+NO/.test(plain), plain.slice(-600));
    check(`${name}: ${asked} readers meanwhile, the slowest in ${slowest} ms`, asked > 20 && bad === 0 && slowest < 1000 * patience(), `${bad} failed`);
  }
  check('it lives, and stops', (await server.stop()).code === 0, server.log.slice(-500));
}

// ---- a search for weaknesses ----

// Without those that ask a server of wapiti's own (ssrf, xxe, log4shell) or fetch lists (nikto, wapp).
const MODULES = 'blindsql,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,sql,xss';
if (has('wapiti')) {
  const server = await start(dir, options);
  const out = path.join(dir, 'wapiti.json');
  const { said } = await run(240, 'wapiti', '-u', `${server.url}/`, '--scope', 'domain', '-m', MODULES, '-d', '3', '--max-links-per-page', '20', '--max-files-per-dir', '10', '--max-scan-time', '20', '--max-attack-time', '6', '--flush-session',
    '--store-session', path.join(dir, 'session'), '-f', 'json', '-o', out, '--no-bugreport', '-v', '0');
  const report = fs.existsSync(out) ? JSON.parse(fs.readFileSync(out, 'utf8')) : null;
  check('wapiti has a report', report !== null, said.slice(-800));
  // X-XSS-Protection was for browsers that are gone, and did harm; the other field is for TLS.
  const meant = /^(X-XSS-Protection|Strict-Transport-Security) is not set$/;
  const kinds = Object.entries({ ...report?.vulnerabilities, ...report?.anomalies });
  for (const [kind, findings] of kinds) {
    const others = findings.filter((finding) => !meant.test(finding.info));
    check(`wapiti: ${kind}: none`, others.length === 0, JSON.stringify(others.slice(0, 3)).slice(0, 500));
  }
  check('wapiti knew the fields', kinds.length > 5 && kinds.flatMap(([, findings]) => findings).some((finding) => meant.test(finding.info)), kinds.length);
  const page = await fetch(server.url);
  check('the site is as it was', page.status === 200 && (await page.text()).includes('</html>'));
  check('it lives, and stops', (await server.stop()).code === 0, server.log.slice(-500));
}
finish('scanners');
