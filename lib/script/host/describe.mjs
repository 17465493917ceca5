// SPDX-License-Identifier: MIT
//
// Describes the configuration for the daemon (../README.md, "Description").

import fs from "node:fs";
import path from "node:path";
import { managersOf } from "./bundles.mjs";
import { layerPath } from "./files.mjs";
import { describeMarkdown } from "./markdown.mjs";
import { closure, packagesUsed } from "./modules.mjs";
import { ownParts, settingsOf } from "./nunjucks.mjs";
import { keepers } from "./state.mjs";
import { remember } from "./values.mjs";

// Plugins whose filters guidanced implements, by the package that registers them.
const NATIVE_PLUGINS = {
  "@11ty/eleventy-navigation": new Set([
    "eleventyNavigation",
    "eleventyNavigationBreadcrumb",
    "eleventyNavigationToHtml",
    "eleventyNavigationToMarkdown",
  ]),
};

// Eleventy's own filters that are asked for all the same: this one runs the configuration's
// transforms.
const NOT_NATIVE = new Set(["renderTransforms"]);

// The package.json of the package that a file belongs to.
function manifestOf(file, plugin) {
  const end = `/node_modules/${plugin}/`;
  const at = file.lastIndexOf(end);
  if (at < 0) return undefined;
  return JSON.parse(fs.readFileSync(`${file.slice(0, at + end.length)}package.json`, "utf8"));
}

// Versions of native plugins, whoever loads them: another plugin often does.
function nativePlugins({ registrations }) {
  const found = Object.entries(NATIVE_PLUGINS).flatMap(([plugin, names]) =>
    [...names].map((name) => [
      plugin,
      manifestOf(registrations.fileOf("filter", name) ?? "", plugin)?.version,
    ]),
  );
  return Object.fromEntries(found.filter(([, version]) => version));
}

// Before version 2 the package made "don-t" of "don't"; ours follows the later ones, whose
// package.json cannot be required.
function hasOldSlugify({ require }) {
  try {
    return Number.parseInt(require("@sindresorhus/slugify/package.json").version, 10) < 2;
  } catch {
    return false;
  }
}

// Whether these write the path prefix depends on the plugin's version and on Eleventy's.
const WITH_ADDRESSES = new Set(["eleventyNavigationToHtml", "eleventyNavigationToMarkdown"]);

function isNative(site, name) {
  const { config, registrations } = site;
  if (name === "slugify" && hasOldSlugify(site)) return false;
  if ((config.pathPrefix ?? "/") !== "/" && WITH_ADDRESSES.has(name)) return false;
  if (registrations.isDefault("filter", name)) return !NOT_NATIVE.has(name);
  const file = registrations.fileOf("filter", name) ?? "";
  return Object.entries(NATIVE_PLUGINS).some(
    ([plugin, names]) => file.includes(`/node_modules/${plugin}/`) && names.has(name),
  );
}

const names = (object) => Object.keys(object ?? {});
const flag = (condition, members) => (condition ? members : {});

function filters(site, own) {
  const { config } = site;
  const universal = config.liquidFilters ?? config.universal?.filters ?? {};
  const all = new Set([
    ...names(config.nunjucksFilters),
    ...names(config.nunjucksAsyncFilters),
    ...names(own.filters),
  ]);
  return [...all].map((name) => ({
    name,
    async: name in (config.nunjucksAsyncFilters ?? {}) || own.asyncFilters.has(name),
    scope: name in universal ? "universal" : "njk",
    ...flag(isNative(site, name), { native: true }),
  }));
}

const SHORTCODES = [
  ["nunjucksShortcodes", { paired: false, async: false }],
  ["nunjucksAsyncShortcodes", { paired: false, async: true }],
  ["nunjucksPairedShortcodes", { paired: true, async: false }],
  ["nunjucksAsyncPairedShortcodes", { paired: true, async: true }],
];

function shortcodes({ config }) {
  return SHORTCODES.flatMap(([kind, how]) => names(config[kind]).map((name) => ({ name, ...how })));
}

