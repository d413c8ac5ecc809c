import "./workers.js";
// Static, for its style sheet must come with the page's; GraphiQL itself would load it later.
import { editor as monaco } from "monaco-graphql/esm/monaco-editor.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./explorer.css";
import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { createFetcher } from "./fetcher.js";

// Monaco frames Cyrillic letters that look like Latin ones: here they are plain text.
monaco.onDidCreateEditor((editor) => {
  editor.updateOptions({ unicodeHighlight: { ambiguousCharacters: false } });
});

const tokenField = document.getElementById("token");
tokenField.value = sessionStorage.getItem("token") ?? "";
tokenField.addEventListener("input", () => sessionStorage.setItem("token", tokenField.value));

// A mutation names its own idempotency key; sending the tab again repeats the answer, not the act.
function tab(query) {
  const variables = query.includes("$idempotencyKey") ? { idempotencyKey: crypto.randomUUID() } : undefined;
  return { query, variables: variables && JSON.stringify(variables, null, 2) };
}

const examples = [...document.querySelectorAll('script[type="application/graphql"]')].map((block) => tab(block.textContent.trim()));

createRoot(document.getElementById("explorer")).render(
  <GraphiQL
    fetcher={createFetcher(() => tokenField.value.trim())}
    defaultTabs={examples}
    defaultEditorToolsVisibility="variables"
    visiblePlugin={DOC_EXPLORER_PLUGIN}
  />,
);
