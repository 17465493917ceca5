// SPDX-License-Identifier: MIT
//
// What a platform team runs on top of the server: alerts that fire when they should (promtool), a
// dashboard whose every query returns data from a Prometheus that scrapes a running server, replicas
// that can be compared, and logs in the fields and priorities that log tools expect.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, freePort, ours, ROOT, sampleSite, site, sleep, start, until } from './harness.mjs';

const tool = (name) => [name, path.join(ROOT, 'build/tools/usr/bin', name)].find((n) => spawnSync(n, ['--version']).status === 0);
const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const metricsOf = async (server) => (await fetch(`${server.url}/metrics`)).text();
const RULES = 'deploy/monitoring/guidanced.rules.yaml';
const dashboard = JSON.parse(read('deploy/monitoring/guidanced.dashboard.json'));
const queries = dashboard.panels.flatMap((panel) => panel.targets.map((target) => ({ panel: panel.title, expr: target.expr })));
const namesIn = (text) => [...new Set(text.match(/\b(guidanced|process)_[a-z_]+\b/g))];

// ---- the files ----

const promtool = tool('promtool'), prometheus = tool('prometheus');
for (const args of [['check', 'rules', RULES], ['test', 'rules', 'deploy/monitoring/guidanced.rules.test.yaml']]) {
  const { status, stdout, stderr } = spawnSync(promtool, args, { cwd: ROOT, encoding: 'utf8' });
  check(`promtool ${args.join(' ')}`, status === 0, stdout + stderr);
}
{
  // Every rule must fire in some test.
  const dir = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'guidanced-rules-'));
  fs.writeFileSync(path.join(dir, 'guidanced.rules.yaml'), read(RULES).replace('guidanced_ready == 0', 'guidanced_ready == 2'));
  fs.copyFileSync(path.join(ROOT, 'deploy/monitoring/guidanced.rules.test.yaml'), path.join(dir, 't.yaml'));
  check('a rule that is wrong is caught', spawnSync(promtool, ['test', 'rules', 't.yaml'], { cwd: dir }).status !== 0);
  fs.rmSync(dir, { recursive: true });
}
const alerts = [...read(RULES).matchAll(/alert: (\w+)/g)].map((m) => m[1]);
const cases = read('deploy/monitoring/guidanced.rules.test.yaml');
check('every alert has its case', alerts.length > 10 && alerts.every((name) => cases.includes(`alertname: ${name}\n        exp_alerts: []`) || name === 'GuidancedDown'), alerts);
check('the dashboard has its panels', dashboard.panels.length >= 15 && new Set(dashboard.panels.map((p) => p.id)).size === dashboard.panels.length);

// ---- against a running server ----

