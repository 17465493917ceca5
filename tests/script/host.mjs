#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// The script host, asked as the daemon asks it: fixture sites with Eleventy 0 to 3 and without one.
//
//   node tests/script/host.mjs            all; `npm ci --prefix tests/script --ignore-scripts` first
//   node tests/script/host.mjs values     tests whose name has the word

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { openHost } from "./driver.mjs";
import { eleventy, removeSites, site } from "./fixtures.mjs";

const tests = [];
const test = (name, run) => tests.push({ name, run });
const majors = [0, 1, 2, 3, 4];

const opened = new Map();
async function common(major) {
  if (!opened.has(major)) {
    const root = site("common", major === null ? {} : eleventy(major));
    opened.set(major, await openHost(root, ".eleventy.js"));
    opened.get(major).root = root;
  }
  return opened.get(major);
}

const page = (id, url, more = {}) => ({
  item: {
    url,
    inputPath: `./content/${id}.md`,
    date: { $: "d", v: Date.UTC(2020 + id, 0, 1) },
    data: { $: "p", id, m: "data" },
    page: { $: "p", id, m: "page" },
  },
  data: { title: `Page ${id}`, tags: ["post"], featured: id === 1, author: { name: "A" }, ...more },
  page: { url, inputPath: `./content/${id}.md` },
  content: `<p>${id}</p>`,
});
const scope = (variables = {}, more = {}) => ({
  variables: {
    page: { url: "/here/", inputPath: "./content/here.md", outputPath: "out/here/index.html" },
    title: "Here",
    ...variables,
  },
  pages: [page(0, "/a/"), page(1, "/b/"), page(2, "/c/")],
  collections: { post: [0, 1, 2].map((id) => ({ $: "p", id })) },
  ...more,
});

