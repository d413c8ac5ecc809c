// graphql-codegen's client preset with plain fetch: the document gives the types of its variables and of its data.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { graphql } from "../generated/gql.js";

const DEADLINE = graphql(`
  query DeriveDeadline($receivedAt: DateTime!) {
    deriveDeadline(kind: MESSAGE, track: REQUEST, urgency: ORDINARY, receivedAt: $receivedAt) {
      dueOn
      steps {
        text(locale: EN)
        article
      }
    }
  }
`);

export async function execute<Data, Variables>(url: string, document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const headers = { accept: "application/graphql-response+json", "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: print(document), variables }) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return ((await response.json()) as { data: Data }).data;
}

export async function deadline(url: string, receivedAt: string): Promise<{ dueOn: string; steps: number }> {
  const { deriveDeadline } = await execute(url, DEADLINE, { receivedAt });
  if (!deriveDeadline) throw new Error("no deadline");
  return { dueOn: deriveDeadline.dueOn, steps: deriveDeadline.steps.length };
}
