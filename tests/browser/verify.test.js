// The page that verifies receipts, saved to a disk, in a real browser without a network.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const { TURKISTAN_URL: base, TURKISTAN_BIN: program, TURKISTAN_DATA_DIR: data } = process.env;
const SUBMIT = "mutation($i: SubmitFeedbackInput!) { submitFeedback(input: $i) { coupon { reference key file } } }";
const RECEIPT = "query($r: String!, $k: String!) { feedback(reference: $r, key: $k) { receipt { file qrCode } } }";

let browser;
let folder;
let saved;
let receipt;
let promised;

async function ask(query, variables) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query, variables }) };
  return (await (await fetch(`${base}/graphql`, request)).json()).data;
}

before(async () => {
  assert.ok(base && program && data, "set TURKISTAN_URL, TURKISTAN_BIN and TURKISTAN_DATA_DIR");
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  folder = mkdtempSync(join(tmpdir(), "verify-"));
  const page = await (await fetch(`${base}/verify`)).text();
  saved = join(folder, "verify.html");
  writeFileSync(saved, page);
  const input = { idempotencyKey: randomUUID(), text: "Көшеде су ағып жатыр <b>", locale: "KK" };
  const { coupon } = (await ask(SUBMIT, { i: input })).submitFeedback;
  promised = coupon.file;
  execFileSync(program, ["audit", "checkpoint", "--data-dir", data]);
  receipt = (await ask(RECEIPT, { r: coupon.reference, k: coupon.key })).feedback.receipt.file;
});

after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

async function open(locale) {
  const context = await browser.newContext({ locale, offline: true });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => request.url().startsWith("file:") || complaints.push(request.url()));
  await page.goto(pathToFileURL(saved).href);
  return { page, complaints, context };
}

async function verify(page, text) {
  await page.locator("#text").fill(text);
  await page.locator("form button").click();
  await page.locator("#outcome h2").waitFor();
  return { outcome: await page.locator("#outcome").innerText(), good: await page.locator("#outcome.good").count() };
}

for (const [locale, holds, refused] of [
  ["kk-KZ", "Түбіртек дұрыс", "Түбіртек қабылданбады"],
  ["ru-RU", "Квитанция верна", "Квитанция отвергнута"],
  ["en-GB", "The receipt holds", "The receipt is refused"],
]) {
  test(`a receipt is verified from the disk without a network (${locale})`, async () => {
    const { page, complaints, context } = await open(locale);
    assert.ok((await verify(page, receipt)).outcome.includes(holds));
    assert.ok((await page.locator("#outcome pre").innerText()).includes("<b>"), "what was filed is shown as text");
    assert.ok((await verify(page, promised)).outcome.includes(holds));
    assert.ok((await verify(page, receipt.replace("TK-", "TX-"))).outcome.includes(refused));
    const { violations } = await new Promise((resolve) => resolve(page.evaluate(`${axe.source}; axe.run()`)));
    assert.deepEqual(violations.map(({ id }) => id), []);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("a receipt with a changed byte is refused by the page, whichever byte", async () => {
  const { page, complaints, context } = await open("en-GB");
  const accepted = await page.evaluate(async (text) => {
    const bytes = new TextEncoder().encode(text);
    const key = document.getElementById("key").value;
    const accepted = [];
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = bytes.slice();
      changed[at] ^= 1;
      const outcome = await verify(new TextDecoder().decode(changed), key).then(() => true, () => false);
      if (outcome) accepted.push(at);
    }
    await verify(text, key);
    return accepted;
  }, receipt);
  assert.deepEqual(accepted, []);
  assert.deepEqual(complaints, []);
  await context.close();
});