for (const major of [...majors, null]) {
  const title = major === null ? "without Eleventy" : `Eleventy ${major}`;
  const each = (name, run) => test(`${name}, ${title}`, async () => run(await common(major)));
  const filter = (host, name, args, of = scope()) => host.ask("filter", { name, args }, of);
  const filtered = (host, name, args, of = scope()) => host.value("filter", { name, args }, of);

  each("description", ({ description, root }) => {
    if (major === 4) assert.equal(description.eleventy, "4.0.0"); // 4.0.0-alpha.10
    const byName = (list) => Object.fromEntries(list.map((entry) => [entry.name, entry]));
    const filters = byName(description.filters);
    assert.equal(filters.shout.native, undefined);
    assert.equal(filters.later.async, true);
    if (major !== null) assert.equal(filters.slug.native, true);
    const shortcodes = byName(description.shortcodes);
    assert.deepEqual(shortcodes.box, { name: "box", paired: true, async: false });
    assert.deepEqual(shortcodes.slow, { name: "slow", paired: false, async: true });
    assert.equal(description.dir.input, "content");
    assert.equal(description.dir.data, "_data");
    assert.equal(description.dir.output, "out");
    assert.equal(description.dir.includes, "content/_includes");
    assert.deepEqual(description.collections, ["featured", "byYear", "globbed", "numbered"]);
    assert.deepEqual(description.layoutAliases, { page: "layouts/page.njk" });
    assert.deepEqual(description.passthrough, [
      { from: "assets", to: true },
      { from: "lib/logo.svg", to: "logo.svg" },
    ]);
    assert.deepEqual(description.transforms, ["stamp"]);
    assert.deepEqual(description.linters, ["lint"]);
    assert.deepEqual(description.dataExtensions, ["lines"]);
    assert.deepEqual(description.events, ["eleventy.before"]);
    assert.equal(description.markdownTemplateEngine, "njk");
    assert.deepEqual(description.modules.map((file) => path.relative(root, file)).sort(), [
      ".eleventy.js",
      "lib/mark.js",
      "lib/shout.js",
    ]);
    // A highlighter: native but for fenced code.
    const { native, withoutFences } = description.markdown;
    assert.equal((native ?? withoutFences).html, true);
    assert.equal(native, null);
    assert.equal(description.frontMatter.excerpt, "function");
  });

  each("filter", async (host) => {
    const { value, reads } = await filter(host, "shout", ["quiet"]);
    assert.equal(value, "QUIET!");
    assert.deepEqual(reads, {});
    assert.deepEqual(await filtered(host, "pair", [1, { a: [2] }]), [1, { a: [2] }]);
    assert.equal(await filtered(host, "later", ["x"]), "x later");
  });
  each("filter, this", async (host) => {
    const { value, reads } = await filter(host, "where", [1]);
    assert.equal(value, "/here/ Here");
    assert.deepEqual(reads, { variables: ["page", "title"] });
    const all = await filter(host, "looksAround", [1]);
    assert.deepEqual(all.value, ["page", "title"]);
    assert.equal(all.reads.names, true);
    // Eleventy 4's Nunjucks renders asynchronously only.
    if (major !== null && major !== 4)
      assert.equal(await filtered(host, "rendered", ["hello {{ name | shout }}"]), "hello X!");
  });
  each("filter, values", async (host) => {
    const value = await filtered(host, "values", []);
    assert.deepEqual(value.$, "o");
    const values = Object.fromEntries(value.v);
    assert.deepEqual(values.u, { $: "u" });
    assert.deepEqual(values.n, [
      { $: "n", v: "NaN" },
      { $: "n", v: "Infinity" },
      { $: "n", v: "-Infinity" },
      { $: "n", v: "-0" },
      1.5,
    ]);
    assert.deepEqual(values.d, { $: "d", v: 0 });
    assert.deepEqual(values.bad, { $: "d", v: null });
    assert.deepEqual(values.r, { $: "r", v: "a+", f: "gi" });
    assert.equal(values.$, "dollar");
    assert.deepEqual(values.map.l, [["k", { a: 1 }]]);
    assert.equal(values.map.m.size, 1);
    assert.deepEqual(values.set.l, [1, 2]);
    assert.deepEqual(await filtered(host, "circle", []), [
      { name: "a", self: { $: "b", v: 1 } },
      { $: "b", v: 1 },
    ]);
    for (const given of [
      { $: "d", v: 5 },
      { $: "s", v: "<b>" },
      { $: "u" },
      { $: "n", v: "NaN" },
      { $: "o", v: [["$", 1]] },
      { $: "r", v: "x", f: "g" },
    ]) {
      assert.deepEqual((await filtered(host, "pair", [given, null]))[0], given);
    }
    assert.equal(await filtered(host, "kind", [{ $: "d", v: 5 }]), "[object Date]");
  });
  each("functions of an answer", async (host) => {
    const { value } = await filter(host, "maker", []);
    const [add, twice] = [value.add, value.deep.list[0]];
    assert.equal(await host.value("function", { fn: add, args: [2, 3] }), 5);
    assert.equal(await host.value("function", { fn: twice, args: [4] }), 8);
    const { value: map } = await filter(host, "values", []);
    const get = Object.fromEntries(map.v).map.m.get;
    assert.deepEqual(await host.value("function", { fn: get, args: ["k"] }), { a: 1 });
    const unknown = await host.ask("function", { fn: { ...add, q: "another" }, args: [] });
    assert.equal(unknown.error.code, "unknown-question");
  });
  each("pages", async (host) => {
    const list = [
      { $: "p", id: 1 },
      { $: "p", id: 2 },
    ];
    const { value, reads } = await filter(host, "titles", [list]);
    assert.deepEqual(value, ["Page 1", "Page 2"]);
    assert.deepEqual(reads, { pages: true });
    assert.deepEqual(await filtered(host, "first", [list]), { $: "p", id: 1 });
    const frozen = scope({}, { frozen: { 7: list } });
    assert.deepEqual(await filtered(host, "first", [{ $: "z", id: 7 }], frozen), { $: "p", id: 1 });
    assert.deepEqual(await filtered(host, "sorted", [{ $: "z", id: 7 }], frozen), [
      { $: "p", id: 2 },
      { $: "p", id: 1 },
    ]);
    assert.deepEqual(await filtered(host, "pair", [{ $: "z", id: 7 }, 1], frozen), [
      { $: "z", id: 7 },
      1,
    ]);
  });
  each("arguments changed in place", async (host) => {
    const { value, effects } = await filter(host, "push", [[1], 2]);
    assert.deepEqual(value, [1, 2]);
    assert.deepEqual(effects, [{ argument: 0, value: [1, 2] }]);
  });
  each("shortcodes", async (host) => {
    assert.deepEqual(
      await host.value("shortcode", { name: "card", args: ["T", { size: 3 }] }, scope()),
      { $: "s", v: "<b>T</b>3/here/" },
    );
    assert.deepEqual(await host.value("shortcode", { name: "slow", args: ["x"] }, scope()), {
      $: "s",
      v: "slow x",
    });
    assert.deepEqual(
      await host.value("paired", { name: "box", args: [{ $: "s", v: "<i>" }, "big"] }, scope()),
      { $: "s", v: '<div class="big"><i></div>' },
    );
  });
  each("collections", async (host) => {
    const featured = await host.ask("collection", { name: "featured" }, scope());
    assert.deepEqual(featured.value, [{ $: "p", id: 1 }]);
    assert.equal(featured.reads.pages, true);
    assert.deepEqual(await host.value("collection", { name: "byYear" }, scope()), {
      2020: [{ $: "p", id: 0 }],
      2021: [{ $: "p", id: 1 }],
      2022: [{ $: "p", id: 2 }],
    });
    assert.equal((await host.value("collection", { name: "globbed" }, scope())).length, 3);
    const { effects } = await host.ask("collection", { name: "numbered" }, scope());
    assert.deepEqual(effects.slice(0, 2), [
      { page: 0, path: ["data", "number"], value: 0 },
      { page: 0, path: ["data", "author"], value: { name: "A", seen: true } },
    ]);
    assert.equal(effects.length, 6);
  });
  each("data", async (host) => {
    const data = async (name) => host.ask("data", { name: path.join(host.root, "_data", name) });
    const team = await data("team.js");
    assert.equal(team.value.name, "team!");
    assert.ok(team.reads.files.includes(path.join(host.root, "lib/mark.js")));
    assert.equal(
      await host.value("function", { fn: team.value.greet, args: ["you"] }),
      "hello you",
    );
    assert.deepEqual((await data("plain.cjs")).value, [1, { two: 2 }]);
    const modern = await data("modern.mjs");
    assert.deepEqual(modern.value, { value: "modern?" });
    assert.ok(modern.reads.files.includes(path.join(host.root, "lib/suffix.mjs")));
    const lines = await host.ask("customdata", {
      name: path.join(host.root, "_data/list.lines"),
      args: ["lines"],
    });
    assert.deepEqual(lines.value, ["one", "two"]);
    assert.deepEqual(lines.reads.files, [path.join(host.root, "_data/list.lines")]);
  });
  each("transform", async (host) => {
    const { value, reads } = await host.ask("transform", { args: ["<p>"] }, scope());
    assert.equal(value, "<p><!-- out/here/index.html -->");
    assert.deepEqual(reads, { variables: ["page"] });
  });
  if (major !== null)
    each("markdown", async (host) => {
      assert.equal(
        await host.value("markdown", { args: ["*a* <b>c</b>"] }, scope()),
        "<p><em>a</em> <b>c</b></p>\n",
      );
    });
  each("excerpts", async (host) => {
    const found = await host.value("excerpt", { args: ["one\ntwo"] }, scope());
    assert.deepEqual(found, { content: "one\ntwo", excerpt: "one" });
  });
  each("clock and chance", async (host) => {
    const { value, reads } = await filter(host, "now", []);
    assert.equal(value, true);
    assert.deepEqual(reads, { clock: true, random: true });
  });
  each("errors", async (host) => {
    const { error } = await filter(host, "fail", []);
    assert.match(error.message, /this filter fails/);
    assert.equal(error.name, "TypeError");
    assert.equal(error.file, path.join(host.root, ".eleventy.js"));
    const source = fs.readFileSync(error.file, "utf8").split("\n");
    assert.match(source[error.line - 1], /throw new TypeError/);
    assert.match((await filter(host, "leave", [])).error.message, /process\.exit\(3\)/);
    assert.match((await filter(host, "never", [])).error.message, /never settled/);
    assert.match((await filter(host, "never", [])).error.message, /never settled/);
    assert.match((await filter(host, "nothing of the kind", [])).error.message, /no filter/);
    assert.equal(await filtered(host, "shout", ["still here"]), "STILL HERE!");
  });
  each("work that is left behind", async (host) => {
    assert.equal(await filtered(host, "leaveBehind", []), "left");
    const other = scope({ page: { url: "/elsewhere/" } });
    assert.match((await filter(host, "comeBack", [], other)).error.message, /call has ended/);
  });
  each("what is printed", async (host) => {
    host.logs.length = 0;
    await filter(host, "print", [2]);
    assert.deepEqual(host.logs, [
      { log: "line 0", level: "info" },
      { log: "line 1", level: "info" },
    ]);
    host.logs.length = 0;
    await filter(host, "print", [100000]);
    assert.equal(host.logs.length, 201);
    assert.match(host.logs.at(-1).log, /99800 more/);
    assert.equal(host.output, "");
    host.logs.length = 0;
    await host.value("lint", { args: ["<p>"] }, scope());
    assert.deepEqual(host.logs, [{ log: "linted ./content/here.md", level: "warning" }]);
  });
  each("files", async (host) => {
    const { value, reads } = await filter(host, "readFile", ["hello.txt"]);
    assert.equal(value, "hello from a file\n");
    assert.deepEqual(reads.files, [path.join(host.root, "lib/hello.txt")]);
    const written = await filter(host, "write", ["out/img/a.txt"]);
    assert.equal(written.value, "written a.txt");
    assert.deepEqual(written.effects, [{ file: "site/out/img/a.txt" }]);
    assert.ok(!fs.existsSync(path.join(host.root, "out")));
    assert.equal(fs.readFileSync(path.join(host.scratch, "site/out/img/a.txt"), "utf8"), "written");
    assert.equal(host.description.written.output, path.join(host.scratch, "site/out"));
    const beside = await filter(host, "write", ["lib/new.txt"]);
    assert.equal(beside.value, "written hello.txt,logo.svg,mark.js,shout.js,suffix.mjs,new.txt");
  });
  each("events", async (host) => {
    const generated = [{ file: "site/content/generated/note.txt" }];
    // Opening runs it, so that the first question for it has nothing left to do.
    assert.deepEqual(host.opened.effects, generated);
    assert.equal((await host.ask("event", { name: "eleventy.before" })).effects, undefined);
    const again = await host.ask("event", { name: "eleventy.before" });
    assert.deepEqual(again.effects, generated);
  });
  if (major !== 0) {
    each("globals and global data", async (host) => {
      const { site, double } = host.description.globals;
      assert.equal(site.name, "Fixture");
      assert.equal(await host.value("function", { fn: site.year, args: [] }), 2024);
      assert.deepEqual(double, { $: "f", op: "global", name: "double" });
      assert.equal(await host.value("global", { name: "double", args: [4] }, scope()), 8);
      assert.deepEqual(await host.value("globaldata"), { fixed: { a: 1 }, made: "made" });
    });
  }
  // Eleventy 4's templates need Node 22.
  if (major !== null && (major !== 4 || Promise.withResolvers)) {
    each("templates", async (host) => {
      const render = (name, engine, text) =>
        host.ask("render", { name, args: [engine, text] }, scope());
      const njk = await render(
        "content/x.njk",
        "njk",
        '{% include "part.njk" %} {{ page.url | shout }}',
      );
      assert.equal(njk.value, "included Here\n /HERE/!");
      const read = njk.reads.variables.filter((name) => name !== "eleventy"); // every filter's `this`
      assert.deepEqual(read.sort(), ["page", "title"]);
      assert.ok(njk.reads.files.includes(path.join(host.root, "content/_includes/part.njk")));
      // What a template sets it can read again, and include; the scope's own variable stays.
      const set =
        '{{ title }}{% set title = "a" %}{% set title = "set" %}{{ title }} {% include "part.njk" %}{{ title }}';
      assert.equal((await render("content/x.njk", "njk", set)).value, "Hereset included set\nset");
      const liquid = await render(
        "content/x.liquid",
        "liquid",
        "{% assign a = title | shout %}{{ a }}",
      );
      assert.equal(liquid.value, "HERE!");
      const compiled = await host.ask("compile", {
        name: "content/page.11ty.js",
        args: ["11ty.js"],
      });
      assert.equal(compiled.value.data.title, "From a class");
      const permalink = await host.value(
        "function",
        { fn: compiled.value.data.permalink, args: [{ $: "x" }] },
        scope(),
      );
      assert.equal(permalink, "/class/here/");
      const page = await render("content/page.11ty.js", "11ty.js", "");
      assert.equal(page.value, "<h1>HERE!</h1>/here/");
    });
  }
}

