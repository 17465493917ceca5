// SPDX-License-Identifier: MIT
//
// Templates in any language, with the site's own engines.

import fs from "node:fs";
import path from "node:path";
import { beginCollecting, endCollecting, withAdditions } from "./bundles.mjs";
import { noteModule, refresh, Stale, stateOf } from "./modules.mjs";
import { templateContext } from "./nunjucks.mjs";
import { note, noted } from "./reads.mjs";
import { below, currentContext } from "./scope.mjs";
import { inputPathOf, Missing, site, siteRoot } from "./site.mjs";

// A Markdown library may write into the data it gets; that must not change the page.
export function markdown(question, [text]) {
  if (!site.markdown) throw new Missing("library", "md");
  return site.markdown.render(text, below(currentContext()));
}

async function templateOf(name, engine) {
  if (!site.templateRender) {
    throw new Error(`templates in ${engine} need Eleventy: install @11ty/eleventy for the site`);
  }
  const render = await site.templateRender(name ? inputPathOf(name) : engine);
  if (engine && render.engineName !== engine) await render.setEngineOverride(engine);
  return render;
}

// Eleventy keeps template modules that it has loaded; we reload them.
function forgetModule(engine, name) {
  if (!engine.instances || !name) return;
  const file = path.resolve(siteRoot, name);
  if (!fs.existsSync(file)) return; // a virtual template
  refresh(file);
  delete engine.instances[inputPathOf(name)];
  noteModule(file);
}

// Plugins' engines may cache what they have read (partials, components). So a page depends on
// everything its engine has read so far, and if any of that changes, a new host must read it.
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

export async function render(question, args) {
  return withEngineFiles(args[0], () => renderTemplate(question, args));
}

async function renderTemplate({ name }, [engine, text]) {
  const template = await templateOf(name, engine);
  const reads = template.engine.needsToReadFileContents?.() ?? true;
  forgetModule(template.engine, name);
  beginCollecting();
  try {
    const f = await template.getCompiledTemplate(reads ? text : "");
    const result = typeof f === "function" ? await f(templateContext()) : f;
    return withAdditions(result);
  } finally {
    endCollecting();
  }
}

export async function compile({ name }, [engine, text]) {
  const template = await templateOf(name, engine);
  forgetModule(template.engine, name);
  const more = (await template.engine.getExtraDataFromFile?.(inputPathOf(name))) ?? {};
  const permalink = template.engine.permalinkNeedsCompilation?.(text ?? "");
  return { data: more, ...(typeof permalink === "function" && { permalink }) };
}
