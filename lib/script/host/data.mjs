// SPDX-License-Identifier: MIT
//
// Data that JavaScript makes: files, global data, front matter.

import fs from "node:fs";
import { loadFile } from "./modules.mjs";
import { currentContext } from "./scope.mjs";
import { inputPathOf, Missing, site } from "./site.mjs";

// The argument that Eleventy passes to a data file's exported function.
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
export async function globaldata() {
  const data = {};
  for (const [name, value] of Object.entries(site.config.globalData ?? {})) {
    setIn(data, name.split("."), typeof value === "function" ? await value() : value);
  }
  return data;
}

export async function data({ name }) {
  const value = await loadFile(name);
  if (typeof value !== "function") return value;
  const argument = await initialData();
  return site.major === 0 ? value() : value(argument ?? {});
}

export async function customdata({ name }, [extension]) {
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

export async function frontmatter({ name }, [language, text]) {
  const engines = { ...site.config.frontMatterParsingOptions?.engines };
  const key = engines[language] ? language : (LANGUAGES[language] ?? language);
  const engine = engines[key] ?? (key === "javascript" ? evaluate : undefined);
  if (!engine) throw new Missing("front matter language", language);
  const parse = typeof engine === "function" ? engine : engine.parse.bind(engine);
  return parse(text, { language: key, filePath: name && inputPathOf(name), engines });
}

// Front matter that is an expression, as gray-matter reads it.
function evaluate(text) {
  const expression = `(function () {\nreturn ${text.trim()};\n})()`;
  return (0, eval)(expression) ?? {};
}

// A function that finds the excerpt in a page's text sets it on the file it is given.
export async function excerpt(question, [content]) {
  const options = site.config.frontMatterParsingOptions ?? {};
  const file = { content, data: currentContext(), excerpt: "" };
  await options.excerpt?.(file, options);
  return { content: file.content, excerpt: file.excerpt };
}
