// A host that tries to get out. Each attempt answers "done" or why it was refused; what a host has
// to be able to do must be done.
import { execFileSync, fork, spawnSync } from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { serve } from "./protocol.mjs";

let places = {};

const event = (emitter, good, bad = "error") =>
  new Promise((resolve, reject) => emitter.once(good, resolve).once(bad, reject));

const inWorker = (source) => {
  const worker = new Worker(source, { eval: true, stdout: true, stderr: true });
  return new Promise((resolve, reject) => worker.once("message", (m) => (m === "done" ? resolve() : reject(new Error(m)))).once("error", reject));
};
const worker = (body) =>
  inWorker(`const { parentPort } = require("node:worker_threads");
    (async () => { ${body} })().then(() => parentPort.postMessage("done"),
      (error) => parentPort.postMessage(String(error.code ?? error.cause?.code ?? error.message)));`);

const REFUSED = {
  fetch: () => fetch("http://127.0.0.1:9/"),
  fetch_out: () => fetch("https://example.com/"),
  connect: () => event(net.connect(places.port, "127.0.0.1"), "connect"),
  connect_6: () => event(net.connect(places.port, "::1"), "connect"),
  connect_unix: () => event(net.connect(places.socket), "connect"),
  connect_abstract: () => event(net.connect(`\0${places.abstract}`), "connect"),
  listen: () => event(net.createServer().listen(0, "127.0.0.1"), "listening"),
  listen_unix: () => event(net.createServer().listen(path.join(os.tmpdir(), "s")), "listening"),
  udp: () => {
    const socket = dgram.createSocket("udp4");
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.send("x", 9, "127.0.0.1", (error) => (error ? reject(error) : resolve()));
    });
  },
  dns: () => dns.promises.lookup("example.com"),
  dns_resolve: () => {
    const resolver = new dns.promises.Resolver({ timeout: 500, tries: 1 });
    resolver.setServers(["127.0.0.1"]);
    return resolver.resolve4("example.com");
  },
  execute: () => execFileSync("/bin/true"),
  execute_shell: () => {
    const { error, status } = spawnSync("echo hello", { shell: "/bin/sh" });
    if (error) throw error;
    if (status !== 0) throw new Error("refused");
  },
  execute_node: () => execFileSync(process.execPath, ["-e", "0"]),
  fork: () => event(fork(process.argv[1]), "spawn"),
  signal_parent: () => process.kill(process.ppid, 0),
  signal_all: () => process.kill(-1, 0),
  signal_group: () => process.kill(0, 0),
  priority: () => os.setPriority(process.ppid, 10),
  become_root: () => process.setuid(0),
  read_passwd: () => fs.readFileSync("/etc/passwd"),
  read_home: () => fs.readFileSync(path.join(places.home, "secret")),
  list_home: () => fs.readdirSync(places.home),
  list_root: () => fs.readdirSync("/"),
  list_processes: () => fs.readdirSync("/proc"),
  read_parent: () => fs.readFileSync(`/proc/${process.ppid}/environ`),
  read_by_proc: () => fs.readFileSync(path.join("/proc/self/root", places.home, "secret")),
  read_by_link: () => fs.readFileSync(path.join(places.root, "link/secret")),
  read_by_climbing: () => fs.readFileSync(`${places.root}/../home/secret`),
  read_async: () => fs.promises.readFile("/etc/passwd"),
  write_site: () => fs.writeFileSync(path.join(places.root, "new.md"), "x"),
  write_page: () => fs.appendFileSync(path.join(places.root, "page.md"), "x"),
  cut_page: () => fs.truncateSync(path.join(places.root, "page.md")),
  remove_page: () => fs.unlinkSync(path.join(places.root, "page.md")),
  rename_page: () => fs.renameSync(path.join(places.root, "page.md"), path.join(os.tmpdir(), "page.md")),
  make_directory: () => fs.mkdirSync(path.join(places.root, "folder")),
  write_program: () => fs.writeFileSync(process.argv[1], "x"),
  write_by_link: () => {
    fs.symlinkSync(places.root, path.join(os.tmpdir(), "out"));
    fs.writeFileSync(path.join(os.tmpdir(), "out/new.md"), "x");
  },
  link_page: () => fs.linkSync(path.join(places.root, "page.md"), path.join(os.tmpdir(), "mine.md")),
  chmod_page: () => fs.chmodSync(path.join(places.root, "page.md"), 0o777),
  chmod_home: () => fs.chmodSync(places.home, 0o777),
  chown_page: () => fs.chownSync(path.join(places.root, "page.md"), process.getuid(), process.getgid()),
  touch_page: () => {
    // Succeeds, and does nothing.
    fs.utimesSync(path.join(places.root, "page.md"), 1, 1);
    if (fs.statSync(path.join(places.root, "page.md")).mtimeMs !== 1000) throw new Error("nothing done");
  },
  fchmod_page: () => {
    const page = path.join(places.root, "page.md");
    fs.fchmodSync(fs.openSync(page), 0o777);
    if ((fs.statSync(page).mode & 0o777) !== 0o777) throw new Error("nothing done");
  },
  make_pipe: () => spawnSync("mkfifo", ["x"]).error && Promise.reject(new Error("refused")),
  worker_fetch: () => worker(`await fetch("http://127.0.0.1:${places.port}/")`),
  worker_net: () =>
    worker(`await new Promise((resolve, reject) => require("node:net").connect(${places.port}, "127.0.0.1").once("connect", resolve).once("error", reject))`),
  worker_execute: () => worker(`require("node:child_process").execFileSync("/bin/true")`),
  worker_read: () => worker(`require("node:fs").readFileSync("/etc/passwd")`),
  worker_write: () => worker(`require("node:fs").writeFileSync(${JSON.stringify(path.join(places.root, "x"))}, "")`),
  read_daemon_files: () => fs.readFileSync(path.join(places.root, ".guidanced/feedback.db")),
  binding: () => {
    const { Process } = process.binding("process_wrap");
    const child = new Process();
    const code = child.spawn({ file: "/bin/true", args: ["true"], envPairs: [], stdio: [] });
    if (code < 0) throw new Error(`code ${code}`);
  },
  environment: () => {
    const names = Object.keys(process.env).filter((name) => !["HOME", "TMPDIR", "TZ", "ALLOWED"].includes(name));
    if (names.length === 0) throw new Error("nothing there");
  },
  descriptors: () => {
    // Beyond the four, only what node has opened itself: nothing that leads to a file of others.
    const open = fs.readdirSync("/proc/self/fd").map((n) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${n}`);
      } catch {
        return "";
      }
    });
    const foreign = open.filter((to) => to.startsWith("/") && !to.startsWith("/proc/") && !to.startsWith("/dev/null") && !to.startsWith("/dev/urandom") && !to.startsWith(places.root));
    if (foreign.length === 0) throw new Error("none");
    return foreign.join(" ");
  },
};

const ALLOWED = {
  read_site: () => fs.readFileSync(path.join(places.root, "page.md")),
  list_site: () => fs.readdirSync(places.root),
  read_modules: () => fs.readFileSync(path.join(places.root, "node_modules/package/index.js")),
  write_scratch: () => fs.writeFileSync(path.join(os.tmpdir(), "file"), "x"),
  write_home: () => fs.writeFileSync(path.join(os.homedir(), "file"), "x"),
  rename_scratch: () => {
    fs.mkdirSync(path.join(os.tmpdir(), "a/b"), { recursive: true });
    fs.writeFileSync(path.join(os.tmpdir(), "a/b/file"), "x");
    fs.renameSync(path.join(os.tmpdir(), "a/b/file"), path.join(os.tmpdir(), "a/file"));
  },
  copy_page: () => fs.copyFileSync(path.join(places.root, "page.md"), path.join(os.tmpdir(), "copy")),
  copy_async: () => fs.promises.copyFile(path.join(places.root, "page.md"), path.join(os.tmpdir(), "copy")),
  worker: () => worker(`require("node:os").cpus()`),
  intl: () => {
    const text = new Intl.DateTimeFormat("cy", { month: "long", timeZone: "Europe/London" }).format(0);
    if (text !== "Ionawr") throw new Error(text);
  },
  crypto: async () => (await import("node:crypto")).createHash("sha256").update("x").digest("hex"),
  zip: async () => (await import("node:zlib")).gzipSync("x"),
  memory: () => process.memoryUsage(),
  module: async () => import(path.join(places.root, "node_modules/package/index.js")),
};

serve(async ({ op, name, args }) => {
  if (op === "open") return { value: {} };
  [places] = args;
  const attempt = (op === "filter" ? REFUSED : ALLOWED)[name];
  try {
    const found = await attempt();
    return { value: typeof found === "string" && op === "filter" ? `done: ${found}` : "done" };
  } catch (error) {
    return { value: `refused: ${error.code ?? error.cause?.code ?? error.message}` };
  }
});
