// SPDX-License-Identifier: MIT
//
// The nastier fixture as Eleventy 3 builds it: its guidance.yaml as a configuration.
import navigation from '@11ty/eleventy-navigation';
import tocPlugin from '@thedigitalman/eleventy-plugin-toc-a11y';
import { createRequire } from 'node:module';
import yaml from 'js-yaml';
import { DateTime } from 'luxon';
import markdownIt from 'markdown-it';
import anchor from 'markdown-it-anchor';
import attrs from 'markdown-it-attrs';

const plain = createRequire(import.meta.url)('@11ty/eleventy-navigation/eleventy-navigation.js');

// Expands ${NAME:-default} as guidance.yaml does; such a site has a JavaScript data file here.
const expand = (text) => text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name, other) => process.env[name] ?? other);

export default function (config) {
  config.setQuietMode(true);
  config.addDataExtension('yaml,yml', (text) => yaml.load(expand(text)));
  config.addPlugin(navigation);
  // The plugin's links without the transform that adds the path prefix.
  const links = { getFilter: (name) => config.getFilter(name) };
  config.addPlugin(() => {
    config.addFilter('eleventyNavigationToHtml', (entries, options) => plain.toHtml.call(links, entries, options));
    config.addFilter('eleventyNavigationToMarkdown', (entries, options) => plain.toMarkdown.call(links, entries, options));
  });
  const permalink = anchor.permalink.linkInsideHeader({ symbol: '#', placement: 'after', class: 'direct', ariaHidden: true });
  const md = markdownIt({ html: true, breaks: false, typographer: true })
    .use(anchor, { level: [2, 4], tabIndex: '-1', permalink }).use(attrs);
  config.setLibrary('md', md);
  config.addPlugin(tocPlugin, { tags: ['h2', 'h4'], wrapper: 'aside', wrapperClass: 'contents', heading: true, headingClass: 'c-h', headingLevel: 'h3', headingText: 'Inside', listType: 'ul', listClass: 'l', listItemClass: 'li', listItemAnchorClass: 'a' });
  config.addFilter('publishedDate', (value) => DateTime.fromJSDate(value, { zone: 'utc' }).toFormat('LLLL yyyy'));
  config.addFilter('shout', (text, mark = '!') => `${String(text).toUpperCase()}${mark}`);
  config.addShortcode('badge', (text, kind) => `<b class="${kind}">${text}</b>`);
  config.addPairedShortcode('box', (body, title) => `<section><h5>${title}</h5>${body}</section>`);
  config.addPairedShortcode('markdown', (body) => md.render(body));
  config.addFilter('markdown', (text) => md.render(text));
  config.addCollection('everything', (api) => api.getAllSorted());
  config.addCollection('guides', (api) => api.getFilteredByGlob('src/guides/**/*.md'));
  config.addCollection('newest', (api) => api.getFilteredByTag('guide').reverse().slice(0, 2));
  config.addPreprocessor('drafts', '*', (data) => (data.draft ? false : undefined));
  config.addPreprocessor('imports', 'md', (data, content) => `{% from "parts/macros.njk" import card, nested %}${content}`);
  config.addPassthroughCopy({ public: 'static', 'public/one.txt': 'robots-of-ours.txt' });
  return {
    dir: { input: 'src', includes: '_includes', layouts: '_layouts', data: '_data', output: '_site' },
    pathPrefix: '/docs/', markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk',
  };
}
