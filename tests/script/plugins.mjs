#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// Whole pages, made of nothing but the host's answers, beside what the site's own Eleventy makes of
// them: Eleventy's plugins and published ones, bundles, images, other template languages.
//
//   node tests/script/plugins.mjs

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openHost } from "./driver.mjs";
import { eleventy, removeSites, site } from "./fixtures.mjs";

const oracle = fileURLToPath(new URL("oracle.mjs", import.meta.url));

function built(root, config) {
  const env = { PATH: process.env.PATH, TZ: "UTC", HOME: root };
  const output = execFileSync(process.execPath, [oracle, config], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output);
}

const dated = (value) => ({ $: "d", v: Date.parse(value) });

// A page of the oracle, as a daemon would have it.
function asPage({ url, inputPath, date, data, page }, id) {
  return {
    item: {
      url,
      inputPath,
      date: dated(date),
      data: { $: "p", id, m: "data" },
      page: { $: "p", id, m: "page" },
    },
    data: { ...data, date: dated(date), page: { $: "p", id, m: "page" } },
    page: { ...page, date: dated(page.date ?? date) },
  };
}

const strip = (text) => text.replace(/^---\n[\s\S]*?\n---\n/, "");
const extension = (name) => (name.endsWith(".11ty.js") ? "11ty.js" : path.extname(name).slice(1));

class Site {
  constructor(root, host, results) {
    Object.assign(this, { root, host, results });
    const sorted = [...results]
      .filter(({ date }) => date)
      .sort((a, b) => Date.parse(a.date) - Date.parse(b.date));
    this.pages = sorted.map(asPage);
    this.ids = new Map(sorted.map((result, id) => [result, id]));
    // What the fixtures' collections hold.
    const tagged = (tag) =>
      sorted.flatMap((result, id) =>
        [result.data.tags].flat().includes(tag) ? [{ $: "p", id }] : [],
      );
    const inSub = sorted.flatMap(({ inputPath }, id) =>
      inputPath.includes("/sub/") ? [{ $: "p", id }] : [],
    );
    this.collections = {
      all: this.pages.map((_, id) => ({ $: "p", id })),
      post: tagged("post"),
      posts: inSub,
    };
  }

  scope(result, more = {}) {
    const page = { ...result.page, date: dated(result.page.date ?? result.date) };
    return {
      variables: {
        ...result.data,
        page,
        collections: { $: "c" },
        eleventy: { generator: "Eleventy v3.1.8" },
        ...more,
      },
      pages: this.pages,
      collections: this.collections,
    };
  }

  async inner(result) {
    const { inputPath } = result;
    const scope = this.scope(result);
    const engine = extension(inputPath);
    // Eleventy 1 and 2 do not tell a page's text.
    const text = result.text ?? fs.readFileSync(path.join(this.root, inputPath), "utf8");
    const of = (language, source) =>
      this.host.value("render", { name: inputPath, args: [language, source] }, scope);
    if (engine !== "md") return of(engine, strip(text));
    return this.host.value("markdown", { args: [await of("njk", strip(text))] }, scope);
  }

  async whole(result, content) {
    let text = content;
    if (result.data.layout) {
      const layout = path.join(this.root, "content/_includes", result.data.layout);
      const scope = this.scope(result, { content });
      text = await this.host.value(
        "render",
        { name: layout, args: ["njk", strip(fs.readFileSync(layout, "utf8"))] },
        scope,
      );
    }
    return this.host.value("transform", { args: [text] }, this.scope(result));
  }
}

let passed = 0;
let failed = 0;
async function test(name, run) {
  try {
    await run();
    passed++;
  } catch (error) {
    failed++;
    console.log(`not ok: ${name}\n${error.stack}`);
  }
}

// The host of a site, all of whose pages have been compared.
async function compare(name, fixture, packages, config) {
  const root = site(fixture, packages);
  const results = built(root, config);
  const host = await openHost(root, config);
  const made = new Site(root, host, results);
  await test(`${name}: there are pages`, () => assert.ok(results.length >= 6));
  // Pages that show others' content come after those.
  const last = ({ url }) => url === "/" || url === "/feed.xml";
  for (const result of [...results].sort((a, b) => last(a) - last(b))) {
    await test(`${name}: ${result.url}`, async () => {
      const content = await made.inner(result);
      const id = made.ids.get(result);
      if (id !== undefined) made.pages[id].content = content;
      assert.equal(await made.whole(result, content), result.content);
    });
  }
  return { root, results, host, made };
}

