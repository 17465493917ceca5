// SPDX-License-Identifier: MIT
//
// The site's Nunjucks environment: its additions to the language, and rendering templates with it.
//
// Nunjucks copies its context for every template and every include. A template that reads two of
// two hundred variables would then depend on all of them, so ours are passed uncopied.

import { createRequire } from "node:module";
import path from "node:path";
import { isInput } from "./files.mjs";
import { patchOnLoad, stateOf } from "./modules.mjs";
import { note, noted } from "./reads.mjs";
import { below, currentContext } from "./scope.mjs";
import { printAsSums, setSafeString } from "./values.mjs";

// Eleventy 4 has its own Nunjucks.
const packagesOf = (major) => (major >= 4 ? ["@11ty/nunjucks"] : ["nunjucks"]);

// The Nunjucks that an installed Eleventy, or else the site, would load; undefined: none.
export function findNunjucks(major, ...requires) {
  for (const require of requires) {
    for (const name of packagesOf(major)) {
      try {
        return require(name);
      } catch (error) {
        if (!/MODULE_NOT_FOUND|PACKAGE_PATH|REQUIRE_ESM/.test(error.code)) throw error;
      }
    }
  }
  return undefined;
}

export function useNunjucks(nunjucks) {
  if (nunjucks?.runtime) setSafeString(nunjucks.runtime.SafeString);
}

const plain = (nunjucks) => new nunjucks.Environment([], { dev: true });

// The language's own parts; a site's environment may come from another copy of the same package, so
// functions are compared by text.
export function ownParts(environment, nunjucks) {
  const bare = nunjucks ? plain(nunjucks) : { filters: {}, globals: {}, tests: {} };
  const own = (kind) =>
    Object.fromEntries(
      Object.entries(environment?.[kind] ?? {}).filter(
        ([name, value]) => !(name in bare[kind]) || String(bare[kind][name]) !== String(value),
      ),
    );
  return {
    filters: own("filters"),
    asyncFilters: new Set(environment?.asyncFilters ?? []),
    globals: own("globals"),
    tests: own("tests"),
    extensions: environment?.extensions ?? {},
  };
}

// Options that affect templates, and the search paths.
export function settingsOf(environment) {
  const { autoescape, trimBlocks, lstripBlocks, throwOnUndefined, tags } = environment?.opts ?? {};
  const options = { autoescape, trimBlocks, lstripBlocks, throwOnUndefined, tags };
  printAsSums(autoescape === false);
  const paths = (environment?.loaders ?? []).flatMap((loader) => loader.searchPaths ?? []);
  return {
    options: Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined && value !== null),
    ),
    paths,
  };
}

const lazy = new WeakSet(); // contexts that must not be copied
const patched = new WeakSet(); // prototypes of templates

function handOver(template, context) {
  const root = template.rootRenderFunc;
  const once = Object.create(template);
  const ours = below(context);
  lazy.add(ours);
  once.rootRenderFunc = (environment, copied, ...rest) => {
    copied.ctx = ours;
    return root(environment, copied, ...rest);
  };
  return once;
}

// Makes templates of this class use our contexts without copying.
function patchTemplates(Template) {
  const { prototype } = Template;
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const { render } = prototype;
  prototype.render = function (context, ...rest) {
    if (!lazy.has(context)) return render.call(this, context, ...rest);
    try {
      this.compile();
    } catch (error) {
      return render.call(this, {}, ...rest); // reports the error in the requested way
    }
    return render.call(handOver(this, context), {}, ...rest);
  };
}

// Nunjucks caches loaded templates. A cached one is not read again, so it is noted here; one whose
// file has changed is dropped.
const states = new WeakMap(); // template → its file's state when it was loaded

function noteTemplate(template) {
  const file = template?.path;
  if (typeof file !== "string" || !path.isAbsolute(file)) return template;
  if (!states.has(template)) states.set(template, stateOf(file));
  if (isInput(file)) note.file(file);
  return template;
}

const checked = new WeakMap(); // environment → the question in which its templates were last
                               // checked

function dropChanged(environment) {
  if (checked.get(environment) === noted.question()) return;
  checked.set(environment, noted.question());
  for (const { cache } of environment.loaders ?? []) {
    for (const [name, template] of Object.entries(cache ?? {})) {
      if (states.has(template) && states.get(template) !== stateOf(template.path))
        delete cache[name];
    }
  }
}

function patchEnvironment({ prototype }) {
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const { getTemplate } = prototype;
  prototype.getTemplate = function (name, ...rest) {
    dropChanged(this);
    const at = rest.findLastIndex((each) => typeof each === "function");
    if (at >= 0) {
      const callback = rest[at];
      rest[at] = (error, template) => callback(error, noteTemplate(template));
    }
    return noteTemplate(getTemplate.call(this, name, ...rest));
  };
}

// Every copy of Nunjucks that the site loads.
export function patchNunjucks(nunjucks) {
  if (nunjucks?.Template) patchTemplates(nunjucks.Template);
  if (nunjucks?.Environment) patchEnvironment(nunjucks.Environment);
}
patchOnLoad("/nunjucks/index.js", patchNunjucks);

// The current question's scope, for a template.
export function templateContext() {
  const context = currentContext();
  lazy.add(context);
  return context;
}

export const requireFrom = (directory) => createRequire(`${directory}/package.json`);