test("data that has changed", async () => {
  const root = site("common", eleventy(3));
  const host = await openHost(root, ".eleventy.js");
  const data = (name) => host.ask("data", { name: path.join(root, "_data", name) });
  assert.equal((await data("team.js")).value.name, "team!");
  fs.writeFileSync(path.join(root, "lib/mark.js"), 'exports.mark = "…";');
  assert.equal((await data("team.js")).value.name, "team…");
  assert.deepEqual((await data("modern.mjs")).value, { value: "modern?" });
  fs.writeFileSync(path.join(root, "_data/modern.mjs"), "export default { value: 2 };");
  assert.deepEqual((await data("modern.mjs")).value, { value: 2 });
  fs.writeFileSync(
    path.join(root, "_data/modern.mjs"),
    'import "../lib/suffix.mjs";\nexport default { value: 3 };',
  );
  assert.deepEqual((await data("modern.mjs")).value, { value: 3 });
  fs.writeFileSync(path.join(root, "lib/suffix.mjs"), 'export const suffix = "x";');
  assert.equal((await data("modern.mjs")).error.code, "stale");
  await host.end();
});

test("a configuration that is broken", async () => {
  const root = site("common", eleventy(3));
  fs.appendFileSync(path.join(root, "lib/mark.js"), "\nlet x = ;\n");
  await assert.rejects(openHost(root, ".eleventy.js"), (error) => {
    assert.equal(error.file, path.join(root, "lib/mark.js"));
    assert.equal(error.line, 4);
    return true;
  });
  await assert.rejects(openHost(root, "nowhere.js"));
});

