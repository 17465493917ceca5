// SPDX-License-Identifier: MIT
//
// Opens the site with its own Eleventy, or with our recorder if it has none.

import path from "node:path";
import { watchBundles } from "./bundles.mjs";
import { describe } from "./describe.mjs";
import { findEleventy, openEleventy } from "./eleventy.mjs";
import { beforeFirst } from "./events.mjs";
import { hideOutput } from "./files.mjs";
import { noteModule } from "./modules.mjs";
import { findNunjucks, patchNunjucks, requireFrom, useNunjucks } from "./nunjucks.mjs";
import { openRecorded } from "./recorder.mjs";
import { setSite, site, siteRoot } from "./site.mjs";

async function engineOf(name) {
  try {
    return (await site.templateRender?.(name))?.engine;
  } catch (error) {
    // A configuration may omit a format altogether.
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
    const md = markdownIt({ html: true }).disable("code");
    if (site.config.markdownHighlighter) md.set({ highlight: site.config.markdownHighlighter });
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

export async function open(question) {
  const directory = findEleventy(question.root, question.node_modules);
  const opened = await (directory ? openEleventy(directory, question) : openRecorded(question));
  setSite(opened, question.root);
  noteModule(path.resolve(siteRoot, question.config));
  hideOutput(path.resolve(siteRoot, site.directories.output));
  await prepareNunjucks();
  await prepareMarkdown();
  watchBundles(site.userConfig);
  const description = await describe(site, question);
  await beforeFirst();
  return description;
}
