// SPDX-License-Identifier: MIT
//
// `guidanced check`: a site full of mistakes, each found at its place and nothing else; fixes;
// report formats; the sample site.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import Ajv from 'ajv';
import { files, unloadable } from './check-site.mjs';
import { BINARY, ROOT, check, finish, ours, sampleSite, site, until } from './harness.mjs';
import { commit, git, repository } from './repository.mjs';

const run = (args, options = {}) => {
  try {
    return { code: 0, out: execFileSync(BINARY, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26, ...options }), err: '' };
  } catch (e) {
    return { code: e.status, out: e.stdout, err: e.stderr };
  }
};
const json = (dir, ...args) => JSON.parse(run(['check', '--site', dir, '--format', 'json', ...args]).out);

// The files without their marks, and the marks as "file:line:column rule".
function plant(marked) {
  const planted = [];
  const plain = {};
  for (const [file, text] of Object.entries(marked)) {
    let out = '';
    for (const part of text.split(/(«[a-z-]+»)/)) {
      if (!/^«.*»$/.test(part)) {
        out += part;
        continue;
      }
      const lines = out.split('\n');
      planted.push(`${file}:${lines.length}:${[...lines.at(-1)].length + 1} ${part.slice(1, -1)}`);
    }
    plain[file] = out;
  }
  return { plain, planted };
}
const places = (findings) => findings.map((f) => `${f.file}:${f.line}:${f.column} ${f.rule}`);

function compare(name, findings, planted) {
  const found = places(findings);
  for (const place of planted) check(`${name}: found: ${place}`, found.includes(place));
  for (const [i, place] of found.entries())
    check(`${name}: no false alarm: ${place}`, planted.includes(place), findings[i].message);
  check(`${name}: nothing twice`, new Set(found).size === found.length, found.filter((p, i) => found.indexOf(p) !== i).join('; '));
}

