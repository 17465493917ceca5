// SPDX-License-Identifier: MIT
//
// The nastier fixture as Eleventy 1 builds it, which has no preprocessors: see record.mjs.
const navigation = require('@11ty/eleventy-navigation');
const toc = require('@thedigitalman/eleventy-plugin-toc-a11y');
const { DateTime } = require('luxon');
const yaml = require('js-yaml');
const load = (name) => { const module = require(name); return module.default ?? module; };
const expand = (text) => text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name, other) => process.env[name] ?? other);
const IMPORTS = '{% from "parts/macros.njk" import card, nested %}';

module.exports = function (config) {
  config.setQuietMode(true);
  config.addPlugin(navigation);
  for (const extension of ['yaml', 'yml']) config.addDataExtension(extension, (text) => yaml.load(expand(text)));
  const anchor = load('markdown-it-anchor');
  const permalink = anchor.permalink.linkInsideHeader({ symbol: '#', placement: 'after', class: 'direct', ariaHidden: true });
  const md = load('markdown-it')({ html: true, breaks: false, typographer: true })
    .use(anchor, { level: [2, 4], tabIndex: '-1', permalink }).use(load('markdown-it-attrs'));
  config.setLibrary('md', md);
  config.addPlugin(toc, { tags: ['h2', 'h4'], wrapper: 'aside', wrapperClass: 'contents', heading: true, headingClass: 'c-h', headingLevel: 'h3', headingText: 'Inside', listType: 'ul', listClass: 'l', listItemClass: 'li', listItemAnchorClass: 'a' });
  config.addFilter('publishedDate', (value) => DateTime.fromJSDate(value, { zone: 'utc' }).toFormat('LLLL yyyy'));
  config.addFilter('shout', (text, mark = '!') => `${String(text).toUpperCase()}${mark}`);
  config.addShortcode('badge', (text, kind) => `<b class="${kind}">${text}</b>`);
  config.addPairedShortcode('box', (body, title) => `<section><h5>${title}</h5>${body}</section>`);
  config.addPairedShortcode('markdown', (body) => md.render(body));
  config.addFilter('markdown', (text) => md.render(text));
  config.addCollection('everything', (api) => api.getAllSorted());
  config.addCollection('guides', (api) => api.getFilteredByGlob('src/guides/**/*.md'));
  config.addCollection('newest', (api) => api.getFilteredByTag('guide').reverse().slice(0, 2));
  const { prototype } = require('@11ty/eleventy/src/TemplateContent.js');
  const { read } = prototype;
  prototype.read = async function () {
    await read.call(this);
    const { content } = this.frontMatter;
    if (this.inputPath.endsWith('.md') && !content.startsWith(IMPORTS)) this.frontMatter.content = IMPORTS + content;
  };
  for (const name of ['Item', 'ItemIndex']) // later releases have them
    if (!config.getFilter(`getCollection${name}`)) config.addFilter(`getCollection${name}`, () => '');
  config.addFilter('inputPathToUrl', (input) => input);
  config.addPassthroughCopy({ public: 'static', 'public/one.txt': 'robots-of-ours.txt' });
  return {
    dir: { input: 'src', includes: '_includes', layouts: '_layouts', data: '_data', output: '_site' },
    pathPrefix: '/docs/', markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk',
  };
};
