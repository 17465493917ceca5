// SPDX-License-Identifier: MIT
//
// The configuration of a site without an installed Eleventy: our own `eleventyConfig`, which
// records its calls. It knows what configurations commonly call; anything else is an error with its
// place, not ignored.

import { EventEmitter } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { playMain } from "./eleventy.mjs";
import { loadNamespace, isModule, noteModule } from "./modules.mjs";
import { findNunjucks, requireFrom } from "./nunjucks.mjs";
import { watchRegistrations } from "./registrations.mjs";

const DEFAULTS = {
  templateFormats: ["liquid", "md", "njk", "html", "11ty.js"],
  pathPrefix: "/",
  markdownTemplateEngine: "liquid",
  htmlTemplateEngine: "liquid",
  dataTemplateEngine: false,
  dataFileSuffixes: [".11tydata", ""],
  keys: {
    package: "pkg",
    layout: "layout",
    permalink: "permalink",
    computed: "eleventyComputed",
    engineOverride: "templateEngineOverride",
  },
};

class AsyncEvents extends EventEmitter {
  async emit(name, ...args) {
    for (const listener of this.listeners(name)) await listener(...args);
  }
}

const isAsync = (f) => f.constructor.name === "AsyncFunction";

function calledBack(f) {
  return function (...args) {
    const done = args.pop();
    Promise.resolve(f.apply(this, args)).then(
      (value) => done(null, value),
      (error) => done(error),
    );
  };
}

class UserConfig {
  collections = {};
  universal = { filters: {}, shortcodes: {}, pairedShortcodes: {} };
  libraryOverrides = {};
  libraryAmendments = {};
  nunjucksFilters = {};
  nunjucksAsyncFilters = {};
  nunjucksShortcodes = {};
  nunjucksAsyncShortcodes = {};
  nunjucksPairedShortcodes = {};
  nunjucksAsyncPairedShortcodes = {};
  nunjucksGlobals = {};
  nunjucksTags = {};
  nunjucksEnvironmentOptions = {};
  javascriptFunctions = {};
  transforms = {};
  linters = {};
  preprocessors = {};
  passthroughCopies = {};
  layoutAliases = {};
  globalData = {};
  virtualTemplates = {};
  dataExtensions = new Map();
  extensionMap = new Set();
  ignores = new Set(["**/node_modules/**"]);
  customDateParsing = new Set();
  frontMatterParsingOptions = { engines: {} };
  urlTransforms = [];
  useGitIgnore = true;
  dynamicPermalinks = true;
  dataDeepMerge = true;
  events = new AsyncEvents();
  plugins = [];
  directoryAssignments = {};
  directories = {};
  #namespace = "";

  getNamespacedName(name) {
    return this.#namespace + name;
  }
  async namespace(prefix, f) {
    const before = this.#namespace;
    this.#namespace += prefix ?? "";
    await f(this);
    this.#namespace = before;
  }

  on(name, f) {
    this.events.on(name, f);
    return this;
  }
  once(name, f) {
    this.events.once(name, f);
    return this;
  }
  emit(name, ...args) {
    return this.events.emit(name, ...args);
  }

  addPlugin(plugin, options) {
    this.plugins.push({ plugin, options });
  }
  hasPlugin(name) {
    return this.plugins.some(({ plugin }) => plugin.name === name);
  }

  addFilter(name, f) {
    if (isAsync(f)) return this.addAsyncFilter(name, f);
    const full = this.getNamespacedName(name);
    this.universal.filters[full] = this.javascriptFunctions[full] = f;
    this.addNunjucksFilter(name, f);
  }
  addAsyncFilter(name, f) {
    const full = this.getNamespacedName(name);
    this.universal.filters[full] = this.javascriptFunctions[full] = f;
    this.addNunjucksAsyncFilter(name, calledBack(f));
  }
  addNunjucksFilter(name, f, asynchronous = false) {
    if (asynchronous) return this.addNunjucksAsyncFilter(name, f);
    this.nunjucksFilters[this.getNamespacedName(name)] = f;
  }
  addNunjucksAsyncFilter(name, f) {
    this.nunjucksAsyncFilters[this.getNamespacedName(name)] = f;
  }
  addJavaScriptFunction(name, f) {
    this.javascriptFunctions[this.getNamespacedName(name)] = f;
  }
  addJavaScriptFilter(name, f) {
    this.addJavaScriptFunction(name, f);
  }
  getFilter(name) {
    return this.universal.filters[name] ?? this.javascriptFunctions[name];
  }
  getFilters() {
    return this.universal.filters;
  }

