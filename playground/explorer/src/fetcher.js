import { createClient } from "graphql-sse";

const endpoint = "/graphql";

// Sends an operation to the graph: one POST with one answer, or an event stream when it is a subscription.
// `token` gives the bearer token of the page; headers written in the editor win over it.
export function createFetcher(token) {
  const headers = (written) => ({
    "accept-language": document.documentElement.lang,
    ...(token() && { authorization: `Bearer ${token()}` }),
    ...Object.fromEntries(Object.entries(written ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
  });

  return async (operation, { headers: written, documentAST } = {}) =>
    isSubscription(documentAST, operation.operationName)
      ? createClient({ url: endpoint, headers: headers(written), retryAttempts: 0 }).iterate(operation)
      : post(operation, headers(written));
}

function isSubscription(document, name) {
  return document?.definitions.some(
    (definition) => definition.operation === "subscription" && (!name || definition.name?.value === name),
  );
}

async function post(operation, headers) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json, application/json", ...headers },
    body: JSON.stringify(operation),
  });
  if (!/json/.test(response.headers.get("content-type"))) throw new Error(`${response.status} ${response.statusText}`);
  return response.json();
}
