// The running city that the clients meet. TURKISTAN_URL is where it answers, with demo data; OFFICER_TOKEN is the token of an officer.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

const base = process.env.TURKISTAN_URL;
assert.ok(base, "set TURKISTAN_URL to a running server");

export const url = `${base}/graphql`;
export const socketUrl = url.replace(/^http/, "ws");
export const token = process.env.OFFICER_TOKEN;
assert.ok(token, "set OFFICER_TOKEN to a token of its officer");

export const SUBMIT = `mutation Submit($input: SubmitFeedbackInput!) {
  submitFeedback(input: $input) { coupon { reference key } errors { message } }
}`;
export const WITHDRAW = `mutation Withdraw($input: WithdrawFeedbackInput!) {
  withdrawFeedback(input: $input) { feedback { reference } errors { message } }
}`;
export const EVENTS = `subscription Events($reference: String!, $key: String, $after: String) {
  feedbackEvents(reference: $reference, key: $key, after: $after) { cursor kind feedback { reference } }
}`;

export const submission = () => ({ input: { idempotencyKey: randomUUID(), text: "Көшеде су ағып жатыр", locale: "KK" } });
export const withdrawal = ({ reference, key }) => ({ input: { idempotencyKey: randomUUID(), reference, key } });

export async function ask(query, variables) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** Files a report and gives its coupon. */
export async function file() {
  const { submitFeedback } = await ask(SUBMIT, submission());
  assert.deepEqual(submitFeedback.errors, []);
  return submitFeedback.coupon;
}

/** Takes a report back. */
export async function withdraw(coupon) {
  const { withdrawFeedback } = await ask(WITHDRAW, withdrawal(coupon));
  assert.deepEqual(withdrawFeedback.errors, []);
}

/** The kinds of all events of a report that is withdrawn after its first one was heard; `open(variables)` begins to listen. */
export async function hearWithdrawal(open) {
  const coupon = await file();
  const heard = [];
  for await (const { data, errors } of open(coupon)) {
    assert.equal(errors, undefined, JSON.stringify(errors));
    const { kind, feedback } = data.feedbackEvents;
    assert.equal(feedback.reference, coupon.reference);
    if (heard.push(kind) === 1) await withdraw(coupon);
    if (kind === "withdrawn") return heard;
  }
  assert.fail(`the stream ended after ${heard}`);
}

/** Hears a report up to its first event, is away while the report is withdrawn, and resumes: each event comes once, in order. */
export async function missNothing(open) {
  const coupon = await file();
  const hear = async (after, until) => {
    const heard = [];
    for await (const { data } of open({ ...coupon, after })) {
      heard.push(data.feedbackEvents);
      if (until(data.feedbackEvents)) return heard;
    }
    assert.fail("the stream ended early");
  };
  const isLast = ({ kind }) => kind === "withdrawn";
  const before = await hear(undefined, () => true);
  await withdraw(coupon);
  const rest = await hear(before.at(-1).cursor, isLast);
  const cursors = (events) => events.map(({ cursor, kind }) => [cursor, kind]);
  assert.deepEqual(cursors([...before, ...rest]), cursors(await hear(undefined, isLast)));
}