const linked = (...names) => Object.fromEntries(names.map((name) => [name, name]));

for (const major of [1, 2, 3]) {
  const packages = { ...linked("luxon", "markdown-it"), ...eleventy(major) };
  const { host } = await compare(`Eleventy ${major}`, "pages", packages, ".eleventy.js");
  await host.end();
}

const packages = linked("@11ty", "luxon", "markdown-it", "markdown-it-attrs", "nunjucks");
const { root, results, host, made } = await compare(
  "plugins",
  "plugins",
  packages,
  "eleventy.config.js",
);
const writtenByBuild = fs.readdirSync(path.join(root, "_site/img")).sort();
fs.rmSync(path.join(root, "_site"), { recursive: true });

await test("the same once more: nothing is left over from a page", async () => {
  const result = results.find(({ url }) => url === "/en/markdown/");
  assert.equal(await made.whole(result, await made.inner(result)), result.content);
});
await test("images and bundles are written to the layer", () => {
  const { output } = host.description.written;
  assert.deepEqual(fs.readdirSync(path.join(output, "img")).sort(), writtenByBuild);
  assert.match(fs.readdirSync(path.join(output, "bundle")).join(), /\.css/);
  assert.ok(!fs.existsSync(path.join(root, "_site")));
});
await test("preprocessors", async () => {
  const draft = (value) => ({
    variables: { draft: value, title: "T", page: { inputPath: "./content/a.md" } },
  });
  const { value, effects } = await host.ask("preprocess", { args: ["x {{draft}}"] }, draft(true));
  assert.equal(value, "x DRAFT");
  assert.deepEqual(effects, [{ variable: "title", value: "T (draft)" }]);
  assert.equal(await host.value("preprocess", { args: ["x"] }, draft("drop")), false);
  assert.equal(await host.value("preprocess", { args: ["x"] }, draft(false)), "x");
});
await test("dates", async () => {
  assert.deepEqual(await host.value("date", { args: ["the epoch"] }, { variables: {} }), {
    $: "d",
    v: 0,
  });
  assert.deepEqual(await host.value("date", { args: ["2024-01-01"] }, { variables: {} }), {
    $: "u",
  });
});
await test("addresses", async () => {
  const of = { variables: { page: { inputPath: "./content/x.njk" } } };
  assert.equal(await host.value("urltransform", { args: ["/a/index.txt"] }, of), "/a/");
});
await test("instances: a luxon date", async () => {
  const value = await host.value(
    "filter",
    { name: "luxon", args: [{ $: "d", v: 0 }] },
    { variables: {} },
  );
  assert.equal(value.i, true);
  assert.equal(value.name, "DateTime");
  assert.equal(value.t, "1970-01-01T00:00:00.000Z");
  assert.equal(value.m.year, 1970);
  const { toFormat, plus } = value.m;
  assert.equal(await host.value("function", { fn: toFormat, args: ["d LLL yyyy"] }), "1 Jan 1970");
  const later = await host.value("function", { fn: plus, args: [{ days: 1 }] });
  assert.equal(later.t, "1970-01-02T00:00:00.000Z");
  const day = await host.value(
    "filter",
    { name: "day", args: [{ $: "d", v: 0 }, "yyyy"] },
    { variables: {} },
  );
  assert.equal(day, "1970");
});
await test("description", () => {
  const { description } = host;
  assert.equal(description.markdown.native, null);
  assert.match(description.markdown.why, /curly_attributes/);
  assert.deepEqual(description.nunjucks.tags.sort(), ["renderTemplate", "uppertag"]);
  assert.deepEqual(description.preprocessors, [{ name: "drafts", extensions: ["*"] }]);
  assert.equal(description.dateParsing, true);
  assert.equal(description.pathPrefix, "/base/");
  assert.equal(description.extensions.find(({ ext }) => ext === "up").outputFileExtension, "txt");
  assert.ok(description.virtualTemplates.some(({ path: name }) => name === "virtual.njk"));
  assert.equal(description.uses["@11ty/eleventy-img"], "6.0.4");
});

await host.end();
removeSites();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
