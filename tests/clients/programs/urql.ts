// urql: everything over HTTP, subscriptions as server-sent events.
import { Client, fetchExchange } from "@urql/core";
import { graphql } from "../generated/gql.js";

const PARTIES = graphql(`
  query UrqlParties($first: Int!, $after: String) {
    parties(first: $first, after: $after) {
      nodes {
        slug
        name(locale: KK)
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const SUBMIT = graphql(`
  mutation UrqlSubmit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) {
      coupon {
        reference
        key
      }
    }
  }
`);

const WITHDRAW = graphql(`
  mutation UrqlWithdraw($input: WithdrawFeedbackInput!) {
    withdrawFeedback(input: $input) {
      errors {
        message
      }
    }
  }
`);

const EVENTS = graphql(`
  subscription UrqlEvents($reference: String!, $key: String) {
    feedbackEvents(reference: $reference, key: $key) {
      kind
    }
  }
`);

export const open = (url: string): Client => new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false });

/** The short names of all parties, page by page. */
export async function parties(client: Client, first: number): Promise<string[]> {
  const slugs: string[] = [];
  for (let after: string | null | undefined; ; ) {
    const { data, error } = await client.query(PARTIES, { first, after: after ?? null }).toPromise();
    if (error || !data?.parties) throw error ?? new Error("no parties");
    slugs.push(...data.parties.nodes.map(({ slug }) => slug));
    if (!data.parties.pageInfo.hasNextPage) return slugs;
    after = data.parties.pageInfo.endCursor;
  }
}

/** Files a report, listens to it, takes it back once its first event is heard, and gives the kinds of what it heard. */
export async function hearWithdrawal(client: Client, text: string): Promise<string[]> {
  const input = { idempotencyKey: crypto.randomUUID(), locale: "KK" as const, text };
  const { data, error } = await client.mutation(SUBMIT, { input }).toPromise();
  const coupon = data?.submitFeedback?.coupon;
  if (!coupon) throw error ?? new Error("no coupon");
  const variables = { reference: coupon.reference, key: coupon.key };
  const heard: string[] = [];
  // Set before the promise is settled; urql does not bear to be unsubscribed while it hands over a result.
  let unsubscribe = () => {};
  await new Promise<void>((resolve, reject) => {
    ({ unsubscribe } = client.subscription(EVENTS, variables).subscribe(({ data: event, error: failed }) => {
      if (failed || !event) return reject(failed);
      if (heard.push(event.feedbackEvents.kind) === 1) {
        const withdrawal = { idempotencyKey: crypto.randomUUID(), ...variables };
        client.mutation(WITHDRAW, { input: withdrawal }).toPromise().then(({ error: refused }) => refused && reject(refused), reject);
      }
      if (event.feedbackEvents.kind === "withdrawn") resolve();
    }));
  });
  unsubscribe();
  return heard;
}
