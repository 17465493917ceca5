// SPDX-License-Identifier: MIT
//
// Is the HTML valid? Every page of the sample site, and the server's own (search with and without
// results, not found, feedback refused), through html-validate's recommended and document rules;
// one h1 a page, and no skipped heading levels.
import fs from 'node:fs';
import path from 'node:path';
import { HtmlValidate } from 'html-validate';
import { check, finish, pageUrls, sampleSite, start, until } from './harness.mjs';

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    'heading-level': ['error', { minInitialRank: 'h1', sectioningRoots: [] }],
    // The style of the source, not validity: GOV.UK Frontend writes both forms.
    'void-style': 'off',
    'no-trailing-whitespace': 'off',
    'long-title': 'off',
    // Assets are the site's own and served from the same origin.
    'require-sri': 'off',
    // GOV.UK Frontend has role="list" and role="presentation" for screen readers that drop them.
    'no-redundant-role': 'off',
    // GOV.UK Frontend's start button is a link that says it is a button, its notification a region.
    'prefer-native-element': ['error', { exclude: ['button', 'region'] }],
    // HTML allows anything but white space; ids are markdown-it-anchor's, percent signs and all.
    'valid-id': ['error', { relaxed: true }],
  },
});

// The rules are at work: what is wrong is found.
const wrong = await validator.validateString('<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><h1>a</h1><h3>b</h3><p id="i"><div id="i"></div></p><img src="x"></body></html>');
for (const rule of ['heading-level', 'no-dup-id', 'wcag/h37'])
  check(`${rule} is judged`, wrong.results.some((result) => result.messages.some((m) => m.ruleId === rule)), JSON.stringify(wrong.results[0].messages.map((m) => m.ruleId)));

const dir = sampleSite();
const write = (name, lines) => fs.writeFileSync(path.join(dir, 'data', name),
  `---\nlayout: layouts/guidance.njk\nsection: Secure by Design\ntitle: ${name}\ndescription: A page.\n${lines}\n---\n## One\n\ntext\n`);
write('withdrawn.md', `withdrawn: It is <old> & replaced.
classification: OFFICIAL-SENSITIVE
audience: [one, two]
owner: A team
dateUpdated: 2026-11-02
changes: [{date: 2026-11-02, note: Withdrawn.}]
alternates: [{lang: cy, name: Cymraeg, url: /contact/}]
related: [{title: Away, url: "https://example.org/", external: true}]`);
write('broken.md', 'owner: "{{"\neleventyComputed:\n  x: "{{ nothing() }}"');
fs.appendFileSync(path.join(dir, 'data/broken.md'), '\n{{ nothing() }}\n');
const settings = path.join(dir, 'guidance.yaml');
fs.writeFileSync(settings, fs.readFileSync(settings, 'utf8').replace(/^redirects:$/m, 'redirects:\n  - {from: /gone/, status: 410}'));
const server = await start(dir);
await until(async () => {
  const body = await (await fetch(`${server.url}/readyz`)).json();
  return body.checks['search:index'][0].status === 'pass';
});
const urls = [...pageUrls(dir).filter((url) => url !== "/broken/"), '/search', '/search?q=risk', '/search?q=risk&page=2&section=Secure+by+Design', '/search?q=mange+risks',
  '/search?q=xyzzy', '/search?q=%22%3E%3Cb%3E', '/no-such-page/', '/secure-by-design/role/', '/gone/', '/broken/', 'POST /feedback'];
check('there are pages', pageUrls(dir).length > 38);
let judged = 0;
for (const url of new Set(urls)) {
  const [, post, address] = /^(POST )?(.*)$/.exec(url);
  const response = await fetch(server.url + address, post ? { method: 'POST', body: new URLSearchParams({ page: '/' }) } : {});
  check(`${url} is HTML`, /^text\/html/.test(response.headers.get('content-type')) || url === '/theme.css', response.headers.get('content-type'));
  if (url === '/theme.css') continue;
  judged++;
  const html = await response.text();
  const report = await validator.validateString(html, `${url || '/'}.html`);
  const messages = report.results.flatMap((result) => result.messages);
  check(`${url} is valid`, report.valid, messages.slice(0, 5).map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`).join('\n    '));
  check(`${url} has one h1`, (html.match(/<h1[\s>]/g) ?? []).length === 1);
}
check('all were judged', judged >= urls.length - 1, judged);
await server.stop();
finish('html');
