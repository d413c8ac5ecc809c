// GraphQL over HTTP, judged by the specification's own audit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { serverAudits } from "graphql-http";
import { ask, url } from "./city.js";

const audits = serverAudits({ url });

test("the audit has all of its checks", () => {
  assert.equal(audits.length, 61);
});

for (const audit of audits) {
  test(`audit ${audit.id}: ${audit.name}`, async () => {
    const { status, reason } = await audit.fn();
    assert.equal(status, "ok", reason);
  });
}

test("fields are answered in the order of the selection", async () => {
  const data = await ask("{ z: __typename parties(first: 1) { pageInfo { hasNextPage } nodes { slug id } } a: __typename }");
  assert.deepEqual(Object.keys(data), ["z", "parties", "a"]);
  assert.deepEqual(Object.keys(data.parties), ["pageInfo", "nodes"]);
  assert.deepEqual(Object.keys(data.parties.nodes[0]), ["slug", "id"]);
});

test("several operations in one request, and files, are refused with words and a code", async () => {
  const post = async (body, headers) => {
    const response = await fetch(url, { method: "POST", headers: { "accept-language": "en", ...headers }, body });
    const { errors } = await response.json();
    return [response.status, errors[0].extensions.code, errors[0].message];
  };
  const batch = JSON.stringify([{ query: "{ __typename }" }, { query: "{ __typename }" }]);
  const [status, code] = await post(batch, { "content-type": "application/json" });
  assert.deepEqual([status, code], [400, "BATCHING_NOT_ALLOWED"]);
  const form = new FormData();
  form.set("operations", JSON.stringify({ query: "mutation($file: Upload!) { upload(file: $file) }", variables: { file: null } }));
  form.set("map", JSON.stringify({ 0: ["variables.file"] }));
  form.set("0", new Blob(["text"]), "a.txt");
  const refused = await post(form);
  assert.deepEqual(refused.slice(0, 2), [415, "BAD_USER_INPUT"]);
  assert.match(refused[2], /^Files are not sent with GraphQL/);
});

test("@defer is answered whole", async () => {
  const query = `query($later: Boolean!) {
    services(first: 1) { nodes { code ... @defer(if: $later, label: "rest") { title(locale: EN) ...Term @defer } } }
  }
  fragment Term on Service { id }`;
  for (const later of [true, false]) {
    const { services } = await ask(query, { later });
    assert.deepEqual(Object.keys(services.nodes[0]), ["code", "title", "id"]);
  }
});
