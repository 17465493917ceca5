// SPDX-License-Identifier: MIT
//
// What a page goes through besides its templates: collections it is in, preprocessors, dates,
// addresses, transforms, linters.

import { unpack, withoutMarks } from "./bundles.mjs";
import { transformsOf } from "./describe.mjs";
import { allPages } from "./pages.mjs";
import { currentContext, lazily } from "./scope.mjs";
import { Missing, site } from "./site.mjs";

export async function collection({ name }) {
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

// Eleventy's transforms find the page in `this`, with more members in each version.
function thisOfTransform() {
  const { page } = currentContext();
  return lazily(
    { inputPath: page?.inputPath, outputPath: page?.outputPath, url: page?.url, page },
    { ctx: currentContext, eleventy: () => currentContext().eleventy },
  );
}

// What a function made of a text, which may be nothing. Eleventy writes bytes too.
function asText(value, kind, name) {
  if (!value || typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return value.toString("utf8");
  const what = Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
  throw new TypeError(`the ${kind} "${name}" returned ${what}, not a text`);
}

export async function transform(question, [content]) {
  const of = thisOfTransform();
  let text = unpack(site.userConfig, of.page ?? {}, content);
  for (const [name, f] of Object.entries(transformsOf(site.config))) {
    text = asText(await f.call(of, text, of.outputPath, of.inputPath), "transform", name);
  }
  return text;
}

export async function lint(question, [content]) {
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

export async function preprocess(question, [content]) {
  const context = currentContext();
  const inputPath = context.page?.inputPath ?? "";
  let text = content;
  for (const [name, each] of Object.entries(site.config.preprocessors ?? {})) {
    if (!applies(each.filter, inputPath)) continue;
    const changed = await each.callback.call({ inputPath }, context, text);
    if (changed === false) return false;
    text = asText(changed, "preprocessor", name) || text;
  }
  return text;
}

export async function date(question, [value]) {
  const of = lazily({}, { page: () => currentContext().page });
  let parsed;
  for (const f of site.config.customDateParsing ?? []) {
    const result = await f.call(of, parsed ?? value);
    if (result) parsed = result;
  }
  return parsed?.toJSDate?.() ?? parsed;
}

const asAddress = (file) => file.replace(/\/index(\.html|\/)?$/, "/");

// From the path of the page's file ("/a/index.html"). Each function gets the file's address and the
// previous functions' result without its ending.
export async function urltransform(question, [file]) {
  const url = asAddress(file);
  let changed = file;
  for (const f of site.config.urlTransforms ?? []) {
    const urlStem = asAddress(changed.replace(/\.html$/, ""));
    changed = (await f({ url, urlStem })) ?? changed;
  }
  return asAddress(changed);
}