test("ES modules that are broken", async () => {
  const root = site("plain");
  const file = path.join(root, "lib/words.js");
  const fails = async (text, expected) => {
    fs.writeFileSync(file, text);
    await assert.rejects(openHost(root, "eleventy.config.js"), (error) => {
      const { line, column } = error;
      assert.deepEqual({ file: error.file, line, column }, { file, ...expected }, error.message);
      return true;
    });
  };
  await fails("export const word = 1;\nexport const b = ;\n", { line: 2, column: 18 });
  await fails("export default ]1;\n", { line: 1, column: 16 });
  await fails('export const word = 1;\nimport "./missing.js";\n', { line: 2, column: 11 });
  await fails('import x from "not-installed";\n', { line: 1, column: 16 });
  await fails("export const word = 1;\nthrow new Error('here');\n", { line: 2, column: 7 });
});

test("without Eleventy, as ES modules", async () => {
  const root = site("plain");
  const host = await openHost(root, "eleventy.config.js");
  const { description } = host;
  assert.equal(description.eleventy, null);
  assert.deepEqual(description.dir, {
    input: "pages",
    output: "_site",
    includes: "pages/parts",
    data: "pages/_data",
  });
  assert.deepEqual(description.templateFormats, ["md", "njk"]);
  // Found by scanning: import(), by a name that is made up and by one that was listed.
  assert.deepEqual(description.modules.map((name) => path.relative(root, name)).sort(), [
    "eleventy.config.js",
    "lib/words.js",
    "listed/b.js",
    "named/a.js",
  ]);
  assert.equal(await host.value("filter", { name: "count", args: ["a b"] }, scope()), 2);
  assert.equal(await host.value("filter", { name: "space_up", args: ["a"] }, scope()), "A");
  assert.equal(await host.value("filter", { name: "soon", args: ["a"] }, scope()), "a soon");
  assert.deepEqual(await host.value("data", { name: path.join(root, "pages/_data/made.js") }), {
    word: "word",
  });
  assert.equal(await host.value("preprocess", { args: ["x"] }, scope()), "x!");
  assert.deepEqual(await host.value("date", { args: ["never"] }, scope()), { $: "d", v: 0 });
  assert.deepEqual(
    await host.value("frontmatter", { name: "a.md", args: ["js", "{ a: 1 + 1 }"] }),
    { a: 2 },
  );
  assert.deepEqual(await host.value("frontmatter", { name: "a.md", args: ["shouted", "x"] }), {
    text: "X",
  });
  await host.end();
  fs.appendFileSync(path.join(root, "eleventy.config.js"), "\nexport const more = 1;\n");
  const source = fs.readFileSync(path.join(root, "eleventy.config.js"), "utf8");
  fs.writeFileSync(
    path.join(root, "eleventy.config.js"),
    source.replace("// here", "eleventyConfig.addSomethingNew();"),
  );
  await assert.rejects(
    openHost(root, "eleventy.config.js"),
    /addSomethingNew\(\) needs Eleventy itself/,
  );
});

