// Starts the real server on a free port, with a database of its own.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_LIMIT_MS = 20_000;

/** What people and programs show to the server of a test. */
export const PASSWORD = "the password of the tests";
export const API_KEY = "the key of the tests, which is long";

/** Starts `uba serve` and resolves, once it listens, to its address and to how it is stopped. */
export async function startServer(...options) {
  const folder = await mkdtemp(join(tmpdir(), "uba-"));
  const args = ["serve", "--bind", "127.0.0.1:0", "--database", `rocksdb://${folder}/uba.db`, ...options];
  const env = { ...process.env, UBA_PASSWORD: PASSWORD, API_KEY };
  const server = spawn(process.env.UBA ?? "target/debug/uba", args, { env, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((resolve) => server.once("exit", (code, signal) => resolve(code ?? signal)));

  return {
    url: await announcedAddress(server, ended),
    /** Ends the server as an administrator would, and returns its exit code. */
    async stop() {
      server.kill("SIGTERM");
      const code = await ended;
      await rm(folder, { recursive: true });
      return code;
    },
  };
}

function announcedAddress(server, ended) {
  return new Promise((resolve, reject) => {
    let log = "";
    const fail = (reason) => reject(new Error(`${reason}\n${log}`));
    const timer = setTimeout(() => fail("the server does not get ready"), START_LIMIT_MS);
    server.once("error", fail);
    ended.then((code) => fail(`the server ended with ${code}`));
    server.stderr.setEncoding("utf8").on("data", (text) => {
      log += text;
      const address = log.match(/ready on (http:\S+)/)?.[1];
      if (address) {
        clearTimeout(timer);
        resolve(address);
      }
    });
  });
}
