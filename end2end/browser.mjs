// Drives the Chromium of this machine.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

import { chromium } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core");

/** Starts the browser, which asks nobody on the network for anything of its own. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? execFileSync("which", ["chromium"], { encoding: "utf8" }).trim(),
    args: [
      "--no-sandbox", // tests may run as root
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** Opens a page that notes every error it reports: exceptions, failed requests, breaches of its security policy. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
  await page.goto(url);
  return { page, context, errors };
}

/** Returns what the accessibility checker finds wrong, one line each. */
export async function accessibilityFaults(page) {
  await page.evaluate(await import("node:fs/promises").then(({ readFile }) => readFile(AXE, "utf8")));
  const { violations } = await page.evaluate(() => axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
}
