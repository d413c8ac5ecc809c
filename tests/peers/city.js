// The running city. TURKISTAN_URL is where it answers, with demo data; TURKISTAN_DATA_DIR is its data folder; TURKISTAN_BIN is the program.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

const { TURKISTAN_URL: base, TURKISTAN_DATA_DIR: data, TURKISTAN_BIN: program } = process.env;
assert.ok(base, "set TURKISTAN_URL to a running server");
assert.ok(data, "set TURKISTAN_DATA_DIR to its data folder");
assert.ok(program, "set TURKISTAN_BIN to the program");

const run = (...args) => execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 24 });
const ofCity = (...args) => run(...args, "--data-dir", data).trim();

export const url = base;
export const apiSchema = run("schema", "print");
export const supergraph = run("schema", "supergraph");
export const serviceToken = ofCity("service-token");

/** Who asks: the headers of each. */
export const actors = {
  nobody: {},
  ...Object.fromEntries(["officer", "analyst", "supervisor"].map((name) => [name, { authorization: `Bearer ${ofCity("token", name)}` }])),
};

/** Asks the city itself. */
export async function askCity({ query, variables, actor }) {
  const headers = { "content-type": "application/json", "accept-language": "en", ...actors[actor] };
  const response = await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  return response.json();
}

const CONTENTS = `{
  parties(first: 12) { nodes { id slug } pageInfo { endCursor } }
  districts { id slug }
  categories { id }
  sourceSystems { id }
  services(first: 12) { nodes { id code feedback(first: 1) { nodes { id } } } pageInfo { endCursor } }
  datasets(first: 6) {
    nodes { id slug schema { columns { name } } versions(first: 1) { nodes { id } } rows(first: 2) { pageInfo { endCursor } } }
    pageInfo { endCursor }
  }
  kpis(first: 12) { nodes { id code latest { id } observations(first: 2) { pageInfo { endCursor } } } pageInfo { endCursor } }
  surveys(first: 8) { nodes { id slug } pageInfo { endCursor } }
  publicFeedback(first: 20) { nodes { id reference } pageInfo { endCursor } }
}`;
const DESK = "{ desk(first: 8) { nodes { id reference assignee { id } } pageInfo { endCursor } } viewer { id } }";

/** What the city holds, so that arguments name things that exist. */
export async function readContents() {
  const ask = async (query, actor) => {
    const { data, errors } = await askCity({ query, actor });
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  };
  const { nodes, cursors } = { nodes: {}, cursors: {} };
  const contents = { ...(await ask(CONTENTS, "nobody")), ...(await ask(DESK, "officer")) };
  for (const [name, value] of Object.entries(contents)) {
    nodes[name] = Array.isArray(value) ? value : (value.nodes ?? [value]);
    if (value.pageInfo) cursors[name] = [value.pageInfo.endCursor];
  }
  for (const list of ["rows", "observations"]) {
    const owners = Object.values(nodes).flat();
    cursors[list] = owners.filter((owner) => owner[list]).map((owner) => owner[list].pageInfo.endCursor);
  }
  const of = (list, field) => nodes[list].map((node) => node[field]);
  const ids = {
    party: of("parties", "id"), district: of("districts", "id"), category: of("categories", "id"), service: of("services", "id"),
    source: of("sourceSystems", "id"), dataset: of("datasets", "id"), kpi: of("kpis", "id"), survey: of("surveys", "id"),
    feedback: of("publicFeedback", "id"), case: of("desk", "id"), viewer: of("viewer", "id"),
    version: nodes.datasets.flatMap(({ versions }) => versions.nodes.map(({ id }) => id)),
    observation: nodes.kpis.flatMap(({ latest }) => (latest ? [latest.id] : [])),
    officer: nodes.desk.flatMap(({ assignee }) => (assignee ? [assignee.id] : [])),
  };
  return {
    ids,
    cursors,
    slugs: { party: of("parties", "slug"), district: of("districts", "slug"), dataset: of("datasets", "slug"), survey: of("surveys", "slug") },
    codes: { service: of("services", "code"), kpi: of("kpis", "code") },
    references: [...of("publicFeedback", "reference"), ...of("desk", "reference")],
    columns: [...new Set(nodes.datasets.flatMap(({ schema }) => schema.columns.map(({ name }) => name)))],
  };
}
