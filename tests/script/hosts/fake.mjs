// A host that does what the name of the filter says: keeps to the protocol, or breaks it in every
// way there is.
import fs from "node:fs";
import path from "node:path";
import { frame, get, send, serve, writeRaw } from "./protocol.mjs";

let root = "";
let runs = 0;
const loaded = new Map();
const answers = new Map(); // functions by question and path

function unknownQuestion() {
  throw Object.assign(new Error("forgotten"), { code: "unknown-question" });
}

const FILTERS = {
  echo: ({ args }) => ({ value: args[0] }),
  count: () => ({ value: ++runs }),
  pid: () => ({ value: process.pid }),
  environment: () => ({ value: { ...process.env } }),
  fail() {
    throw Object.assign(new TypeError("no such thing"), {
      file: path.join(root, "filters.js"),
      line: 12,
      column: 5,
    });
  },

  // What it reads.
  variable: ({ args }) => ({
    value: [++runs, get({ get: "variable", name: args[0] })],
    reads: { variables: [args[0]] },
  }),
  page: ({ args }) => ({
    value: [args[0], get({ get: "page", id: args[0].id, m: "data" })],
  }),
  content: () => ({ value: get({ get: "content", id: 7 }), reads: { pages: true } }),
  file: ({ args }) => {
    const file = path.join(root, args[0]);
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null;
    return { value: [++runs, text], reads: { files: [file] } };
  },
  module: ({ args }) => ({
    value: [process.pid, ++runs],
    reads: { modules: [path.join(root, args[0])] },
  }),
  stale({ args }) {
    const file = path.join(root, args[0]);
    const text = fs.readFileSync(file, "utf8");
    loaded.set(file, loaded.get(file) ?? text);
    if (loaded.get(file) !== text) throw Object.assign(new Error("changed"), { code: "stale" });
    return { value: text, reads: { files: [file] } };
  },
  write({ args }) {
    fs.writeFileSync(path.join(process.env.HOME, args[0]), "image");
    return { value: ++runs, effects: [{ file: args[0] }] };
  },
  effects: ({ args }) => ({
    value: args[0],
    effects: [{ page: args[0], path: ["data", "next"], value: 1 }],
  }),

  // What it gives.
  values: () => ({
    value: [
      { $: "u" }, null, true, 1.5, { $: "n", v: "-0" }, { $: "n", v: "NaN" }, { $: "d", v: 86400000 },
      { $: "d", v: null }, { $: "s", v: "<b>" }, { $: "o", v: [["$", 1], ["a", { $: "u" }]] },
      { $: "r", v: "a+", f: "gi" }, "né",
    ],
  }),
  cycle: () => ({ value: { self: { $: "b", v: 0 }, list: [1], again: { $: "b", v: 1 } } }),
  adder: ({ q, args }) => {
    answers.set(q, { "": (n) => args[0] + n });
    return { value: { $: "f", q, p: [], name: "add" } };
  },
  // Calls functions of the scope, one after another.
  calls: ({ args }) => ({
    value: args.map((name) => {
      const { q } = get({ get: "variable", name });
      return (answers.get(q) ?? unknownQuestion())[""](1);
    }),
    reads: { variables: args },
  }),
  instance: ({ q, args }) => {
    answers.set(q, { when: null, "when.plus": (n) => args[0] + n });
    const method = { $: "f", q, p: ["when", "plus"], name: "plus" };
    return {
      value: { when: { $: "f", q, p: ["when"], name: "Moment", i: true, t: `on ${args[0]}`,
        m: { day: args[0], plus: method } } },
    };
  },

  // How it dies.
  exit() {
    console.error("I give up");
    process.exit(3);
  },
  abort: () => process.abort(),
  stop: () => process.kill(process.pid, "SIGSTOP"),
  loop() {
    for (;;);
  },
  async sleep({ args }) {
    await new Promise((done) => setTimeout(done, args[0]));
    return { value: "slept" };
  },
  eat() {
    const kept = [];
    for (;;) kept.push(Buffer.alloc(16 << 20, 1));
  },
  heap() {
    const kept = [];
    for (;;) kept.push(new Array(1000).fill({ a: kept.length }));
  },
  print() {
    const line = `${"x".repeat(1023)}\n`.repeat(64);
    for (let left = 1 << 30; left > 0; ) {
      try {
        left -= fs.writeSync(1, line);
      } catch (error) {
        if (error.code !== "EAGAIN") throw error; // console.log has made it so
      }
    }
    return { value: "printed" };
  },
  log() {
    console.log("hello from JavaScript \u001b[31m");
    send({ log: "a warning", level: "warning" });
    for (let i = 0; i < 100000; i++) send({ log: "and again and again", level: "info" });
    return { value: "logged" };
  },
  async drip() {
    for (const byte of frame('{"answer":1,"value":"slow"}')) {
      writeRaw(Buffer.of(byte));
      await new Promise((done) => setTimeout(done, 100));
    }
  },
  half() {
    writeRaw(frame("{}").subarray(0, 3));
    process.exit(0);
  },
  endless() {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(64 << 20);
    writeRaw(head);
    for (;;) writeRaw(Buffer.alloc(1 << 20, 32));
  },
  huge() {
    writeRaw(Buffer.from([255, 255, 255, 255]));
  },
  flood() {
    for (;;) send({ get: "names" });
  },
};

