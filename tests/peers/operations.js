// Random operations that are valid for the schema and keep to the city's limits, the same for the same seed.
import {
  Kind, OperationTypeNode, astFromValue, getNamedType, isAbstractType, isLeafType, isNonNullType, parseType, print, validate,
  visit,
} from "graphql";
import { value } from "./values.js";

const DEPTH_MAX = 6;
const FIELDS_MAX = 60;
const ALIASES_MAX = 15;
const ROOTS_MAX = 20;

/** Chance from a seed: mulberry32. */
export function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound) => Math.floor(next() * bound);
  return { below, happens: (share) => next() < share, pick: (list) => list[below(list.length)] };
}

const name = (value) => ({ kind: Kind.NAME, value });

const isCertain = ({ kind, directives = [] }) => kind === Kind.FIELD && directives.length === 0;

class Operation {
  constructor(schema, contents, excluded, random) {
    Object.assign(this, { schema, contents, excluded, random });
    this.variables = [];
    this.values = {};
    this.fragments = [];
    this.fields = 0;
    this.aliases = 0;
  }

  document() {
    const selectionSet = this.selection(this.schema.getQueryType(), 2 + this.random.below(DEPTH_MAX - 1), 1 + this.random.below(3));
    const operation = { kind: Kind.OPERATION_DEFINITION, operation: OperationTypeNode.QUERY, variableDefinitions: this.variables, selectionSet };
    return { kind: Kind.DOCUMENT, definitions: [operation, ...this.fragments] };
  }

  selection(type, depth, size = 1 + this.random.below(5)) {
    const selections = [];
    for (let count = 0; count < size; count += 1) selections.push(...this.item(type, depth, selections));
    if (!selections.some(isCertain)) selections.push(this.certain(type));
    return { kind: Kind.SELECTION_SET, selections };
  }

  item(type, depth, before) {
    const { random } = this;
    if (random.happens(0.06)) return [this.typeName()];
    if (isAbstractType(type) && random.happens(0.85)) return this.inline(random.pick(this.schema.getPossibleTypes(type)), depth);
    if (random.happens(0.05)) return this.inline(type, depth);
    if (random.happens(0.08)) return this.spread(type, depth);
    const again = before.filter((selection) => selection.selectionSet && selection.kind === Kind.FIELD);
    // The same field twice, with other fields under it: the two are merged.
    if (again.length > 0 && random.happens(0.15)) return this.repeat(type, random.pick(again), depth);
    return this.field(type, depth);
  }

  certain(type) {
    const plain = Object.values(type.getFields()).find(({ args, type: of }) => args.length === 0 && isLeafType(getNamedType(of)));
    if (!plain) return this.typeName();
    this.fields += 1;
    return { kind: Kind.FIELD, name: name(plain.name) };
  }

  typeName() {
    this.fields += 1;
    return { kind: Kind.FIELD, name: name("__typename") };
  }

  field(type, depth) {
    const { random } = this;
    const fits = (field) =>
      !this.excluded.has(`${type.name}.${field.name}`) && (isLeafType(getNamedType(field.type)) || (depth > 1 && this.fields < FIELDS_MAX));
    const fields = Object.values(type.getFields()).filter(fits);
    if (fields.length === 0) return [];
    const composite = fields.filter((field) => !isLeafType(getNamedType(field.type)));
    const field = composite.length > 0 && random.happens(0.5) ? random.pick(composite) : random.pick(fields);
    this.fields += 1;
    const node = { kind: Kind.FIELD, name: name(field.name), arguments: this.arguments(type, field), directives: [] };
    if (random.happens(field.args.length > 0 ? 0.8 : 0.15) && this.aliases < ALIASES_MAX) {
      this.aliases += 1;
      node.alias = name(`${"abcdefgh"[random.below(8)]}${this.aliases}`);
      // Where a field stands twice, once with a condition, the peer takes the condition for both; an alias stands once.
      node.directives = this.directives();
    }
    const inner = getNamedType(field.type);
    if (!isLeafType(inner)) node.selectionSet = this.selection(inner, depth - 1);
    return [node];
  }

  repeat(type, node, depth) {
    const inner = getNamedType(type.getFields()[node.name.value].type);
    this.fields += 1;
    return [{ ...node, selectionSet: this.selection(inner, depth - 1) }];
  }

