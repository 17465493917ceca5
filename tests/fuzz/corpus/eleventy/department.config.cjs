// SPDX-License-Identifier: MIT
//
// The department's site as Eleventy builds it, 1 or 3: a configuration as such sites have it.
const navigation = require('@11ty/eleventy-navigation');
const toc = require('@thedigitalman/eleventy-plugin-toc-a11y');
const { DateTime } = require('luxon');
const load = (name) => { const module = require(name); return module.default ?? module; };
const markdownIt = load('markdown-it');
const anchor = load('markdown-it-anchor');
const attrs = load('markdown-it-attrs');
const nunjucks = require('nunjucks');
const yaml = require('js-yaml');

const expand = (text) => text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name, other) => process.env[name] ?? other);
const IMPORTS = '{% from "system/component.njk" import component %}{% from "system/sitecomponent.njk" import sitecomponent %}';

module.exports = function (config) {
  config.setQuietMode(true);
  config.addDataExtension('yaml', (text) => yaml.load(expand(text)));
  config.addPlugin(navigation);
  config.addPlugin(toc, { tags: ['h2'], wrapper: 'nav', wrapperClass: 'contents', heading: true, headingClass: 'contents-heading', headingLevel: 'h2', headingText: 'Contents', listType: 'ol', listClass: 'contents-list', listItemClass: 'contents-item', listItemAnchorClass: 'contents-link' });
  config.addFilter('publishedDate', (value) => DateTime.fromJSDate(value, { zone: 'utc' }).toFormat('LLLL yyyy'));
  config.setLibrary('md', markdownIt({ html: true, breaks: true }).use(anchor, { level: 2, tabIndex: false }).use(attrs));
  config.setLibrary('njk', new nunjucks.Environment(new nunjucks.FileSystemLoader(['src/_includes', '.'])));
  // Before every Markdown page: Eleventy 3 has preprocessors, and for Eleventy 1 its reader is wrapped.
  if (config.addPreprocessor) config.addPreprocessor('imports', 'md', (data, content) => IMPORTS + content);
  else {
    const { prototype } = require('@11ty/eleventy/src/TemplateContent.js');
    const { read } = prototype;
    prototype.read = async function () {
      await read.call(this);
      const { content } = this.frontMatter;
      if (this.inputPath.endsWith('.md') && !content.startsWith(IMPORTS)) this.frontMatter.content = IMPORTS + content;
    };
  }
  return { dir: { input: 'src', includes: '_includes', data: '_data', output: 'public' }, markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk' };
};
