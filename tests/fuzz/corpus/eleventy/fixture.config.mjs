// SPDX-License-Identifier: MIT
//
// The fixture as Eleventy 3 builds it.
import navigation from '@11ty/eleventy-navigation';
import markdownIt from 'markdown-it';
import anchor from 'markdown-it-anchor';
import attrs from 'markdown-it-attrs';

export default function (config) {
  config.setQuietMode(true);
  config.addPlugin(navigation);
  config.setLibrary('md', markdownIt({ html: true, breaks: true }).use(anchor, { level: 2, tabIndex: false }).use(attrs));
  return { dir: { input: 'data', includes: '_includes', data: '_data', output: '_site' }, markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk' };
}
