// Frontend teams' own tools: each makes types from the committed graph, its program is checked against them, and runs against the city.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { before, test } from "node:test";
import WebSocket from "ws";
import { ask, url } from "./city.js";

const folder = new URL(".", import.meta.url);
const TEXT = "Көшеде су ағып жатыр";
const program = (name) => import(new URL(`out/programs/${name}.js`, folder));

function run(tool, ...options) {
  try {
    execFileSync(new URL(`node_modules/.bin/${tool}`, folder).pathname, options, { cwd: folder, encoding: "utf8" });
  } catch ({ stdout, stderr }) {
    assert.fail(`${tool}: ${stdout}${stderr}`);
  }
}

// Relay's and codegen's output is what the programs are checked against, so the three run in this order.
before(() => {
  for (const made of ["generated", "out", "programs/__generated__"]) rmSync(new URL(made, folder), { recursive: true, force: true });
  run("relay-compiler");
  run("graphql-codegen", "--config", "codegen.json");
  run("tsc", "--project", "tsconfig.json");
});

test("codegen's client preset: a document knows its data", async () => {
  const { deadline } = await program("codegen");
  const { dueOn, steps } = await deadline(url, "2026-06-01T06:00:00Z");
  assert.match(dueOn, /^2026-06-\d\d$/);
  assert.ok(steps > 0);
});

test("Apollo Client: cache, node, mutation, and a subscription that hears it", async () => {
  const { hearWithdrawal, open, refetch, services } = await program("apollo");
  const { client, close } = open(url, WebSocket);
  const codes = await services(client, 5);
  assert.equal(codes.length, 5);
  assert.equal(await refetch(client, codes[3]), codes[3]);
  assert.equal((await hearWithdrawal(client, TEXT)).at(-1), "withdrawn");
  close();
});

test("urql: pages, mutation, and a subscription that hears it", async () => {
  const { hearWithdrawal, open, parties } = await program("urql");
  const client = open(url);
  const all = await parties(client, 7);
  const { parties: whole } = await ask("{ parties(first: 100) { nodes { slug } } }");
  assert.ok(all.length > 14, `${all.length} parties need several pages`);
  assert.deepEqual(all.slice(0, 100), whole.nodes.map(({ slug }) => slug));
  assert.equal((await hearWithdrawal(client, TEXT)).at(-1), "withdrawn");
});

test("Relay: a connection pages into one list, and a thing is fetched again by its id", async () => {
  const { open, pages, refetch } = await program("relay");
  const { services } = await ask("{ services(first: 9) { nodes { code } } }");
  const codes = services.nodes.map(({ code }) => code);
  assert.deepEqual(await pages(open(url), 3, 3), [codes.slice(0, 3), codes.slice(0, 6), codes]);
  const { spoilt, fetched } = await refetch(open(url));
  assert.equal(spoilt, "spoilt");
  assert.ok(fetched && fetched !== spoilt);
});
