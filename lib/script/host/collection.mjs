// SPDX-License-Identifier: MIT
//
// The collection API of a site without Eleventy, like Eleventy's TemplateCollection.

import path from "node:path";

const byDate = (a, b) =>
  a.date - b.date || (a.inputPath < b.inputPath ? -1 : a.inputPath > b.inputPath ? 1 : 0);

// A glob as a regular expression: *, **, ?, [a-z], {a,b}, and a leading !.
function expression(glob) {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|\{|\}|,|[.+^$()|\\]/g, (found) => {
    const known = {
      "**/": "(?:.*/)?",
      "**": ".*",
      "*": "[^/]*",
      "?": "[^/]",
      "{": "(?:",
      "}": ")",
      ",": "|",
    };
    return known[found] ?? `\\${found}`;
  });
  return new RegExp(`^${source}$`);
}

const normal = (name) => path.posix.normalize(name);

function matches(inputPath, globs) {
  const name = normal(inputPath);
  const test = (glob) => expression(normal(glob)).test(name);
  return (
    globs.some((glob) => !glob.startsWith("!") && test(glob)) &&
    !globs.some((glob) => glob.startsWith("!") && test(glob.slice(1)))
  );
}

const tagsOf = (item) => [item.data.tags ?? []].flat();

export class Collection {
  items = [];
  add(item) {
    this.items.push(item);
  }
  getAll() {
    return [...this.items];
  }
  getAllSorted() {
    return [...this.items].sort(byDate);
  }
  getFilteredByTag(tag) {
    return this.getAllSorted().filter((item) => tagsOf(item).includes(tag));
  }
  getFilteredByTags(...tags) {
    return this.getAllSorted().filter((item) => tags.every((tag) => tagsOf(item).includes(tag)));
  }
  getFilteredByGlob(globs) {
    return this.getAllSorted().filter((item) => matches(item.inputPath, [globs].flat()));
  }
}
