// Four small subgraphs, written with other people's library: `node subgraphs.js` prints the address; each answers at /<its name>.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { graphql, parse } from "graphql";

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])`;
const REVIEWS = 10;

const upcs = Array.from({ length: 20 }, (_, index) => `upc-${index}`);
const product = (upc) => {
  const number = upcs.indexOf(upc);
  return { upc, name: `Product ${number}`, price: 100 + 37 * number, weight: 5 + 11 * number };
};
const review = (number) => ({
  id: `review-${number}`,
  body: `Review ${number}: it does what it should, and the price is fair.`,
  author: { id: "user-1" },
  product: { upc: upcs[(number * 3) % upcs.length] },
});

const SUBGRAPHS = {
  accounts: {
    sdl: `
      type Query { me: User }
      type User @key(fields: "id") { id: ID! name: String! username: String! }`,
    resolvers: {
      Query: { me: () => ({ id: "user-1", name: "Aigerim", username: "aigerim" }) },
      User: { __resolveReference: ({ id }) => ({ id, name: "Aigerim", username: "aigerim" }) },
    },
  },
  products: {
    sdl: `
      type Query { topProducts(first: Int! = 10): [Product!]! }
      type Product @key(fields: "upc") { upc: ID! name: String! price: Int! weight: Int! }`,
    resolvers: {
      Query: { topProducts: (_, { first }) => upcs.slice(0, first).map(product) },
      Product: { __resolveReference: ({ upc }) => product(upc) },
    },
  },
  reviews: {
    sdl: `
      type Review @key(fields: "id") { id: ID! body: String! author: User! product: Product! }
      type User @key(fields: "id") { id: ID! reviews: [Review!]! }
      type Product @key(fields: "upc") { upc: ID! reviews: [Review!]! }`,
    resolvers: {
      User: { reviews: () => Array.from({ length: REVIEWS }, (_, number) => review(number)) },
      Product: { reviews: ({ upc }) => Array.from({ length: REVIEWS }, (_, number) => review(number)).filter((one) => one.product.upc === upc) },
    },
  },
  inventory: {
    sdl: `
      type Product @key(fields: "upc") {
        upc: ID! price: Int! @external weight: Int! @external inStock: Boolean! shippingEstimate: Int! @requires(fields: "price weight")
      }`,
    resolvers: {
      Product: {
        inStock: ({ upc }) => upcs.indexOf(upc) % 3 !== 0,
        shippingEstimate: ({ price, weight }) => (price > 500 ? 0 : weight * 2),
      },
    },
  },
};

export const subgraphs = Object.entries(SUBGRAPHS).map(([name, { sdl, resolvers }]) => ({ name, sdl: `${LINK}\n${sdl}\n`, resolvers }));

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts));
}

function serve() {
  const schemas = new Map(
    subgraphs.map(({ name, sdl, resolvers }) => [`/${name}`, buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }])]),
  );
  const server = createServer(async (request, response) => {
    const { query: source, variables: variableValues, operationName } = await read(request);
    const answer = await graphql({ schema: schemas.get(request.url), source, variableValues, operationName });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) serve();
