// Apollo Client 4: queries and mutations over HTTP, subscriptions over a WebSocket, one normalised cache.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { graphql } from "../generated/gql.js";

const SERVICES = graphql(`
  query ApolloServices($first: Int!) {
    services(first: $first) {
      nodes {
        id
        code
        title(locale: EN)
      }
    }
  }
`);

const SERVICE = graphql(`
  query ApolloService($id: ID!) {
    node(id: $id) {
      __typename
      ... on Service {
        id
        code
        title(locale: EN)
      }
    }
  }
`);

const SUBMIT = graphql(`
  mutation ApolloSubmit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) {
      coupon {
        reference
        key
      }
      errors {
        message
        path
      }
    }
  }
`);

const WITHDRAW = graphql(`
  mutation ApolloWithdraw($input: WithdrawFeedbackInput!) {
    withdrawFeedback(input: $input) {
      feedback {
        id
        status
      }
      errors {
        message
      }
    }
  }
`);

const EVENTS = graphql(`
  subscription ApolloEvents($reference: String!, $key: String, $after: String) {
    feedbackEvents(reference: $reference, key: $key, after: $after) {
      cursor
      kind
    }
  }
`);

export function open(url: string, webSocketImpl: unknown): { client: ApolloClient; close: () => void } {
  const socket = createClient({ url: url.replace(/^http/, "ws"), webSocketImpl });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url }),
  );
  const client = new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes: { Node: ["Service"] } }) });
  return {
    client,
    close: () => {
      client.stop();
      void socket.dispose();
    },
  };
}

/** The codes of the first services, asked once and read again from the cache. */
export async function services(client: ApolloClient, first: number): Promise<string[]> {
  await client.query({ query: SERVICES, variables: { first } });
  const { data } = await client.query({ query: SERVICES, variables: { first }, fetchPolicy: "cache-only" });
  return data?.services?.nodes.map(({ code }) => code) ?? [];
}

/** The code of the service with this id, by way of `node`. */
export async function refetch(client: ApolloClient, code: string): Promise<string | undefined> {
  const { data: list } = await client.query({ query: SERVICES, variables: { first: 20 } });
  const id = list?.services?.nodes.find((service) => service.code === code)?.id;
  if (!id) throw new Error(`no ${code}`);
  const { data } = await client.query({ query: SERVICE, variables: { id }, fetchPolicy: "network-only" });
  return data?.node?.__typename === "Service" ? data.node.code : undefined;
}

/** Files a report, listens to it, takes it back once its first event is heard, and gives the kinds of what it heard. */
export async function hearWithdrawal(client: ApolloClient, text: string): Promise<string[]> {
  const input = { idempotencyKey: crypto.randomUUID(), locale: "KK" as const, text };
  const { data } = await client.mutate({ mutation: SUBMIT, variables: { input } });
  const coupon = data?.submitFeedback?.coupon;
  if (!coupon) throw new Error(JSON.stringify(data?.submitFeedback?.errors));
  const variables = { reference: coupon.reference, key: coupon.key };
  const heard: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client.subscribe({ query: EVENTS, variables }).subscribe({
      next: ({ data: event, error }) => {
        if (error || !event) return reject(error);
        if (heard.push(event.feedbackEvents.kind) === 1) {
          const withdrawal = { idempotencyKey: crypto.randomUUID(), ...variables };
          client.mutate({ mutation: WITHDRAW, variables: { input: withdrawal } }).catch(reject);
        }
        if (event.feedbackEvents.kind === "withdrawn") resolve();
      },
      error: reject,
    });
  });
  return heard;
}
