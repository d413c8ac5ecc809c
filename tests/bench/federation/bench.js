// Measures gateways side by side: each has one core, the load and the subgraphs have the other.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { composeServices } from "@theguild/federation-composition";
import { parse } from "graphql";
import { gateways } from "./gateways.js";
import { address, cpuSeconds, endAll, peakMemory, start, until } from "./processes.js";
import { subgraphs } from "./subgraphs.js";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS_EACH ?? 6);
const WARM_UP_SECONDS = Number(process.env.WARM_UP_SECONDS ?? 4);
const CONNECTIONS = 32;
const GATEWAY_CORE = 0;
const LOAD_CORE = 1;
const QUERIES = {
  "four fetches, with `@requires`": "{ me { name reviews { body product { upc name price inStock shippingEstimate } } } }",
  "one fetch": "{ topProducts(first: 10) { upc name price } }",
};

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "federation-"));
const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
const body = (query) => JSON.stringify({ query });

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The subgraphs behind answers from memory, and their supergraph. */
async function startSubgraphs() {
  const logs = { real: join(folder, "subgraphs.log"), memory: join(folder, "responder.log") };
  start(LOAD_CORE, ["node", join(here, "subgraphs.js")], { log: logs.real });
  const responder = start(LOAD_CORE, [process.env.RESPONDER_BIN, await address(logs.real)], { log: logs.memory });
  const base = await address(logs.memory);
  const placed = subgraphs.map(({ name, sdl }) => ({ name, sdl, url: `${base}/${name}` }));
  const { supergraphSdl, errors } = composeServices(placed.map(({ name, sdl, url }) => ({ name, url, typeDefs: parse(sdl) })));
  assert.equal(errors, undefined, JSON.stringify(errors));
  const supergraph = join(folder, "supergraph.graphql");
  writeFileSync(supergraph, supergraphSdl);
  return { supergraph, subgraphs: placed, responder };
}

async function ask(url, query) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: body(query) });
  return response.json();
}

async function startGateway(gateway, world) {
  const own = mkdtempSync(join(folder, `${gateway.name}-`));
  const port = await freePort();
  const command = gateway.command({ ...world, folder: own, port });
  if (gateway.name === "grafbase") chmodSync(command[0], 0o755); // without install scripts it comes without the bit
  const pid = start(GATEWAY_CORE, command, { cwd: own, log: join(folder, `${gateway.name}.log`), env: { HOME: own } });
  const url = `http://127.0.0.1:${port}/graphql`;
  await until(`${gateway.name} at ${url}`, () => ask(url, "{ __typename }").then(({ data }) => data, () => undefined));
  return { name: gateway.name, version: gateway.version(), pid, url };
}

/** Loads an address for some seconds. */
async function load(url, query, seconds) {
  const wrk = ["wrk", "--threads", 1, "--connections", CONNECTIONS, "--duration", `${seconds}s`, "--timeout", "30s", "--script", "post.lua", url];
  const args = ["--cpu-list", LOAD_CORE, ...wrk];
  const { stdout } = await promisify(execFile)("taskset", args.map(String), { cwd: here, env: { ...process.env, QUERY: body(query) } });
  const { requests, microseconds, p50, p99, failed } = JSON.parse(stdout.trim().split("\n").at(-1));
  assert.equal(failed, 0, `${url}: ${failed} of ${requests} failed`);
  return { requests, seconds: microseconds / 1e6, perSecond: requests / (microseconds / 1e6), p50, p99 };
}

async function measure({ pid, url }, query) {
  const before = cpuSeconds(pid);
  const loaded = await load(url, query, SECONDS);
  const cpu = cpuSeconds(pid) - before;
  return { ...loaded, cpu: (cpu / loaded.requests) * 1e6, busy: cpu / loaded.seconds };
}

async function main(names) {
  const world = await startSubgraphs();
  const chosen = gateways.filter(({ name }) => names.length === 0 || names.includes(name));
  const started = [];
  for (const gateway of chosen) started.push(await startGateway(gateway, world));
  const expected = new Map();
  for (const gateway of started) {
    for (const query of Object.values(QUERIES)) {
      const { data, errors } = await ask(gateway.url, query);
      assert.equal(errors, undefined, `${gateway.name}: ${JSON.stringify(errors)}`);
      expected.set(query, expected.get(query) ?? data);
      assert.deepEqual(data, expected.get(query), gateway.name);
      await load(gateway.url, query, WARM_UP_SECONDS);
    }
  }
  const figures = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [title, query] of Object.entries(QUERIES)) {
      for (const gateway of started) figures.push({ title, name: gateway.name, ...(await measure(gateway, query)) });
    }
  }
  for (const title of Object.keys(QUERIES)) print(title, started, figures.filter((figure) => figure.title === title));
  // What the other core can give: answers from memory alone, under the same load.
  const floor = await load(world.subgraphs[0].url, "{ me { name } }", SECONDS);
  console.log(`\nAnswers from memory alone: ${Math.round(floor.perSecond)} a second, with the load on the same core.`);
}

function print(title, started, figures) {
  const rows = started.map(({ name, version, pid }) => {
    const own = figures.filter((figure) => figure.name === name);
    const of = (key) => median(own.map((figure) => figure[key]));
    return { name, version, perSecond: of("perSecond"), p50: of("p50"), p99: of("p99"), cpu: of("cpu"), busy: of("busy"), memory: peakMemory(pid) };
  });
  const [first] = rows;
  const ratio = (value, base) => (value / base).toFixed(2);
  const how = process.env.APART ? "nothing shared" : "calls under way may be shared";
  console.log(`\n### ${title}: ${how}, ${CONNECTIONS} connections, medians of ${ROUNDS} × ${SECONDS} s\n`);
  const to = `to ${first.name}`;
  const heads = ["gateway", "requests/s", to, "p50, ms", "p99, ms", "CPU/request, µs", to, "core in use", "peak memory, MiB"];
  console.log(`| ${heads.join(" | ")} |\n|${"---|".repeat(heads.length)}`);
  for (const row of rows) {
    const cells = [
      `${row.name} ${row.version}`, Math.round(row.perSecond), ratio(row.perSecond, first.perSecond), (row.p50 / 1000).toFixed(1),
      (row.p99 / 1000).toFixed(1), row.cpu.toFixed(0), ratio(row.cpu, first.cpu), `${Math.round(row.busy * 100)} %`, Math.round(row.memory),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
process.once("exit", () => {
  endAll();
  rmSync(folder, { recursive: true, force: true });
});
await main(process.argv.slice(2));
process.exit(0);
