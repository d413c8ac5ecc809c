// The gateways: how each is started over a supergraph, and its version.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const installed = (name) => JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8")).version;
const says = (program) => execFileSync(program, ["--version"], { encoding: "utf8" }).trim().split(" ").at(-1);
const { TURKISTAN_BIN, PATH } = process.env;
// `cargo install hive-router --version 0.2.9 --locked --features graphiql`
const router = PATH.split(":").map((folder) => join(folder, "hive_router")).find(existsSync);

const GRAFBASE = "@grafbase/cli-x86_64-unknown-linux-musl";

function grafbase({ folder, port, subgraphs }) {
  const tables = subgraphs.map(({ name, url, sdl }) => {
    const path = join(folder, `${name}.graphql`);
    writeFileSync(path, sdl);
    return `[subgraphs.${name}]\nurl = "${url}"\nschema_path = "${path}"\n`;
  });
  const config = join(folder, "grafbase.toml");
  writeFileSync(config, tables.join("\n"));
  return [join(here, "node_modules", GRAFBASE, "grafbase"), "dev", "--config", config, "--listen-address", `127.0.0.1:${port}`];
}

// It reads `router.config.yaml` of the folder that it starts in; JSON is YAML. It passes no header on, so it would take requests of
// different people for the same: where nothing is to be shared it is told so.
function hiveRouter({ folder, port, supergraph }) {
  const config = {
    supergraph: { source: "file", path: supergraph },
    http: { host: "127.0.0.1", port },
    traffic_shaping: { all: { dedupe_enabled: !process.env.APART } },
  };
  writeFileSync(join(folder, "router.config.yaml"), JSON.stringify(config));
  return [router];
}

/** All that are here, ours first. `command` gives what starts it. */
export const gateways = [
  {
    name: "turkistan",
    version: () => says(TURKISTAN_BIN),
    command: ({ supergraph, port }) => [TURKISTAN_BIN, "gateway", "--supergraph", supergraph, "--listen", `127.0.0.1:${port}`],
  },
  { name: "grafbase", version: () => installed(GRAFBASE), command: grafbase },
  {
    name: "hive-gateway",
    version: () => installed("@graphql-hive/gateway"),
    command: ({ supergraph, port }) => [
      "node", join(here, "node_modules/.bin/hive-gateway"), "supergraph", supergraph, "--host", "127.0.0.1", "--port", String(port), "--fork", "1",
    ],
  },
  {
    name: "apollo-gateway",
    version: () => installed("@apollo/gateway"),
    command: ({ supergraph, port }) => ["node", join(here, "apollo.js"), supergraph, String(port)],
  },
  ...(router ? [{ name: "hive-router", version: () => "(as installed)", command: hiveRouter }] : []),
];
