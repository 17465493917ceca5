// SPDX-License-Identifier: MIT
//
// Which configurations of markdown-it the script host treats as equal to the native pipeline: only
// those whose plugins' rules it knows by their text.
import { createRequire } from 'node:module';
import markdownIt from 'markdown-it';
import abbreviation from 'markdown-it-abbr';
import container from 'markdown-it-container';
import deflist from 'markdown-it-deflist';
import deflist3 from 'markdown-it-deflist-3';
import footnote from 'markdown-it-footnote';
import ins from 'markdown-it-ins';
import mark from 'markdown-it-mark';
import sub from 'markdown-it-sub';
import sup from 'markdown-it-sup';
import { describeMarkdown } from '../../../lib/script/host/markdown.mjs';

const require = createRequire(import.meta.url);
let passed = 0;
let failed = 0;
function check(name, ok, detail) {
  if (ok) passed++;
  else failed++;
  if (!ok) console.log(`not ok: ${name}: ${JSON.stringify(detail)}`);
}

const PLUGINS = {
  footnotes: [footnote, 'markdown-it-footnote'], definition_lists: [deflist, 'markdown-it-deflist'], abbreviations: [abbreviation, 'markdown-it-abbr'],
  subscript: [sub, 'markdown-it-sub'], superscript: [sup, 'markdown-it-sup'], insertions: [ins, 'markdown-it-ins'], marks: [mark, 'markdown-it-mark'],
};
const all = markdownIt({ html: true });
for (const [setting, [plugin, name]] of Object.entries(PLUGINS)) {
  all.use(plugin);
  for (const [form, each] of [['ES module', plugin], ['CommonJS', require(name)]]) {
    const { native, why } = describeMarkdown(markdownIt().use(each.default ?? each));
    check(`${name} as ${form}`, JSON.stringify(native?.extensions) === JSON.stringify({ [setting]: true }), why);
  }
}
const described = describeMarkdown(all);
check('all at once', Object.keys(described.native?.extensions ?? {}).sort().join() === Object.keys(PLUGINS).sort().join(), described);
check('version 3 of markdown-it-deflist', describeMarkdown(markdownIt().use(deflist3)).native?.extensions.definition_lists === 3);
check('none', JSON.stringify(describeMarkdown(markdownIt()).native?.extensions) === '{}');
check('a plugin with options', describeMarkdown(markdownIt().use(container, 'note')).native === null);
const changed = markdownIt().use(footnote);
changed.renderer.rules.footnote_ref = () => '*';
check('a renderer that was changed', describeMarkdown(changed).native === null);
const other = markdownIt();
other.inline.ruler.after('emphasis', 'sub', () => false);
check('another rule of the name', describeMarkdown(other).native === null);
const off = markdownIt().use(sub);
off.inline.ruler.disable('sub');
check('a rule that is switched off', describeMarkdown(off).native === null);
console.log(`native Markdown: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
