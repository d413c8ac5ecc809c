// Server-sent events, with the client of the protocol that the server speaks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "graphql-sse";
import { EVENTS, SUBMIT, ask, file, hearWithdrawal, missNothing, submission, token, url, withdraw } from "./city.js";

const client = createClient({ url, retryAttempts: 0 });
const officer = createClient({ url, retryAttempts: 0, headers: { authorization: `Bearer ${token}` } });
const listen = (variables) => client.iterate({ query: EVENTS, variables });
const all = async (answers) => {
  const heard = [];
  for await (const answer of answers) heard.push(answer);
  return heard;
};

test("queries and mutations come as one answer", async () => {
  assert.deepEqual(await all(client.iterate({ query: "{ __typename }" })), [{ data: { __typename: "Query" } }]);
  const [{ data }] = await all(client.iterate({ query: SUBMIT, variables: submission() }));
  assert.match(data.submitFeedback.coupon.reference, /^TK-/);
});

test("what is not valid is an answer with errors", async () => {
  const [{ errors, data }] = await all(client.iterate({ query: "{ nothingOfTheKind }" }));
  assert.equal(errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  assert.equal(data, undefined);
});

test("token goes with the request", async () => {
  const [{ data }] = await all(officer.iterate({ query: "{ viewer { roles } }" }));
  assert.deepEqual(data.viewer.roles, ["OFFICER"]);
});

test("subscription hears what a mutation causes", async () => {
  const heard = await hearWithdrawal(listen);
  assert.equal(heard.at(-1), "withdrawn");
});

test("client that comes back with its cursor misses nothing", () => missNothing(listen));

// What a browser's own EventSource does when its connection breaks: it asks for the same address again, with the last id it saw.
test("reader of plain events that comes back with the last id misses nothing", async () => {
  const coupon = await file();
  const address = new URL(url);
  address.searchParams.set("query", EVENTS);
  address.searchParams.set("variables", JSON.stringify(coupon));
  const hear = async (lastId, count) => {
    const abort = new AbortController();
    const headers = { accept: "text/event-stream", ...(lastId && { "last-event-id": lastId }) };
    const response = await fetch(address, { headers, signal: abort.signal });
    let text = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split("\n\n").slice(0, -1).filter((event) => event.startsWith("event: next"));
      if (events.length >= count) {
        abort.abort();
        return events.slice(0, count).map((event) => {
          const field = (name) => event.split("\n").find((line) => line.startsWith(`${name}: `)).slice(name.length + 2);
          const { cursor, kind } = JSON.parse(field("data")).data.feedbackEvents;
          assert.equal(field("id"), cursor);
          return { cursor, kind };
        });
      }
    }
    assert.fail(`the stream ended: ${text}`);
  };
  const [first] = await hear(undefined, 1);
  await withdraw(coupon);
  const { feedback } = await ask(
    `query($reference: String!) { feedback(reference: $reference) { timeline(first: 100) { nodes { cursor kind } } } }`,
    { reference: coupon.reference },
  );
  const expected = feedback.timeline.nodes.slice(1);
  assert.equal(expected.at(-1).kind, "withdrawn");
  assert.deepEqual(await hear(first.cursor, expected.length), expected);
});