  inline(type, depth) {
    const typeCondition = this.random.happens(0.9) ? { kind: Kind.NAMED_TYPE, name: name(type.name) } : undefined;
    const selectionSet = this.selection(type, depth);
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives: this.directives(), selectionSet }];
  }

  spread(type, depth) {
    const known = this.fragments.filter((fragment) => fragment.typeCondition.name.value === type.name && fragment.depth <= depth);
    let fragment = known.length > 0 && this.random.happens(0.5) ? this.random.pick(known) : undefined;
    if (!fragment) {
      const selectionSet = this.selection(type, depth);
      const typeCondition = { kind: Kind.NAMED_TYPE, name: name(type.name) };
      fragment = { kind: Kind.FRAGMENT_DEFINITION, name: name(`F${this.fragments.length}`), typeCondition, selectionSet, depth };
      this.fragments.push(fragment);
    }
    return [{ kind: Kind.FRAGMENT_SPREAD, name: fragment.name, directives: this.directives() }];
  }

  directives() {
    if (!this.random.happens(0.08)) return [];
    const type = this.schema.getDirective("include").args[0].type;
    const argument = { kind: Kind.ARGUMENT, name: name("if"), value: this.given(this.random.happens(0.5), type) };
    return [{ kind: Kind.DIRECTIVE, name: name(this.random.pick(["include", "skip"])), arguments: [argument] }];
  }

  arguments(type, field) {
    const { random } = this;
    const wanted = field.args.filter((arg) => {
      if (isNonNullType(arg.type) && arg.defaultValue === undefined) return true;
      return arg.name === "first" ? random.happens(0.95) : random.happens(0.2);
    });
    return wanted.map((arg) => {
      const at = { type, field, arg, random, contents: this.contents };
      return { kind: Kind.ARGUMENT, name: name(arg.name), value: this.given(value(at), arg.type) };
    });
  }

  /** A value as a literal or as a variable. */
  given(value, type) {
    if (this.random.happens(0.6)) return astFromValue(value, type);
    const variable = `v${this.variables.length}`;
    const node = { kind: Kind.VARIABLE, name: name(variable) };
    this.variables.push({ kind: Kind.VARIABLE_DEFINITION, variable: node, type: parseType(String(type)) });
    this.values[variable] = value;
    return node;
  }
}

/**
 * Whether both can answer it. The city's limits of aliases and root fields hold after fragments are put in. The peer
 * - gives null for an object of which every field is skipped, or of which `__typename` in a fragment is all;
 * - of an entity's `versions` and `a: versions(after: "…")` asks the subgraph for one, and gives it as both.
 */
export function fits(document) {
  let certain = true;
  const written = new Map();
  visit(document, {
    SelectionSet: ({ selections }) => void (certain &&= selections.some(isCertain)),
    Field(node) {
      const ways = written.get(node.name.value) ?? { aliased: new Set(), plain: new Set() };
      written.set(node.name.value, ways);
      ways[node.alias ? "aliased" : "plain"].add((node.arguments ?? []).map(print).join());
    },
  });
  const mixed = [...written.values()].some(({ aliased, plain }) => [...plain].some((one) => [...aliased].some((other) => one !== other)));
  const fragments = new Map(document.definitions.slice(1).map((fragment) => [fragment.name.value, fragment.selectionSet]));
  const count = (selectionSet, ofField) => selectionSet.selections.reduce((sum, selection) => {
    const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection.selectionSet;
    return sum + ofField(selection, () => (inner ? count(inner, ofField) : 0));
  }, 0);
  const { selectionSet } = document.definitions[0];
  const aliases = count(selectionSet, ({ alias }, within) => (alias ? 1 : 0) + within());
  const roots = count(selectionSet, ({ kind }, within) => (kind === Kind.FIELD ? 1 : within()));
  return certain && !mixed && aliases <= ALIASES_MAX && roots <= ROOTS_MAX;
}

/** The operation of a seed: its text and its variables. */
export function generate({ schema, contents, excluded, seed }) {
  for (let attempt = 0; ; attempt += 1) {
    const random = chance(Math.imul(seed, 1_000_003) + attempt);
    const operation = new Operation(schema, contents, excluded, random);
    const document = operation.document();
    // Fields of different fragments may want the same name for different things; such a draw is thrown away.
    if (fits(document) && validate(schema, document).length === 0) return { query: print(document), variables: operation.values };
  }
}
