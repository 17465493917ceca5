// SPDX-License-Identifier: MIT
//
// The fixture as Eleventy 1 builds it: see record.mjs.
const navigation = require('@11ty/eleventy-navigation');
const load = (name) => { const module = require(name); return module.default ?? module; };

module.exports = function (config) {
  config.setQuietMode(true);
  config.addPlugin(navigation);
  // Later releases have it.
  config.addFilter('getCollectionItemIndex', (list, page) => list.findIndex((item) => item.inputPath === page.inputPath));
  config.setLibrary('md', load('markdown-it')({ html: true, breaks: true }).use(load('markdown-it-anchor'), { level: 2, tabIndex: false }).use(load('markdown-it-attrs')));
  return { dir: { input: 'data', includes: '_includes', data: '_data', output: '_site' }, markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk' };
};