test("front matter in JavaScript, Eleventy 3", async () => {
  const host = await common(3);
  const ask = (text) => host.value("frontmatter", { name: "content/a.md", args: ["js", text] });
  assert.deepEqual(await ask("{ title: 'x' + 1 }"), { title: "x1" });
  assert.deepEqual(await ask("const title = 'y';\nconst n = [1, 2].length;"), { title: "y", n: 2 });
});

test("templates that have changed", async () => {
  const host = await openHost(site("common", eleventy(3)), ".eleventy.js");
  const part = path.join(host.description.modules[0], "../content/_includes/part.njk");
  const render = () =>
    host.ask(
      "render",
      { name: "content/x.njk", args: ["njk", '{% include "part.njk" %}'] },
      scope(),
    );
  assert.equal((await render()).value, "included Here\n");
  const again = await render(); // from Nunjucks' cache, and noted all the same
  assert.ok(again.reads.files.includes(part));
  fs.writeFileSync(part, "changed {{ title }}");
  assert.equal((await render()).value, "changed Here");
  await host.end();
});

test("an output directory that a build has left", async () => {
  const root = site("common", eleventy(3));
  fs.mkdirSync(path.join(root, "out/img"), { recursive: true });
  fs.writeFileSync(path.join(root, "out/img/old.txt"), "old");
  const host = await openHost(root, ".eleventy.js");
  const write = await host.value("filter", { name: "write", args: ["out/img/new.txt"] }, scope());
  assert.equal(write, "written new.txt");
  assert.equal(fs.readdirSync(path.join(root, "out/img")).join(), "old.txt");
  await host.end();
});

