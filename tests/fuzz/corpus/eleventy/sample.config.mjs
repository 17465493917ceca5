// SPDX-License-Identifier: MIT
//
// The sample site of this repository as Eleventy 3 builds it, from the same data/ and templates/.
// What guidance.yaml configures is done here by hand, as a second opinion. GUIDANCED_EXPORT names a
// directory that `guidanced build` has written, where the fingerprinted names of assets are looked
// up.
import navigationPlugin from '@11ty/eleventy-navigation';
import tocPlugin from '@thedigitalman/eleventy-plugin-toc-a11y';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import yaml from 'js-yaml';
import { DateTime } from 'luxon';
import markdownIt from 'markdown-it';
import anchor from 'markdown-it-anchor';
import attrs from 'markdown-it-attrs';
import nunjucks from 'nunjucks';
import govukClasses from './govuk-classes.mjs';

const navigation = createRequire(import.meta.url)('@11ty/eleventy-navigation/eleventy-navigation.js');
const settings = yaml.load(fs.readFileSync('guidance.yaml', 'utf8'));

// "/assets/site.css" → "/assets/site.0123….css", when the export has that file with the same bytes.
function asset(url) {
  const prefix = Object.keys(settings.passthrough).find((p) => url.startsWith(`${p}/`));
  if (!prefix) return url;
  const relative = url.slice(prefix.length + 1);
  const source = path.join(settings.passthrough[prefix], relative);
  if (!fs.existsSync(source)) return url;
  const { dir, name, ext } = path.parse(url);
  const folder = path.join(process.env.GUIDANCED_EXPORT, dir);
  const bytes = fs.readFileSync(source);
  const twin = fs.readdirSync(folder).find((f) => {
    const middle = f.startsWith(`${name}.`) && f.endsWith(ext) ? f.slice(name.length + 1, -ext.length) : '';
    return /^[0-9a-f]+$/.test(middle) && bytes.equals(fs.readFileSync(path.join(folder, f)));
  });
  return twin ? `${dir}/${twin}` : url;
}

// The integrity attribute of a script or style.
function integrity(url) {
  const prefix = Object.keys(settings.passthrough).find((p) => url.startsWith(`${p}/`));
  const source = prefix && path.join(settings.passthrough[prefix], url.slice(prefix.length + 1));
  if (!source || !fs.existsSync(source)) return '';
  return `sha384-${crypto.createHash('sha384').update(fs.readFileSync(source)).digest('base64')}`;
}

// The `navigation` variable: neighbours in reading order, and the section as a tree.
function around(all, url) {
  const none = { previous: null, next: null, section: [] };
  const found = new Map();
  const seen = new Set();
  const link = ({ title, url }) => ({ title, url });
  for (const top of navigation.findNavigationEntries(all, '')) {
    let last = null;
    const below = (list, current) =>
      list.map((e) => ({ title: e.title, url: e.url, current: e.url === current, children: below(e.children ?? [], current) }));
    const visit = (entry) => {
      const own = entry.data.page.url;
      if (!found.has(own)) {
        const list = below(top.children ?? [], entry.url);
        const section = list.length ? [{ title: top.title, url: top.url, current: top.url === entry.url }, ...list] : [];
        const node = { previous: last && link(last.entry), next: null, section };
        if (last) last.node.next = link(entry);
        found.set(own, node);
        last = { entry, node };
      }
      if (seen.has(entry.key)) return;
      seen.add(entry.key);
      for (const child of entry.children ?? []) visit(child);
    };
    visit(top);
  }
  return found.get(url) ?? none;
}

export default function (config) {
  config.setQuietMode(true);
  config.setUseGitIgnore(false);
  config.addDataExtension('yaml', (text) => yaml.load(text));
  config.addPlugin(navigationPlugin);
  config.addGlobalData('site', settings);
  config.addGlobalData('eleventyComputed', {
    navigation: (data) => (data.collections?.all?.length && data.page?.url ? around(data.collections.all, data.page.url) : undefined),
  });
  const paths = [settings.includes, ...settings.template_paths, '.'];
  config.setLibrary('njk', new nunjucks.Environment(new nunjucks.FileSystemLoader(paths)));
  const { breaks, html, typographer, heading_ids: ids } = settings.markdown;
  config.setLibrary('md', markdownIt({ breaks, html, typographer })
    .use(anchor, { level: ids.levels, tabIndex: ids.tabindex })
    .use(attrs).use(govukClasses));
  const imports = settings.imports.map((line) => `{% ${line} %}`).join('');
  config.addPreprocessor('imports', 'md', (data, content) => imports + content);
  config.addFilter('asset', asset);
  config.addFilter('integrity', integrity);
  // The sample has no images of its own in its pages, and no page that is not shown.
  config.addFilter('imageSizes', (html) => html);
  config.addFilter('shown', (list) => list);
  config.addFilter('date', (value, format) => DateTime.fromJSDate(value, { zone: 'utc' }).toFormat(format));
  const toc = settings.toc;
  config.addPlugin(tocPlugin, {
    tags: toc.tags, wrapper: toc.wrapper, wrapperClass: toc.wrapper_class, heading: toc.heading,
    headingClass: toc.heading_class, headingLevel: toc.heading_level, headingText: toc.heading_text,
    listType: toc.list_type, listClass: toc.list_class, listItemClass: toc.list_item_class,
    listItemAnchorClass: toc.list_item_anchor_class,
  });
  return {
    dir: { input: settings.input, includes: `../${settings.includes}`, data: settings.data, output: '_site' },
    markdownTemplateEngine: 'njk', htmlTemplateEngine: 'njk',
  };
}
