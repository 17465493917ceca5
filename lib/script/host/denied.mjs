// SPDX-License-Identifier: MIT
//
// What the jail refuses, said where it was tried. Projects look for git's commit or for data of the
// network, and go on without when that fails: their pages would lack something, and nobody would
// know why.

import childProcess from "node:child_process";
import { errorMonitor } from "node:events";
import module from "node:module";
import net from "node:net";
import { placeInSite } from "./errors.mjs";
import { log } from "./log.mjs";

const STARTERS = ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"];
// The last three: names of machines are not looked up either.
const REFUSALS = new Set(["EACCES", "EPERM", "EAI_AGAIN", "EAI_FAIL", "ENOTFOUND"]);
const told = new Set();

function tell(what, advice) {
  const line = `${placeInSite()}${what}: ${advice}`;
  if (told.has(line)) return;
  told.add(line);
  log("warning", line);
}

function watchProcesses() {
  for (const name of STARTERS) {
    const start = childProcess[name];
    childProcess[name] = function (command, ...rest) {
      const words = [command, ...(Array.isArray(rest[0]) ? rest[0] : [])].join(" ");
      tell(
        `no program is started (${words})`,
        "what it prints can come in an environment variable that script.env names",
      );
      return start.call(this, command, ...rest);
    };
  }
  module.syncBuiltinESMExports();
}

function watchConnections() {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    const options = [args[0]].flat()[0];
    const where = options?.path ?? `${options?.host ?? "localhost"}:${options?.port ?? options}`;
    // A listener of "error" would keep one that nobody else listens to from being thrown.
    this.once(errorMonitor, ({ code }) => {
      if (REFUSALS.has(code)) tell(`no connection is made (${where})`, "see script.network");
    });
    return connect.apply(this, args);
  };
}

export function watchDenied() {
  watchProcesses();
  watchConnections();
}