const sample = sampleSite(), twin = sampleSite();
const a = await start(sample, ['--feedback-outbox', '100', '--cache', ':memory:']);
const b = await start(twin, ['--cache', ':memory:']);
{
  const text = await metricsOf(a);
  const families = new Set([...text.matchAll(/^([a-z_]+)(?:\{| )/gm)].map((m) => m[1]));
  const missing = namesIn(read(RULES) + JSON.stringify(dashboard)).filter((name) => !families.has(name) && name !== 'guidanced');
  check('every name of rules and dashboard is a metric', !missing.length, missing);
  for (const name of ['cpu_seconds_total', 'resident_memory_bytes', 'virtual_memory_bytes', 'open_fds', 'max_fds', 'start_time_seconds'])
    check(`process_${name}`, +new RegExp(`^process_${name} (\\S+)`, 'm').exec(text)?.[1] > 0, text.match(/^process_.*/gm));
  const started = +/^process_start_time_seconds (\S+)/m.exec(text)[1];
  check('it started just now', Math.abs(Date.now() / 1000 - started) < 600);
  for (const le of ['0.025', '0.05', '0.075', '0.1', '0.25']) check(`a bucket of ${le} s`, text.includes(`guidanced_http_request_duration_seconds_bucket{le="${le}"}`));
}
{
  const hash = async (server) => /guidanced_content_info\{hash="(\w+)"\} 1/.exec(await metricsOf(server))?.[1];
  const first = await hash(a);
  check('two replicas serve the same', first?.length === 16 && first === (await hash(b)), `${first} ${await hash(b)}`);
  const edit = (dir, text) => fs.appendFileSync(path.join(dir, 'data/contact.md'), text);
  edit(sample, '\nMore.\n');
  check('an edit is other content', await until(async () => (await hash(a)) !== first, 10000));
  edit(twin, '\nMore.\n');
  check('the same edit is the same', await until(async () => (await hash(a)) === (await hash(b)), 10000), `${await hash(a)} ${await hash(b)}`);
  const whole = await start(sample, ['--cache', ':memory:']);
  check('and after a restart', (await hash(whole)) === (await hash(a)));
  check('/readyz says it too', (await (await fetch(`${whole.url}/readyz`)).json()).content === (await hash(a)));
  const layout = path.join(sample, 'templates/layouts/page.njk');
  if (fs.existsSync(layout)) {
    const before = await hash(whole);
    fs.appendFileSync(layout, '{# other #}');
    check('a layout is content as well', await until(async () => (await hash(whole)) !== before, 10000));
  }
  await whole.stop();
}

// ---- Prometheus itself ----

{
  const dir = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'guidanced-prometheus-'));
  fs.writeFileSync(path.join(dir, 'p.yml'), `global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [${path.join(ROOT, RULES)}]\nscrape_configs:\n  - job_name: guidanced\n    static_configs: [{targets: ["127.0.0.1:${a.port}", "127.0.0.1:${b.port}"]}]\n`);
  const port = await freePort();
  ours(spawn(prometheus, ['--config.file', path.join(dir, 'p.yml'), '--storage.tsdb.path', path.join(dir, 'data'), '--web.listen-address', `127.0.0.1:${port}`], { stdio: 'ignore' }));
  const ask = async (expr) => (await (await fetch(`http://127.0.0.1:${port}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) })).json().catch(() => null)) ?? {};
  const up = await until(async () => { try { return (await ask('count(guidanced_ready)')).data?.result?.[0]?.value[1] === '2'; } catch { return false; } }, 30000);
  check('Prometheus scrapes both', up);
  for (let i = 0; i < 20; i++) {
    await fetch(`${a.url}/`).then((r) => r.text());
    await fetch(`${a.url}/nowhere/`).then((r) => r.text());
    await fetch(`${a.url}/search?q=contact`).then((r) => r.text());
    await sleep(150);
  }
  const fill = (expr) => expr.replaceAll('$job', '.+').replaceAll('$__rate_interval', '30s');
  for (const { panel, expr } of queries) {
    const answer = await until(async () => { const got = await ask(fill(expr)); return got.status === 'error' || got.data?.result?.length ? got : null; }, 5000);
    check(`dashboard: ${panel} finds something`, answer?.status === 'success', `${expr} ${JSON.stringify(answer)}`);
  }
  const rules = (await (await fetch(`http://127.0.0.1:${port}/api/v1/rules`)).json()).data.groups.flatMap((g) => g.rules);
  check('its rules are all healthy', rules.length === alerts.length && rules.every((r) => r.health === 'ok'), JSON.stringify(rules.filter((r) => r.health !== 'ok')));
  check('and quiet', rules.every((r) => r.state === 'inactive' || ['GuidancedContentDiffers'].includes(r.name)), JSON.stringify(rules.filter((r) => r.state !== 'inactive').map((r) => r.name)));
}
check('it ends with a marker', (await metricsOf(a)).endsWith('# EOF\n'));
await Promise.all([a.stop(), b.stop()]);

// ---- logs ----

const small = site({ 'data/index.md': '---\ntitle: Home\n---\n# Home\n' });
const MEMORY = ['--cache', ':memory:', '--feedback-enabled', 'false'];
const get = (server, url, headers = {}) => fetch(server.url + url, { headers });
{
  const server = await start(small, [...MEMORY, '--log-access-format', 'json', '--trusted-proxies', '127.0.0.1']);
  for (const url of ['/healthz', '/readyz', '/metrics', '/']) await get(server, url);
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const named = await get(server, '/', { 'x-request-id': 'f058ebd6-02f7-4d3f-942e-904344e8cde5', traceparent: `00-${trace}-00f067aa0ba902b7-01` });
  check('the proxy names the request', named.headers.get('x-request-id') === 'f058ebd6-02f7-4d3f-942e-904344e8cde5');
  for (const bad of ['x'.repeat(65), 'a b', 'a"b', 'a\\b'])
    check(`but not as ${bad.slice(0, 9)}`, /^[0-9a-f]{24}$/.test((await get(server, '/', { 'x-request-id': bad, traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` })).headers.get('x-request-id')));
  await server.stop();
  const lines = server.log.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l));
  check('probes are not in the log', lines.length === 6 && lines.every((l) => l.target === '/'), lines.map((l) => l.target));
  check('the name is, and the trace', lines.some((l) => l.request_id.startsWith('f058ebd6') && l.trace_id === trace));
  check('a trace of zeros is none', lines.filter((l) => l.trace_id).length === 1);
}
{
  const server = await start(small, [...MEMORY, '--log-access-format', 'ecs', '--log-format', 'ecs', '--log-probes', '--log-queries']);
  await get(server, '/readyz');
  const other = await get(server, '/?a=b', { 'x-request-id': 'mine', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
  check('a client that is no trusted proxy names nothing', other.headers.get('x-request-id') !== 'mine');
  await server.stop();
  const lines = server.log.split('\n').filter(Boolean).map((l) => { try { return JSON.parse(l); } catch { return { bad: l }; } });
  check('every line is JSON', lines.every((l) => l['@timestamp'] && l['ecs.version'] === '8.11.0' && l['log.level'] && l['service.name'] === 'guidanced'), JSON.stringify(lines.find((l) => !l['@timestamp'])));
  const access = lines.filter((l) => l['event.dataset'] === 'guidanced.access');
  const page = access.find((l) => l['url.path'] === '/');
  check('with probes when asked', access.length === 2 && access.some((l) => l['url.path'] === '/readyz'));
  check('in the names of the schema', page?.['http.response.status_code'] === 200 && page['client.ip'] === '127.0.0.1' && page['url.query'] === 'a=b' && page['http.request.method'] === 'GET' && page['event.duration'] > 1000 && /^[0-9a-f]{24}$/.test(page['http.request.id']) && !('trace.id' in page), JSON.stringify(page));
  check('the application log too', lines.some((l) => l['event.dataset'] === 'guidanced.log' && /./.test(l.message)));
}
{
  // systemd names its journal's descriptor by device and inode.
  const broken = site({ 'data/index.md': '---\ntitle: Home\n---\n{{ nothing() }}\n' });
  const file = path.join(broken, 'stderr');
  const fd = fs.openSync(file, 'w');
  const { dev, ino } = fs.fstatSync(fd);
  for (const [stream, expected] of [[`${dev}:${ino}`, true], ['1:2', false]]) {
    const child = ours(spawn(BINARY, ['serve', '--site', broken, '--listen', '127.0.0.1:0', ...MEMORY], { stdio: ['ignore', 'pipe', fd], env: { ...process.env, JOURNAL_STREAM: stream } }));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    await new Promise((resolve) => child.on('exit', resolve));
    const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
    const right = (l) => (/ error /.test(l) ? l.startsWith('<3>') : / warning /.test(l) ? l.startsWith('<4>') : l.startsWith('<6>'));
    check(expected ? 'to the journal: lines with priorities' : 'elsewhere: none', lines.length > 2 && (expected ? lines.every(right) : lines.every((l) => !l.startsWith('<'))), lines.slice(0, 3).join('\n'));
    fs.ftruncateSync(fd, 0);
  }
}
finish('observability');
