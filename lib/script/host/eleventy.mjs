// SPDX-License-Identifier: MIT
//
// The site's own Eleventy, opened up to the point where a build would begin: its configuration is
// loaded, plugins have run, engines are available; no template is looked for and nothing is
// written.
//
// Its modules are imported by their path in node_modules. What differs between the major versions
// is in this file: 0 has one configuration for the process, 1 and 2 load it in their constructor, 3
// and 4 asynchronously.

import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { watchRegistrations } from "./registrations.mjs";

// Where Eleventy is installed for the site; undefined if it is not.
export function findEleventy(root, nodeModules) {
  const candidates = nodeModules ? [nodeModules] : [];
  for (let dir = root; ; dir = path.dirname(dir)) {
    candidates.push(path.join(dir, "node_modules"));
    if (dir === path.dirname(dir)) break;
  }
  return candidates
    .map((dir) => path.join(dir, "@11ty", "eleventy"))
    .find((dir) => fs.existsSync(path.join(dir, "package.json")));
}

// Packages look for the program that was started (sass finds "pkg:" from there): Eleventy's command.
export function playMain(file) {
  const main = new module.Module(file);
  main.filename = file;
  main.paths = module.Module._nodeModulePaths(path.dirname(file));
  main.loaded = true;
  process.mainModule = main;
  process.argv = [process.execPath, file];
}

const manifestOf = (directory) =>
  JSON.parse(fs.readFileSync(path.join(directory, "package.json"), "utf8"));

// Eleventy's default configuration, observed: what it registers is Eleventy's own, everything later
// is the site's.
function watchedDefaults(defaults, registrations) {
  return function (userConfig) {
    registrations.watch(userConfig);
    const root = typeof defaults === "function" ? defaults.call(this, userConfig) : defaults;
    registrations.endOfDefaults(userConfig);
    return root;
  };
}

class Opened {
  constructor(directory) {
    this.directory = fs.realpathSync(directory);
    const { version, bin } = manifestOf(directory);
    this.version = version;
    this.command = path.join(this.directory, bin?.eleventy ?? bin ?? "cmd.js");
    this.major = Number.parseInt(this.version, 10);
    this.require = module.createRequire(path.join(this.directory, "package.json"));
    this.registrations = watchRegistrations(this.directory);
  }

  source(...names) {
    const file = names
      .map((name) => path.join(this.directory, "src", name))
      .find((each) => fs.existsSync(each));
    if (!file) throw new Error(`Eleventy ${this.version} has no ${names.join(" or ")}`);
    return file;
  }

  async import(...names) {
    const file = this.source(...names);
    if (this.major < 3) return this.require(file);
    const namespace = await import(pathToFileURL(file).href);
    return namespace.default ?? namespace;
  }

  async importNames(...names) {
    return import(pathToFileURL(this.source(...names)).href);
  }
}

// Overrides from Eleventy's command line. Eleventy applies them itself, except to the list of
// directories that versions before 3 keep in the configuration.
function overrule(config, { input, output, pathPrefix }) {
  if (input !== undefined) config.dir.input = input;
  if (output !== undefined) config.dir.output = output;
  if (pathPrefix !== undefined) config.pathPrefix = pathPrefix;
}

// Eleventy 0: `Config.js` makes the one configuration as it loads, from .eleventy.js. Ours replaces
// it beforehand.
async function openOldest(opened, question) {
  const { config } = question;
  const { require } = opened;
  const userConfig = require(opened.source("EleventyConfig.js"));
  const TemplateConfig = require(opened.source("TemplateConfig.js"));
  const defaults = require(opened.source("defaultConfig.js"));
  const templateConfig = new TemplateConfig(
    () => watchedDefaults(defaults, opened.registrations).call(undefined, userConfig),
    config,
  );
  const place = opened.source("Config.js");
  require.cache[place] = {
    id: place,
    filename: place,
    loaded: true,
    children: [],
    paths: [],
    exports: templateConfig,
  };
  const merged = templateConfig.getConfig();
  overrule(merged, question);
  const EleventyExtensionMap = require(opened.source("EleventyExtensionMap.js"));
  const extensionMap = new EleventyExtensionMap(merged.templateFormats);
  merged.inputDir = merged.dir.input;
  return { userConfig, templateConfig, config: merged, extensionMap, eventArgument: undefined };
}

