// SPDX-License-Identifier: MIT
//
// Help for content designers leaves nothing out: every key that `check` knows, and for every
// component a page, a visible example and each of its parameters.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, check, finish, ROOT, sampleSite } from './harness.mjs';

const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');

// ---- keys ----

const source = [...read('lib/site/front_matter.def').matchAll(/^KEY\("([\w.]+)"/gm)].map((m) => m[1]);
const page = read('data/help/front-matter.md');
const keys = source.filter((key) => !key.includes('.'));
check('there are keys', keys.length > 25, keys);
for (const key of keys) check(`front matter: ${key}`, page.includes(`\`${key}\``) || page.includes(`\`${key}.`), key);
for (const key of source.filter((name) => name.includes('.'))) check(`front matter: ${key}`, page.includes(`\`${key}\``));
// And the keys that the sample's own layouts read.
const layouts = fs.readdirSync(path.join(ROOT, 'templates'), { recursive: true })
  .filter((name) => /^(layouts|includes)\/.*\.njk$/.test(name)).map((name) => read(`templates/${name}`)).join('\n');
for (const key of ['cards', 'printAll', 'printCollection', 'languageName', 'hideFeedback', 'hideSearch', 'hideBreadcrumbs', 'alternates', 'related', 'changes'])
  check(`front matter: ${key} of the layouts`, layouts.includes(key) && page.includes(`\`${key}`));

// ---- components ----

const dir = sampleSite();
const render = (url) => execFileSync(BINARY, ['render', '--site', dir, url], { encoding: 'utf8' });
const index = read('data/help/components/index.md');
const names = fs.readdirSync(path.join(ROOT, 'templates/components'));
check('there are components', names.length >= 6, names);
for (const name of names) {
  const text = read(`data/help/components/${name}.md`);
  const head = /\{#([\s\S]*?)#\}/.exec(read(`templates/components/${name}/template.njk`))[1];
  check(`${name}: listed`, index.includes(`/help/components/${name}/`));
  check(`${name}: its example is shown, beside its source`, new RegExp(`class="app-example"[\\s\\S]*class="app-${name}`).test(render(`/help/components/${name}/`)) &&
    new RegExp(`\\{% raw %\\}[\\s\\S]*modukcomponent\\('${name}'`).test(text));
  const parameters = /params:([\s\S]*)/.exec(head)[1].replace(/\([^)]*\)|;[\s\S]*/g, ' ').match(/[a-zA-Z]{2,}/g)
    .filter((word) => !['list', 'of', 'or', 'HTML', 'words', 'an', 'text'].includes(word));
  for (const parameter of new Set(parameters))
    check(`${name}: ${parameter}`, new RegExp(`\`(\\w+\\.)*${parameter}(\\.\\w+)*\``).test(text), parameter);
}
const styles = [...read('assets-src/scss/site.scss').matchAll(/components\/([\w-]+)"/g)].map((m) => m[1]);
const govuk = read('data/help/components/govuk.md');
for (const name of ['inset-text', 'warning-text', 'details', 'button', 'tag', 'summary-list', 'tabs', 'accordion', 'notification-banner', 'table', 'phase-banner'])
  check(`GOV.UK: ${name} has its styles and, if it is for pages, an example`,
    styles.includes(name) && (['table', 'phase-banner', 'notification-banner'].includes(name) || govuk.split(`component('${name}'`).length >= 3), name);
finish('help');
