// The smallest operation that still shows a difference.
import { Kind, parse, print, stripIgnoredCharacters, validate, visit } from "graphql";
import { fits } from "./operations.js";

/** Every document that lacks one selection or argument of this one, the largest parts first. */
function* smaller(document) {
  const parts = [];
  visit(document, {
    enter(node) {
      if ([Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD, Kind.ARGUMENT].includes(node.kind)) parts.push(node);
    },
  });
  for (const part of parts) {
    let selectionEmpty = false;
    const rest = visit(document, {
      enter: (node) => (node === part ? null : undefined),
      leave(node) {
        if (node.kind === Kind.SELECTION_SET && node.selections.length === 0) selectionEmpty = true;
      },
    });
    if (!selectionEmpty) yield rest;
    // Or without the fragment around it.
    if (part.kind === Kind.INLINE_FRAGMENT) {
      yield visit(document, {
        SelectionSet: (set) => ({
          ...set,
          selections: set.selections.flatMap((selection) => (selection === part ? part.selectionSet.selections : [selection])),
        }),
      });
    }
  }
}

/** Takes away what is not used any more. */
function tidy(document) {
  let before;
  let after = document;
  do {
    before = print(after);
    const spread = new Set();
    const used = new Set();
    visit(after, {
      FragmentSpread: (node) => void spread.add(node.name.value),
      Variable: (node, _key, parent) => void (parent.kind !== Kind.VARIABLE_DEFINITION && used.add(node.name.value)),
    });
    after = visit(after, {
      FragmentDefinition: (node) => (spread.has(node.name.value) ? undefined : null),
      VariableDefinition: (node) => (used.has(node.variable.name.value) ? undefined : null),
    });
  } while (print(after) !== before);
  return after;
}

/** Takes parts away as long as `differs` of the rest; asks it at most `asks` times. */
export async function shrink(schema, asked, differs, asks = 300) {
  let left = asks;
  let smallest = asked;
  const step = async () => {
    for (const document of smaller(parse(smallest.query))) {
      const tidied = tidy(document);
      if (!fits(tidied) || validate(schema, tidied).length > 0) continue;
      left -= 1;
      if (left < 0) return false;
      const query = stripIgnoredCharacters(print(tidied));
      const variables = Object.fromEntries(Object.entries(smallest.variables).filter(([name]) => query.includes(`$${name}`)));
      const candidate = { ...smallest, query, variables };
      if (await differs(candidate)) {
        smallest = candidate;
        return true;
      }
    }
    return false;
  };
  while (await step());
  return smallest;
}
