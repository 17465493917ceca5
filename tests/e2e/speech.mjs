// SPDX-License-Identifier: MIT
//
// A page as a screen reader speaks it from top to bottom: the browser's accessibility tree, a line
// for each landmark, heading, control, list, table and run of text. And what a listener would
// stumble over: controls without a name, landmarks that cannot be told apart, headings out of
// order, text that no landmark leads to.
const LANDMARKS = new Set(['banner', 'main', 'contentinfo', 'navigation', 'search', 'region', 'complementary', 'form']);
const CONTROLS = new Set(['link', 'button', 'textbox', 'searchbox', 'combobox', 'checkbox', 'radio', 'tab', 'option', 'DisclosureTriangle', 'slider', 'spinbutton']);
// Spoken with their name or size, and then what is in them.
const BOXES = new Set(['list', 'table', 'group', 'article', 'blockquote', 'figure', 'alert', 'status', 'tablist', 'tabpanel', 'listbox', 'DescriptionList', 'note']);
const SAID = { DisclosureTriangle: 'button', DescriptionList: 'description list', contentinfo: 'content information', StaticText: 'text' };
const STATES = ['expanded', 'checked', 'selected', 'required', 'invalid', 'disabled'];

const value = (node, name) => node.properties?.find((p) => p.name === name)?.value?.value;
const nameOf = (node) => (node.name?.value ?? '').replace(/\s+/g, ' ').trim();

function line(role, node, items) {
  const words = [SAID[role] ?? role];
  if (LANDMARKS.has(role)) words.push('landmark');
  if (role === 'heading') words.push(`level ${value(node, 'level')}`);
  const states = STATES.filter((state) => value(node, state) !== undefined && value(node, state) !== 'false' && (state === 'expanded' || value(node, state)));
  const spoken = states.map((state) => (state !== 'expanded' ? state : value(node, state) ? 'expanded' : 'collapsed'));
  const current = node.current ? [`current ${node.current}`] : [];
  const description = node.description?.value ? [node.description.value.replace(/\s+/g, ' ').trim()] : [];
  if (items) words.push(`of ${items}`);
  return `${words.join(' ')}${nameOf(node) ? `: ${nameOf(node)}` : ''}${[...spoken, ...current, ...description].map((word) => `, ${word}`).join('')}`;
}

// What is spoken of a page: objects of depth, role, name, level, url, inside (the innermost
// landmark) and line, in reading order.
export async function speak(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const spoken = [];
  const walk = (node, depth, inside) => {
    const role = node.role?.value;
    const name = nameOf(node);
    const known = !node.ignored && (LANDMARKS.has(role) || CONTROLS.has(role) || BOXES.has(role) || ['heading', 'image', 'StaticText', 'listitem', 'row', 'cell', 'columnheader', 'rowheader', 'term', 'definition', 'mark', 'insertion', 'deletion', 'code'].includes(role));
    const plain = ['listitem', 'row', 'cell', 'term', 'definition', 'mark', 'insertion', 'deletion', 'code'].includes(role);
    if (known && !plain && !(role === 'StaticText' && !name) && !(role === 'group' && !name))
      spoken.push({ depth, role, name, level: value(node, 'level'), url: value(node, 'url'), hidden: node.ignored, inside, line: `${'  '.repeat(depth)}${line(role, node, role === 'list' ? (node.childIds ?? []).filter((id) => byId.get(id)?.role?.value === 'listitem').length : 0)}` });
    // Headings, links and buttons are spoken by their names: what is in them would be said twice.
    if (known && (CONTROLS.has(role) && role !== 'DisclosureTriangle' || role === 'image' || role === 'columnheader' || role === 'rowheader')) return;
    if (known && (role === 'heading' || role === 'DisclosureTriangle')) {
      for (const child of within(node)) if (CONTROLS.has(child.role?.value) && !child.ignored) walk(child, depth + 1, inside);
      return;
    }
    const deeper = known && !plain ? depth + 1 : depth;
    for (const id of node.childIds ?? []) if (byId.has(id)) walk(byId.get(id), deeper, LANDMARKS.has(role) && !node.ignored ? role : inside);
  };
  const within = (node) => (node.childIds ?? []).flatMap((id) => (byId.has(id) ? [byId.get(id), ...within(byId.get(id))] : []));
  walk(nodes.find((node) => !node.parentId), 0, '');
  await session.detach();
  return spoken;
}

// Names that say nothing out of their context.
const EMPTY_NAMES = /^(here|click here|more|read more|this|link|page)$/i;

// What is wrong for a listener, one per line. The server's own pages have no frame around `main`.
export function stumbles(spoken, title, framed = true) {
  const wrong = [];
  const count = (role) => spoken.filter((node) => node.role === role).length;
  for (const role of framed ? ['banner', 'main', 'contentinfo'] : ['main']) if (count(role) !== 1) wrong.push(`${count(role)} landmarks are ${role}`);
  for (const role of ['navigation', 'search', 'region', 'form']) {
    const names = spoken.filter((node) => node.role === role).map((node) => node.name);
    if (role !== 'search' && names.includes('')) wrong.push(`${role} without a name`);
    for (const name of new Set(names.filter((n, i) => names.indexOf(n) !== i))) wrong.push(`two are ${role} "${name}"`);
  }
  for (const node of spoken) {
    if (CONTROLS.has(node.role) && !node.name) wrong.push(`${node.role} without a name`);
    if (node.role === 'link' && EMPTY_NAMES.test(node.name)) wrong.push(`a link is called "${node.name}"`);
    if (node.role === 'heading' && !node.name) wrong.push('heading without words');
    if (node.role === 'StaticText' && !node.inside) wrong.push(`in no landmark: ${node.name.slice(0, 60)}`);
  }
  spoken.forEach((node, i) => {
    const inside = spoken[i + 1];
    if (node.role === 'heading' && inside?.role === 'link' && inside.depth > node.depth && inside.name !== node.name && node.name.includes(inside.name))
      wrong.push(`the heading "${node.name}" says its link`);
  });
  const levels = spoken.filter((node) => node.role === 'heading' && node.inside !== 'contentinfo' && node.inside !== 'banner').map((node) => +node.level);
  const jump = levels.findIndex((level, i) => level > (i ? levels[i - 1] + 1 : 1));
  if (jump >= 0) wrong.push(`heading level ${levels[jump]} after ${levels[jump - 1] ?? 'none'}`);
  const first = spoken.find((node) => node.role === 'heading' && node.level === 1);
  if (!first) wrong.push('no heading of level 1');
  else if (!title.includes(first.name)) wrong.push(`the window is called "${title}", the page "${first.name}"`);
  const addresses = new Map();
  for (const { role, name, url, inside } of spoken) {
    if (role !== 'link' || inside !== 'main') continue;
    if (addresses.has(name) && addresses.get(name) !== url) wrong.push(`"${name}" leads to two addresses: ${url}, ${addresses.get(name)}`);
    addresses.set(name, url);
  }
  return [...new Set(wrong)];
}