  #shortcode(universal, kind, asyncKind, name, f, asynchronous) {
    const full = this.getNamespacedName(name);
    this.universal[universal][full] = this.javascriptFunctions[full] = f;
    this[asynchronous || isAsync(f) ? asyncKind : kind][full] = f;
  }
  addShortcode(name, f) {
    this.#shortcode("shortcodes", "nunjucksShortcodes", "nunjucksAsyncShortcodes", name, f, false);
  }
  addAsyncShortcode(name, f) {
    this.#shortcode("shortcodes", "nunjucksShortcodes", "nunjucksAsyncShortcodes", name, f, true);
  }
  addPairedShortcode(name, f) {
    this.#shortcode(
      "pairedShortcodes",
      "nunjucksPairedShortcodes",
      "nunjucksAsyncPairedShortcodes",
      name,
      f,
      false,
    );
  }
  addPairedAsyncShortcode(name, f) {
    this.#shortcode(
      "pairedShortcodes",
      "nunjucksPairedShortcodes",
      "nunjucksAsyncPairedShortcodes",
      name,
      f,
      true,
    );
  }
  addNunjucksShortcode(name, f, asynchronous) {
    if (asynchronous) this.addAsyncShortcode(name, f);
    else this.addShortcode(name, f);
  }
  addNunjucksAsyncShortcode(name, f) {
    this.addAsyncShortcode(name, f);
  }
  addPairedNunjucksShortcode(name, f, asynchronous) {
    if (asynchronous) this.addPairedAsyncShortcode(name, f);
    else this.addPairedShortcode(name, f);
  }
  addPairedNunjucksAsyncShortcode(name, f) {
    this.addPairedAsyncShortcode(name, f);
  }
  getShortcode(name) {
    return this.universal.shortcodes[name];
  }
  getShortcodes() {
    return this.universal.shortcodes;
  }
  getPairedShortcode(name) {
    return this.universal.pairedShortcodes[name];
  }
  getPairedShortcodes() {
    return this.universal.pairedShortcodes;
  }

  addNunjucksGlobal(name, value) {
    this.nunjucksGlobals[this.getNamespacedName(name)] = value;
  }
  addNunjucksTag(name, f) {
    this.nunjucksTags[this.getNamespacedName(name)] = f;
  }
  setNunjucksEnvironmentOptions(options) {
    this.nunjucksEnvironmentOptions = options;
  }

  addCollection(name, f) {
    this.collections[this.getNamespacedName(name)] = f;
  }
  getCollections() {
    return this.collections;
  }
  addTransform(name, f) {
    this.transforms[this.getNamespacedName(name)] = f;
  }
  addLinter(name, f) {
    this.linters[this.getNamespacedName(name)] = f;
  }
  addPreprocessor(name, filter, callback) {
    this.preprocessors[this.getNamespacedName(name)] = { filter, callback };
  }
  addGlobalData(name, value) {
    this.globalData[this.getNamespacedName(name)] = value;
    return this;
  }
  addTemplate(inputPath, content, data) {
    this.virtualTemplates[inputPath.replace(/^\.\//, "")] = { inputPath, content, data };
  }
  addPassthroughCopy(what) {
    if (typeof what === "string") this.passthroughCopies[what] = { outputPath: true };
    else
      for (const [from, to] of Object.entries(what))
        this.passthroughCopies[from] = { outputPath: to };
    return this;
  }
  addLayoutAlias(from, to) {
    this.layoutAliases[from] = to;
  }
  addDataExtension(extensions, parser) {
    const options = typeof parser === "function" ? {} : parser;
    const parse = typeof parser === "function" ? parser : parser.parser;
    for (const extension of extensions.split(",")) {
      this.dataExtensions.set(extension.trim(), {
        extension: extension.trim(),
        parser: parse,
        options,
      });
    }
  }
  addExtension(extensions, options = {}) {
    for (const extension of [extensions].flat()) {
      this.extensionMap.add({ key: extension, extension, ...options });
    }
  }
  addDateParsing(f) {
    this.customDateParsing.add(f);
  }
  addUrlTransform(f) {
    this.urlTransforms.push(f);
  }
  setLibrary(name, library) {
    this.libraryOverrides[name] = library;
  }
  amendLibrary(name, f) {
    (this.libraryAmendments[name] ??= []).push(f);
  }
  addMarkdownHighlighter(f) {
    this.markdownHighlighter = f;
  }
  setTemplateFormats(formats) {
    this.templateFormats = formats;
  }
  addTemplateFormats(formats) {
    this.templateFormatsAdded = [...(this.templateFormatsAdded ?? []), formats].flat();
  }
  setFrontMatterParsingOptions(options) {
    Object.assign(this.frontMatterParsingOptions, options);
  }
  setDataFileSuffixes(suffixes) {
    this.dataFileSuffixesSet = suffixes;
  }
  setDataFileBaseName(name) {
    this.dataFileDirBaseNameOverride = name;
  }
  setUseGitIgnore(use) {
    this.useGitIgnore = Boolean(use);
  }
  setDataDeepMerge(deep) {
    this.dataDeepMerge = Boolean(deep);
  }
  setDynamicPermalinks(dynamic) {
    this.dynamicPermalinks = Boolean(dynamic);
  }
  setInputDirectory(dir) {
    this.directoryAssignments.input = dir;
  }
  setOutputDirectory(dir) {
    this.directoryAssignments.output = dir;
  }
  setIncludesDirectory(dir) {
    this.directoryAssignments.includes = dir;
  }
  setLayoutsDirectory(dir) {
    this.directoryAssignments.layouts = dir;
  }
  setDataDirectory(dir) {
    this.directoryAssignments.data = dir;
  }
}

// For builds that serve, watch or log: no effect here.
const WITHOUT_EFFECT = [
  "versionCheck",
  "addWatchTarget",
  "setWatchJavaScriptDependencies",
  "setServerOptions",
  "setBrowserSyncConfig",
  "setChokidarConfig",
  "setWatchThrottleWaitTime",
  "setQuietMode",
  "setUseTemplateCache",
  "setServerPassthroughCopyBehavior",
  "setConcurrency",
  "setFreezeReservedData",
  "configureErrorReporting",
  "setLayoutResolution",
  "addLiquidFilter",
  "addLiquidTag",
  "addLiquidShortcode",
  "addPairedLiquidShortcode",
  "addHandlebarsHelper",
  "addHandlebarsShortcode",
  "addPairedHandlebarsShortcode",
  "setLiquidOptions",
  "setLiquidParameterParsing",
  "setPugOptions",
  "setEjsOptions",
  "setEventEmitterMode",
];
for (const name of WITHOUT_EFFECT) UserConfig.prototype[name] = function () {};

// An unknown method is an error with its name; any other property is undefined.
function strict(userConfig) {
  const isMethod = /^(?:add|set|get|amend|configure)[A-Z]/;
  return new Proxy(userConfig, {
    get(target, name) {
      if (typeof name === "string" && isMethod.test(name) && !(name in target)) {
        throw new Error(
          `eleventyConfig.${name}() needs Eleventy itself: install @11ty/eleventy for the site`,
        );
      }
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function runConfiguration(userConfig, file) {
  const facade = strict(userConfig);
  const namespace = await loadNamespace(file);
  noteModule(file);
  const exported = namespace.default;
  const returned = (typeof exported === "function" ? await exported(facade) : exported) ?? {};
  userConfig.dir = { ...returned.dir, ...namespace.config?.dir };
  for (let i = 0; i < userConfig.plugins.length; i++) {
    const { plugin, options } = userConfig.plugins[i];
    const run = typeof plugin === "function" ? plugin : (plugin.configFunction ?? plugin.default);
    await run(facade, typeof options === "function" ? undefined : options);
  }
  return { ...returned, ...(isModule(file) ? namespace.config : undefined) };
}

const slashed = (dir) => `./${path.posix.normalize(`${dir || "."}/`)}`.replace(/^\.\/\.\//, "./");

function directoriesOf(dir) {
  const input = dir.input ?? ".";
  const below = (name) => slashed(path.posix.join(input, name));
  return {
    input: slashed(input),
    output: slashed(dir.output ?? "_site"),
    includes: below(dir.includes ?? "_includes"),
    data: below(dir.data ?? "_data"),
    ...(dir.layouts !== undefined && { layouts: below(dir.layouts) }),
  };
}

function makeEnvironment(nunjucks, config, directories) {
  if (config.libraryOverrides.njk) return config.libraryOverrides.njk;
  if (!nunjucks) return undefined;
  const loader = new nunjucks.FileSystemLoader([directories.includes, "."]);
  return new nunjucks.Environment(loader, config.nunjucksEnvironmentOptions);
}

function fillEnvironment(environment, nunjucks, config) {
  for (const amend of config.libraryAmendments.njk ?? []) amend(environment);
  for (const [name, f] of Object.entries(config.nunjucksFilters)) environment.addFilter(name, f);
  for (const [name, f] of Object.entries(config.nunjucksAsyncFilters))
    environment.addFilter(name, f, true);
  for (const [name, value] of Object.entries(config.nunjucksGlobals))
    environment.addGlobal(name, value);
  for (const [name, f] of Object.entries(config.nunjucksTags)) {
    environment.addExtension(name, f(nunjucks, environment));
  }
}

// As `openEleventy`, without one.
export async function openRecorded({ root, config: name }) {
  const userConfig = new UserConfig();
  const registrations = watchRegistrations("/nowhere");
  registrations.watch(userConfig);
  const file = path.join(root, name);
  if (!fs.existsSync(file)) throw new Error(`the configuration ${name} is not there`);
  playMain(file);
  const returned = await runConfiguration(userConfig, file);
  const formats =
    userConfig.templateFormats ?? returned.templateFormats ?? DEFAULTS.templateFormats;
  const config = Object.assign(userConfig, { ...DEFAULTS, ...returned });
  config.dataFileSuffixes = userConfig.dataFileSuffixesSet ?? config.dataFileSuffixes;
  config.templateFormats = [formats, userConfig.templateFormatsAdded ?? []]
    .flat()
    .flatMap((format) => (typeof format === "string" ? format.split(",") : [format]));
  const directories = directoriesOf({ ...userConfig.dir, ...userConfig.directoryAssignments });
  const require = requireFrom(root);
  const nunjucks = findNunjucks(undefined, require);
  const environment = makeEnvironment(nunjucks, config, directories);
  if (environment && nunjucks) fillEnvironment(environment, nunjucks, config);
  return {
    userConfig,
    config,
    directories,
    registrations,
    version: null,
    major: undefined,
    directory: undefined,
    require,
    environment,
  };
}
