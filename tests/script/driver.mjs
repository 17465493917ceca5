// SPDX-License-Identifier: MIT
//
// The daemon's side of the script host's protocol, for tests: starts a host over a socket at
// descriptor 3, asks, and answers what the host wants to know from a scope that the test gives.

import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const HOST = fileURLToPath(new URL("../../lib/script/host/main.mjs", import.meta.url));

const frame = (message) => {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
};

export class Host {
  logs = [];
  gets = []; // what the host asked in the last question
  #buffer = Buffer.alloc(0);
  #waiting;
  #scope = {};
  #count = 0;
  #output = "";

  constructor({ cwd, env = {}, args = [] } = {}) {
    this.process = spawn(process.execPath, [...args, HOST], {
      cwd,
      env: { PATH: process.env.PATH, TZ: "UTC", ...env },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.channel = this.process.stdio[3];
    this.channel.on("data", (chunk) => this.#receive(chunk));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on("data", (chunk) => (this.#output += chunk));
    }
    this.process.on("exit", (code, signal) => {
      const error = new Error(`the host ended: ${code ?? signal}\n${this.#output}`);
      this.#waiting?.reject(error);
    });
    this.channel.on("error", () => {});
  }

  get output() {
    return this.#output;
  }

  #receive(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 4) {
      const length = this.#buffer.readUInt32LE(0);
      if (this.#buffer.length < 4 + length) return;
      const message = JSON.parse(this.#buffer.subarray(4, 4 + length).toString("utf8"));
      this.#buffer = this.#buffer.subarray(4 + length);
      this.#handle(message);
    }
  }

  #handle(message) {
    if ("log" in message) this.logs.push(message);
    else if ("get" in message) this.channel.write(frame(this.#get(message)));
    else {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve(message);
    }
  }

  // A scope: {variables, pages: [{item, data, page, content}], collections, frozen}, as written.
  #get(message) {
    this.gets.push(message);
    const { variables = {}, pages = [], collections = {}, frozen = {} } = this.#scope;
    const answers = {
      variable: () => variables[message.name] ?? { $: "u" },
      names: () => Object.keys(variables),
      page: () => pages[message.id]?.[message.m ?? "item"] ?? { $: "u" },
      content: () => pages[message.id]?.content,
      pages: () => pages.map((_, id) => ({ $: "p", id })),
      addresses: () => pages.map(({ item }) => [item.inputPath, item.url]),
      collections: () =>
        message.name === undefined
          ? Object.keys(collections)
          : (collections[message.name] ?? { $: "u" }),
      frozen: () => frozen[message.id] ?? { $: "u" },
    };
    const value = answers[message.get]?.();
    return value === undefined ? { error: `no ${message.get} here` } : { value };
  }

  // The whole answer: {value, reads, effects} or {error}.
  ask(op, members = {}, scope) {
    this.#scope = scope ?? {};
    this.gets = [];
    const question = {
      ask: ++this.#count,
      op,
      q: `q${this.#count}`,
      generation: scope ? (scope.generation ?? "1") : 0,
      ...members,
    };
    const answer = new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
    this.channel.write(frame(question));
    return answer;
  }

  // The value; an error is thrown.
  async value(op, members, scope) {
    const { value, error } = await this.ask(op, members, scope);
    if (error) throw Object.assign(new Error(error.message), error);
    return value;
  }

  async end() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    if (this.process.exitCode !== null) return;
    this.channel.end();
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
  }
}

// A host that has opened the site; its description is in `description`.
export async function openHost(root, config, { scratch, env } = {}) {
  const host = new Host({ cwd: root, env });
  const place = scratch ?? fs.mkdtempSync(path.join("/tmp", "guidanced-host-"));
  host.scratch = place;
  try {
    host.opened = await host.ask("open", {
      root,
      config,
      scratch: place,
      node_modules: path.join(root, "node_modules"),
    });
    if (host.opened.error) {
      throw Object.assign(new Error(host.opened.error.message), host.opened.error);
    }
    host.description = host.opened.value;
    return host;
  } catch (error) {
    await host.end();
    throw error;
  }
}
