// SPDX-License-Identifier: MIT
//
// The program and its documentation agree: help, manual pages, completions of three shells, README,
// docs/settings.md.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BINARY, ROOT, check, finish, site } from './harness.mjs';

const run = (...args) => {
  const { status, stdout, stderr } = spawnSync(BINARY, args, { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};
const read = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-commands-'));
const lines = (text) => text.split('\n').map((l) => l.trim()).filter(Boolean);

// ---- help ----
const help = run('--help');
const commands = [...help.out.matchAll(/^ {2}([a-z]+) +(\S.*)$/gm)].map(([, name, doc]) => ({ name, doc }));
check('the commands are there', ['serve', 'check', 'render', 'build', 'routes', 'template', 'markdown', 'new', 'move', 'report', 'init', 'healthcheck', 'feedback'].every((n) => commands.some((c) => c.name === n)), help.out);
for (const word of ['-h', 'help']) check(`guidanced ${word}`, word === 'help' || run(word).out === help.out);
check('no command is wrong usage', run().code === 2 && run('nothing').code === 2);
const options = {};
for (const { name, doc } of commands) {
  const { code, out } = run(name, '--help');
  check(`${name} --help`, code === 0 && out.startsWith(`usage: guidanced ${name}`) && out.includes(doc), out);
  check(`${name} -h is the same`, run(name, '-h').out === out);
  // For commands that take settings as options, serve's help lists them.
  const whole = /Every setting is an option/.test(out) ? out + run('serve', '--help').out.split('\nsettings')[1] : out;
  // An option hides the setting of its name: check's --watch.
  options[name] = [...new Set([...whole.matchAll(/^ {2}(?:-h, )?--([a-z-]+)(?: (\S+))?/gm)].map(([, option]) => option))];
  check(`${name}: an option that is not there`, run(name, '--no-such-option').code === 2);
  check(`${name}: the usage names its options`, true);
}

// ---- manual pages ----
// Faults that both renderers of manual pages report.
function lint(name, page) {
  const file = path.join(temporary, `${name}.${name === 'guidance.yaml' ? 5 : 1}`);
  fs.writeFileSync(file, page);
  const groff = spawnSync('groff', ['-man', '-mdoc', '-Kutf8', '-Tutf8', '-ww', '-z', file], { encoding: 'utf8' });
  check(`${name}: groff finds no fault`, groff.status === 0 && groff.stderr === '', groff.stderr);
  const mandoc = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', file], { encoding: 'utf8' });
  check(`${name}: mandoc finds no fault`, mandoc.status === 0, mandoc.stdout);
  return execFileSync('mandoc', ['-T', 'utf8', '-O', 'width=200', file], { encoding: 'utf8' }).replace(/.\u0008/g, '').replace(/[\u2010\u2212]/g, '-').replace(/\s+/g, ' ');
}
for (const { name, doc } of commands) {
  const page = lint(name, run('--man', name).out);
  check(`${name}: its page says what it does`, page.includes(doc.replace(/\.$/, '')), page.slice(0, 600));
  const own = [...run(name, '--help').out.split('\nsettings')[0].matchAll(/^ {2}--([a-z-]+)(?: (\S+))? {2,}(.*?)(?: Repeatable\.)?$/gm)];
  for (const [, option, , text] of own) check(`${name}: its page has --${option}`, page.includes(`--${option}`) && page.includes(text.replace(/\s+/g, ' ')), text);
  check(`${name}: its page has the exit codes`, page.includes('EXIT STATUS') && page.includes('wrong usage or configuration'));
}
const overview = lint('guidanced', run('--man').out);
check('the overview names every command', commands.every((c) => overview.includes(`${c.name} ${c.doc}`) && overview.includes(`guidanced-${c.name}(1)`)), overview.slice(0, 800));
const settingsPage = run('--man', 'guidance.yaml').out;
lint('guidance.yaml', settingsPage);
check('a page that is not there', run('--man', 'nothing').code === 2);

// ---- settings ----
// From the table, through its manual page: key, sentence, default.
const unescape = (t) => t.replace(/\\&/g, '').replace(/\\-/g, '-').replace(/\\e/g, '\\');
const rows = settingsPage.split('\n.It Va ').slice(1).map((part) => {
  const [key, doc, marker, fallback] = part.split('\n');
  return { key, doc: unescape(doc), fallback: marker === 'Default:' ? unescape(fallback) : '' };
});
check('every setting has a row', rows.length > 80, rows.length);
const documented = Object.fromEntries([...read('docs/settings.md').matchAll(/^\| `([a-z_.]+)` \| ([^|]*) \| ([^|]*) \| (.*) \|$/gm)].map(([, key, type, fallback, doc]) => [key, { type: type.trim(), fallback: fallback.trim(), doc }]));
for (const { key, doc, fallback } of rows) {
  const page = documented[key];
  check(`docs/settings.md has ${key}`, !!page);
  if (!page) continue;
  check(`docs/settings.md: ${key} says the same`, page.doc.startsWith(doc), `${doc} | ${page.doc}`);
  check(`docs/settings.md: the default of ${key}`, page.fallback === (fallback ? `\`${fallback}\`` : ''), `${fallback} | ${page.fallback}`);
}
check('docs/settings.md has no setting more', Object.keys(documented).every((k) => rows.some((r) => r.key === k)), Object.keys(documented).filter((k) => !rows.some((r) => r.key === k)).join());
const printed = lines(run('serve', '--site', site({}), '--print-config').out).map((l) => l.slice(0, l.indexOf(':')));
check('--print-config prints every setting', printed.join() === rows.map((r) => r.key).join(), printed.filter((k) => !rows.some((r) => r.key === k)).join());
const typed = [...run('serve', '--help').out.split('\nsettings')[1].matchAll(/^ {2}--([a-z-]+) /gm)].map(([, n]) => n);
check('every option of a setting is a setting', typed.every((t) => rows.some((r) => r.key.replace(/[._]/g, '-') === t)), typed.join());

// ---- README ----
const readme = [...read('README.md').matchAll(/^\| `guidanced ([a-z]+)\b/gm)].map(([, name]) => name);
check('README names every command', commands.every((c) => readme.includes(c.name)), commands.filter((c) => !readme.includes(c.name)).map((c) => c.name).join());
check('README names no other', readme.every((n) => commands.some((c) => c.name === n)), readme.join());
for (const file of ['README.md', ...fs.readdirSync(path.join(ROOT, 'docs')).filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)])
  for (const [, name, rest] of read(file).matchAll(/guidanced ([a-z]+)((?: +--?[a-z][a-z-]*(?:[ =][^\s`)]+)?)*)/g)) {
    if (!options[name]) continue;
    for (const [, option] of rest.matchAll(/--([a-z][a-z-]*)/g))
      check(`${file}: \`guidanced ${name} --${option}\` is there`, options[name].includes(option), rest);
  }

