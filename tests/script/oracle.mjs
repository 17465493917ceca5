// SPDX-License-Identifier: MIT
//
// What the site's own Eleventy makes of it: prints [{url, inputPath, outputPath, content, data}].
//
//   cd SITE && node oracle.mjs CONFIG

import path from "node:path";
import { pathToFileURL } from "node:url";

const src = path.resolve("node_modules/@11ty/eleventy/src");
const { default: Class, Eleventy = Class } = await import(pathToFileURL(`${src}/Eleventy.js`).href);
const pages = [];
let virtual;
const eleventy = new Eleventy(undefined, undefined, {
  source: "cli",
  runMode: "build",
  quietMode: true,
  configPath: process.argv[2],
  config(eleventyConfig) {
    virtual = () => eleventyConfig.virtualTemplates ?? {};
    eleventyConfig.addCollection("oracle", (api) => {
      pages.push(...api.getAll());
      return [];
    });
  },
});
await eleventy.init?.();
console.log = console.error;
const results = (await eleventy.toJSON()).flat().filter(Boolean);

// What is not the page's own, or is left over from rendering it.
const NOT_DATA = [
  "collections",
  "pkg",
  "eleventy",
  "page",
  "content",
  "layoutContent",
  "_layoutContent",
];
const scalars = ([name, value]) => !NOT_DATA.includes(name) && typeof value !== "function";
// A virtual template is named relative to the input directory.
const virtualData = ({ inputPath }) =>
  Object.entries(virtual()).find(([name]) => inputPath.endsWith(`/${name}`))?.[1].data;

const known = results.map((result) => {
  const item = pages.find((each) => each.url === result.url && each.inputPath === result.inputPath);
  const given = item?.data ?? virtualData(result) ?? {};
  const data = Object.fromEntries(Object.entries(given).filter(scalars));
  const { url, inputPath, outputPath, content, rawInput } = result;
  const page = { url, inputPath, outputPath, ...item?.data.page, rawInput: undefined };
  const text = typeof rawInput === "string" ? rawInput : null;
  return { url, inputPath, outputPath, content, text, data, date: item?.date, page };
});
process.stdout.write(`${JSON.stringify(known)}\n`);
process.exit(0);