// ---- the site full of mistakes ----
const { plain, planted } = plant(files);
const dir = site(plain);
const findings = json(dir);
compare('mistakes', findings, planted);
const rules = run(['check', '--rules']).out.split('\n').filter((l) => /^[a-z]/.test(l)).map((l) => l.split(' ')[0]);
const loading = ['lib/site', 'lib/check'].flatMap((folder) => fs.readdirSync(path.join(ROOT, folder)).map((f) => path.join(ROOT, folder, f)));
const named = loading.filter((f) => /\.[ch]$/.test(f)).flatMap((f) =>
  [...fs.readFileSync(f, 'utf8').matchAll(/(?:problem_add|report|break_page|add_broken|warn)\([^;]*?"([a-z]+(?:-[a-z]+)*)"[^;]*;/g)].map((m) => m[1]));
check('every rule that loading names is in the table', named.length > 10 && named.filter((n) => !rules.includes(n)).length === 0, named.filter((n) => !rules.includes(n)).join());
const counts = Object.fromEntries(rules.map((r) => [r, planted.filter((p) => p.endsWith(` ${r}`)).length]));
const unloaded = unloadable.map(plant);
for (const { planted: p } of unloaded) for (const place of p) counts[place.split(' ')[1]]++;
{
  // Git history: moved pages; a shallow clone and a damaged one.
  const page = (n) => `---\ntitle: Page ${n}\ndescription: Number ${n}\ndate: git Created\n---\n# Page ${n}\n\nWords of page ${n} alone.\n`;
  const repo = repository({ 'data/a.md': page(1), 'data/b/c.md': page(2), 'data/index.md': `${page(3)}[One](/d/) and [two](/b/e/).\n` }, 'name: Guide\nlang: en\n');
  commit(repo, { 'data/a.md': null, 'data/d.md': page(1), 'data/b/c.md': null, 'data/b/e.md': page(2) });
  const compareHistory = (name, where, rule, planted) => {
    compare(name, json(where).filter((f) => f.rule === rule), planted);
    counts[rule] += planted.length;
  };
  compareHistory('moved pages', repo.clone, 'page-moved', ['data/b/e.md:1:1 page-moved', 'data/d.md:1:1 page-moved']);
  const shallow = `${repo.clone}/../${path.basename(repo.clone)}-shallow`;
  git(repo.clone, 'clone', '-q', '--depth', '1', `file://${repo.clone}`, shallow);
  compareHistory('a shallow clone', shallow, 'history', ['guidance.yaml:1:1 history']);
  fs.rmSync(shallow, { recursive: true });
  fs.rmSync(path.join(repo.clone, '.git/objects', repo.head.slice(0, 2), repo.head.slice(2)));
  compareHistory('a damaged clone', repo.clone, 'history', ['guidance.yaml:1:1 history']);
}

// ---- reading age ----
const easyText = 'The cat sat on the mat. It was a big cat.\n\n'.repeat(12);
const hardText = 'The administration of organisational responsibilities necessitates comprehensive consideration of interdependent regulatory obligations. We look at this each year.\n\n'.repeat(8);
const aged = site({
  'data/index.md': `---\ntitle: Home\ndescription: A.\n---\n${hardText.replace('comprehensive', 'altogether comprehensive')}[e](/easy/)\n`,
  'data/easy.md': `---\ntitle: Easy\ndescription: B.\n---\n${easyText}`,
  'data/short.md': '---\ntitle: Short\ndescription: C.\n---\nOrganisational responsibilities necessitate comprehensive consideration.\n',
  'data/cy.md': `---\ntitle: Welsh\nlang: cy\ndescription: D.\n---\n${hardText}`,
  'data/gb.md': `---\ntitle: British\nlang: en-GB\ndescription: E.\n---\n${easyText}Nothing else.\n\n${hardText}`,
  'data/code.md': `---\ntitle: Code\ndescription: F.\n---\n${easyText}\n\`\`\`\n${hardText}\n\`\`\`\n`,
}, 'name: Test\nurl: https://guide.example\ncheck: {security-txt-missing: off, orphan: off}\n');
const ages = (setting) => {
  fs.writeFileSync(path.join(aged, 'guidance.yaml'), `name: Test\nurl: https://guide.example\ncheck: {security-txt-missing: off, orphan: off${setting}}\n`);
  return json(aged).filter((f) => f.rule === 'reading-age');
};
check('reading-age: off unless it is asked for', ages('').length === 0);
const old = ages(', reading-age: {}');
check('reading-age: of English texts of a hundred words, at their hardest sentence', places(old).join() === 'data/gb.md:32:1 reading-age,data/index.md:5:1 reading-age' && old.every((f) => /^this text has a reading age of \d\d, more than 14; /.test(f.message)) && old[1].text.startsWith('The administration of') && old[1].text.endsWith('obligations.'), JSON.stringify(old));
check('reading-age: what the setting says', ages(', reading-age: {age: 30, severity: note}').length === 0 && ages(', reading-age: {age: 6, severity: note}').every((f) => f.severity === 'note') && ages(', reading-age: {age: 20}').length >= 1);
counts['reading-age'] += old.length;

// ---- twins ----
const twins = (setting) => site({
  'data/index.md': '---\ntitle: Home\ndescription: A.\nalternates: [{lang: cy, name: Cymraeg, url: /cy/}]\n---\n[cy](/cy/)\n',
  'data/cy/index.md': '---\ntitle: Hafan\nlang: cy\ndescription: B.\nalternates: [{lang: en, name: English, url: /}]\n---\nx\n',
  'data/alone.md': '---\ntitle: Alone\ndescription: C.\n---\nx\n',
  'data/one.md': '---\ntitle: One way\ndescription: E.\nalternates:\n  - {lang: cy, name: Cymraeg, url: /cy/back/}\n---\nx\n',
  'data/cy/back.md': '---\ntitle: Yn ol\nlang: cy\ndescription: F.\nalternates: []\n---\nx\n',
  'data/wrong.md': '---\ntitle: Wrong\ndescription: G.\nalternates: [{lang: cy, name: Cymraeg, url: /alone/}]\n---\nx\n',
  'data/hidden.md': '---\ntitle: Hidden\nsearchable: false\n---\nx\n',
  'data/draft.md': '---\ntitle: Draft\ndraft: true\n---\nx\n',
}, `name: Test\nurl: https://guide.example\ncheck: {security-txt-missing: off, orphan: off${setting}}\n`);
const twinsOf = (setting) => json(twins(setting)).filter((f) => f.rule.startsWith('twin')).map((f) => `${f.file}:${f.line} ${f.rule} ${f.message}`);
const oneWay = ['data/one.md:4 twin-one-way data/cy/back.md does not name this page as its twin', 'data/wrong.md:4 twin-one-way /alone/ is in en, not in cy'];
check('twins: a page that another names must be in that language and name it back', twinsOf('').join('\n') === oneWay.join('\n'), twinsOf('').join('\n'));
const missing = twinsOf(', twin-missing: warning').filter((f) => f.includes('twin-missing'));
check('twins: pages without one, where the site asks', missing.join('\n') === ['data/alone.md:1 twin-missing the page has no twin in cy', 'data/cy/back.md:5 twin-missing the page has no twin in en'].join('\n'), missing.join('\n'));
check('twins: in the languages that the setting names', twinsOf(', twin-missing: {languages: [en, gd]}').filter((f) => f.includes('no twin in gd')).length === 6, twinsOf(', twin-missing: {languages: [en, gd]}').join('\n'));
check('twins: off is off', twinsOf(', twin-missing: off, twin-one-way: off').length === 0);
counts['twin-one-way'] += oneWay.length;
counts['twin-missing'] += missing.length;

// ---- security.txt ----
for (const [settings, ...expected] of [
  ['', 'the site does not say whom to tell of a weakness'],
  ['lang: cy\n', 'the site does not say whom to tell of a weakness'],
  ['passthrough: {/.well-known: well-known}\n'],
  ['security_txt: "Contact: mailto:a@guide.example\\nExpires: 2999-01-01T00:00:00Z"\n'],
  ['security_txt: "contact:mailto:a@guide.example\\nEXPIRES: 2999-01-01T00:00:00+01:00\\n"\n'],
  ['security_txt: "Encryption: https://guide.example/key"\n', 'security.txt does not say when it expires', 'security.txt names no Contact'],
  ['security_txt: "Contact:\\nExpires: soon"\n', 'security.txt has an unreadable Expires: soon', 'security.txt names no Contact'],
]) {
  const told = json(site({ 'data/index.md': '# A\n', 'well-known/security.txt': 'Contact: mailto:a@guide.example\n' }, `name: T\nurl: https://guide.example\n${settings}`));
  const found = told.filter((f) => f.rule.startsWith('security-txt'));
  for (const f of found) counts[f.rule]++;
  check(`security.txt: ${settings.trim() || 'none'}`, found.map((f) => f.message).sort().join() === expected.join() && found.every((f) => f.file === 'guidance.yaml' && f.line > 1), JSON.stringify(found));
}

for (const [rule, count] of Object.entries(counts)) check(`${rule} is planted at least twice`, count >= 2, count);
check('at least 120 problems are planted', planted.length >= 120, planted.length);
console.log(`    ${planted.length} planted in ${Object.keys(files).length} files, ${rules.length} rules`);
for (const f of findings) {
  check(`${f.rule}: says why and how`, f.why && f.hint, JSON.stringify(f));
  const source = fs.readFileSync(path.join(dir, f.file), 'utf8');
  const line = source.split('\n')[f.line - 1];
  const rest = [...(line ?? '')].slice(f.column - 1).join('') + source.split('\n').slice(f.line).map((l) => `\n${l}`).join('');
  check(`${f.file}:${f.line}:${f.column}: the text concerned stands there`, rest.startsWith(f.text), `${f.text} | ${line}`);
}
for (const { plain: p, planted: q } of unloaded) {
  const broken = site(p);
  const result = run(['check', '--site', broken, '--format', 'json']);
  compare('not loaded', JSON.parse(result.out), q);
  check('a site that cannot be loaded is bad', result.code === 1, result.code);
}

// ---- the sample site, and a page as its first users write them ----
const sample = sampleSite();
check('the sample site checks clean', json(sample).length === 0, JSON.stringify(json(sample)).slice(0, 400));
const users = plant({ 'data/start-safely.md': `---
layout: "layouts/guidance.njk"
section: "Secure by Design"
title: "Start safely"
description: "How to begin."
dateUpdated: 2024-05-23
eleventyNavigation:
  key: "Secure by Design"
  url: "/secure-by-design/"
---

Begin with security.

- make it everyone«mojibake»â€™s work

{{ modukcomponent('callout', {
  title: 'Case study',
  content: '<p>Ask whether the story may be told and «placeholder»add a brief intro here</p>',
  link: {
    text: 'Find out more',
    hiddenText: '«placeholder»about how .....',
    «link-empty»url: '',
    external: true
  }
}) }}

## What to do

**1. Set your context**

For more of it, «link-empty»[see how to begin]().

<p class="govuk-body"><a href="https://example.org/one/" «target-blank»target="_blank">One<span class="govuk-visually-hidden">opens in a new tab</span></a></p>
<p class="govuk-body"><a href="https://example.org/two/" «target-blank»target="_blank">Two<span class="govuk-visually-hidden">opens in a new tab</span></a></p>

Next
«link-empty»[Who this is for]()
` });
fs.writeFileSync(path.join(sample, 'data/start-safely.md'), users.plain['data/start-safely.md']);
compare('a page of the first users', json(sample), users.planted);

// ---- --fix ----
const before = findings.length;
const fixable = findings.filter((f) => f.fix !== undefined).length;
fs.chmodSync(path.join(dir, 'data/encoding/mark.md'), 0o640);
const mended = run(['check', '--site', dir, '--fix', '--format', 'json']);
const after = JSON.parse(mended.out);
check('--fix mends what it can', fixable >= 15 && after.every((f) => f.fix === undefined) && after.length === before - fixable, `${before} ${fixable} ${after.length}`);
const kept = places(after).map((p) => p.replace(/:\d+ /, ' '));
check('and nothing else', places(findings.filter((f) => f.fix === undefined)).every((p) => kept.includes(p.replace(/:\d+ /, ' '))));
const stamps = () => fs.readdirSync(dir, { recursive: true }).map((f) => `${f} ${fs.statSync(path.join(dir, f)).mtimeMs}`).join('\n');
const stamped = stamps();
run(['check', '--site', dir, '--fix']);
check('a second --fix changes nothing', stamps() === stamped);
check('who may read a file stays', (fs.statSync(path.join(dir, 'data/encoding/mark.md')).mode & 0o777) === 0o640);
check('no temporary file is left', !fs.readdirSync(dir, { recursive: true }).some((f) => /\.[A-Za-z0-9]{6}$/.test(f) && !/\.(njk|json|yaml|liquid)$/.test(f)));
for (const [file, text] of [
  ['data/encoding/twice.md', 'Everyone’s, “quoted” and café.'],
  ['data/links/blank.md', '<a href="https://example.org/1" target="_blank" rel="noopener noreferrer">One</a>'],
  ['data/links/broken.md', '[a source](/good/), [an address](https://www.example.org)'],
  ['data/links/anchors.md', '[capitals](#here-and-there)'],
  ['data/front/keys.md', '\ntags: [x]\n'],
]) check(`${file} is mended`, fs.readFileSync(path.join(dir, file), 'utf8').includes(text));
const outside = site({ 'data/index.md': '---\ntitle: x\ndescription: y\n---\n' });
const target = path.join(site({}), 'elsewhere.md');
fs.writeFileSync(target, '---\ntitle: z\ndescription: z\n---\nitâ€™s\n');
fs.symlinkSync(target, path.join(outside, 'data/link.md'));
run(['check', '--site', outside, '--fix']);
check('--fix leaves files outside the site alone', fs.readFileSync(target, 'utf8').includes('â€™'));

// ---- formats ----
const text = run(['check', '--site', sample]).out;
check('text: source line and marks', text.includes(`     18 |   content: '<p>Ask whether the story may be told and add a brief intro here</p>',\n        | ${' '.repeat(53)}^~~~~~~~~~~~~~~~~~~~~~\n`), text);
// A finding's block of the text report.
const block = (report, place) => report.split(/\n(?=\S)/).find((lines) => lines.startsWith(place)) ?? '';
const mistaken = run(['check', '--site', dir]).out;
check('text: the line of a file that cannot be read', block(mistaken, 'data/encoding/latin.md:3:').includes('      3 | description: Caf'), block(mistaken, 'data/encoding/latin.md'));
const stretched = run(['check', '--site', site({ 'data/long.md': `---\ntitle: Long\n---\n${'word '.repeat(80)}{{ title | nosuch }} after\n` })]).out;
check('text: a long line at its place', /word \{\{ title \| nosuch \}\} after\n +\| +\^\n/.test(stretched), stretched);
check('text: no colour when it is no terminal', !text.includes('\u001b'));
check('text: no progress when it is no terminal', !run(['check', '--site', sample]).err.includes('\r'));
const coloured = (env = {}) => execFileSync('script', ['-qec', `${BINARY} check --site ${sample} || true`, '/dev/null'], { encoding: 'utf8', env: { ...process.env, TERM: 'xterm', ...env } });
check('text: colour on a terminal', coloured({ NO_COLOR: undefined }).includes('\u001b[1;31merror'));
check('text: unless NO_COLOR is set', !coloured({ NO_COLOR: '1' }).includes('\u001b[1;31m'));
const github = run(['check', '--site', sample, '--format', 'github']).out.trim().split('\n');
check('github: an annotation each', github.length === users.planted.length && github.every((l) => /^::(error|warning|notice) file=data\/start-safely\.md,line=\d+,col=\d+,title=[a-z-]+::[^\n]+$/.test(l)), github[0]);

// SARIF 2.1.0: by the standard's schema, and rules that a schema cannot express.
const sarif = JSON.parse(run(['check', '--site', sample, '--format', 'sarif']).out);
const require = createRequire(import.meta.url);
const ajv = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore' });
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
const valid = ajv.compile(require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));
const mistakes = JSON.parse(run(['check', '--site', site(plain), '--format', 'sarif']).out);
for (const [name, log] of [['a page', sarif], ['the site full of mistakes', mistakes]]) check(`sarif: ${name}: valid by the schema`, valid(log), JSON.stringify(valid.errors));
check('sarif: every finding is a result', mistakes.runs[0].results.length === findings.length);
check('sarif: the schema refuses what is wrong', !valid({ ...sarif, runs: [{ ...sarif.runs[0], results: [{ ruleId: 'x' }] }] }));
const [sarifRun] = sarif.runs;
const { driver } = sarifRun.tool;
const only = (object, keys) => Object.keys(object).every((k) => keys.includes(k));
check('sarif: the log', sarif.version === '2.1.0' && only(sarif, ['version', '$schema', 'runs']) && sarif.runs.length === 1);
check('sarif: the run', only(sarifRun, ['tool', 'results', 'columnKind']) && sarifRun.columnKind === 'unicodeCodePoints');
check('sarif: the tool', driver.name === 'guidanced' && only(driver, ['name', 'version', 'rules']) && new Set(driver.rules.map((r) => r.id)).size === driver.rules.length);
check('sarif: the rules', driver.rules.length === rules.length && driver.rules.every((r) =>
  only(r, ['id', 'shortDescription', 'fullDescription', 'help', 'defaultConfiguration']) && r.shortDescription.text && r.fullDescription.text && r.help.text && ['note', 'warning', 'error'].includes(r.defaultConfiguration.level)));