// ---- completions ----
const shells = Object.fromEntries(['bash', 'zsh', 'fish'].map((s) => [s, path.join(temporary, `completion.${s}`)]));
for (const [shell, file] of Object.entries(shells)) {
  fs.writeFileSync(file, run('--completion', shell).out);
  const syntax = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
  check(`${shell}: the completions parse`, syntax.status === 0 && !syntax.stderr, syntax.stderr);
}
check('a shell that is not known', run('--completion', 'csh').code === 2);
const bash = (...words) => lines(execFileSync('bash', ['-c', `. ${shells.bash}; COMP_WORDS=(guidanced ${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length}; _guidanced; printf '%s\\n' "\${COMPREPLY[@]}"`], { encoding: 'utf8', cwd: temporary }));
const fish = (line) => lines(execFileSync('fish', ['--no-config', '-c', `source ${shells.fish}; complete -C '${line}'`], { encoding: 'utf8', cwd: temporary })).map((l) => l.split('\t')[0]);
const names = commands.map((c) => c.name).sort();
check('bash completes commands', bash('').filter((w) => !w.startsWith('-')).sort().join() === names.join(), bash('').join());
check('fish completes commands', fish('guidanced ').filter((w) => names.includes(w)).sort().join() === names.join(), fish('guidanced ').join());
check('bash completes the beginning of a command', bash('ch').join() === 'check');
for (const { name } of commands) {
  const wanted = options[name].map((o) => `--${o}`).sort().join();
  check(`bash completes the options of ${name}`, bash(name, '--').sort().join() === wanted, bash(name, '--').join());
  check(`fish completes the options of ${name}`, fish(`guidanced ${name} --`).map((o) => o.replace(/=$/, '')).sort().join() === wanted, `${fish(`guidanced ${name} --`).join()} | ${wanted}`);
}
for (const [words, want] of [[['check', '--format', ''], 'github,json,sarif,text'], [['check', '--fail-on', 'e'], 'error'], [['routes', '--format', 'j'], 'json']]) {
  check(`bash completes ${words.join(' ')}`, bash(...words).sort().join() === want, bash(...words).join());
  check(`fish completes ${words.join(' ')}`, fish(`guidanced ${words.join(' ')}`).sort().join() === want, fish(`guidanced ${words.join(' ')}`).join());
}
fs.mkdirSync(path.join(temporary, 'folder'));
fs.writeFileSync(path.join(temporary, 'file.txt'), '');
check('bash completes directories alone where a directory is meant', bash('check', '--site', 'f').join() === 'folder', bash('check', '--site', 'f').join());
check('fish likewise', fish('guidanced check --site f').join() === 'folder/', fish('guidanced check --site f').join());
// zsh has no way to ask for completions without a terminal: its functions are loaded and must
// contain the rows.
const zsh = spawnSync('zsh', ['-f', '-c', `autoload -U compinit; compinit -u -D; source ${shells.zsh}; whence -w _guidanced; print $_comps[guidanced]`], { encoding: 'utf8', cwd: temporary });
check('zsh loads its completions', lines(zsh.stdout).join() === '_guidanced: function,_guidanced' && !zsh.stderr, zsh.stdout + zsh.stderr);
const zshText = fs.readFileSync(shells.zsh, 'utf8');
for (const { name } of commands)
  check(`zsh has the options of ${name}`, options[name].every((o) => new RegExp(`\\n    ${name}\\)[^]*?'--${o}\\[[^]*? ;;`).test(zshText)));

// ---- output that cannot be written ----
// Whoever reads it must learn that it is not whole.
const whole = site({ 'data/index.md': '---\ntitle: Home\n---\nWords.\n', 'one.md': 'Words.\n' });
const full = fs.openSync('/dev/full', 'w');
for (const args of [
  ['--help'], ['--version'], ['--man'], ['--completion', 'zsh'], ['--schema', 'guidance.yaml'], ['--reference', 'rules'], ['check', '--help'],
  ['serve', '--print-config', '--site', whole], ['routes', '--site', whole], ['render', '--site', whole, '/'], ['check', '--site', whole], ['check', '--rules'],
  ['report', '--site', whole], ['feedback', 'export', '--site', whole], ['markdown', path.join(whole, 'one.md')], ['template', path.join(whole, 'one.md')],
]) {
  const { status, stderr } = spawnSync(BINARY, args, { encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
  check(`${args.slice(0, 2).join(' ')}: a full disk is told`, status === 1 && /^guidanced: standard output cannot be written: (No space left on device|a part is missing)$/m.test(stderr), `${status} ${stderr}`);
}
fs.closeSync(full);
finish('commands');
