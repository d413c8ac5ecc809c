// A gateway that others wrote runs the city's supergraph over its rooms, and gives what the city's own executor gives.
//
//   PEERS_COUNT=20000 PEERS_SEED=7 PEERS_SHOWN=5 node --test
import assert from "node:assert/strict";
import { test } from "node:test";
import { createGatewayRuntime } from "@graphql-hive/gateway";
import { buildSchema } from "graphql";
import { actors, apiSchema, askCity, readContents, serviceToken, supergraph, url } from "./city.js";
import { EXCLUDED } from "./excluded.js";
import { chance, generate } from "./operations.js";
import { shrink } from "./shrink.js";

const COUNT = Number(process.env.PEERS_COUNT ?? 2_000);
const SEED = Number(process.env.PEERS_SEED ?? 1);
const AT_ONCE = 4;
const REFUSED = new Set(["FORBIDDEN", "UNAUTHENTICATED"]);
const SHOWN_MAX = Number(process.env.PEERS_SHOWN ?? 5);

const peer = createGatewayRuntime({
  supergraph: supergraph.replaceAll("http://localhost/subgraphs/", `${url}/subgraphs/`),
  propagateHeaders: {
    fromClientToSubgraphs({ request }) {
      const headers = { "x-service-token": serviceToken, "accept-language": "en" };
      const authorization = request.headers.get("authorization");
      return authorization ? { ...headers, authorization } : headers;
    },
  },
  logging: false,
  maskedErrors: false,
});

async function askPeer({ query, variables, actor }) {
  const headers = { "content-type": "application/json", ...actors[actor] };
  const response = await peer.fetch("http://peer/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  return response.json();
}

// The data is the same, to the order of fields. Of errors it is compared where they are: words, order and number differ; and the peer
// - keeps the path that a subgraph gave (`_entities.officers`, `feedback.c12` where the client wrote `h11: feedback`), so only its end holds;
// - gives one error, at the object or at a field, where several fields of one object fail: its errors are among the city's;
// - does not judge `@requiresScopes`: whom the city refuses a field finds null there in both answers, and that is compared.
function differ(ours, theirs) {
  const [city, peer] = [ours, theirs].map(({ errors = [] }) => errors.filter(({ extensions }) => !REFUSED.has(extensions?.code)));
  const known = new Set(city.flatMap(({ path = [] }) => path));
  const strange = peer.some(({ path = [] }) => !known.has(path.findLast((part) => typeof part === "string")));
  return strange || city.length > 0 !== peer.length > 0 || JSON.stringify(ours.data) !== JSON.stringify(theirs.data);
}

// The peer has no budget: what costs more than the city's is answered there alone.
const isTooCostly = ({ data, errors = [] }) => data === undefined && errors[0]?.extensions?.code === "COST_ESTIMATED_TOO_EXPENSIVE";

async function compare(asked) {
  const [ours, theirs] = await Promise.all([askCity(asked), askPeer(asked)]);
  const isCostly = isTooCostly(ours);
  return { ours, theirs, isCostly, differing: !isCostly && differ(ours, theirs) };
}

test(`${COUNT} random operations from seed ${SEED} give the same`, async (context) => {
  const schema = buildSchema(apiSchema);
  const contents = await readContents();
  const differing = [];
  const seen = { whole: 0, faulty: 0, again: 0, costly: 0 };
  let next = 0;
  const work = async () => {
    while (next < COUNT) {
      const seed = SEED * 1_000_000 + next;
      next += 1;
      const actor = chance(seed).pick(Object.keys(actors));
      const asked = { actor, ...generate({ schema, contents, excluded: EXCLUDED, seed }) };
      let answer = await compare(asked);
      if (answer.differing) {
        // The city works while it is asked: what a job changed between the two answers is the same the next time.
        seen.again += 1;
        answer = await compare(asked);
      }
      seen[answer.ours.errors ? "faulty" : "whole"] += 1;
      if (answer.isCostly) seen.costly += 1;
      if (answer.differing) differing.push({ seed, ...asked });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  context.diagnostic(`${seen.whole} without errors, ${seen.faulty} with, ${seen.again} asked again, ${seen.costly} too costly`);
  const shown = [];
  for (const { seed, ...asked } of differing.slice(0, SHOWN_MAX)) {
    const { actor, query, variables } = await shrink(schema, asked, async (smaller) => (await compare(smaller)).differing);
    const { ours, theirs } = await compare({ actor, query, variables });
    const lines = [`seed ${seed} as ${actor}`, query, ...[variables, ours, theirs].map((value) => JSON.stringify(value))];
    shown.push(lines.join("\n"));
  }
  await peer[Symbol.asyncDispose]();
  assert.equal(differing.length, 0, `${differing.length} differ; the city's answer, then the peer's\n\n${shown.join("\n\n")}`);
  // A good part of them find what they ask for, though most personae may not ask for everything: else the comparison would be of nothing.
  assert.ok(seen.whole > COUNT / 3, `${seen.whole} of ${COUNT}`);
  // Lists of a hundred cases with all that belongs to them are refused for their cost.
  assert.ok(seen.costly < COUNT / 25, `${seen.costly} of ${COUNT} are too costly`);
});
