// Composition judged by other people's: they accept what is accepted here, and clients see the same graph.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as apollo from "@apollo/composition";
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from "@apollo/federation-internals";
import * as guild from "@theguild/federation-composition";
import { lexicographicSortSchema, parse, printSchema } from "graphql";
import { parse as parseToml } from "smol-toml";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cases = join(root, "tests/federation");
const program = process.env.TURKISTAN_BIN ?? join(root, "target/debug/turkistan");
const run = (...words) => execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const options = { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, validateSupergraph: true };
const api = (supergraph) =>
  printSchema(lexicographicSortSchema(Supergraph.build(supergraph, options).apiSchema().toGraphQLJSSchema()));
const services = (subgraphs) =>
  Object.entries(subgraphs).map(([name, sdl]) => ({ name, typeDefs: parse(sdl), url: `http://${name}.example/graphql` }));
const accepted = (judge, composed) => {
  assert.deepEqual((composed.errors ?? []).map(({ message }) => message), [], `${judge} accepts it`);
  return composed.supergraphSdl;
};

function judge(supergraph, subgraphs) {
  const ours = api(supergraph);
  assert.equal(api(accepted("@theguild/federation-composition", guild.composeServices(services(subgraphs)))), ours);
  // Apollo's libraries for GraphQL 16 do not carry @oneOf.
  const apollos = api(accepted("@apollo/composition", apollo.composeServices(services(subgraphs))));
  assert.equal(apollos, ours.replaceAll(" @oneOf {", " {"));
}

function compose(subgraphs) {
  const folder = mkdtempSync(join(tmpdir(), "compose-"));
  try {
    const files = Object.entries(subgraphs).map(([name, sdl]) => {
      const file = join(folder, `${name}.graphql`);
      writeFileSync(file, sdl);
      return file;
    });
    return run("compose", ...files);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the city's own graph", () => {
  const supergraph = readFileSync(join(root, "schema/supergraph.graphql"), "utf8");
  const names = Supergraph.build(supergraph, options).subgraphsMetadata().map(({ name }) => name);
  const subgraphs = Object.fromEntries(names.map((name) => [name, run("schema", "subgraph", name)]));
  judge(supergraph, subgraphs);
  judge(compose(subgraphs), subgraphs);
});

const head = readFileSync(join(cases, "head.graphql"), "utf8");
for (const file of readdirSync(cases).filter((file) => file.endsWith(".toml"))) {
  const { subgraphs: types, heads = {}, refused } = parseToml(readFileSync(join(cases, file), "utf8"));
  const subgraphs = Object.fromEntries(Object.entries(types).map(([name, types]) => [name, (heads[name] ?? head) + types]));
  const elsewhere = join(cases, file.replace(".toml", ".supergraph.graphql"));
  if (refused) {
    test(`${file}: refused here, legal elsewhere`, () => {
      assert.throws(() => compose(subgraphs), ({ status, stderr }) => status === 1 && stderr.includes(refused));
      assert.ok(existsSync(elsewhere));
      judge(readFileSync(elsewhere, "utf8"), subgraphs);
    });
  } else {
    test(file, () => judge(compose(subgraphs), subgraphs));
  }
}