test("answers are dropped in time", async () => {
  const host = await openHost(site("common", eleventy(3)), ".eleventy.js");
  const maker = () => host.value("filter", { name: "maker", args: [] }, scope());
  const { add } = await maker();
  assert.equal(await host.value("function", { fn: add, args: [1, 1] }), 2);
  for (let i = 0; i < 1000; i++) await maker();
  const dropped = await host.ask("function", { fn: add, args: [1, 1] });
  assert.equal(dropped.error.code, "unknown-question");
  const { site: global } = host.description.globals; // of the configuration: kept
  assert.equal(await host.value("function", { fn: global.year, args: [] }), 2024);
  await host.end();
});

test("a daemon that goes away", async () => {
  const root = site("common", eleventy(3));
  const host = await openHost(root, ".eleventy.js");
  const ended = new Promise((resolve) => host.process.once("exit", resolve));
  host.channel.destroy();
  assert.equal(await ended, 0);
});

let passed = 0;
let failed = 0;
for (const { name, run } of tests) {
  if (process.argv[2] && !name.includes(process.argv[2])) continue;
  try {
    await run();
    passed++;
  } catch (error) {
    failed++;
    console.log(`not ok: ${name}\n${error.stack}`);
  }
}
for (const host of opened.values()) await host.end();
removeSites();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
