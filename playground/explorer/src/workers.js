// Monaco's workers, served from this host. The names are set by bundle.js.
const urls = { json: JSON_WORKER, graphql: GRAPHQL_WORKER };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(urls[label] ?? EDITOR_WORKER, { name: label }),
};