// Eleventy 1's init also reads all global data; the daemon asks for each file separately.
function withoutData(TemplateData) {
  const { cacheData } = TemplateData.prototype;
  if (!cacheData) return () => {};
  TemplateData.prototype.cacheData = async () => ({});
  return () => (TemplateData.prototype.cacheData = cacheData);
}

// A site is "esm" when its package.json says so.
async function openClass(opened, question) {
  const { config, input, output, pathPrefix } = question;
  const TemplateConfig = await opened.import("TemplateConfig.js");
  const defaults = await opened.import("defaultConfig.js");
  const templateConfig = new TemplateConfig(
    watchedDefaults(defaults, opened.registrations),
    config,
  );
  const Eleventy = await opened.import("Eleventy.js", "Core.js");
  const constructor = Eleventy.Eleventy ?? Eleventy;
  const options = { source: "cli", runMode: "build", quietMode: true, pathPrefix };
  const eleventy = new constructor(input, output, options, templateConfig);
  const restore =
    opened.major === 1 ? withoutData(await opened.import("TemplateData.js")) : () => {};
  try {
    await eleventy.init();
  } finally {
    restore();
  }
  const merged = templateConfig.getConfig();
  if (opened.major < 3) overrule(merged, question);
  return {
    userConfig: templateConfig.userConfig,
    templateConfig,
    config: merged,
    extensionMap: eleventy.extensionMap,
    templateData: eleventy.templateData,
    eleventy,
  };
}

const slashed = (dir) =>
  `./${path.posix.normalize(`${dir || "."}/`)}`.replace(/^\.\/(?:\.\/)?/, "./");

// As Eleventy prints them: relative to the site, with "./" before and "/" after.
function directoriesOf({ config, templateConfig }) {
  const own = templateConfig.directories;
  if (own) {
    const { input, output, includes, layouts, data } = own;
    return { input, output, includes, data, ...(layouts && { layouts }) };
  }
  const { input, output, includes, layouts, data } = config.dir;
  const below = (dir) => slashed(path.posix.join(input, dir ?? ""));
  return {
    input: slashed(input),
    output: slashed(output),
    includes: below(includes),
    data: below(data),
    ...(layouts !== undefined && { layouts: below(layouts) }),
  };
}

// Prepares a template for compiling, which differs between versions.
async function templateRender(opened, state, name) {
  const TemplateRender = await opened.import("TemplateRender.js");
  const { templateConfig, extensionMap, directories } = state;
  const args =
    opened.major === 0
      ? [name, directories.input]
      : opened.major < 3
        ? [name, directories.input, templateConfig]
        : [name, templateConfig];
  const render = new TemplateRender(...args);
  render.extensionMap = extensionMap;
  await render.init(name);
  return render;
}

// Eleventy 3 puts a thread between Node and every module that is imported, to load changed ones again
// in its watch mode; it would take a third of the time until the site is open. Here modules.mjs does
// that.
async function withoutResolver(load) {
  process.env.ELEVENTY_SKIP_ESM_RESOLVER ??= "true";
  try {
    return await load();
  } finally {
    if (process.env.ELEVENTY_SKIP_ESM_RESOLVER === "true")
      delete process.env.ELEVENTY_SKIP_ESM_RESOLVER;
  }
}

// Opens it. The result is the site's configuration, the same for every version.
export async function openEleventy(directory, question) {
  const opened = new Opened(directory);
  playMain(opened.command);
  if (opened.major >= 3)
    await withoutResolver(() => opened.import("Util/EsmResolverPortAdapter.js", "TemplateConfig.js"));
  const state = await (opened.major === 0 ? openOldest : openClass)(opened, question);
  const directories = directoriesOf(state);
  Object.assign(state, { directories });
  return {
    ...state,
    version: opened.version,
    major: opened.major,
    directory: opened.directory,
    registrations: opened.registrations,
    import: (...names) => opened.import(...names),
    importNames: (...names) => opened.importNames(...names),
    require: opened.require,
    // The engine for the name or file, ready to compile.
    templateRender: (name) => templateRender(opened, state, name),
    async newCollection() {
      const TemplateCollection = await opened.import("TemplateCollection.js");
      return new TemplateCollection();
    },
  };
}