const region = (r) => only(r, ['startLine', 'startColumn', 'endLine', 'endColumn']) && Object.values(r).every((n) => Number.isInteger(n) && n >= 1) &&
  (r.endLine > r.startLine || (r.endLine === r.startLine && r.endColumn >= r.startColumn));
const artifact = (a) => only(a, ['uri', 'uriBaseId']) && !/[ «]/.test(a.uri) && !a.uri.startsWith('/');
check('sarif: the results', sarifRun.results.length === users.planted.length && sarifRun.results.every((r) =>
  only(r, ['ruleId', 'ruleIndex', 'level', 'message', 'locations', 'fixes']) && driver.rules[r.ruleIndex].id === r.ruleId && ['note', 'warning', 'error'].includes(r.level) && r.message.text &&
  r.locations.every((l) => artifact(l.physicalLocation.artifactLocation) && region(l.physicalLocation.region))));
check('sarif: the fixes', sarifRun.results.filter((r) => r.fixes).length === 3 && sarifRun.results.filter((r) => r.fixes).every((r) => r.fixes.every((f) =>
  f.description.text && f.artifactChanges.every((c) => artifact(c.artifactLocation) && c.replacements.every((p) => region(p.deletedRegion) && typeof p.insertedContent.text === 'string')))));
const garbled = site({ 'data/index.md': '---\ntitle: x\ndescription: y\n---\n“😀” itâ€™s here, cafÃ© there.\n\nAnd itâ€™s again.\n' });
const garbledPage = path.join(garbled, 'data/index.md');
const fixed = fs.readFileSync(garbledPage, 'utf8').split('\n').map((line) => [...line]);
const replacements = JSON.parse(run(['check', '--site', garbled, '--format', 'sarif']).out).runs[0].results.flatMap((r) => r.fixes ?? []).flatMap((f) => f.artifactChanges[0].replacements);
for (const { deletedRegion: r, insertedContent } of replacements.reverse()) if (r.endLine === r.startLine) fixed[r.startLine - 1].splice(r.startColumn - 1, r.endColumn - r.startColumn, insertedContent.text);
run(['check', '--site', garbled, '--fix']);
check('sarif: its fixes are those of --fix', replacements.length === 3 && fixed.map((line) => line.join('')).join('\n') === fs.readFileSync(garbledPage, 'utf8'), JSON.stringify(replacements));

