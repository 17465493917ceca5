// SPDX-License-Identifier: MIT
//
// The script host under full load: killed a hundred times, stopped, made to loop, to use up memory,
// to print a gigabyte, to crash; its configuration broken. Rendered pages must be served as if
// nothing had happened, and others must be answered or refused in time.
//
//   node tests/e2e/script-faults.mjs            all
//   node tests/e2e/script-faults.mjs memory     phases whose name has the word
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { check, finish, patience, site, sleep, start, until } from './harness.mjs';

const PAGES = 40, CLIENTS = 8, KILLS = 100, TIMEOUT_MS = 2000;
const CONFIG = `
module.exports = (config) => {
  config.addFilter('shout', (text) => \`\${text}!\`);
  config.addFilter('act', (query = '') => {
    if (query.startsWith('loop')) for (;;);
    if (query.startsWith('eat')) { const all = []; for (;;) all.push(Buffer.alloc(1 << 22, 1)); }
    if (query.startsWith('print')) { const line = 'x'.repeat(1 << 20); for (let i = 0; i < 1024; i++) console.log(line); }
    if (query.startsWith('crash')) process.kill(process.pid, 'SIGSEGV');
    if (query.startsWith('throw')) throw new Error('on purpose');
    if (query.startsWith('slow')) return new Promise((resolve) => setTimeout(() => resolve('late ' + query), 300));
    return 'did ' + query;
  });
  config.addTransform('sign', (content) => content.replace('</body>', '<i>signed</i></body>'));
  return { dir: { input: 'src', includes: '_includes' }, markdownTemplateEngine: 'njk' };
};
`;
const files = {
  'eleventy.config.js': CONFIG,
  'src/_includes/page.njk': '<!doctype html><html lang="en"><title>{{ title | shout }}</title><body>{{ content | safe }}</body></html>\n',
  'src/index.md': '---\nlayout: page.njk\ntitle: Home\n---\n# {{ title | shout }}\n',
  'src/act.njk': '---\nlayout: page.njk\ntitle: Act\n---\n{{ request.query | act }}\n',
};
for (let i = 0; i < PAGES; i++)
  files[`src/p${i}.md`] = `---\nlayout: page.njk\ntitle: Page ${i}\n---\n# {{ title | shout }}\n\n{{ "word ${i}" | shout }} ${'text '.repeat(200)}\n`;
const dir = site(files, `name: Faults\neleventy_config: eleventy.config.js\nscript:\n  timeout: ${TIMEOUT_MS}ms\n  memory: 200M\n`);

const server = await start(dir);

// ---- asking ----

function ask(url, agent) {
  const began = performance.now();
  return new Promise((resolve) => {
    const request = http.get(server.url + url, { agent }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body, ms: performance.now() - began, retry: response.headers['retry-after'] }));
      response.on('error', () => resolve({ status: 0, body, ms: performance.now() - began }));
    });
    request.on('error', (error) => resolve({ status: 0, body: String(error), ms: performance.now() - began }));
  });
}
const act = (what) => ask(`/act/?${what}`);

// The host is a child of the starter process, which is a child of the server.
function stat(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid: Number(pid), state, parent: Number(parent) };
  } catch {
    return { pid: Number(pid), state: 'X', parent: 0 };
  }
}
const childrenOf = (pid) => fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n)).map(stat).filter((p) => p.parent === pid && !'XZ'.includes(p.state)).map((p) => p.pid);
const hosts = () => childrenOf(server.child.pid).flatMap(childrenOf);
function signalHost(signal) {
  for (const pid of hosts()) {
    try {
      process.kill(pid, signal);
      return pid;
    } catch {
      // It has just ended.
    }
  }
  return 0;
}

// ---- the load ----

const urls = ['/', ...Array.from({ length: PAGES }, (_, i) => `/p${i}/`)];
const expected = new Map();
for (const url of urls) {
  const { status, body } = await ask(url);
  check(`${url} is rendered`, status === 200 && body.includes('!') && body.includes('signed'), `${status} ${body}`);
  expected.set(url, body);
}
await until(async () => (await ask('/readyz')).status === 200);

let loading = true, served = 0, slowest = 0;
const failures = [];
async function client(seed) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = seed; loading; i++) {
    const url = urls[i % urls.length];
    const answer = await ask(url, agent);
    served++;
    slowest = Math.max(slowest, answer.ms);
    if (answer.status !== 200 || answer.body !== expected.get(url)) failures.push(`${url} ${answer.status} ${answer.body.slice(0, 200)}`);
  }
  agent.destroy();
}
const clients = Array.from({ length: CLIENTS }, (_, i) => client(i * 7));

