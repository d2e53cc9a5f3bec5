// The first page, as a visitor meets it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { accessibilityFaults, openPage, startBrowser } from "./browser.mjs";
import { startServer } from "./server.mjs";

const SCREENS = new URL("test-results/", import.meta.url).pathname;

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});

after(async () => {
  await browser.close();
  assert.equal(await server.stop(), 0, "the server ends in order");
});

const visit = (options) => openPage(browser, server.url, options);
const score = (page) => page.locator(".outcome-score").textContent();
const slider = (page) => page.getByRole("slider", { name: "Raise an alert" });

test("it can be read without JavaScript", async () => {
  const { page, context } = await visit({ javaScriptEnabled: false });
  assert.match(await page.locator("h1").textContent(), /acting out of character/);
  assert.equal(await score(page), "0.700");
  assert.ok(await slider(page).isDisabled(), "a slider that does nothing is not offered");
  await context.close();
});

test("the slider works in the browser alone", async () => {
  const { page, context, errors } = await visit();
  await slider(page).and(page.locator(":enabled")).waitFor();
  await context.setOffline(true);

  await slider(page).press("End");
  assert.equal(await score(page), "0.999");
  assert.equal(await page.locator(".outcome .severity").textContent(), "critical");
  assert.equal(await slider(page).getAttribute("aria-valuetext"), "one user-day in 10,000");

  await slider(page).press("Home");
  assert.equal(await score(page), "0.105");
  assert.match(await page.locator(".chooser figcaption").textContent(), /^200 alerts/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("an address without a page says so and leads back", async () => {
  const { page, context } = await openPage(browser, `${server.url}/no/such/page`);
  await page.getByRole("link", { name: "Back to the start" }).click();
  await page.getByRole("heading", { level: 1, name: "acting out of character" }).waitFor();
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    test(`it is accessible and fits, ${colorScheme} and ${width} wide`, async () => {
      const { page, context, errors } = await visit({ colorScheme, viewport: { width, height: 844 } });
      await slider(page).and(page.locator(":enabled")).waitFor();
      await page.screenshot({ path: `${SCREENS}first-page-${colorScheme}-${width}.png`, fullPage: true });

      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
      assert.deepEqual(await accessibilityFaults(page), []);
      assert.deepEqual(errors, []);
      await context.close();
    });
  }
}
