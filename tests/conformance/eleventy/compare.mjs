// SPDX-License-Identifier: MIT
//
// Two output trees, file by file. HTML is parsed by the standard's rules and compared as a tree.
// White space outside pre and textarea is collapsed and the order of attributes ignored; nothing
// else is. Any other file is compared byte by byte.
import fs from 'node:fs';
import path from 'node:path';
import { parse, parseFragment } from 'parse5';

const KEEPS_SPACE = new Set(['pre', 'textarea', 'script', 'style']);

function write(node, keep, out) {
  if (node.nodeName === '#text') {
    out.push(keep ? node.value : node.value.replace(/[ \t\n\f\r]+/g, ' '));
    return;
  }
  if (node.nodeName === '#comment') out.push(`<!--${node.data}-->`);
  else if (node.nodeName === '#documentType') out.push(`<!DOCTYPE ${node.name} ${node.publicId} ${node.systemId}>`);
  else if (node.tagName) {
    const attributes = node.attrs.map((a) => ` ${a.name}=${JSON.stringify(a.value)}`).sort().join('');
    out.push(`<${node.tagName}${attributes}>`);
  }
  const inside = keep || KEEPS_SPACE.has(node.tagName);
  for (const child of (node.content ?? node).childNodes ?? []) write(child, inside, out);
  if (node.tagName) out.push(`</${node.tagName}>`);
}

// The tree as text, one token per entry. A text that is not a whole page is parsed as a fragment,
// so that the parser adds no head and body.
export function tree(html) {
  const out = [];
  const whole = /^\s*<(!doctype|html)/i.test(html);
  write(whole ? parse(html) : parseFragment(html), false, out);
  // White space at either end of the file is not part of the page.
  while (out.length && !out[0].trim()) out.shift();
  while (out.length && !out.at(-1).trim()) out.pop();
  return out;
}

const walk = (root) =>
  fs.readdirSync(root, { recursive: true }).map(String).filter((f) => fs.statSync(path.join(root, f)).isFile()).sort();

const shown = (list, at) => list.slice(Math.max(0, at - 4), at + 4).join('').slice(0, 600);

// Files that the server adds to the pages.
const OWN = new Set(['sitemap.xml', 'robots.txt', 'feed.xml', 'pages.json', '.guidanced-manifest', '_headers', '_redirects']);

// Compares and counts. options: skip(file) leaves a file out; the caller says why.
export function compareTrees(name, theirs, ours, { skip = () => false } = {}) {
  const result = { passed: 0, failed: 0 };
  const [a, b] = [walk(theirs), walk(ours).filter((f) => !OWN.has(f))];
  for (const file of new Set([...a, ...b])) {
    if (skip(file)) continue;
    const read = (root) => (fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file), 'utf8') : null);
    const [want, got] = [read(theirs), read(ours)];
    let difference = null;
    if (want === null || got === null) difference = want === null ? 'Eleventy has no such file' : 'we have no such file';
    else if (!file.endsWith('.html')) difference = want === got ? null : `want ${JSON.stringify(want.slice(0, 400))}\n  got  ${JSON.stringify(got.slice(0, 400))}`;
    else {
      const [x, y] = [tree(want), tree(got)];
      let at = 0;
      while (at < x.length && x[at] === y[at]) at++;
      if (at < x.length || at < y.length) difference = `want ${shown(x, at)}\n  got  ${shown(y, at)}`;
    }
    if (difference === null) result.passed++;
    else {
      result.failed++;
      console.log(`not ok: ${name}: ${file}\n  ${difference}`);
    }
  }
  return result;
}