// ---- exit codes ----
const warned = site({ 'data/index.md': '---\ntitle: x\n---\n' });
for (const [args, code] of [[[], 0], [['--fail-on', 'warning'], 1], [['--fail-on', 'note'], 1], [['--fail-on', 'error'], 0], [['--fail-on', 'nothing'], 2], [['--format', 'xml'], 2]])
  check(`check ${args.join(' ')} exits with ${code}`, run(['check', '--site', warned, ...args]).code === code);
check('a broken guidance.yaml is wrong configuration', run(['check', '--site', site({}, 'nmae: x\n')]).code === 2);

// ---- Markdown of other tools, where the site reads it ----
const foreign = 'A note[^1], one that nobody wrote[^none].\n\n[^1]: The note.\n\n::: warning\nCare.\n:::\n\n::: other\nText.\n:::\n\n> [!NOTE]\n> Text.\n\n- [ ] to do\n\nTerm\n: what it means\n\n[[toc]]\n';
const reading = (settings) => json(site({ 'data/index.md': `---\ntitle: x\ndescription: y\n---\n${foreign}` }, `name: x\n${settings}`)).filter((f) => f.rule === 'markdown-foreign').map((f) => `${f.line} ${f.hint}`);
const unread = reading('');
check('what could be read names its setting', unread.length === 11 && ['footnotes', 'containers', 'alerts', 'task_lists', 'definition_lists', 'table_of_contents'].every((name) => unread.some((text) => text.includes(`markdown.${name}`))), unread.join('\n'));
const read = reading('markdown: { footnotes: true, containers: [warning], alerts: true, task_lists: true, definition_lists: true, table_of_contents: true }\n');
check('what is read is quiet, but for names without a meaning', read.map((text) => text.split(' ')[0]).join() === '5,13,15' && read.every((text) => !text.includes('set `')), read.join('\n'));

