// The demonstration, as an analyst meets it: from the riskiest user to the reason, and what would be if.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { accessibilityFaults, openPage, startBrowser } from "./browser.mjs";
import { API_KEY, PASSWORD, startServer } from "./server.mjs";

const SCREENS = new URL("test-results/", import.meta.url).pathname;
const LOADING_LIMIT_MS = 120_000;

let server, browser, session, users;

before(async () => {
  [server, browser] = await Promise.all([startServer("--demo"), startBrowser()]);
  session = await signIn();
  users = await riskiest(20);
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends in order");
});

/** Signs in as a person does, waits until the demonstration is there, and returns the session. */
async function signIn() {
  const { page, context, errors } = await openPage(browser, `${server.url}/dashboard`);
  assert.equal(new URL(page.url()).pathname, "/login", "who has not signed in is asked to");
  await page.getByLabel("Password").fill("a guess");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("Incorrect account or password.").waitFor();

  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${server.url}/dashboard`);
  const loading = page.getByRole("progressbar");
  await loading.or(page.locator(".ranking tbody tr")).first().waitFor();
  await loading.waitFor({ state: "detached", timeout: LOADING_LIMIT_MS });
  assert.deepEqual(errors, []);
  const storageState = await context.storageState();
  await context.close();
  return storageState;
}

async function riskiest(limit) {
  const answer = await fetch(`${server.url}/api/v1/users?limit=${limit}`, { headers: { "X-API-Key": API_KEY } });
  const body = await answer.json();
  return (body.users ?? body).map((user) => user.user_id);
}

const visit = (path, options) => openPage(browser, server.url + path, { storageState: session, ...options });
const result = (page) => page.locator(".result");
const score = (page) => result(page).getAttribute("data-score");
/** Waits until the browser can score by itself. */
const awake = (page) => page.locator('.result[data-live="true"]').waitFor();

test("from the riskiest user to the reason", async () => {
  const { page, context, errors } = await visit("/dashboard");
  const first = page.locator(".ranking tbody tr").first();
  const [user, reason] = await Promise.all([first.locator("a").textContent(), first.locator(".why").textContent()]);
  assert.equal(user, users[0]);

  await first.locator("a").click();
  await page.getByRole("heading", { level: 1, name: user }).waitFor();
  const told = await page.locator(".user-reason").textContent();
  assert.ok(reason.startsWith(told), `${reason} is told again: ${told}`);
  assert.ok((await page.locator(".timeline li").count()) > 5, "what they did is there");

  await page.getByRole("link", { name: "Simulate an event" }).click();
  await awake(page);
  assert.equal(await page.getByLabel("User").inputValue(), user);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a scenario, then a slider with the network cut off", async () => {
  const { page, context, errors } = await visit("/predict");
  await page.getByLabel("User").fill(users[3]);
  await page.getByLabel("User").press("Tab");
  await page.locator(`.result[data-user="${users[3]}"][data-live="true"]`).waitFor();
  await context.setOffline(true);

  await page.getByRole("link", { name: "Large download from an unusual place" }).click();
  await page.locator(".why-panel .waterfall").getByText(/^First activity from Reykjavík/).waitFor();
  assert.equal(await page.getByLabel("Action").inputValue(), "download");
  const before = await score(page);

  await page.getByRole("slider", { name: "Data volume" }).press("Home");
  await page.waitForFunction((before) => document.querySelector(".result").dataset.score !== before, before);
  await page.getByRole("slider", { name: "Hour of day" }).press("Home");
  assert.match(await page.getByLabel("Time (UTC)").inputValue(), /T00:/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the score of another user is never shown as that of the one who is filled in", async () => {
  const { page, context } = await visit(`/predict?user_id=${users[0]}`);
  await awake(page);
  await context.setOffline(true);
  await page.getByLabel("User").fill("somebody-else");
  await page.getByLabel("User").press("Tab");
  await page.getByRole("alert").getByText("Couldn't score this event").waitFor();
  assert.equal(await page.locator(".result-rarity").count(), 0, "the last score is gone");
  assert.equal(await result(page).getAttribute("aria-busy"), "true");
  assert.ok(await page.getByRole("slider", { name: "Hour of day" }).isDisabled());

  await context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator('.result[data-user="somebody-else"][data-live="true"]').waitFor();
  await context.close();
});

test("nothing moves under a slider, and the address follows it", async () => {
  const { page, context, errors } = await visit(`/predict?user_id=${users[0]}`);
  await awake(page);
  const slider = page.getByRole("slider", { name: "Data volume" });
  const tops = new Set();
  for (const key of ["Home", "PageUp", "PageUp", "PageUp", "End"]) {
    await slider.press(key);
    tops.add((await slider.boundingBox()).y);
  }
  assert.equal(tops.size, 1, "the slider stays where it is");
  assert.equal(await slider.getAttribute("aria-valuetext"), "100 GB");
  await page.waitForURL(/data_volume_mb=100000/);
  const shared = await score(page);
  await page.reload();
  assert.equal(await score(page), shared, "the address is that of the event");

  await awake(page);
  await slider.press("Home");
  assert.equal(await slider.getAttribute("aria-valuetext"), "unknown");
  assert.equal(await page.getByLabel("Data (MB)").inputValue(), "");
  await page.getByText(/^Lowest 0\.\d\d at \d\d:00, highest 0\.\d\d at/).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("reasons lead from the usual score to that of the event, and what would turn the verdict can be tried", async () => {
  const { page, context, errors } = await visit(`/predict?user_id=${users[3]}&scenario=far_download`);
  await awake(page);
  await page.locator(".result-word").getByText("Anomaly").waitFor();
  const numbers = (await page.locator(".waterfall > tbody > tr > .number").allTextContents()).map(number);
  const last = numbers.pop();
  const sum = numbers.reduce((sum, step) => sum + step, 0);
  assert.ok(Math.abs(sum - last) < 0.005 && Math.abs(last - Number(await score(page))) < 0.001, `${numbers} to ${last}`);
  assert.ok((await page.locator(".usual-and-this .this").count()) > 0, "what is usual stands beside what happened");

  await page.getByRole("button", { name: "What would turn the verdict?" }).click();
  await page.getByRole("button", { name: "Try it" }).click();
  await page.locator(".result-word").getByText("Below the alert threshold").waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("a fault is told beside its field, in the words of the form", async () => {
  const { page, context } = await visit(`/predict?user_id=${users[0]}`);
  await awake(page);
  await page.getByLabel("Data (MB)").fill("-5");
  await page.locator(".faults").getByText("Data (MB) is").waitFor();
  assert.equal(await page.getByLabel("Data (MB)").getAttribute("aria-invalid"), "true");
  await context.close();
});

test("normal activity is below the threshold for each of the twenty riskiest users", async () => {
  const { page, context } = await visit("/predict", { javaScriptEnabled: false });
  for (const user of users) {
    await page.goto(`${server.url}/predict?user_id=${user}&scenario=normal_activity`);
    await page.getByText("Below the alert threshold").waitFor();
    assert.equal(await page.locator(".scenarios [aria-current]").textContent(), "Normal activity in business hours");
  }
  await context.close();
});

test("anybody can be found, and a reason leads to its event", async () => {
  const { page, context, errors } = await visit("/users");
  const user = users.at(-1);
  await page.getByLabel("Search").fill(user.toUpperCase());
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("heading", { name: "1 user" }).waitFor();
  await page.getByRole("link", { name: user }).click();
  await page.getByRole("heading", { level: 1, name: user }).waitFor();
  assert.ok(await page.evaluate(() => document.activeElement.id === "content"), "the focus follows");
  await page.getByRole("status").getByText(`${user} · Cloud UBA`).waitFor({ state: "attached" });

  await page.goto(`${server.url}/users/${users[0]}`);
  await page.locator(".contributions a").first().click();
  await page.locator("#at .waterfall").first().waitFor();
  assert.ok(await page.locator("#at").first().evaluate((event) => event.getBoundingClientRect().top < innerHeight));
  await page.getByRole("link", { name: "Unusual only" }).click();
  await page.waitForURL(/show=notable/);
  await page.locator(".timeline li .why, .timeline li .waterfall").first().waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("the whole history of a user can be read, page by page", async () => {
  const { page, context } = await visit(`/users/${users[0]}`, { javaScriptEnabled: false });
  const summary = await fetch(`${server.url}/api/v1/users/${users[0]}`, { headers: { "X-API-Key": API_KEY } });
  const body = await summary.json();
  const { events } = body.summary;
  let seen = 0;
  for (;;) {
    seen += await page.locator(".timeline ol > li:has(> time)").count();
    const older = page.getByRole("link", { name: "Older events" });
    if ((await older.count()) === 0) break;
    await older.click();
  }
  assert.equal(seen, events);
  await context.close();
});

test("going back leads to where the page was left", async () => {
  const { page, context } = await visit("/users");
  await page.locator(".ranking tbody tr").nth(30).scrollIntoViewIfNeeded();
  const left = await page.evaluate(() => scrollY);
  assert.ok(left > 300);
  await page.locator(".ranking .row-link").nth(30).click();
  await page.locator(".user-summary").waitFor();
  await page.goBack();
  await page.waitForFunction((left) => Math.abs(scrollY - left) < 2, left);
  await context.close();
});

test("a theme is kept, and on a small screen the pages are in a menu", async () => {
  const { page, context } = await visit("/predict", { viewport: { width: 390, height: 844 }, colorScheme: "light" });
  assert.ok((await page.locator(".top").boundingBox()).height < 64, "one line");
  await page.getByRole("button", { name: "Menu" }).click();
  assert.equal(await page.locator("nav [aria-current=page]").textContent(), "Simulate");
  await page.getByRole("button", { name: "dark" }).click();
  await page.waitForLoadState();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  assert.equal(new URL(page.url()).pathname, "/predict");
  await context.close();
});

test("what the browser says of 200 events is what the server says, to the bit", async () => {
  const { page, context } = await visit("/predict");
  await awake(page);
  const scores = await page.evaluate(scoreInBothPlaces, { users, events: 10 });
  assert.equal(scores.length, 200);
  const different = scores.filter(({ here, there }) => here !== there);
  assert.deepEqual(different, []);
  assert.ok(new Set(scores.map(({ here }) => here)).size > 100, "the events are not all alike");
  await context.close();
});

/** Fills in the form, and asks the server the same. Runs in the page. */
async function scoreInBothPlaces({ users, events }) {
  const form = document.querySelector(".trial");
  const result = document.querySelector(".result");
  const tick = () => new Promise((resolve) => setTimeout(resolve));
  const fill = (fields) => {
    for (const [name, value] of Object.entries(fields)) {
      form.elements[name].value = value;
      form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
      form.elements[name].dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  const pick = (values, number) => values[number % values.length];
  const scores = [];
  for (const [index, user] of users.entries()) {
    fill({ user_id: user, resource_id: pick(["", "p03/db/schema", "p06/proxy/src", "new/one"], index) });
    while (result.dataset.user !== user || result.dataset.live !== "true") await tick();
    for (let event = 0; event < events; event++) {
      const number = index * events + event;
      fill({
        timestamp: form.elements.timestamp.value.replace(/T../, `T${String((number * 7) % 24).padStart(2, "0")}`),
        action_type: pick(["upload", "download", "delete", "admin", "login", "view", "logout"], number),
        location: pick(["", "UTC-08:00", "UTC+01:00", "Reykjavík"], number),
        device_type: pick(["web", "cli", "mobile", "", "server"], number),
        data_volume_mb: pick(["", "0.0005", "0.12", "7.3", "4321.5"], event + index),
        failed_attempts: pick(["", "0", "4"], number),
      });
      do await tick(); while (result.dataset.live !== "true");
      const trial = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "scenario"));
      const answer = await fetch("/pages/preview", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ trial }),
      });
      const there = (await answer.json()).anomaly_score;
      scores.push({ trial, here: Number(result.dataset.score), there });
    }
  }
  return scores;
}

test("everything can be read, and an event scored, without JavaScript", async () => {
  const { page, context } = await visit("/dashboard", { javaScriptEnabled: false });
  await page.locator(".ranking tbody a").first().click();
  assert.equal(await page.locator("h1").textContent(), users[0]);
  assert.ok((await page.locator(".timeline li").count()) > 5);

  await page.getByRole("link", { name: "Simulate an event" }).click();
  const ordinary = Number(await score(page));
  await page.getByRole("link", { name: "Large download from an unusual place" }).click();
  assert.equal(await page.getByLabel("Location", { exact: true }).inputValue(), "Reykjavík");
  assert.ok(Number(await score(page)) > ordinary);
  await context.close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`users can be listed by gain, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
    const { page, context, errors } = await visit("/dashboard", { javaScriptEnabled });
    await page.getByRole("link", { name: "Rising (7 days)" }).click();
    await page.getByRole("heading", { name: "Fastest-rising users" }).waitFor();
    assert.equal(await page.locator(".orders [aria-current]").textContent(), "Rising (7 days)");
    const gains = (await page.locator(".ranking .gain").allTextContents()).map(number);
    assert.ok(gains.length > 0 && gains.every((gain) => gain > 0));
    assert.deepEqual(gains, gains.toSorted((a, b) => b - a));
    assert.deepEqual(errors, []);
    await context.close();
  });
}

