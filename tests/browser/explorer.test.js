// The explorer in a real browser. TURKISTAN_URL is a running server with demo data; SCREENSHOT, when set, is a path for a picture;
// CHROMIUM is the browser to drive, by default the system's.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import axe from "axe-core";
import { chromium } from "playwright-core";

const base = process.env.TURKISTAN_URL;
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

let browser;
let page;
let strangers;
let complaints;

before(async () => {
  assert.ok(base, "set TURKISTAN_URL to a running server");
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...flags, ...quiet] });
});

after(() => browser?.close());

beforeEach(async () => {
  strangers = [];
  complaints = [];
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "kk-KZ" });
  await context.route(
    (url) => url.origin !== new URL(base).origin,
    (route) => {
      strangers.push(route.request().url());
      return route.abort();
    },
  );
  page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
});

afterEach(async () => {
  await page.context().close();
  assert.deepEqual(strangers, [], "the page asked another host");
  assert.deepEqual(complaints, [], "the browser complained");
});

async function open(path = "/explorer") {
  await page.goto(new URL(path, base).href);
  await page.getByRole("tab", { name: "ServiceAcrossTheCity" }).waitFor();
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
}

test("page speaks Kazakh unless another language is asked for", async () => {
  for (const [path, language, notice] of [
    ["/explorer", "kk", "Көрсетілім деректері ойдан алынған"],
    ["/explorer?lang=ru", "ru", "Демонстрационные данные вымышлены"],
    ["/explorer?lang=en", "en", "Demo data is synthetic"],
  ]) {
    await open(path);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.equal(await page.locator(".notice").textContent(), notice);
    assert.equal(await page.locator("nav [aria-current]").getAttribute("lang"), language);
  }
});

test("documentation shows the schema", async () => {
  await open();
  const docs = page.locator(".graphiql-doc-explorer");
  await docs.getByRole("link", { name: "Query", exact: true }).click();
  await docs.getByRole("link", { name: "service", exact: true }).waitFor();
});

test("first example runs and shows a service", async () => {
  await open();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().postData()?.includes("ServiceAcrossTheCity")),
    page.getByRole("button", { name: "Execute query" }).click(),
  ]);
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined);
  assert.ok(data.service.title);
  await page.locator(".result-window .view-line", { hasText: data.service.title }).first().waitFor();
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
});

test("every example has its tab, and a mutation its own idempotency key", async () => {
  await open();
  for (const name of ["ServiceAcrossTheCity", "SubmitFeedback", "Desk", "DeriveDeadline", "DatasetRows", "Surveys"]) {
    await page.getByRole("tab", { name }).waitFor();
  }
  await page.getByRole("tab", { name: "SubmitFeedback" }).click();
  await page.locator(".graphiql-editor-tool .view-line", { hasText: /"idempotencyKey":\s"[0-9a-f-]{36}"/ }).waitFor();
});

test("token of the page goes with every operation", async () => {
  await open();
  await page.getByLabel("Кімнің атынан (токен)").fill("not-a-token");
  const [request] = await Promise.all([
    page.waitForRequest((request) => request.postData()?.includes("ServiceAcrossTheCity")),
    page.waitForEvent("console", (message) => message.text().includes("401")),
    page.getByRole("button", { name: "Execute query" }).click(),
  ]);
  assert.equal(request.headers().authorization, "Bearer not-a-token");
  assert.equal(request.headers()["accept-language"], "kk");
  // The browser reports the refusal that the server gives such a token.
  complaints = complaints.filter((complaint) => !complaint.includes("401"));
});

// GraphiQL's own controls are not ours to repair, so its container is left out.
test("frame of the page has no accessibility violation", async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  for (const path of ["/explorer", "/explorer?lang=ru", "/explorer?lang=en"]) {
    await open(path);
    await page.evaluate(axe.source);
    const scope = { exclude: [[".graphiql-container"]] };
    const { violations } = await page.evaluate(([where, runOnly]) => window.axe.run(where, { runOnly }), [scope, tags]);
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
  }
});
