// SPDX-License-Identifier: MIT
//
// Decides whether guidanced's own pipeline equals the configured Markdown library.
//
// The rules, renderer rules and options of a markdown-it are compared with those of a new one from
// the same package; anything extra came from a plugin. If there are only known options and plugins
// (extensions.mjs), texts stay native, and the host is not asked.
import { extensionsAmong } from "./extensions.mjs";

// Options that the native pipeline has.
const NATIVE_OPTIONS = ["html", "breaks", "linkify", "typographer"];

function rulesOf(ruler) {
  return ruler.__rules__.map(({ name, enabled, fn }) => ({ name, enabled, text: String(fn) }));
}

const CHAINS = [
  ["core", (md) => md.core.ruler],
  ["block", (md) => md.block.ruler],
  ["inline", (md) => md.inline.ruler],
  ["inline (2)", (md) => md.inline.ruler2],
];

const addedRules = (own, known) =>
  own.filter(({ name, text }) => !known.some((rule) => rule.name === name && rule.text === text));

// What plugins added, by "chain name" and "renderer name".
function additions(md, plain) {
  const rules = CHAINS.flatMap(([chain, rulerOf]) =>
    addedRules(rulesOf(rulerOf(md)), rulesOf(rulerOf(plain)))
      .filter(({ enabled }) => enabled)
      .map(({ name, text }) => [`${chain} ${name}`, text]),
  );
  const renderers = Object.entries(md.renderer.rules)
    .filter(([name]) => !(name in plain.renderer.rules))
    .map(([name, rule]) => [`renderer ${name}`, String(rule)]);
  return new Map([...rules, ...renderers]);
}

function foreignRules(md, plain, ours) {
  return CHAINS.flatMap(([chain, rulerOf]) => {
    const known = rulesOf(rulerOf(plain));
    const own = rulesOf(rulerOf(md));
    const added = addedRules(own, known)
      .filter(({ name }) => !ours.has(`${chain} ${name}`))
      .map(({ name }) => `the ${chain} rule "${name}"`);
    const switched = known
      .filter(({ name, enabled }) => own.find((rule) => rule.name === name)?.enabled !== enabled)
      .map(({ name }) => `the ${chain} rule "${name}" switched`);
    return [...added, ...switched];
  });
}

const isCode = (text) => text === 'the block rule "code" switched';

function foreignRenderer(md, plain, ours) {
  const changed = Object.entries(md.renderer.rules)
    .filter(([name, rule]) => String(plain.renderer.rules[name]) !== String(rule))
    .filter(([name]) => !ours.has(`renderer ${name}`))
    .map(([name]) => `the renderer of "${name}"`);
  const methods = ["render", "renderInline", "renderToken", "renderAttrs", "renderInlineAsText"]
    .filter((name) => md.renderer[name] !== Object.getPrototypeOf(plain.renderer)[name])
    .map((name) => `renderer.${name}`);
  return [...changed, ...methods];
}

function foreignOptions(md, plain) {
  return Object.keys({ ...plain.options, ...md.options })
    .filter((name) => !NATIVE_OPTIONS.includes(name))
    .filter((name) => String(md.options[name]) !== String(plain.options[name]))
    .map((name) => `the option "${name}"`);
}

function foreignMethods(md, plain) {
  const prototype = Object.getPrototypeOf(plain);
  return [
    "render",
    "renderInline",
    "parse",
    "parseInline",
    "normalizeLink",
    "normalizeLinkText",
    "validateLink",
  ]
    .filter((name) => String(md[name]) !== String(plain[name] ?? prototype[name]))
    .map((name) => `its ${name}()`);
}

function foreignLinkify(md, plain) {
  const schemas = (linkify) =>
    Object.keys(linkify?.__schemas__ ?? {})
      .sort()
      .join(" ");
  if (!md.options.linkify || schemas(md.linkify) === schemas(plain.linkify)) return [];
  return ["linkify's schemas"];
}

// The effects of a highlighter, which texts without fenced code do not show.
const OF_FENCES = new Set(['the option "highlight"', 'the renderer of "fence"']);

// Eleventy's own options, for a site that does not configure Markdown.
const DEFAULT = { html: true, breaks: false, linkify: false, typographer: false, code: false };

// {native: options or null, code: whether indented code is on, why: what is not native}.
export function describeMarkdown(md, highlighter) {
  if (md === undefined && !highlighter) return { native: DEFAULT, why: "" };
  if (md === undefined) {
    return { native: null, why: "a highlighter needs markdown-it", withoutFences: DEFAULT };
  }
  if (typeof md?.render !== "function") return { native: null, why: "it is no markdown-it" };
  if (!md.core?.ruler?.__rules__ || !md.renderer?.rules) {
    return { native: null, why: "it is no markdown-it" };
  }
  const plain = new md.constructor();
  const extensions = extensionsAmong(additions(md, plain));
  const rules = foreignRules(md, plain, extensions.rules);
  const why = [
    ...rules.filter((text) => !isCode(text)),
    ...foreignRenderer(md, plain, extensions.rules),
    ...foreignOptions(md, plain),
    ...foreignMethods(md, plain),
    ...foreignLinkify(md, plain),
  ];
  const options = {
    ...Object.fromEntries(NATIVE_OPTIONS.map((name) => [name, Boolean(md.options[name])])),
    code: !rules.some(isCode),
    quotes: md.options.quotes,
    extensions: extensions.settings,
  };
  if (why.length === 0) return { native: options, why: "" };
  const onlyFences = why.every((each) => OF_FENCES.has(each));
  return { native: null, why: why.join(", "), ...(onlyFences && { withoutFences: options }) };
}