// Tags of the environment that are not shortcodes.
function customTags({ config }, own) {
  const known = new Set([...SHORTCODES.flatMap(([kind]) => names(config[kind])), "setAsync"]);
  const extensions = Object.entries(own.extensions).filter(([name]) => !known.has(name));
  const tags = extensions.flatMap(([name, extension]) => extension?.tags ?? [name]);
  return [...new Set([...tags, ...names(config.nunjucksTags)])];
}

// Functions among globals are called by name.
function globals({ config }, own) {
  const all = { ...own.globals, ...config.nunjucksGlobals };
  for (const [name, value] of Object.entries(all)) {
    if (typeof value === "function") remember(value, { $: "f", op: "global", name });
  }
  return all;
}

function passthrough({ config }) {
  const copies = Object.entries(config.passthroughCopies ?? {}).map(([from, to]) => ({
    from,
    to: to?.outputPath ?? to,
  }));
  const relative = [...(config.passthroughCopiesHtmlRelative ?? [])].map(({ match, paths }) => ({
    from: match,
    mode: "html-relative",
    ...flag(paths, { paths }),
  }));
  return [...copies, ...relative];
}

const isModule = (value) => typeof value === "function" || (typeof value === "object" && value);

function virtualTemplates({ config }) {
  return Object.values(config.virtualTemplates ?? {}).map(({ inputPath, content, data }) => ({
    path: inputPath.replace(/^\.\//, ""),
    ...(isModule(content) ? { module: true } : { content }),
    data: data ?? {},
  }));
}

const HTML_TRANSFORMER = "@11ty/eleventy/html-transformer";
const BUNDLE = "@11ty/eleventy-bundle"; // and "/delayed"

// Extensions that the HTML transformer handles.
function htmlExtensions({ htmlTransformer }) {
  const has = (kind) =>
    Object.entries(htmlTransformer?.[kind] ?? {})
      .filter(([, entries]) => entries.some(({ enabled }) => enabled?.({}) ?? true))
      .map(([extension]) => extension);
  return [...new Set([...has("plugins"), ...has("callbacks")])];
}

export const transformsOf = (config) => config.transforms ?? config.filters ?? {};

// Active transforms, and their kinds of output; null: all.
function transforms({ config, userConfig }) {
  const extensions = htmlExtensions(userConfig);
  const hasBundles = names(managersOf(userConfig)).length > 0;
  const active = names(transformsOf(config)).filter((name) => {
    if (name === HTML_TRANSFORMER) return extensions.length > 0;
    return !name.startsWith(BUNDLE) || hasBundles;
  });
  const onlyHtml = active.every((name) => name === HTML_TRANSFORMER);
  return { transforms: active, transformed: onlyHtml ? extensions : null };
}

function extensions({ config }) {
  return [...(config.extensionMap ?? [])].map((entry) => {
    const { extension, key, compileOptions } = entry;
    const isAlias = key !== extension && !entry.compile;
    return {
      ext: extension,
      key,
      engine: isAlias ? key : "custom",
      outputFileExtension: entry.outputFileExtension ?? "html",
      useLayouts: entry.useLayouts ?? true,
      read: entry.read ?? true,
      permalink: compileOptions?.permalink ?? null,
    };
  });
}

const DEFAULT_ENGINES = new Set(["yaml", "javascript", "jsLegacy", "node"]);

function frontMatter({ config }) {
  const { excerpt, excerpt_separator, excerpt_alias, engines, delimiters, language } =
    config.frontMatterParsingOptions ?? {};
  return {
    excerpt: typeof excerpt === "function" ? "function" : (excerpt ?? false),
    ...flag(excerpt_separator, { separator: excerpt_separator }),
    ...flag(excerpt_alias, { alias: excerpt_alias }),
    ...flag(delimiters, { delimiters }),
    ...flag(language, { language }),
    engines: names(engines).filter((name) => !DEFAULT_ENGINES.has(name)),
  };
}

const EVENTS = {
  "eleventy.before": ["eleventy.before", "beforeBuild", "buildawesome.before"],
  "eleventy.after": ["eleventy.after", "afterBuild", "buildawesome.after"],
};

function events({ userConfig, registrations }) {
  return names(EVENTS).filter((name) =>
    EVENTS[name].some(
      (each) => (userConfig.events?.listenerCount?.(each) ?? 0) > registrations.listeners(each),
    ),
  );
}

const clean = (dir) => dir && (path.posix.normalize(dir).replace(/\/$/, "") || ".");

function directories({ directories: dirs }) {
  return Object.fromEntries(Object.entries(dirs).map(([name, dir]) => [name, clean(dir)]));
}

// Where files that JavaScript writes go: the site's paths, below the scratch directory.
function written({ directories: dirs }, root) {
  return { site: layerPath(root), output: layerPath(path.resolve(root, dirs.output)) };
}

function engines({ config }) {
  return {
    markdownTemplateEngine: config.markdownTemplateEngine ?? false,
    htmlTemplateEngine: config.htmlTemplateEngine ?? false,
    dataTemplateEngine: config.dataTemplateEngine ?? false,
  };
}

function dataFiles({ config }) {
  const suffixes = config.dataFileSuffixes ?? [config.jsDataFileSuffix ?? ".11tydata", ""];
  return {
    dataExtensions: [...(config.dataExtensions?.keys?.() ?? [])],
    dataFileSuffixes: suffixes.map((suffix) => suffix || ""),
    dataFileBaseName: config.dataFileDirBaseNameOverride || null,
    dataDeepMerge: config.dataDeepMerge ?? true,
    keys: config.keys ?? {},
  };
}

export async function describe(site, { root, config: file }) {
  const own = ownParts(site.environment, site.nunjucks);
  const { config } = site;
  const preprocessors = Object.entries(config.preprocessors ?? {});
  return {
    // As it shows itself to pages: without what marks a version before a release.
    eleventy: site.version?.replace(/-.*$/, "") ?? null,
    env: { ...site.eleventy?.env },
    dir: directories(site),
    written: written(site, root),
    pathPrefix: config.pathPrefix ?? "/",
    templateFormats: [config.templateFormats ?? []]
      .flat()
      .flatMap((format) =>
        typeof format === "string" ? format.split(",").map((each) => each.trim()) : [format],
      ),
    ...engines(site),
    filters: filters(site, own),
    shortcodes: shortcodes(site),
    keepers: keepers(site.registrations.functionsOf("shortcode")),
    globals: globals(site, own),
    nunjucks: {
      ...settingsOf(site.environment ?? { opts: config.nunjucksEnvironmentOptions }),
      tags: customTags(site, own),
      own: Boolean(config.libraryOverrides?.njk),
    },
    collections: names(site.userConfig.getCollections?.() ?? config.collections),
    layoutAliases: { ...config.layoutAliases },
    passthrough: passthrough(site),
    ignores: [...(config.ignores ?? [])],
    useGitIgnore: config.useGitIgnore ?? true,
    virtualTemplates: virtualTemplates(site),
    ...transforms(site),
    linters: names(config.linters),
    preprocessors: preprocessors.map(([name, { filter }]) => ({
      name,
      extensions:
        typeof filter === "string" ? filter.split(",").map((each) => each.trim()) : filter,
    })),
    ...dataFiles(site),
    extensions: extensions(site),
    markdown: describeMarkdown(site.markdown, config.markdownHighlighter),
    dateParsing: (config.customDateParsing?.size ?? 0) > 0,
    urlTransforms: (config.urlTransforms ?? []).length > 0,
    frontMatter: frontMatter(site),
    uses: { ...packagesUsed(), ...nativePlugins(site) },
    missingExtensions:
      site.major < 3 || site.userConfig.errorReporting?.allowMissingExtensions === true,
    dynamicPermalinks: config.dynamicPermalinks ?? true,
    globalData: names(config.globalData),
    events: events(site),
    modules: [...closure(path.resolve(root, file))],
  };
}