// ---- pages that readers do not see, in a layout that looks for them in the lists ----
const unseen = (life, body) => json(site({
  'templates/page.njk': '{% for entry in collections.all | eleventyNavigationBreadcrumb(eleventyNavigation.key) %}{{ entry.title }}{% endfor %}{{ content | safe }}',
  'data/index.md': '---\nlayout: page.njk\ntitle: x\ndescription: x\neleventyNavigation: {key: Home}\n---\n',
  'data/page.md': `---\nlayout: page.njk\ntitle: y\ndescription: y\neleventyNavigation: {key: Page, parent: Home}\n${life}\n---\n${body}\n`,
}));
for (const life of ['draft: true', 'publishAt: 2099-01-01', 'expireAt: 2020-01-01']) {
  check(`${life}: no fault of the page's`, unseen(life, 'Words.').length === 0, JSON.stringify(unseen(life, 'Words.')));
  check(`${life}: its own faults are found`, unseen(life, '{{ title | nosuch }}').some((f) => f.rule === 'template' && f.file === 'data/page.md' && f.line === 8));
}

// ---- links and navigation that lead from what readers see to what they do not ----
const one = (title, life, body) => `---\ntitle: ${title}\ndescription: ${title}\n${life}\n---\n${body}\n`;
const led = json(site({
  'data/index.md': one('Home', 'eleventyNavigation: {key: Home}', '[draft](/draft/) [source](draft.md) [gone](/gone/) [soon](/soon/) [there](/there/) [none](/none/)'),
  'data/draft.md': one('Draft', 'draft: true\neleventyNavigation: {key: Draft, parent: Home}', '[gone](/gone/) [home](/) [too](/draft-too/)'),
  'data/draft-too.md': one('Draft too', 'draft: true', '[draft](/draft/)'),
  'data/gone.md': one('Gone', 'expireAt: 2020-01-01\neleventyNavigation: {key: Gone, parent: Home}', '[draft](/draft/)'),
  'data/soon.md': one('Soon', 'publishAt: 2099-01-01\neleventyNavigation: {key: Soon, parent: Home}', '[gone](/gone/)'),
  'data/there.md': one('There', 'eleventyNavigation: {key: There, parent: Draft}', 'Words.'),
  'data/too.md': one('Too', 'eleventyNavigation: {key: Too, parent: Gone}', 'Words.'),
  'data/unseen.md': one('Unseen', 'publishAt: 2099-01-01\neleventyNavigation: {key: Unseen, parent: Gone}', 'Words.'),
}));
const ledSays = led.map((f) => `${f.file}:${f.line} ${f.rule} ${f.message}`);
for (const text of [
  'data/index.md:6 link-broken this link leads to a draft, data/draft.md: /draft/', 'data/index.md:6 link-broken there is no such page or file: draft.md',
  'data/index.md:6 link-broken this link leads to a page that has expired, data/gone.md: /gone/', 'data/index.md:6 link-broken this link leads to a page that appears later, data/soon.md: /soon/',
  'data/index.md:6 link-broken there is no such page or file: /none/',
  'data/there.md:4 navigation-parent the page with the key Draft is not there for readers: data/draft.md', 'data/too.md:4 navigation-parent the page with the key Gone is not there for readers: data/gone.md',
]) check(`found: ${text}`, ledSays.includes(text), ledSays.join('\n'));
check('and nothing else', led.length === 7, ledSays.join('\n'));

