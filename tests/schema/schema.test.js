// The committed graph, read by other people's tools: a federation v2 library and the reference implementation of GraphQL.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from "@apollo/federation-internals";
import * as graphql from "graphql";

const { buildSchema, getNamedType, isEnumType, isInputObjectType, isNonNullType, isObjectType, lexicographicSortSchema } = graphql;

const root = new URL("../../", import.meta.url);
const examples = new URL("playground/src/examples/", root);
const read = (path) => readFileSync(new URL(path, root), "utf8");

const options = { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, validateSupergraph: true };
const supergraph = Supergraph.build(read("schema/supergraph.graphql"), options);
const schema = buildSchema(read("schema/api.graphql"));
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
const objects = types.filter(isObjectType);
const named = (ending) => objects.filter(({ name }) => name.endsWith(ending));
const fields = (type) => Object.values(type.getFields());
const strict = (type, name) => isNonNullType(type) && getNamedType(type).name === name;
const none = (complaints) => assert.deepEqual(complaints.filter(Boolean), []);

test("federation v2 router can run the supergraph", () => {
  supergraph.schema.validate();
});

test("subgraphs can be taken out of the supergraph again, each with an address", () => {
  const names = supergraph.subgraphsMetadata().map(({ name }) => name);
  assert.ok(names.length > 1);
  none(names.map((name) => supergraph.subgraphs().get(name) ? undefined : name));
  none(supergraph.subgraphsMetadata().map(({ name, url }) => (url ? undefined : `${name} has no address`)));
});

test("clients of any router see the committed API", () => {
  const print = (api) => graphql.printSchema(lexicographicSortSchema(api));
  const theirs = supergraph.apiSchema().toGraphQLJSSchema();
  assert.equal(print(theirs), print(schema));
});

test("every example is a valid document with a comment and one named operation", () => {
  const files = readdirSync(examples).filter((file) => file.endsWith(".graphql"));
  assert.ok(files.length > 0);
  for (const file of files) {
    const text = readFileSync(new URL(file, examples), "utf8");
    const document = graphql.parse(text);
    assert.deepEqual(graphql.validate(schema, document).map(String), [], file);
    assert.equal(document.definitions.filter(({ kind, name }) => kind === "OperationDefinition" && name).length, 1, file);
    assert.ok(text.startsWith("#"), `${file} says what it shows`);
  }
});

test("connections have edges, nodes and a place in the list", () => {
  none(named("Connection").map((type) => {
    const { edges, pageInfo } = type.getFields();
    if (!edges || getNamedType(edges.type).name !== type.name.replace(/Connection$/, "Edge")) return `${type.name}.edges`;
    if (!pageInfo || !strict(pageInfo.type, "PageInfo")) return `${type.name}.pageInfo`;
  }));
  none(named("Edge").map((type) => {
    const { cursor, node } = type.getFields();
    return cursor && strict(cursor.type, "String") && node ? undefined : type.name;
  }));
});

test("fields that give a connection are paged from the front", () => {
  none(objects.flatMap((type) => fields(type).map((field) => {
    if (!getNamedType(field.type).name.endsWith("Connection")) return;
    const argument = (name) => field.args.find((given) => given.name === name);
    const paged = argument("first")?.defaultValue > 0 && argument("after") && !isNonNullType(argument("after").type);
    return paged ? undefined : `${type.name}.${field.name}`;
  })));
});

test("mutations are verbNoun with one input and a payload of their name", () => {
  none(fields(schema.getMutationType()).map(({ name, args, type }) => {
    const pascal = name[0].toUpperCase() + name.slice(1);
    if (!/^[a-z]+([A-Z][a-z0-9]*)+$/.test(name)) return `${name} is not verbNoun`;
    if (args.length !== 1 || args[0].name !== "input" || !strict(args[0].type, `${pascal}Input`)) return `${name}(input: ${pascal}Input!)`;
    if (isNonNullType(type) || getNamedType(type).name !== `${pascal}Payload`) return `${name}: ${pascal}Payload`;
    const { idempotencyKey } = getNamedType(args[0].type).getFields();
    if (!idempotencyKey || !strict(idempotencyKey.type, "String")) return `${pascal}Input.idempotencyKey: String!`;
  }));
});

test("payloads have errors, and all else may be null", () => {
  none(named("Payload").flatMap((type) => fields(type).map(({ name, type: given }) => {
    if (name === "errors") return String(given) === "[UserError!]!" ? undefined : `${type.name}.errors: ${given}`;
    return isNonNullType(given) ? `${type.name}.${name}: ${given}` : undefined;
  })));
  none(named("Payload").map((type) => (type.getFields().errors ? undefined : `${type.name}.errors`)));
});

test("refusals implement UserError", () => {
  const refusals = schema.getPossibleTypes(schema.getType("UserError")).map(({ name }) => name);
  none(["InvalidInput", "NotFound", "NotAllowed", "StaleVersion", "KeyReused"].map((name) => (refusals.includes(name) ? undefined : name)));
});

test("names have the form of their kind", () => {
  const camel = /^[a-z][a-zA-Z0-9]*$/;
  none(types.map(({ name }) => (/^[A-Z][a-zA-Z0-9]*$/.test(name) ? undefined : name)));
  none(types.filter(isInputObjectType).map(({ name }) => (/(Input|Filter|Order)$/.test(name) ? undefined : name)));
  none(types.filter(isEnumType).flatMap((type) => type.getValues().map(({ name }) => (/^[A-Z][A-Z0-9_]*$/.test(name) ? undefined : `${type.name}.${name}`))));
  none([...objects, ...types.filter(isInputObjectType)].flatMap((type) =>
    fields(type).flatMap(({ name, args = [] }) => [name, ...args.map((argument) => argument.name)]
      .map((used) => (camel.test(used) ? undefined : `${type.name}.${name} ${used}`)))));
});

test("root fields may be null, so that one fault does not erase the page", () => {
  none(fields(schema.getQueryType()).map(({ name, type }) => (isNonNullType(type) ? `Query.${name}: ${type}` : undefined)));
});

test("an instant is …At, a day is …On", () => {
  none(objects.flatMap((type) => fields(type).map(({ name, type: given }) => {
    const wanted = { DateTime: /(^at|At|^since|^until)$/, Date: /(On|^from|^to|^on|^date|^day)$/ }[String(given).replace("!", "")];
    return wanted && !wanted.test(name) ? `${type.name}.${name}: ${given}` : undefined;
  })));
});
