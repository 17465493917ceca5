// SPDX-License-Identifier: MIT
//
// The possible questions, a row each (../README.md, "Questions").

import { call, filter, global, paired, shortcode } from "./calls.mjs";
import { customdata, data, excerpt, frontmatter, globaldata } from "./data.mjs";
import { event, tellContentMap } from "./events.mjs";
import { open } from "./open.mjs";
import { collection, date, lint, preprocess, transform, urltransform } from "./pipeline.mjs";
import { scopeIsThere } from "./scope.mjs";
import { compile, markdown, render } from "./templates.mjs";
import { setResolvers } from "./values.mjs";

const withContentMap = (operation) => async (question, args, decoded) => {
  if (scopeIsThere()) await tellContentMap(question.generation);
  return operation(question, args, decoded);
};

export const OPERATIONS = {
  open,
  filter: withContentMap(filter),
  shortcode: withContentMap(shortcode),
  paired: withContentMap(paired),
  global: withContentMap(global),
  function: call,
  data,
  customdata,
  globaldata,
  frontmatter,
  excerpt,
  collection,
  transform: withContentMap(transform),
  lint,
  preprocess,
  markdown: withContentMap(markdown),
  render: withContentMap(render),
  compile,
  event,
  date,
  urltransform,
};

// A configuration function named by an argument is called directly: synchronous ones stay
// synchronous.
const DIRECT = { filter, shortcode, paired, global };
const configured =
  (operation, name) =>
  (...args) =>
    DIRECT[operation]({ name }, args);
setResolvers({ configured });