// Messages that are none.
const NONSENSE = {
  empty: "",
  words: "hello",
  list: "[]",
  nothing: "{}",
  other: '{"answer":-1,"value":1}',
  text: '{"answer":"1","value":1}',
  valueless: '{"answer":ASK}',
  get: '{"get":"secrets"}',
  error: '{"answer":ASK,"error":7}',
  utf8: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
  tag: '{"answer":ASK,"value":{"$":"q"}}',
  number_tag: '{"answer":ASK,"value":{"$":7}}',
  infinite: '{"answer":ASK,"value":{"$":"n","v":"lots"}}',
  date: '{"answer":ASK,"value":{"$":"d","v":"today"}}',
  safe: '{"answer":ASK,"value":{"$":"s","v":7}}',
  pairs: '{"answer":ASK,"value":{"$":"o","v":[["a"]]}}',
  page: '{"answer":ASK,"value":{"$":"p","id":4000000000}}',
  page_part: '{"answer":ASK,"value":{"$":"p","id":7,"m":"secrets"}}',
  again: '{"answer":ASK,"value":[{"$":"b","v":1}]}',
  again_negative: '{"answer":ASK,"value":[{"$":"b","v":-1}]}',
  function: '{"answer":ASK,"value":{"$":"f"}}',
  function_other: '{"answer":ASK,"value":{"$":"f","q":"elsewhere","p":[]}}',
  function_path: '{"answer":ASK,"value":{"$":"f","q":"Q","p":[{}]}}',
  instance: '{"answer":ASK,"value":{"$":"f","q":"Q","p":[],"i":true,"t":"x","m":[]}}',
  reads: '{"answer":ASK,"value":1,"reads":[]}',
  reads_list: '{"answer":ASK,"value":1,"reads":{"variables":"page"}}',
  reads_path: '{"answer":ASK,"value":1,"reads":{"files":["relative"]}}',
  deep: `{"answer":ASK,"value":${"[".repeat(100000)}${"]".repeat(100000)}}`,
  deep_enough: `{"answer":ASK,"value":${"[".repeat(300)}${"]".repeat(300)}}`,
  instance_list: '{"answer":ASK,"value":{"$":"f","q":"Q","p":[],"i":true,"t":"x","m":{},"l":{}}}',
  instance_item: '{"answer":ASK,"value":{"$":"f","q":"Q","p":[],"i":true,"t":"x","m":{},"l":[{"$":"q"}]}}',
  after: '{"answer":ASK,"value":1} {"answer":ASK,"value":2}',
};

function speakNonsense({ ask, q, name }) {
  const message = NONSENSE[name.slice("nonsense ".length)];
  writeRaw(frame(typeof message === "string" ? message.replaceAll("ASK", ask).replaceAll("Q", q) : message));
}

function call({ fn, self, args }) {
  const known = answers.get(fn.q);
  if (!known) unknownQuestion();
  const value = known[fn.p.join(".")](...args);
  return { value: self && self.$ === "f" ? `${self.name} ${value}` : value };
}

serve(async (question) => {
  if (question.op === "open") {
    root = question.root;
    const config = path.join(root, question.config);
    const text = fs.readFileSync(config, "utf8");
    if (text.includes("throw")) throw new Error("the configuration is wrong");
    return { value: { config: text, open: ++runs }, reads: { modules: [config] } };
  }
  if (question.op === "function") return call(question);
  if (question.name.startsWith("nonsense ")) return speakNonsense(question);
  return FILTERS[question.name](question);
});
