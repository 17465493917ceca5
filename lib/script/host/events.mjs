// SPDX-License-Identifier: MIT
//
// Events of a build, for the configuration's listeners.

import { describeError } from "./errors.mjs";
import { log } from "./log.mjs";
import { addresses } from "./pages.mjs";
import { note } from "./reads.mjs";
import { lazily } from "./scope.mjs";
import { site } from "./site.mjs";
import { decode } from "./values.mjs";
import { request } from "./wire.mjs";

// An event's name in each version; Eleventy 4 also calls listeners for older names.
const EVENTS = {
  "eleventy.before": ["beforeBuild", "eleventy.before"],
  "eleventy.after": ["afterBuild", "eleventy.after"],
  "eleventy.contentMap": ["eleventy.contentMap"],
};
const OF_FOUR = {
  "eleventy.before": ["buildawesome.before"],
  "eleventy.after": ["buildawesome.after"],
  "eleventy.contentMap": ["buildawesome.contentmap"],
};

const hasListeners = (name) =>
  [...EVENTS[name], ...OF_FOUR[name]].some(
    (each) => (site.userConfig.events?.listenerCount?.(each) ?? 0) > 0,
  );

async function emit(name, argument) {
  const names = site.major === 4 ? OF_FOUR[name] : (EVENTS[name] ?? [name]);
  for (const each of names) await site.userConfig.events.emit(each, argument);
}

// Plugins prepare themselves in `eleventy.before`, so every host runs it once, whatever is
// remembered. A listener that fails (it may run another program) affects only its own results.
let readyFor; // the event has run and has not been asked for yet

export async function beforeFirst() {
  if (!hasListeners("eleventy.before")) return;
  readyFor = "eleventy.before";
  try {
    await fire(readyFor);
  } catch (error) {
    const { message, file, line } = describeError(error);
    log("error", `eleventy.before: ${message}${file ? ` (${file}:${line})` : ""}`);
  }
}

// Their texts together can be larger than a message: each is fetched as a listener reads it.
function withContent(results) {
  return results?.map((result, id) =>
    lazily({ ...result }, { content: () => decode(request({ get: "written", id })) }),
  );
}

export async function event({ name }, [results]) {
  const hasRun = name === readyFor;
  readyFor = undefined;
  if (!hasRun) await fire(name, withContent(results));
}

async function fire(name, results = []) {
  const { config, directories } = site;
  // Eleventy 0 and 1 pass little more than the event.
  if (site.major < 2) return emit(name, { inputDir: directories.input });
  await emit(name, {
    directories,
    dir: config.dir ?? directories,
    inputDir: directories.input,
    runMode: "build",
    outputMode: "fs",
    incremental: false,
    ...(name === "eleventy.after" && { results }),
  });
}

// ---- the content map ----

// `eleventy.contentMap` tells plugins which input has which address, once per generation. A
// listener that reads all of it at once (translations) makes every later answer depend on the
// pages.
const content = { generation: undefined, wasRead: false };

function contentMap() {
  let maps;
  const build = () => {
    note.pages();
    content.wasRead = true;
    maps ??= mapsOf(addresses());
    return maps;
  };
  const late = (name) =>
    new Proxy(
      {},
      {
        get: (_, key) => (typeof key === "string" ? build()[name][key] : undefined),
        has: (_, key) => key in build()[name],
        ownKeys: () => Reflect.ownKeys(build()[name]),
        getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(build()[name], key),
      },
    );
  return { inputPathToUrl: late("inputPathToUrl"), urlToInputPath: late("urlToInputPath") };
}

// Eleventy 2 says which file has an address, later ones also which of its pages.
function mapsOf(pages) {
  const inputPathToUrl = {};
  const urlToInputPath = {};
  for (const [inputPath, url] of pages) {
    const groupNumber = (inputPathToUrl[inputPath] ??= []).push(url) - 1;
    urlToInputPath[url] = site.major < 3 ? inputPath : { inputPath, groupNumber };
  }
  return { inputPathToUrl, urlToInputPath };
}

export async function tellContentMap(generation) {
  if (!hasListeners("eleventy.contentMap")) return;
  if (content.generation !== generation) {
    content.wasRead = false;
    await emit("eleventy.contentMap", contentMap());
    content.eager = content.wasRead;
    content.generation = generation;
  }
  if (content.eager) note.pages();
}
