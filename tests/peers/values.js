// Values of arguments, nearly all of them such that something is found.
import { getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType } from "graphql";

const DAYS = ["2025-12-01", "2026-03-22", "2026-09-01", "2026-11-20"];
const INSTANTS = ["2026-11-20T04:30:00Z", "2026-11-21T20:00:00+05:00", "2026-12-31T13:59:59Z"];
const WORDS = ["су", "water", "қала", "дорог", "a"];
const TEXTS = ["Көшеде су ағып жатыр", "Во дворе не вывозят мусор", "The street light is broken"];

/** What a field with an argument `id`, `slug` or `code` gives, or what an argument of another name names. */
const THINGS = { provider: "party", publisher: "party", owner: "party" };

/** A value for an argument. */
export function value({ field, arg, random, contents }) {
  const { ids, slugs, codes, references, cursors, columns } = contents;
  const { pick, below, happens } = random;
  const anyId = () => pick(pick(Object.values(ids).filter((list) => list.length > 0)));
  // What only an officer keeps (a queue, a template) has no id to be found.
  const pickId = (thing) => (ids[thing]?.length ? pick(ids[thing]) : anyId());
  const byName = {
    first: () => 1 + below(3),
    after: () => (happens(0.9) ? pick(cursors[field.name] ?? ["x"]) : "x"),
    reference: () => pick(references),
    about: () => pick(references),
    slug: () => pick(slugs[field.name]),
    code: () => pick(codes[field.name]),
    query: () => pick(WORDS),
    text: () => pick(TEXTS),
    key: () => "A".repeat(32),
    version: () => 1,
    column: () => pick(columns),
    name: () => pick(columns),
    groupBy: () => [pick(columns)],
    equals: () => pick(WORDS),
  };
  const of = (name, type, depth) => {
    if (isNonNullType(type)) return of(name, type.ofType, depth);
    const named = getNamedType(type);
    if (named.name !== "ID" && !isListType(type) && !isInputObjectType(named) && !isEnumType(named) && byName[name]) return byName[name]();
    if (name === "groupBy") return byName.groupBy();
    if (isListType(type)) return Array.from({ length: 1 + below(2) }, () => of(name, type.ofType, depth));
    if (isInputObjectType(type)) return input(type, depth + 1);
    if (isEnumType(type)) return pick(type.getValues()).name;
    switch (type.name) {
      case "ID": return name === "id" || name === "ids" ? anyId() : pickId(THINGS[name] ?? name);
      case "Boolean": return happens(0.5);
      case "Int": return 1 + below(3);
      case "Float": return (name === "lat" ? 43 : 68) + below(10) / 10;
      case "Date": return pick(DAYS);
      case "DateTime": return pick(INSTANTS);
      default: return pick(WORDS);
    }
  };
  const input = (type, depth) => {
    const fields = Object.values(type.getFields());
    // Deep inside, the first way of a `@oneOf`: a comparison, which holds no further filter.
    const one = () => [pick(fields.slice(0, depth > 2 ? 1 : fields.length))];
    const wanted = type.isOneOf ? one() : fields.filter((field) => isNonNullType(field.type) || happens(0.3));
    return Object.fromEntries(wanted.map((field) => [field.name, of(field.name, field.type, depth)]));
  };
  return of(arg.name, arg.type, 0);
}
