// Relay 21 without React: a connection that pages into one list of the store, and a service that is fetched again by its id.
import relay, { type FetchFunction, type GraphQLTaggedNode, type IEnvironment, type OperationType } from "relay-runtime";
import ServiceQuery, { type RelayServiceQuery } from "./__generated__/RelayServiceQuery.graphql.js";
import ServicesQuery, { type RelayServicesQuery } from "./__generated__/RelayServicesQuery.graphql.js";

const { Environment, Network, RecordSource, Store, commitLocalUpdate, createOperationDescriptor, fetchQuery, graphql } = relay;

// The compiler reads these; the program runs what it made of them.
export const documents = (): GraphQLTaggedNode[] => [
  graphql`
    query RelayServicesQuery($first: Int!, $after: String) {
      services(first: $first, after: $after) @connection(key: "Relay_services") {
        edges {
          node {
            id
            code
            ...relay_service
          }
        }
      }
    }
  `,
  graphql`
    fragment relay_service on Service @refetchable(queryName: "RelayServiceQuery") {
      title(locale: EN)
    }
  `,
];

export function open(url: string): IEnvironment {
  const ask: FetchFunction = async ({ text }, variables) => {
    const body = JSON.stringify({ query: text, variables });
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    return response.json();
  };
  return new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });
}

async function run<Operation extends OperationType>(environment: IEnvironment, query: GraphQLTaggedNode, variables: Operation["variables"]) {
  const data = await fetchQuery<Operation>(environment, query, variables).toPromise();
  if (!data) throw new Error("no data");
  return data;
}

/** The codes of the list in the store after each of some pages. */
export async function pages(environment: IEnvironment, first: number, count: number): Promise<string[][]> {
  const operation = createOperationDescriptor(ServicesQuery, { first });
  environment.retain(operation);
  const lists: string[][] = [];
  let after: string | null = null;
  for (let page = 0; page < count; page += 1) {
    await run<RelayServicesQuery>(environment, ServicesQuery, { first, after });
    const { data } = environment.lookup(operation.fragment);
    const { services } = data as unknown as RelayServicesQuery["response"] & { services: { pageInfo: { endCursor: string } } };
    lists.push(services?.edges.map(({ node }) => node.code) ?? []);
    after = services.pageInfo.endCursor;
  }
  return lists;
}

/** Spoils the title of a service in the store, fetches the service again through `node`, and gives both titles. */
export async function refetch(environment: IEnvironment): Promise<{ spoilt: unknown; fetched: unknown }> {
  const data = await run<RelayServicesQuery>(environment, ServicesQuery, { first: 1, after: null });
  const id = data.services?.edges[0]?.node.id;
  if (!id) throw new Error("no service");
  const title = () => environment.getStore().getSource().get(id)?.['title(locale:"EN")'];
  commitLocalUpdate(environment, (store) => store.get(id)?.setValue("spoilt", "title", { locale: "EN" }));
  const spoilt = title();
  await run<RelayServiceQuery>(environment, ServiceQuery, { id });
  return { spoilt, fetched: title() };
}
