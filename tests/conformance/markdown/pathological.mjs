// SPDX-License-Identifier: MIT
//
// Texts made to take a parser very long. Each must be refused, or finish within a limit of
// processor time (a busy machine spoils clock time). With --instructions, callgrind instead counts
// whether twice the text takes twice as many instructions; this is slow, and shows which texts grow
// faster.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const BINARY = path.resolve(process.env.GUIDANCED || 'build/release/guidanced');
const SIZE = 6000;
const LARGE = 50000;
const SECONDS = 90; // of processor time, for all texts of a kind
const ONLY = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : '';
const of = (part) => (bytes) => part.repeat(Math.ceil(bytes / part.length));
const staircase = (marker) => (bytes) => {
  let text = '';
  for (let depth = 0; text.length < bytes; depth++) text += `${'  '.repeat(depth % 60)}${marker} a\n`;
  return text;
};

const TEXTS = {
  'emphasis that opens': of('*a _b '), 'emphasis that closes': of('a* b_ '), 'strong nested': of('*a **a '), 'mismatched': of('*a_ '),
  'runs of stars': of('a**b**c* '), 'underscores': of('_'), 'stars': of('*'), 'link openers': of('[a'), 'link closers': of('a]'),
  'nested links': of('[a]('), 'links to nowhere': of('[a](b'), 'image openers': of('![a'), 'images in links': of('![[]()'), 'brackets': of('[]'),
  'brackets on lines': of('[a\n'), 'titles that do not end': of('[a](b "'), 'angles': of('<'), 'angles in links': of('[a](<b'),
  'backticks': (n) => Array.from({ length: Math.sqrt(n * 2) }, (_, i) => `e${'`'.repeat(i)}`).join(''), 'code that does not end': of('`a``b'),
  'comments that do not end': of('<!-- a\n'), 'tags that do not end': of('<a b="c'), 'declarations': of('<!A '), 'instructions': of('<?'), 'CDATA': of('<![CDATA['),
  'entities': of('&amp;'), 'entities that are none': of('&a'), 'quotes': of('> '), 'quotes on lines': of('> a\n'), 'lists': of('- '),
  'lists on lines': of('- a\n'), 'lists deeper and deeper': staircase('-'), 'lists and blank lines': (n) => `${staircase('-')(n / 2)}${'\n'.repeat(n / 2)}`,
  'numbers deeper and deeper': staircase('1.'), 'quotes in lists': staircase('- >'), 'blank lines': of('\n'), 'spaces': of(' '), 'tabs': of('\t'),
  'definitions': of('[a]: b\n'), 'definitions and uses': (n) => `${of('[a]: b\n')(n / 2)}\n${of('[a] ')(n / 2)}`, 'labels': (n) => Array.from({ length: n / 16 }, (_, i) => `[l${i}]: /u${i}\n`).join(''),
  'headings alike': of('# a\n'), 'headings underlined': of('a\n=\n'), 'fences': of('```\n'), 'fences that do not end': of('````a\n'), 'code by indentation': of('    a\n\n'), 'rules': of('---\n'),
  'pipes': of('|'), 'rows': (n) => `|a|b|\n|-|-|\n${of('|c|d|\n')(n)}`, 'tables': of('|a|b|\n|-|-|\n|c|d|\n\n'), 'tables with references': (n) => `[r]: x\n\n${of('|a|b|\n|-|-|\n|[r]|d|\n\n')(n)}`,
  'wide tables': (n) => `${of('|a')(n / 3)}|\n${of('|-')(n / 3)}|\n${of('|b')(n / 3)}|\n`, 'cells that span': (n) => `|a|b|\n|-|-|\n${of('|c {rowspan=999}|d {colspan=99}|\n')(n)}`, 'lines before tables': (n) => `${of('a\n')(n)}|a|b|\n|-|-|\n|c|d|\n`,
  'tildes': of('~~'), 'strikes that open': of('~~a '), 'strikes that close': of('a~~ '), 'braces': of('{'), 'braces that close': of('{.a}'), 'braces behind spans': of('*a*{.b}'),
  'braces behind code': of('`a`{.b}'), 'braces at ends': of('a {.b}\n\n'), 'braces below items': of('- a\n{.b}\n'), 'braces below lists': of('- a\n\n{.b}\n\n'), 'braces below tables': of('|a|b|\n|-|-|\n\n{.c}\n\n'),
  'many attributes': (n) => `a {${of('b=c ')(n)}}`, 'many classes': (n) => `a {${of('.b ')(n)}}`, 'escaped braces': of('\\{'), 'quotation marks': of('"a '), 'apostrophes': of("'a' "), 'dashes': of('a--'), 'dots': of('..'),
  'addresses': of('https://a.b '), 'bold tags': of('<b>'), 'bold ends': of('</b>'), 'tags in blocks': of('<div>\n\n'),
};
// With all extensions on.
const EXTENSION_TEXTS = {
  'footnotes that nobody wrote': (n) => `[^1]: x\n\n${of('[^a] ')(n)}`, 'footnotes that do not end': (n) => `[^1]: x\n\n${of('[^')(n)}`, 'footnotes that end late': (n) => `[^1]: x\n\n${of('[^')(n)}]`, 'footnotes in a row': of('[^1]: x\n'),
  'many footnotes': (n) => Array.from({ length: n / 16 }, (_, i) => `[^${i}]\n\n[^${i}]: x\n\n`).join(''), 'one footnote often': (n) => `[^1]: x\n\n${of('[^1] ')(n)}`, 'notes in the text': of('^[a] '), 'notes in notes': of('^['), 'notes in notes that end': (n) => `${of('^[a ')(n / 2)}${of(']')(n / 8)}`, 'notes that do not end': of('^[a '),
  'footnotes in footnotes': of('[^1]: '), 'footnotes deeper and deeper': (n) => { let text = ''; for (let d = 0; text.length < n; d++) text += `${' '.repeat(4 * (d % 60))}[^${d}]: a\n`; return text; },
  'definitions and terms': of('a\n: b\n'), 'definitions of definitions': of(': '), 'definitions in a row': (n) => `a\n${of(': b\n')(n)}`, 'definitions loose': of('a\n\n: b\n\n'), 'definitions deeper': (n) => { let text = ''; for (let d = 0; text.length < n; d++) text += `${'  '.repeat(d % 60)}a\n${'  '.repeat(d % 60)}: b\n`; return text; }, 'tildes as definitions': of('a\n~ b\n'),
  'containers that do not end': of('::: note\n'), 'containers': of('::: note\n:::\n'), 'containers nested': (n) => Array.from({ length: Math.sqrt(n) }, (_, i) => `${':'.repeat(Math.ceil(Math.sqrt(n)) + 3 - i)} note\n`).join(''), 'colons': of(':'), 'colons on lines': of(':::\n'),
  'alerts': of('> [!NOTE]\n\n'), 'alerts in one quote': of('> [!NOTE]\n'), 'alerts nested': of('> [!NOTE]\n> '), 'attributed quotes': of('> a\n> — b\n\n'), 'attributions in one quote': (n) => of('> — b\n')(n), 'addresses that cite': (n) => `> — ${of('http://')(n)}`,
  'task lists': of('- [ ] a\n'), 'tasks in tasks': staircase('- [x]'), 'figures': of('![a](b "c")\n\n'), 'figures with long captions': (n) => `![a](b "${of('*c* ')(n)}")`, 'captions with captions': of('![a](b "![c](d)")\n\n'),
  'abbreviations': of('*[A]: b\n'), 'many abbreviations': (n) => `${Array.from({ length: n / 20 }, (_, i) => `*[A${i}]: b\n`).join('')}\n${of('A1 A ')(n / 2)}`, 'abbreviations that nearly are': (n) => `*[${of('.')(200)}x]: b\n\n${of('.')(n)}`, 'abbreviations of all lengths': (n) => `${Array.from({ length: Math.sqrt(n) }, (_, i) => `*[${'.'.repeat(i + 1)}]: b\n`).join('')}\n${of('. ')(n / 2)}`, 'long abbreviations': (n) => `*[${of('a')(n / 2)}]: b\n\n${of('a')(n / 2)}`,
  'contents': of('[[toc]]\n\n'), 'contents and headings': (n) => `${of('[[toc]]\n\n')(n / 64)}${of('# a\n')(n / 64)}`, 'headings deeper': of('# a\n###### b\n'), 'subscripts': of('~a~ '), 'subscripts that open': of('~a ~'), 'subscripts over links': of('~[a~'), 'superscripts': of('^a^'), 'superscripts that open': of('^a '), 'superscripts with escapes': of('^\\ '),
  'marks': of('==a=='), 'marks that open': of('==a '), 'marks that close': of('a== '), 'marks of all kinds': of('==a ++b ~~c *d _e '), 'insertions': of('++a++ '), 'odd marks': of('===a=== +++b+++ '), 'equals signs': of('='), 'plus signs': of('+'),
};
const BASE = { breaks: true, html: true, tables: true, strikethrough: true, attributes: 5, linkify: true, typographer: true, heading_ids: { levels: 1, tabindex: -1 } };
const EXTENSIONS = { alerts: true, attribution: true, containers: ['note'], definition_lists: true, insertions: true, marks: true, subscript: true, superscript: true, footnotes: true, task_lists: true, figures: { caption: true }, abbreviations: true, table_of_contents: true };
const KINDS = { plain: BASE, strict: { ...BASE, sanitise: true, indented_code: false, attributes: 4 }, extensions: { ...BASE, ...EXTENSIONS }, 'extensions without code': { ...BASE, ...EXTENSIONS, definition_lists: 3, indented_code: false, figures: { caption: 'alt', link: true } } };
const textsOf = (kind) => (kind.startsWith('extensions') ? { ...TEXTS, ...EXTENSION_TEXTS } : TEXTS);

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-pathological-'));
// Instructions of one text; null when it is refused.
function cost(markdown, options) {
  const input = `${JSON.stringify({ id: 1, markdown, options })}\n`;
  const args = ['--tool=callgrind', '--callgrind-out-file=/dev/null', BINARY, 'markdown', '--batch'];
  const { stdout, stderr } = spawnSync('valgrind', args, { input, encoding: 'utf8', cwd: dir, maxBuffer: 1 << 28 });
  const collected = /Collected : (\d+)/.exec(stderr);
  if (!collected) throw new Error(stderr);
  return JSON.parse(stdout).error ? null : +collected[1];
}

const result = { passed: 0, failed: 0 };
function note(ok, message) {
  result[ok ? 'passed' : 'failed']++;
  if (!ok) console.log(`not ok: ${message}`);
}

function countInstructions(kind, options) {
  const nothing = cost('', options);
  for (const [name, make] of Object.entries(textsOf(kind))) {
    if (!name.includes(ONLY)) continue;
    const [once, twice] = [make(SIZE), make(SIZE * 2)].map((text) => cost(text, options));
    const refused = once === null || twice === null;
    const ratio = (twice - nothing) / (once - nothing);
    note(refused || ratio < 2.6, `${kind}: ${name}: ${ratio.toFixed(2)} times the instructions for twice the text`);
    if (process.argv.includes('--verbose')) console.log(`${kind}: ${name}: ${refused ? 'refused' : `${ratio.toFixed(2)}, ${((twice - once) / SIZE).toFixed(0)} a byte`}`);
  }
}

// All texts of a kind in one process, with limited processor time.
function limitTime(kind, options) {
  const texts = textsOf(kind);
  const names = Object.keys(texts).filter((name) => name.includes(ONLY));
  const input = names.map((id) => `${JSON.stringify({ id, markdown: texts[id](LARGE), options })}\n`).join('');
  const { stdout } = spawnSync('bash', ['-c', `ulimit -t ${SECONDS}; exec "$0" markdown --batch`, BINARY], { input, encoding: 'utf8', cwd: dir, maxBuffer: 1 << 30 });
  const done = new Set(stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line).id));
  for (const name of names) note(done.has(name), `${kind}: ${name}: not done when ${SECONDS} seconds of processor time were over`);
}

const work = process.argv.includes('--instructions') ? countInstructions : limitTime;
for (const [kind, options] of Object.entries(KINDS)) work(kind, options);
fs.rmSync(dir, { recursive: true });
console.log(`pathological: ${result.passed} passed, ${result.failed} failed`);
process.exitCode = result.failed ? 1 : 0;
