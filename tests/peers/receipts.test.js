// Receipts that the city gives hold for a verifier that shares nothing with it, and with a byte changed they hold for neither.
//
//   RECEIPTS_COUNT=10000 node --test receipts.test.js
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { askCity } from "./city.js";
import { readKey, verify } from "./verifier.js";

const COUNT = Number(process.env.RECEIPTS_COUNT ?? 300);
const AT_ONCE = 32;
// Every so many-th byte of one receipt is changed for the program, which takes a process each; for the other verifier every byte is.
const STRIDE = 97;
const { TURKISTAN_BIN: program, TURKISTAN_DATA_DIR: data } = process.env;
const SUBMIT = "mutation($i: SubmitFeedbackInput!) { submitFeedback(input: $i) { coupon { reference key } errors { message } } }";
const RECEIPT = "query($r: String!, $k: String!) { feedback(reference: $r, key: $k) { receipt { position file } } }";

const ofCity = (...args) => execFileSync(program, [...args, "--data-dir", data], { encoding: "utf8" }).trim();

async function each(items, work) {
  const results = [];
  const queue = [...items.entries()];
  const hand = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
  return results;
}

async function file(number) {
  const input = { idempotencyKey: randomUUID(), text: `Көшеде су ағып жатыр № ${number} – "тырнақша"\n\u2028`, locale: "KK" };
  const { data: answer, errors } = await askCity({ query: SUBMIT, variables: { i: input }, actor: "nobody" });
  assert.equal(errors, undefined, JSON.stringify(errors));
  return answer.submitFeedback.coupon;
}

test(`another verifier agrees on ${COUNT} receipts`, async () => {
  const coupons = await each(Array.from({ length: COUNT }, (_, number) => number), file);
  ofCity("audit", "checkpoint");
  const key = readKey(ofCity("audit", "key"));
  const files = await each(coupons, async ({ reference, key: couponKey }) => {
    const { data: answer } = await askCity({ query: RECEIPT, variables: { r: reference, k: couponKey }, actor: "nobody" });
    const { position, file: text } = answer.feedback.receipt;
    assert.deepEqual(verify(text, key), { reference, position });
    return text;
  });
  assert.equal(files.length, COUNT);
  assert.match(ofCity("audit", "verify"), /entries after 0 are good/);

  const folder = mkdtempSync(join(tmpdir(), "receipt-"));
  const path = join(folder, "receipt.json");
  const accepts = (bytes) => {
    writeFileSync(path, bytes);
    return spawnSync(program, ["verify", "receipt", path, "--data-dir", data]).status === 0;
  };
  try {
    const bytes = Buffer.from(files[0]);
    assert.ok(accepts(bytes));
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 1;
      assert.throws(() => verify(changed.toString(), key), `byte ${at}`);
      if (at % STRIDE === 0) assert.ok(!accepts(changed), `byte ${at}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
