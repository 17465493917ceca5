// SPDX-License-Identifier: MIT
//
// The bundle plugin's shortcodes add code to a page as they run; `getBundle` leaves a place in the
// text, which a transform fills when the page is complete. A shortcode with a remembered answer
// does not run again, so its additions must be in the answer: they travel in the page's text, as a
// comment, which the transform removes before it does its work.

import { patchOnLoad } from "./modules.mjs";
import { currentContext } from "./scope.mjs";

const MARK = /<!--bundle ([A-Za-z0-9+/=]+)-->\n?/g;

let additions = []; // of the current question
let collecting = false;

// Before Eleventy 3 the plugin is a package of its own, whose managers nobody can ask for. Each
// begins with `reset`.
const ofPackage = {};
patchOnLoad("/eleventy-plugin-bundle/codeManager.js", ({ prototype }) => {
  const { reset } = prototype;
  if (reset.isOurs) return;
  prototype.reset = function () {
    ofPackage[this.name] = this;
    return reset.call(this);
  };
  prototype.reset.isOurs = true;
});

// Managers of the plugin, by bundle name.
export const managersOf = (userConfig) => ({ ...ofPackage, ...userConfig.getBundleManagers?.() });

const hasLayoutContent = () => "content" in currentContext();

function collect(name, manager) {
  const add = manager.addToPage;
  manager.addToPage = function (url, code, bucket) {
    if (!collecting) return add.call(this, url, code, bucket);
    const page = currentContext().page?.url;
    additions.push({ name, code, bucket, ...(url !== page && { url }), outer: hasLayoutContent() });
    return undefined;
  };
}

export function watchBundles(userConfig) {
  for (const [name, manager] of Object.entries(managersOf(userConfig))) {
    if (typeof manager.addToPage === "function") collect(name, manager);
  }
}

// Until `withAdditions`, code is added to the text instead of the page.
export function beginCollecting() {
  additions = [];
  collecting = true;
}

export function withAdditions(text) {
  collecting = false;
  const marks = additions.map(
    (each) => `<!--bundle ${Buffer.from(JSON.stringify(each)).toString("base64")}-->`,
  );
  return marks.length === 0 ? text : `${text ?? ""}${marks.join("")}`;
}

export const endCollecting = () => (collecting = false);

// Text of another page, without its additions.
export const withoutMarks = (text) =>
  text.includes("<!--bundle ") ? text.replace(MARK, "") : text;

// Adds the text's additions to the page's bundles and returns the text without them. Eleventy
// renders the inner template before its layouts, so a layout's additions come last.
export function unpack(userConfig, page, text) {
  const managers = managersOf(userConfig);
  for (const manager of Object.values(managers)) {
    if (manager.pages && page.url) delete manager.pages[page.url];
  }
  if (typeof text !== "string" || !text.includes("<!--bundle ")) return text;
  const found = [...text.matchAll(MARK)].map(([, code]) =>
    JSON.parse(Buffer.from(code, "base64").toString("utf8")),
  );
  const ordered = [...found.filter(({ outer }) => !outer), ...found.filter(({ outer }) => outer)];
  for (const { name, code, bucket, url } of ordered) {
    managers[name]?.addToPage(url ?? page.url, code, bucket);
  }
  return withoutMarks(text);
}