// ---- layouts that do not show the text, names that are Eleventy's, data that is no mapping ----
const shows = (layout, body = '## A heading\n\nWords "of" the *page*, and some more of them.') => json(site({ 'templates/l.njk': layout, 'data/index.md': `---\ntitle: x\ndescription: x\nlayout: l.njk\n---\n${body}\n` })).map((f) => `${f.file}:${f.line}:${f.column} ${f.rule}`).join();
check('tags that readers see', shows('<h1>{{ title }}</h1>{{ content }}') === 'data/index.md:4:9 content-escaped', shows('<h1>{{ title }}</h1>{{ content }}'));
check('text that they do not see', shows('<h1>{{ title }}</h1>') === 'data/index.md:4:9 content-missing', shows('<h1>{{ title }}</h1>'));
for (const layout of ['{{ content | safe }}', '{{ content | replace("<h2", "<h2 class=a") | safe }}', '{{ content | striptags }}', '<pre>{{ content }}</pre>{{ content | safe }}'])
  check(`nothing about ${layout}`, !/content-/.test(shows(layout)), shows(layout));
check('nor about a page that says nothing', shows('<h1>{{ title }}</h1>', '') === '', shows('<h1>{{ title }}</h1>', ''));
const strange = json(site({
  'data/index.md': '---\ntitle: x\ndescription: x\npage: y\ncollections: [z]\n---\n[a](/a/)\n',
  'data/a/index.md': '---\ntitle: y\ndescription: y\n---\n', 'data/a/a.json': '[1]', 'data/a/index.11tydata.yaml': 'words',
})).map((f) => `${f.file}:${f.line}:${f.column} ${f.rule}`);
check('names that are Eleventy\'s, and data that is no mapping', strange.join() === 'data/a/a.json:1:1 data-file,data/a/index.11tydata.yaml:1:1 data-file,data/index.md:4:1 front-matter-key,data/index.md:5:1 front-matter-key', strange.join());

// ---- pages made to take long ----
const many = (text, bytes = 200000) => text.repeat(Math.ceil(bytes / text.length));
const long = Object.fromEntries(Object.entries({
  brackets: many('['), links: many('[a]('), more: many('[]() '), code: many('`a``b```'), angles: many('<a:'), tags: many('<a href="x" '), quotes: many('<a href="'), angled: many('[a](<'), comments: many('<!-- '),
  headings: many('# a\n'), dots: many('a .... '), todos: many('`TODO` TODO '), entities: many('&amp'), tables: many('|a|\n|-|\n'), references: many('[a]: /x\n'), good: many('[a](/good/)\n', 60000), parameters: `{{ [${many("'/a/', ", 60000)}] | length }}`,
}).map(([name, text]) => [`data/${name}.md`, `---\ntitle: ${name}\ndescription: ${name}\n---\n${text}`]));
const slow = site({ ...long, 'data/index.md': '---\ntitle: x\ndescription: y\n---\n' }, 'name: x\nmarkdown: {tables: true}\n');
const began = Date.now();
const endless = run(['check', '--site', slow, '--format', 'json'], { timeout: 120000 });
check('pages that are made to take long take seconds', [0, 1].includes(endless.code) && Date.now() - began < 60000, `${endless.code} ${Date.now() - began} ms`);
console.log(`    pages made to take long: ${Date.now() - began} ms`);

