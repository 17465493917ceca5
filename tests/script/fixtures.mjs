// SPDX-License-Identifier: MIT
//
// Copies of the fixture sites, with packages of this directory linked into their node_modules.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, "node_modules");
const work = fs.mkdtempSync(path.join(os.tmpdir(), "guidanced-script-"));

// A copy of a fixture, with the packages it names linked: {"@11ty/eleventy": "eleventy-1"}.
let copies = 0;
export function site(fixture, packages = {}) {
  const root = path.join(work, `${fixture}-${++copies}`);
  fs.cpSync(path.join(here, "fixtures", fixture), root, { recursive: true });
  for (const [name, installed] of Object.entries(packages)) {
    const link = path.join(root, "node_modules", name);
    fs.mkdirSync(path.dirname(link), { recursive: true });
    fs.symlinkSync(path.join(modules, installed), link);
  }
  return fs.realpathSync(root);
}

// The packages of a site with that major of Eleventy.
export const eleventy = (major) => ({
  "@11ty/eleventy": major === 3 ? "@11ty/eleventy" : `eleventy-${major}`,
});

export const removeSites = () => fs.rmSync(work, { recursive: true, force: true });