/** Reads a number with its sign, before its unit. */
const number = (text) => Number.parseFloat(text.replace("\u2212", "-"));

test("the days of a user add up to the risk, and what they did is told by session", async () => {
  const { page, context } = await visit(`/users/${users[0]}`, { javaScriptEnabled: false });
  const risk = number(await page.locator(".user-risk-number").textContent());
  const days = (await page.locator(".contributions .points").allTextContents()).map(number);
  const rest = await page.locator(".contributions > .faint:last-child").allTextContents();
  const points = days.reduce((sum, day) => sum + day, number(rest.join().match(/: ([\d.]+) points$/)?.[1] ?? "0"));
  assert.ok(days.length > 0 && Math.abs(points - risk) <= 1, `${points} of ${risk}`);

  await page.getByText("8 hours without an event end one").waitFor();
  const heads = await page.locator(".session > summary").allTextContents();
  assert.ok(heads.length > 0);
  for (const head of heads) assert.match(head, /\d{4}, \d\d:\d\d.*events?.*highest 0\.\d{3}$/s);
  await context.close();
});

const PAGES = {
  login: "/login",
  dashboard: "/dashboard",
  users: "/users",
  model: "/model",
  user: () => `/users/${users[0]}`,
  gain: "/dashboard?by=gain",
  predict: () => `/predict?user_id=${users[0]}&scenario=far_download`,
};

for (const [name, path] of Object.entries(PAGES)) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      test(`${name} is accessible and fits, ${colorScheme} and ${width} wide`, async () => {
        const options = { colorScheme, viewport: { width, height: 900 } };
        const { page, context, errors } = await visit(typeof path === "function" ? path() : path, options);
        if (name === "predict") await awake(page);
        await page.screenshot({ path: `${SCREENS}${name}-${colorScheme}-${width}.png`, fullPage: true });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
        assert.deepEqual(await accessibilityFaults(page), []);
        assert.deepEqual(errors, []);
        await context.close();
      });
    }
  }
}
