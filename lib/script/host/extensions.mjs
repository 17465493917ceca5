// SPDX-License-Identifier: MIT
//
// Plugins of markdown-it that guidanced's own Markdown equals, recognised by the text of their
// rules: a modified plugin, or a different one of the same name, has a different digest. Only
// plugins without options are here, since what a rule keeps in its closure cannot be seen.
//
// tests/conformance/markdown/native.mjs compares the digests with the packages.
import { createHash } from "node:crypto";

const FOOTNOTE = ["ref", "block_open", "block_close", "open", "close", "anchor", "caption"];

// The setting, its value, the rules of the plugin, and the digests of the versions that are equal
// (as a CommonJS and as an ES module).
const EXTENSIONS = [
  {
    setting: "footnotes",
    rules: [
      ...["core footnote_tail", "block footnote_def"],
      ...["inline footnote_inline", "inline footnote_ref"],
      ...[...FOOTNOTE, "anchor_name"].map((name) => `renderer footnote_${name}`),
    ],
    digests: ["fae43b54bd89e75a", "09fae7b5800c795e", "5d0da2da7a68e49b"],
  },
  {
    setting: "definition_lists",
    value: 3,
    rules: ["block deflist"],
    digests: ["afd0418777d14508", "f9d87eaab731c474"],
  },
  {
    setting: "definition_lists",
    rules: ["block deflist"],
    digests: ["017cb9df26d68d3f", "c858ab3665d829fd"],
  },
  {
    setting: "abbreviations",
    rules: ["core abbr_replace", "block abbr_def"],
    digests: ["c603efd9b758ea96", "c818d1bce52132ec", "3e489cd93400f9fd"],
  },
  {
    setting: "subscript",
    rules: ["inline sub"],
    digests: ["932b0af0d4b8e961", "13866684e9019564", "ffe5fdbf366cd4fb"],
  },
  {
    setting: "superscript",
    rules: ["inline sup"],
    digests: ["99fa2d89166b3e2e", "9cc7076df3d90392", "0e6a99accbcf1874"],
  },
  {
    setting: "insertions",
    rules: ["inline ins", "inline (2) ins"],
    digests: ["48a6d5302eea2f40", "5c225a91e01d1738", "4a63fd901ca6d155"],
  },
  {
    setting: "marks",
    rules: ["inline mark", "inline (2) mark"],
    digests: ["9ca326f7c31ef55e", "258351d4a310b9ac", "c555e6e6b5cd2e81"],
  },
];

function digestOf(rules, texts) {
  const parts = rules.map((rule) => `${rule} ${texts.get(rule)}`);
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
}

// The extensions among what was added to a markdown-it: `added` are "chain name" and "renderer
// name" with the text of each. Returns {settings, rules: those that belong to the extensions}.
export function extensionsAmong(added) {
  const found = EXTENSIONS.filter(
    ({ rules, digests }) =>
      rules.every((rule) => added.has(rule)) && digests.includes(digestOf(rules, added)),
  );
  return {
    settings: Object.fromEntries(found.map(({ setting, value = true }) => [setting, value])),
    rules: new Set(found.flatMap(({ rules }) => rules)),
  };
}
