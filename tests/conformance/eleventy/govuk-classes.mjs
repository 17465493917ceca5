// SPDX-License-Identifier: MIT
//
// GOV.UK Frontend's classes on markdown-it's output.
const CLASSES = {
  paragraph_open: () => 'govuk-body',
  heading_open: (token) => ({ h1: 'govuk-heading-xl', h2: 'govuk-heading-l', h3: 'govuk-heading-m' })[token.tag] ?? 'govuk-heading-s',
  bullet_list_open: () => 'govuk-list govuk-list--bullet',
  ordered_list_open: () => 'govuk-list govuk-list--number',
  link_open: () => 'govuk-link',
  hr: () => 'govuk-section-break govuk-section-break--xl govuk-section-break--visible',
  blockquote_open: () => 'govuk-inset-text',
  table_open: () => 'govuk-table',
  thead_open: () => 'govuk-table__head',
  tbody_open: () => 'govuk-table__body',
  tr_open: () => 'govuk-table__row',
  th_open: () => 'govuk-table__header',
  td_open: () => 'govuk-table__cell',
  code_inline: () => 'app-code-inline',
};

export default function (md) {
  const visit = (tokens) => {
    for (const token of tokens) {
      const classes = CLASSES[token.type]?.(token);
      const own = token.attrGet('class');
      // An author's GOV.UK class replaces ours: {.govuk-body-l} removes govuk-body.
      if (classes && !own?.includes('govuk-')) token.attrSet('class', [classes, own].filter(Boolean).join(' '));
      if (token.type === 'th_open') token.attrSet('scope', 'col');
      if (token.children) visit(token.children);
    }
  };
  for (const kind of ['fence', 'code_block']) {
    const plain = md.renderer.rules[kind];
    md.renderer.rules[kind] = (...args) => plain(...args).replace('<pre>', '<pre class="app-code">');
  }
  md.core.ruler.push('govuk_classes', (state) => visit(state.tokens));
}
