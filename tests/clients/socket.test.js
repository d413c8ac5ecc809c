// WebSocket: the client of the protocol that the server speaks, and every code by which it closes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { on, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { CloseCode, createClient } from "graphql-ws";
import WebSocket from "ws";
import { EVENTS, SUBMIT, hearWithdrawal, missNothing, socketUrl, submission, token } from "./city.js";

const PROTOCOL = "graphql-transport-ws";
const connect = (options) => createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, ...options });

async function ask(client, query, variables) {
  for await (const answer of client.iterate({ query, variables })) return answer;
}

test("queries, mutations and subscriptions share a connection", async () => {
  const client = connect();
  assert.deepEqual(await ask(client, "{ __typename }"), { data: { __typename: "Query" } });
  const { data } = await ask(client, SUBMIT, submission());
  assert.match(data.submitFeedback.coupon.reference, /^TK-/);
  const heard = await hearWithdrawal((variables) => client.iterate({ query: EVENTS, variables }));
  assert.equal(heard.at(-1), "withdrawn");
  await client.dispose();
});

test("client that comes back with its cursor misses nothing", () =>
  missNothing(async function* (variables) {
    const client = connect();
    yield* client.iterate({ query: EVENTS, variables });
    await client.dispose();
  }));

test("token and language go with the first message, or with the handshake", async () => {
  const viewer = "{ viewer { roles } }";
  for (const connectionParams of [{ authorization: `Bearer ${token}` }, { Authorization: `bearer ${token}` }]) {
    const client = connect({ connectionParams });
    assert.deepEqual((await ask(client, viewer)).data.viewer.roles, ["OFFICER"]);
    await client.dispose();
  }
  class WithHeaders extends WebSocket {
    constructor(address, protocol) {
      super(address, protocol, { headers: { authorization: `Bearer ${token}` } });
    }
  }
  const client = connect({ webSocketImpl: WithHeaders, connectionParams: { "accept-language": "ru" } });
  assert.deepEqual((await ask(client, viewer)).data.viewer.roles, ["OFFICER"]);
  const { data } = await ask(client, '{ party(slug: "akim-office") { name russian: name(locale: RU) } }');
  assert.equal(data.party.name, data.party.russian);
  await client.dispose();
});

test("operation that is not valid ends with its errors, and the connection stays", async () => {
  const client = connect();
  await assert.rejects(ask(client, "{ nothingOfTheKind }"), (errors) => errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED");
  await assert.rejects(ask(client, "{"), (errors) => errors[0].extensions.code === "GRAPHQL_PARSE_FAILED");
  assert.deepEqual(await ask(client, "{ __typename }"), { data: { __typename: "Query" } });
  await client.dispose();
});

test("client of the protocol learns that its token is bad", async () => {
  const client = connect({ connectionParams: { authorization: "Bearer x.y.z" } });
  await assert.rejects(ask(client, "{ __typename }"), { code: CloseCode.Forbidden, reason: "Forbidden" });
});

/** Says the messages and waits for the closing. */
async function closing(messages, protocols = PROTOCOL) {
  const socket = new WebSocket(socketUrl, protocols);
  const closed = once(socket, "close");
  await once(socket, "open");
  for (const message of messages) socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  const [code, reason] = await closed;
  return [code, reason.toString()];
}

const init = { type: "connection_init" };
const subscribe = { type: "subscribe", id: "1", payload: { query: "subscription { datasetPublished { id } }" } };
const invalid = [CloseCode.BadRequest, "Invalid message"];

for (const [name, messages, expected, protocols] of [
  ["text that is not JSON", ["{"], invalid],
  ["message of no known type", [init, { type: "start" }], invalid],
  ["binary message", [Buffer.from(JSON.stringify(init))], invalid],
  ["subscription without an operation", [init, { type: "subscribe", id: "1", payload: {} }], invalid],
  ["message that is too large", [init, { ...subscribe, payload: { query: " ".repeat(256 * 1024) } }], invalid],
  ["operation of an unknown client", [subscribe], [CloseCode.Unauthorized, "Unauthorized"]],
  ["bad token", [{ ...init, payload: { authorization: "Bearer x.y.z" } }], [CloseCode.Forbidden, "Forbidden"]],
  ["token of another scheme", [{ ...init, payload: { authorization: "Basic YTpi" } }], [CloseCode.Forbidden, "Forbidden"]],
  ["no subprotocol", [], [CloseCode.SubprotocolNotAcceptable, "Subprotocol not acceptable"], []],
  ["no first message", [], [CloseCode.ConnectionInitialisationTimeout, "Connection initialisation timeout"]],
  ["two operations with one id", [init, subscribe, subscribe], [CloseCode.SubscriberAlreadyExists, "Subscriber for 1 already exists"]],
  ["two first messages", [init, init], [CloseCode.TooManyInitialisationRequests, "Too many initialisation requests"]],
]) {
  test(`${name} closes with ${expected[0]}`, async () => {
    assert.deepEqual(await closing(messages, protocols), expected);
  });
}

test("page of another site opens no socket", async () => {
  for (const [origin, expected] of [["https://evil.example", 403], [new URL(socketUrl.replace(/^ws/, "http")).origin, 101]]) {
    const socket = new WebSocket(socketUrl, PROTOCOL, { origin });
    const status = await new Promise((resolve) => {
      socket.once("upgrade", ({ statusCode }) => resolve(statusCode));
      socket.once("unexpected-response", (_, { statusCode }) => resolve(statusCode));
      socket.on("error", () => {});
    });
    socket.terminate();
    assert.equal(status, expected, origin);
  }
});

test("server that stops goes away with 1001", async () => {
  assert.ok(process.env.TURKISTAN_BIN, "set TURKISTAN_BIN to the program");
  const folder = await mkdtemp(join(tmpdir(), "stop-"));
  const options = ["serve", "--listen", "127.0.0.1:0", "--no-demo", "--data-dir", folder];
  const server = spawn(process.env.TURKISTAN_BIN, options, { stdio: ["ignore", "pipe", "ignore"] });
  try {
    let address;
    for await (const line of createInterface(server.stdout)) {
      address ??= line.replace("listening on http", "ws");
      if (line === "ready") break;
    }
    const socket = new WebSocket(`${address}/graphql`, PROTOCOL);
    await once(socket, "open");
    socket.send(JSON.stringify(init));
    socket.send(JSON.stringify(subscribe));
    socket.send(JSON.stringify({ type: "subscribe", id: "2", payload: { query: "{ __typename }" } }));
    for await (const [data] of on(socket, "message")) if (JSON.parse(data).type === "complete") break;
    const [closed, exited] = [once(socket, "close"), once(server, "exit")];
    server.kill("SIGTERM");
    const [code] = await closed;
    assert.equal(code, 1001);
    assert.deepEqual(await exited, [0, null]);
  } finally {
    server.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
});
