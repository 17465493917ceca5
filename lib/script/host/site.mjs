// SPDX-License-Identifier: MIT
//
// The opened site: its configuration, and where it is. Set once, by `open`; every operation looks here.

import path from "node:path";

export let site; // the result of openEleventy or openRecorded, with environment, nunjucks and
                 // markdown
export let siteRoot; // its directory, absolute

export function setSite(opened, root) {
  site = opened;
  siteRoot = root;
}

// As Eleventy names templates: "./content/page.md".
export const inputPathOf = (name) => `./${path.relative(siteRoot, path.resolve(siteRoot, name))}`;

export class Missing extends Error {
  code = "missing";
  constructor(kind, name) {
    super(`the configuration has no ${kind} "${name}"`);
  }
}