// ---- the command that converts JavaScript data ----
const scripts = site({
  'package.json': '{}', 'data/index.md': '---\ntitle: x\ndescription: y\n---\n{{ one }}{{ two }}{{ three }}',
  'data/_data/one.js': 'module.exports = { a: Number(1) };\n', 'data/_data/two.cjs': 'module.exports = async () => [2];\n', 'data/_data/three.mjs': 'const c = 3;\nexport default { c };\n',
});
for (const f of json(scripts).filter((x) => x.rule === 'javascript-data')) execFileSync('sh', ['-c', f.hint], { cwd: scripts });
const converted = ['one', 'two', 'three'].map((n) => JSON.stringify(JSON.parse(fs.readFileSync(path.join(scripts, `data/_data/${n}.json`), 'utf8'))));
check('the command converts', converted.join() === '{"a":1},[2],{"c":3}', converted.join());

// ---- the documentation matches the table ----
const table = run(['check', '--rules', '--format', 'markdown']).out;
check('docs/check.md has the table of rules', fs.readFileSync(path.join(ROOT, 'docs/check.md'), 'utf8').includes(table));
// ---- one cause, one problem ----
{
  const many = {};
  for (let i = 0; i < 40; i++) {
    many[`data/layout-${i}.md`] = `---\ntitle: L${i}\nlayout: layouts/${i % 2 ? 'gone' : 'lost'}.njk\n---\ntext\n`;
    many[`data/package-${i}.md`] = `---\ntitle: P${i}\nlayout: layouts/base.njk\n---\ntext\n`;
    many[`data/macro-${i}.md`] = `---\ntitle: M${i}\n---\n{% from "nhsuk/components/${i % 3 ? 'card' : 'tag'}/macro.njk" import x %}\n`;
  }
  many['data/own.md'] = '---\ntitle: Own\n---\n{% include "own/thing.njk" %}\n{% include "other/thing.njk" %}\n';
  many['templates/layouts/base.njk'] = '{% extends "govuk/template.njk" %}{% from "govuk/components/button/macro.njk" import govukButton %}';
  const folded = site(many, 'name: Test\ntemplate_paths: [node_modules/govuk-frontend/dist]\n');
  const report = (...args) => spawnSync(BINARY, ['check', '--site', folded, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 }).stdout;
  const missing = () => JSON.parse(report('--format', 'json')).filter((f) => f.severity === 'error' && /-missing$/.test(f.rule));
  let found = missing();
  const of = (text) => found.filter((f) => f.message.includes(text) || f.hint.includes(text));
  check('a layout that is missing is one problem', of('layouts/gone.njk').length === 1 && of('layouts/gone.njk')[0].folded === 19 && of('layouts/gone.njk')[0].also.length === 19, JSON.stringify(of('gone')));
  check('another layout is another', of('layouts/lost.njk').length === 1);
  const govuk = of('govuk-frontend');
  check('a package that is missing is one problem', govuk.length === 1 && govuk[0].folded >= 40 && of('govuk/').length === 1, JSON.stringify(of('govuk')).slice(0, 500));
  check('at the place nearest to the cause', govuk[0]?.file === 'templates/layouts/base.njk' && govuk[0].line === 1, JSON.stringify(govuk));
  check('with what to do', govuk[0]?.hint.includes('npm install govuk-frontend'), govuk[0]?.hint);
  check('each package is one', of('nhsuk-frontend').length === 1 && of('nhsuk-frontend')[0].folded === 39, JSON.stringify(of('nhsuk')).slice(0, 300));
  check("templates of the site's own are one each", of('own/thing.njk').length === 1 && of('other/thing.njk').length === 1 && !of('own/thing.njk')[0].folded);
  check('six causes, six problems', found.length === 6, found.map((f) => `${f.file}: ${f.message}`).join('\n'));
  const text = report();
  check('the text says how many and where', /also: 19 more of the same cause, in data\/layout-1\d?\.md, .* and 16 more/.test(text), /also.*/.exec(text)?.[0]);
  fs.writeFileSync(path.join(folded, 'package-lock.json'), '{}');
  found = missing();
  check('where there is a lock file: npm ci', of('npm ci').length === 2 && !of('npm install').length, JSON.stringify(of('npm')));
  fs.mkdirSync(path.join(folded, 'node_modules/govuk-frontend'), { recursive: true });
  fs.writeFileSync(path.join(folded, 'node_modules/govuk-frontend/package.json'), '{}');
  found = missing();
  check('a package that is there is not blamed', !found.some((f) => f.hint.includes('govuk-frontend, which')) && of('govuk/template.njk').length === 1, JSON.stringify(of('govuk')).slice(0, 300));
  const built = spawnSync(BINARY, ['build', '--site', folded, '--out', path.join(folded, 'out')], { encoding: 'utf8' }).stderr;
  check('build says it once as well', built.split('no layout layouts/gone.njk').length === 2 && /gone\.njk \(and 19 more like it\)/.test(built), built.slice(0, 400));
}
// ---- --watch ----
const watched = site({
  'data/index.md': '---\ntitle: Home\ndescription: D.\n---\n[gone](/gone/)\n\n[lost](/lost/)\n',
  'data/b.md': '---\ntitle: B\ndescription: Of b.\n---\n[home](/)\n',
}, 'name: Test\nurl: https://guide.example\ncheck: {security-txt-missing: off, orphan: off}\n');
const write = (name, text) => fs.writeFileSync(path.join(watched, name), text);
function watching(...args) {
  const child = ours(spawn(BINARY, ['check', '--site', watched, '--watch', ...args], { stdio: ['ignore', 'pipe', 'pipe'] }));
  const seen = { child, out: '', err: '', rounds: () => seen.out.split('guidanced: checking\n').slice(1).filter((r) => /guidanced: checked at .*\n/.test(r)) };
  child.stdout.on('data', (text) => (seen.out += text));
  child.stderr.on('data', (text) => (seen.err += text));
  seen.round = (n) => until(() => seen.rounds()[n - 1], 20000);
  seen.end = () => new Promise((resolve) => { child.on('close', (code, signal) => resolve({ code, signal })); child.kill('SIGINT'); });
  return seen;
}
// As VS Code reads the output, with the task that docs/check.md shows.
const tasks = JSON.parse(/```json\n(\{ "version": "2\.0\.0"[^]*?)```/.exec(fs.readFileSync(path.join(ROOT, 'docs/check.md'), 'utf8'))[1]);
const matcher = tasks.tasks[0].problemMatcher;
const PROBLEM = new RegExp(matcher.pattern.regexp, 'gm');
const problems = (text) => [...(text ?? '').matchAll(PROBLEM)].map((m) => `${m[1]}:${m[2]} ${m[5]}`);
const people = watching();
const first = await people.round(1);
check('--watch: at first, every problem', problems(first).length === 2 && /\nguidanced: checked at \d\d:\d\d:\d\d UTC: 2 errors, 0 warnings, 0 notes; 2 new, 0 fixed\n/.test(first), first);
write('data/index.md', '---\ntitle: Home\ndescription: D.\n---\nA line before.\n\n[gone](/gone/)\n\n[away](/away/)\n');
const second = await people.round(2);
check('--watch: then only what is new and what is fixed, though lines have moved', problems(second).join() === 'data/index.md:9 there is no such page or file: /away/ [link-broken]' && /^fixed: data\/index\.md:7: there is no such page or file: \/lost\/ \[link-broken\]\n/m.test(second) && /: 2 errors, 0 warnings, 0 notes; 1 new, 1 fixed\n/.test(second), second);
write('guidance.yaml', 'name: Test\nnonsense: 1\n');
await until(() => /nonsense/.test(people.err), 20000);
check('--watch: settings that cannot be read are reported, and watched', /nonsense/.test(people.err) && people.child.exitCode === null, people.err);
write('guidance.yaml', 'name: Test\nurl: https://guide.example\ncheck: {security-txt-missing: off, orphan: off}\n');
const third = await people.round(3);
check('--watch: and compared with what was before', problems(third).length === 0 && /: 2 errors, 0 warnings, 0 notes\n/.test(third), third);
const code1 = await people.end();
check('--watch: ends on SIGINT with the exit code of the last check', code1.code === 1, JSON.stringify(code1));
const editor = watching('--all');
await editor.round(1);
write('data/index.md', '---\ntitle: Home\ndescription: D.\n---\n[gone](/gone/)\n');
const whole = await editor.round(2);
check('--watch --all: every problem each time, between lines that an editor can know', problems(whole).join() === 'data/index.md:5 there is no such page or file: /gone/ [link-broken]' && /; 0 new, 1 fixed\n$/.test(whole), whole);
write('data/index.md', '---\ntitle: Home\ndescription: D.\n---\n[b](/b/)\n');
check('--watch: nothing is left', /: 0 errors, 0 warnings, 0 notes; 0 new, 1 fixed\n/.test(await editor.round(3)), editor.out);
const begins = new RegExp(matcher.background.beginsPattern, 'gm'), ends = new RegExp(matcher.background.endsPattern, 'gm');
check('--watch: the documented task knows where each check begins and ends', tasks.tasks[0].command === 'guidanced check --watch --all' && editor.out.match(begins).length === 3 && editor.out.match(ends).length === 3, JSON.stringify(tasks));
const code0 = await editor.end();
check('--watch: then the exit code is 0', code0.code === 0, JSON.stringify(code0));
for (const args of [['--watch', '--format', 'json'], ['--watch', '--fix'], ['--all']])
  check(`${args.join(' ')} is refused`, run(['check', '--site', watched, ...args]).code === 2);

// ---- a line of a third of a megabyte, as a minifier writes it, with a mistake every few words ----
{
  const line = Array.from({ length: 2000 }, (_, i) => `<p>${'word '.repeat(30)}é<img src="/a${i}.png"></p>`).join('');
  const minified = site({ 'data/long.html': `---\ntitle: Long\n---\n${line}\n` });
  const { stdout, signal } = spawnSync(BINARY, ['check', '--site', minified], { encoding: 'utf8', timeout: 120000, maxBuffer: 1 << 26 });
  check('a long line with many mistakes has an end', signal === null && stdout.includes('4000 errors'), `${signal} ${stdout.slice(-300)}`);
  const [, shown, marks] = /data\/long\.html:4:\d+: error: there is no such page or file: \/a1999\.png.*\n {6}4 \| (.*)\n {8}\| (.*)\n/.exec(stdout) ?? [];
  check('and each is shown with what is around it', shown?.includes('/a1999.png') && shown.length <= 300 && marks?.indexOf('^') >= 0 && shown.startsWith('/a1999.png', marks.indexOf('^')), `${shown}\n${marks}`);
}

finish('check');
