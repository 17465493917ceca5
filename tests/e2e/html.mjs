// SPDX-License-Identifier: MIT
//
// Is the HTML valid? Every page of the sample site, and the server's own (search with and without
// results, not found, feedback refused), through html-validate's recommended and document rules;
// one h1 a page, and headings that skip no level.
import { HtmlValidate } from 'html-validate';
import { check, finish, sampleSite, start, until } from './harness.mjs';

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
    // GOV.UK Frontend's start button is a link that says it is a button.
    'prefer-native-element': ['error', { exclude: ['button'] }],
    // HTML allows anything but white space; ids are markdown-it-anchor's, percent signs and all.
    'valid-id': ['error', { relaxed: true }],
  },
});

const server = await start(sampleSite());
await until(async () => {
  const body = await (await fetch(`${server.url}/readyz`)).json();
  return body.checks['search:index'][0].status === 'pass';
});
const pages = await (await fetch(`${server.url}/pages.json`)).json();
const urls = [...pages.pages.map((page) => page.url), '/search', '/search?q=risk', '/search?q=xyzzy', '/no-such-page/'];
check('there are pages', pages.pages.length > 20);
for (const url of new Set(urls)) {
  const response = await fetch(`${server.url}${url.replace(/^https?:\/\/[^/]+/, '')}`);
  if (!/^text\/html/.test(response.headers.get('content-type'))) continue;
  const html = await response.text();
  const report = await validator.validateString(html, `${url || '/'}.html`);
  const messages = report.results.flatMap((result) => result.messages);
  check(`${url} is valid`, report.valid, messages.slice(0, 5).map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`).join('\n    '));
  check(`${url} has one h1`, (html.match(/<h1[\s>]/g) ?? []).length === 1);
}
await server.stop();
finish('html');