// A new question is answered, or refused in time: the time to wait for a turn, to answer, and to
// start a host that opens the site.
const bound = () => (2 * TIMEOUT_MS + 3000) * patience();
let answered = 0, refused = 0;
const wrong = [];
let longest = 0;
function judge(what, answer, said = `did ${what}`) {
  longest = Math.max(longest, answer.ms);
  const good = answer.status === 200 && answer.body.includes(said);
  const plain = answer.status === 503 && answer.retry && !answer.body.includes('signed');
  answered += good;
  refused += !good && plain ? 1 : 0;
  if ((!good && !plain) || answer.ms > bound()) wrong.push(`${what} ${answer.status} ${Math.round(answer.ms)} ms ${answer.body.slice(0, 200)}`);
  return good;
}
const phases = [];
async function phase(name, run) {
  if (process.argv[2] && !name.includes(process.argv[2])) return;
  const before = { served, answered, refused, failures: failures.length };
  const began = performance.now();
  slowest = longest = 0;
  await run();
  phases.push(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s, ${served - before.served} pages served (slowest ${Math.round(slowest)} ms), ` +
    `${answered - before.answered} new ones answered, ${refused - before.refused} refused (longest ${Math.round(longest)} ms), ${failures.length - before.failures} failed`);
  check(`${name}: no page that was rendered fails`, failures.length === before.failures, failures.slice(-3).join('\n'));
  check(`${name}: pages are served meanwhile`, served > before.served);
  check(`${name}: none of them waits for the host`, slowest < TIMEOUT_MS * patience(), `${slowest} ms`);
  check(`${name}: no new page waits too long, or gets anything but its answer or a plain error`, wrong.length === 0, wrong.join('\n'));
  wrong.length = 0;
}
// The server is never unready, since it serves the pages.
async function health() {
  const { status, body } = await ask('/readyz');
  return { code: status, ...JSON.parse(body) };
}
async function metric(name) {
  return Number(new RegExp(`^guidanced_${name} (\\S+)`, 'm').exec((await ask('/metrics')).body)?.[1]);
}
async function recovers(name) {
  let n = 0;
  const again = async () => {
    const what = `after-${name.replaceAll(' ', '-')}-${n++}`;
    return judge(what, await act(what));
  };
  const ok = await until(async () => (await again()) || (await sleep(100)), 20000);
  check(`${name}: then new pages are answered again`, ok);
  const { code, checks } = await health();
  check(`${name}: then it is well, says /readyz`, code === 200 && checks['script:host'][0].status === 'pass', JSON.stringify(checks['script:host']));
}

await phase('nothing', async () => {
  for (let i = 0; i < 20; i++) judge(`calm-${i}`, await act(`calm-${i}`));
  check('without a fault, every new page is answered', answered === 20, wrong.join());
  check('metrics count the questions', (await metric('script_calls_total')) > 20 && (await metric('script_call_seconds_total')) > 0);
  check('and those that were known', (await metric('script_answers_reused_total')) > 40);
  check('one host was started, and runs', (await metric('script_starts_total')) === 1 && (await metric('script_host_up')) === 1 && (await metric('script_crashes_total')) === 0);
});

// Only after it has answered something since its start: otherwise each restart waits longer.
await phase(`killed ${KILLS} times`, async () => {
  let killed = 0, asking = true, n = 0;
  const asker = async () => {
    while (asking) {
      const what = `killed-${n++}`;
      judge(what, await act(what));
      await sleep(10);
    }
  };
  const pids = new Set();
  const askers = [asker(), asker(), asker()];
  const end = Date.now() + 60000 * patience();
  for (let seen = answered; killed < KILLS && Date.now() < end; seen = answered) {
    while (answered === seen && Date.now() < end) await sleep(1);
    await sleep(killed % 20);
    // On a busy machine, a killed host may still be listed.
    const pid = signalHost('SIGKILL');
    if (pid && !pids.has(pid)) pids.add(pid), killed++;
  }
  asking = false;
  await Promise.all(askers);
  check(`it was killed ${KILLS} times`, killed === KILLS, killed);
  // A host killed between two questions does not count as a crash, nor one killed before it is node
  // as a start.
  check('metrics count the starts, and those that were killed at work', (await metric('script_starts_total')) >= KILLS * 0.9 && (await metric('script_crashes_total')) > 0, `${await metric('script_starts_total')} ${await metric('script_crashes_total')}`);
  check('the log names the host, its end and what it was asked', /warning JavaScript: host \d+ ended when asked for .*: it was killed by signal 9/.test(server.log));
  await recovers('killed');
});

await phase('killed at each start', async () => {
  const pids = new Set();
  let asking = true;
  const asker = (async () => {
    for (let n = 0; asking; n++) judge(`early-${n}`, await act(`early-${n}`)), await sleep(20);
  })();
  const end = Date.now() + 4000;
  while (Date.now() < end) {
    const pid = signalHost('SIGKILL');
    if (pid) pids.add(pid);
    await sleep(5);
  }
  asking = false;
  await asker;
  check('it rests between starts, longer each time', pids.size > 1 && pids.size < 24, pids.size);
  await recovers('early');
});

await phase('stopped', async () => {
  await act('wake');
  check('there is a host to stop', signalHost('SIGSTOP') > 0);
  const first = await act('stopped-0');
  judge('stopped-0', first);
  check('who asks a host that is stopped is refused', first.status === 503, first.status);
  // Until the next question finds a host that answers.
  const told = await until(async () => {
    const { code, checks } = await health();
    const [host] = checks['script:host'];
    return code === 200 && host.status === 'warn' && host.output.includes('no answer within');
  });
  check('/readyz says that the host could not be asked, and is ready', told);
  const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => act(`stopped-${i + 1}`)));
  answers.forEach((answer, i) => judge(`stopped-${i + 1}`, answer));
  await recovers('stopped');
});

for (const [fault, name] of [['loop', 'loops'], ['eat', 'eats memory'], ['crash', 'crashes']])
  await phase(name, async () => {
    const answers = await Promise.all([act(`${fault}-a`), act(`${fault}-b`), ...Array.from({ length: 4 }, (_, i) => act(`beside-${fault}-${i}`))]);
    answers.forEach((answer, i) => judge(i < 2 ? `${fault}` : `beside-${fault}-${i - 2}`, answer));
    check(`${name}: the page that made it is refused`, answers[0].status === 503 && answers[1].status === 503, answers.map((a) => a.status));
    const again = await act(`${fault}-a`);
    judge(fault, again);
    check(`${name}: asked again, it is refused at once`, again.status === 503 && again.ms < 1000 * patience(), `${again.status} ${again.ms}`);
    await recovers(name);
  });

await phase('prints a gigabyte', async () => {
  const before = server.log.length;
  const answer = await act('print-a');
  judge('print-a', answer);
  check('what it prints is cut', server.log.length - before < 1 << 20, server.log.length - before);
  await recovers('prints');
});

await phase('throws', async () => {
  const answer = await act('throw-a');
  check('an error of a function is the page\'s error, no outage', answer.status === 500, `${answer.status} ${answer.body}`);
});

await phase('slow for many', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => act(`slow-${i}`)));
  answers.forEach((answer, i) => judge(`slow-${i}`, answer, `late slow-${i}`));
  check('some are answered, one after the other', answers.filter((a) => a.status === 200).length >= 2, answers.map((a) => a.status));
});

await phase('a broken configuration', async () => {
  const file = path.join(dir, 'eleventy.config.js');
  fs.writeFileSync(file, 'module.exports = (config) => { config.nothing.at.all(); };\n');
  const told = await until(async () => /"site:reload":\[\{"status":"warn"/.test((await ask('/readyz')).body), 10000);
  check('that it cannot be loaded is told', told);
  judge('unknown', await act('unknown'));
  await sleep(500);
  fs.writeFileSync(file, CONFIG);
  check('mended, it is loaded', await until(async () => /"site:reload":\[\{"status":"pass"/.test((await ask('/readyz')).body), 20000));
  await recovers('broken');
});

// ---- the end ----

loading = false;
await Promise.all(clients);
check('every page that was rendered was served, each time', failures.length === 0, failures.length);
signalHost('SIGSTOP');
const last = act('at-the-end');
await sleep(200);
const before = performance.now();
await server.stop();
await last;
check('a host that hangs does not hold the end up', performance.now() - before < (TIMEOUT_MS + 4000) * patience(), `${performance.now() - before}`);
check('the host ends with the server', hosts().length === 0);
for (const line of phases) console.log(line);
console.log(`${served} requests for rendered pages, ${failures.length} failed; ${answered} new pages answered, ${refused} refused`);
finish('script-faults');
process.exit();
