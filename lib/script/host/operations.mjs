// SPDX-License-Identifier: MIT
//
// The questions that can be asked, a row each (../README.md, "Questions").

import fs from "node:fs";
import path from "node:path";
import {
  beginCollecting,
  endCollecting,
  unpack,
  watchBundles,
  withAdditions,
  withoutMarks,
} from "./bundles.mjs";
import { hideOutput } from "./files.mjs";
import { describeError } from "./errors.mjs";
import { log } from "./log.mjs";
import { describe, transformsOf } from "./describe.mjs";
import { findEleventy, openEleventy } from "./eleventy.mjs";
import { note, noted } from "./reads.mjs";
import { loadFile, noteModule, refresh, Stale, stateOf } from "./modules.mjs";
import {
  findNunjucks,
  patchNunjucks,
  requireFrom,
  templateContext,
  useNunjucks,
} from "./nunjucks.mjs";
import { allPages } from "./pages.mjs";
import { openRecorded } from "./recorder.mjs";
import { below, currentContext, lazily, scopeIsThere, thisOfTemplate } from "./scope.mjs";
import { lookUp, safe, setResolvers } from "./values.mjs";

let site; // the opened configuration
let siteRoot;

// ---- opening ----

async function engineOf(name) {
  try {
    return (await site.templateRender?.(name))?.engine;
  } catch (error) {
    // A configuration may leave a format out altogether.
    if (/Unknown engine|does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

async function prepareNunjucks() {
  const fromSite = requireFrom(siteRoot);
  site.environment ??= (await engineOf("njk"))?.njkEnv;
  site.nunjucks = findNunjucks(site.major, site.require, fromSite);
  useNunjucks(site.nunjucks);
  for (const nunjucks of [site.nunjucks, findNunjucks(undefined, fromSite)]) {
    patchNunjucks(nunjucks);
  }
}

function plainMarkdown() {
  try {
    const markdownIt = site.require("markdown-it");
    const md = markdownIt({ html: true });
    for (const amend of site.config.libraryAmendments?.md ?? []) amend(md);
    return md;
  } catch {
    return undefined;
  }
}

async function prepareMarkdown() {
  const engine = await engineOf("md");
  site.markdown = engine?.mdLib ?? site.config.libraryOverrides?.md ?? plainMarkdown();
}

async function open(question) {
  siteRoot = question.root;
  const directory = findEleventy(siteRoot, question.node_modules);
  site = await (directory ? openEleventy(directory, question) : openRecorded(question));
  noteModule(path.resolve(siteRoot, question.config));
  hideOutput(path.resolve(siteRoot, site.directories.output));
  await prepareNunjucks();
  await prepareMarkdown();
  watchBundles(site.userConfig);
  const description = await describe(site, question);
  await beforeFirst();
  return description;
}

// ---- calling ----

const self = () => thisOfTemplate(() => site.environment);

// A function that ends by calling its last argument.
const calledBack = (f, of, args) =>
  new Promise((resolve, reject) => {
    const done = (error, value) => (error ? reject(error) : resolve(value));
    Promise.resolve(f.call(of, ...args, done)).catch(reject);
  });

class Missing extends Error {
  code = "missing";
  constructor(kind, name) {
    super(`the configuration has no ${kind} "${name}"`);
  }
}

function filter({ name }, args) {
  const { config, environment } = site;
  const asynchronous = config.nunjucksAsyncFilters?.[name];
  if (asynchronous) return calledBack(asynchronous, self(), args);
  const f = config.nunjucksFilters?.[name];
  if (f) return f.apply(self(), args);
  const own = environment?.filters?.[name];
  if (own && environment.asyncFilters?.includes(name)) return calledBack(own, self(), args);
  const other = own ?? config.javascriptFunctions?.[name] ?? config.liquidFilters?.[name];
  if (!other) throw new Missing("filter", name);
  return other.apply(self(), args);
}

async function runShortcode(f, kind, name, args) {
  if (!f) throw new Missing(kind, name);
  beginCollecting();
  try {
    const text = await f.apply(self(), args);
    return safe(withAdditions(String(text)));
  } finally {
    endCollecting();
  }
}

// Nunjucks cannot call a tag without arguments; Eleventy gives it an empty text.
function shortcode({ name }, args) {
  const f = site.config.nunjucksAsyncShortcodes?.[name] ?? site.config.nunjucksShortcodes?.[name];
  return runShortcode(f, "shortcode", name, args.length === 0 ? [""] : args);
}

function paired({ name }, [body, ...args]) {
  const { nunjucksAsyncPairedShortcodes, nunjucksPairedShortcodes } = site.config;
  const f = nunjucksAsyncPairedShortcodes?.[name] ?? nunjucksPairedShortcodes?.[name];
  return runShortcode(f, "paired shortcode", name, [String(body), ...args]);
}

function global({ name }, args) {
  const f = site.config.nunjucksGlobals?.[name] ?? site.environment?.globals?.[name];
  if (typeof f !== "function") throw new Missing("global function", name);
  return f.apply(self(), args);
}

// Computed data and the like find the configuration's functions in `this`; methods find the object
// they are in.
function thisOf(holder) {
  const own = Object.create(typeof holder === "object" ? holder : Object.prototype);
  for (const [name, f] of Object.entries(site?.config.javascriptFunctions ?? {})) {
    if (!(name in own)) own[name] = f;
  }
  return own;
}

const isPlainHolder = (holder) =>
  holder === undefined || [Object.prototype, null].includes(Object.getPrototypeOf(holder));

function call({ fn, self: given }, args, decoded) {
  const found = fn.op ? { value: decoded.fn } : lookUp(fn);
  if (typeof found.value !== "function") throw new TypeError(`${fn.name || "it"} is no function`);
  if (given !== undefined) return found.value.apply(decoded.self, args);
  const of = isPlainHolder(found.holder) ? thisOf(found.holder) : found.holder;
  return found.value.apply(of, args);
}

// ---- data ----

// What Eleventy gives a data file that exports a function.
let initial;
async function initialData() {
  initial ??= (async () => {
    if (site.templateData?.getInitialGlobalData) return site.templateData.getInitialGlobalData();
    return site.major === 0 ? undefined : globaldata();
  })();
  return initial;
}

function setIn(object, keys, value) {
  const last = keys.pop();
  let at = object;
  for (const key of keys) at = at[key] ??= {};
  at[last] = value;
}

// Names may be paths: "eleventyComputed.page.lang".
async function globaldata() {
  const data = {};
  for (const [name, value] of Object.entries(site.config.globalData ?? {})) {
    setIn(data, name.split("."), typeof value === "function" ? await value() : value);
  }
  return data;
}

async function data({ name }) {
  const value = await loadFile(name);
  if (typeof value !== "function") return value;
  const argument = await initialData();
  return site.major === 0 ? value() : value(argument ?? {});
}

async function customdata({ name }, [extension]) {
  const entry = site.config.dataExtensions?.get(extension);
  if (!entry) throw new Missing("data extension", extension);
  const parser = typeof entry === "function" ? entry : entry.parser;
  const options = entry.options ?? {};
  if (options.read === false) return parser(name, name);
  const encoding = options.encoding === undefined ? "utf8" : options.encoding;
  const raw = fs.readFileSync(name, encoding);
  const content = typeof raw === "string" ? raw.trim() : raw;
  return content.length === 0 ? {} : parser(content, name);
}

const LANGUAGES = { js: "javascript" };

async function frontmatter({ name }, [language, text]) {
  const engines = { ...site.config.frontMatterParsingOptions?.engines };
  const key = engines[language] ? language : (LANGUAGES[language] ?? language);
  const engine = engines[key] ?? (key === "javascript" ? evaluate : undefined);
  if (!engine) throw new Missing("front matter language", language);
  const parse = typeof engine === "function" ? engine : engine.parse.bind(engine);
  const inputPath = name && `./${path.relative(siteRoot, path.resolve(siteRoot, name))}`;
  return parse(text, { language: key, filePath: inputPath, engines });
}

// Front matter that is an expression, as gray-matter reads it.
function evaluate(text) {
  const expression = `(function () {\nreturn ${text.trim()};\n})()`;
  return (0, eval)(expression) ?? {};
}

// ---- pages ----

async function collection({ name }) {
  const f = (site.userConfig.getCollections?.() ?? site.config.collections)[name];
  if (!f) throw new Missing("collection", name);
  const api = await (site.newCollection?.() ?? ownCollection());
  for (const item of allPages()) api.add(item);
  return f(api);
}

async function ownCollection() {
  const { Collection } = await import("./collection.mjs");
  return new Collection();
}

// Eleventy's transforms find the page in `this`, more of it from version to version.
function thisOfTransform() {
  const { page } = currentContext();
  return lazily(
    { inputPath: page?.inputPath, outputPath: page?.outputPath, url: page?.url, page },
    { ctx: currentContext, eleventy: () => currentContext().eleventy },
  );
}

async function transform(question, [content]) {
  const of = thisOfTransform();
  let text = unpack(site.userConfig, of.page ?? {}, content);
  for (const f of Object.values(transformsOf(site.config))) {
    text = await f.call(of, text, of.outputPath, of.inputPath);
  }
  return text;
}

async function lint(question, [content]) {
  const of = thisOfTransform();
  const text = withoutMarks(content);
  for (const f of Object.values(site.config.linters ?? {})) {
    await f.call(of, text, of.inputPath, of.outputPath);
  }
}

const applies = (filterOf, inputPath) =>
  [filterOf]
    .flat()
    .flatMap((each) => each.split(","))
    .map((each) => each.trim())
    .some((each) => each === "*" || inputPath.endsWith(each.startsWith(".") ? each : `.${each}`));

async function preprocess(question, [content]) {
  const context = currentContext();
  const inputPath = context.page?.inputPath ?? "";
  let text = content;
  for (const { filter: which, callback } of Object.values(site.config.preprocessors ?? {})) {
    if (!applies(which, inputPath)) continue;
    const changed = await callback.call({ inputPath }, context, text);
    if (changed === false) return false;
    if (changed) text = changed;
  }
  return text;
}

async function date(question, [value]) {
  const of = lazily({}, { page: () => currentContext().page });
  let parsed;
  for (const f of site.config.customDateParsing ?? []) {
    const result = await f.call(of, parsed ?? value);
    if (result) parsed = result;
  }
  return parsed?.toJSDate?.() ?? parsed;
}

async function urltransform(question, [url]) {
  const { page } = currentContext();
  for (const f of site.config.urlTransforms ?? []) {
    const changed = await f({ inputPath: page?.inputPath, url });
    if (changed !== undefined) return changed;
  }
  return url;
}

// ---- templates ----

// A Markdown library may leave notes in the data it is given; they are not the page's.
function markdown(question, [text]) {
  if (!site.markdown) throw new Missing("library", "md");
  return site.markdown.render(text, below(currentContext()));
}

const inputPathOf = (name) => `./${path.relative(siteRoot, path.resolve(siteRoot, name))}`;

async function templateOf(name, engine) {
  if (!site.templateRender) {
    throw new Error(`templates in ${engine} need Eleventy: install @11ty/eleventy for the site`);
  }
  const render = await site.templateRender(name ? inputPathOf(name) : engine);
  if (engine && render.engineName !== engine) await render.setEngineOverride(engine);
  return render;
}

// A template that is a module is loaded by Eleventy, which keeps it; it is loaded anew by us.
function forgetModule(engine, name) {
  if (!engine.instances || !name) return;
  const file = path.resolve(siteRoot, name);
  if (!fs.existsSync(file)) return; // a virtual template
  refresh(file);
  delete engine.instances[inputPathOf(name)];
  noteModule(file);
}

// Engines of plugins keep what they have read (partials, components) as long as they like. So a
// page of theirs depends on all that the engine has read so far, and when any of it has changed, a
// new host has to read it.
const OUR_ENGINES = new Set(["njk", "liquid", "md", "html", "11ty.js"]);
const readByEngines = new Map(); // engine → file → its state when it was read

async function withEngineFiles(engine, run) {
  if (OUR_ENGINES.has(engine)) return run();
  if (!readByEngines.has(engine)) readByEngines.set(engine, new Map());
  const files = readByEngines.get(engine);
  const changed = [...files].filter(([file, state]) => stateOf(file) !== state);
  if (changed.length > 0)
    throw new Stale(`${changed[0][0]} has changed; a new host has to read it`);
  const before = new Set(noted.files());
  try {
    return await run();
  } finally {
    for (const file of noted.files()) if (!before.has(file)) files.set(file, stateOf(file));
    for (const file of files.keys()) note.file(file);
  }
}

async function render(question, args) {
  return withEngineFiles(args[0], () => renderTemplate(question, args));
}

async function renderTemplate({ name }, [engine, text]) {
  const template = await templateOf(name, engine);
  const reads = template.engine.needsToReadFileContents?.() ?? true;
  forgetModule(template.engine, name);
  beginCollecting();
  try {
    const f = await template.getCompiledTemplate(reads ? text : null);
    const result = typeof f === "function" ? await f(templateContext()) : f;
    return withAdditions(result);
  } finally {
    endCollecting();
  }
}

async function compile({ name }, [engine, text]) {
  const template = await templateOf(name, engine);
  forgetModule(template.engine, name);
  const more = (await template.engine.getExtraDataFromFile?.(inputPathOf(name))) ?? {};
  const permalink = template.engine.permalinkNeedsCompilation?.(text ?? "");
  return { data: more, ...(typeof permalink === "function" && { permalink }) };
}

// ---- events ----

// What an event is called in each version; Eleventy 4 tells older names' listeners too.
const EVENTS = {
  "eleventy.before": ["beforeBuild", "eleventy.before"],
  "eleventy.after": ["afterBuild", "eleventy.after"],
  "eleventy.contentMap": ["eleventy.contentMap"],
};
const OF_FOUR = {
  "eleventy.before": ["buildawesome.before"],
  "eleventy.after": ["buildawesome.after"],
  "eleventy.contentMap": ["buildawesome.contentmap"],
};

const hasListeners = (name) =>
  [...EVENTS[name], ...OF_FOUR[name]].some(
    (each) => (site.userConfig.events?.listenerCount?.(each) ?? 0) > 0,
  );

async function emit(name, argument) {
  const names = site.major === 4 ? OF_FOUR[name] : (EVENTS[name] ?? [name]);
  for (const each of names) await site.userConfig.events.emit(each, argument);
}

// Plugins make themselves ready in `eleventy.before`, so every host runs it once, whatever is
// remembered. A listener that fails (it may run another program) has spoilt what it makes, not all.
let readyFor; // the event has run and has not been asked for yet

async function beforeFirst() {
  if (!hasListeners("eleventy.before")) return;
  readyFor = "eleventy.before";
  try {
    await fire(readyFor);
  } catch (error) {
    const { message, file, line } = describeError(error);
    log("error", `eleventy.before: ${message}${file ? ` (${file}:${line})` : ""}`);
  }
}

async function event({ name }) {
  const hasRun = name === readyFor;
  readyFor = undefined;
  if (!hasRun) await fire(name);
}

async function fire(name) {
  const { config, directories } = site;
  const argument = {
    directories,
    dir: config.dir ?? directories,
    inputDir: directories.input,
    runMode: "build",
    outputMode: "fs",
    incremental: false,
    ...(name === "eleventy.after" && { results: [] }),
  };
  await emit(name, argument);
}

// ---- the content map ----

// What `eleventy.contentMap` tells plugins: which input has which address. It is told once a
// generation. A listener that reads all of it on the spot (translations) makes every later answer
// depend on the pages.
const content = { generation: undefined, wasRead: false };

function contentMap() {
  let maps;
  const build = () => {
    note.pages();
    content.wasRead = true;
    maps ??= mapsOf(allPages());
    return maps;
  };
  const late = (name) =>
    new Proxy(
      {},
      {
        get: (_, key) => (typeof key === "string" ? build()[name][key] : undefined),
        has: (_, key) => key in build()[name],
        ownKeys: () => Reflect.ownKeys(build()[name]),
        getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(build()[name], key),
      },
    );
  return { inputPathToUrl: late("inputPathToUrl"), urlToInputPath: late("urlToInputPath") };
}

function mapsOf(pages) {
  const inputPathToUrl = {};
  const urlToInputPath = {};
  for (const { inputPath, url } of pages) {
    (inputPathToUrl[inputPath] ??= []).push(url);
    if (url) urlToInputPath[url] = { inputPath, groupNumber: inputPathToUrl[inputPath].length - 1 };
  }
  return { inputPathToUrl, urlToInputPath };
}

async function tellContentMap(generation) {
  if (!hasListeners("eleventy.contentMap")) return;
  if (content.generation !== generation) {
    content.wasRead = false;
    await emit("eleventy.contentMap", contentMap());
    content.eager = content.wasRead;
    content.generation = generation;
  }
  if (content.eager) note.pages();
}

// ---- the table ----

const withContentMap = (operation) => async (question, args, decoded) => {
  if (scopeIsThere()) await tellContentMap(question.generation);
  return operation(question, args, decoded);
};

export const OPERATIONS = {
  open,
  filter: withContentMap(filter),
  shortcode: withContentMap(shortcode),
  paired: withContentMap(paired),
  global: withContentMap(global),
  function: call,
  data,
  customdata,
  globaldata,
  frontmatter,
  collection,
  transform: withContentMap(transform),
  lint,
  preprocess,
  markdown: withContentMap(markdown),
  render: withContentMap(render),
  compile,
  event,
  date,
  urltransform,
};

// A function of the configuration that an argument names: it is called as the daemon would.
setResolvers({
  configured:
    (operation, name) =>
    (...args) =>
      OPERATIONS[operation]({ name }, args),
});
