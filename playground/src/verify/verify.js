// Verifies a receipt of the city's journal with nothing but this page: the formats are in docs/audit.md.
"use strict";

const words = JSON.parse(document.getElementById("words").textContent);
const utf8 = new TextEncoder();
const place = (id) => document.getElementById(id);

let language = (navigator.languages ?? []).map((tag) => tag.slice(0, 2)).find((tag) => tag in words) ?? "kk";
let shown = null;

class Flaw extends Error {}

function word(key, facts = {}) {
  // Facts stand in marks that no language needs otherwise.
  return words[language][key].replaceAll(/⟦(\w+)⟧/g, (_, name) => facts[name]);
}

function concat(...parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

const equal = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const encode = (bytes) => btoa(String.fromCharCode(...bytes));
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Base64 that was written in another way than ours is refused: a bit that changes nothing may not change unseen.
function decode(text, flaw) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw new Flaw(flaw);
  }
  if (encode(bytes) !== text) throw new Flaw(flaw);
  return bytes;
}

// C2SP signed-note: name+hash+key.
async function readKey(text) {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim());
  if (!match) throw new Flaw("flaw-key");
  const typed = decode(match[3], "flaw-key");
  if (typed.length !== 33 || typed[0] !== 1) throw new Flaw("flaw-key");
  const hash = (await sha256(utf8.encode(`${match[1]}\n`), typed)).slice(0, 4);
  if (hex(hash) !== match[2]) throw new Flaw("flaw-key");
  const key = await crypto.subtle.importKey("raw", typed.slice(1), { name: "Ed25519" }, false, ["verify"]);
  return { name: match[1], hash, key };
}

// The lines of a note that the key signed, and nobody else besides.
async function openNote(note, key, flaw) {
  const dash = note.lastIndexOf("\u2014 ");
  const text = note.slice(0, dash - 1);
  const line = note.slice(dash + 2);
  if (dash < 2 || note[dash - 1] !== "\n" || !text.endsWith("\n") || !line.startsWith(`${key.name} `) || !line.endsWith("\n")) throw new Flaw(flaw);
  const signature = decode(line.slice(key.name.length + 1, -1), flaw);
  if (!equal(signature.slice(0, 4), key.hash)) throw new Flaw(flaw);
  if (!(await crypto.subtle.verify({ name: "Ed25519" }, key.key, signature.slice(4), utf8.encode(text)))) throw new Flaw(flaw);
  return text.slice(0, -1).split("\n");
}

// RFC 9162 §2.1.3.2.
async function rootOf(entry, index, size, path) {
  let [first, second] = [BigInt(index), BigInt(size) - 1n];
  if (first > second) throw new Flaw("flaw-path");
  let root = await sha256([0], utf8.encode(entry));
  for (const node of path) {
    if (second === 0n) throw new Flaw("flaw-path");
    if (first % 2n === 1n || first === second) {
      root = await sha256([1], node, root);
      while (first % 2n === 0n && first !== 0n) {
        first /= 2n;
        second /= 2n;
      }
    } else {
      root = await sha256([1], root, node);
    }
    first /= 2n;
    second /= 2n;
  }
  if (second !== 0n) throw new Flaw("flaw-path");
  return root;
}

function readReceipt(text) {
  let receipt;
  try {
    receipt = JSON.parse(text);
  } catch {
    throw new Flaw("flaw-form");
  }
  const known = (value, ...names) => value === null || (typeof value === "object" && Object.keys(value).join() === names.join());
  const whole = receipt !== null && known(receipt, "format", "promise", "content", "proof") && receipt.format === "turkistan receipt v1";
  if (!whole || !known(receipt.content, "salt", "text") || !known(receipt.proof, "entry", "index", "path", "checkpoint")) throw new Flaw("flaw-form");
  // There is one way to write each form.
  if (text !== `${JSON.stringify(receipt, null, 2)}\n` && text !== JSON.stringify({ ...receipt, content: null })) throw new Flaw("flaw-form");
  return receipt;
}

async function verify(text, keyText) {
  const key = await readKey(keyText);
  const receipt = readReceipt(text);
  const [head, origin, reference, at, digest, ...more] = await openNote(receipt.promise, key, "flaw-promise");
  if (head !== "turkistan promise v1" || origin !== key.name || digest === undefined || more.length > 0) throw new Flaw("flaw-promise");
  if (receipt.content) {
    const salt = decode(receipt.content.salt, "flaw-content");
    const found = `sha256:${hex(await sha256(salt, utf8.encode(receipt.content.text)))}`;
    if (salt.length !== 32 || found !== digest) throw new Flaw("flaw-content");
  }
  const verified = { reference, at, digest, content: receipt.content?.text ?? null, position: null, size: null };
  if (!receipt.proof) return verified;
  const { entry, index, path, checkpoint } = receipt.proof;
  const lines = entry.split("\n");
  const facts = JSON.parse(lines[8] ?? "null")?.facts;
  const kept = lines.length === 9 && lines[0] === "turkistan event v1" && lines[3] === "1" && lines[5] === at;
  if (!kept || facts?.reference !== reference || facts?.digest !== digest) throw new Flaw("flaw-entry");
  const [signer, size, root, ...rest] = await openNote(checkpoint, key, "flaw-checkpoint");
  if (signer !== key.name || !/^\d+$/.test(size) || rest.length > 0) throw new Flaw("flaw-checkpoint");
  if (!Number.isSafeInteger(index) || index < 0) throw new Flaw("flaw-path");
  const nodes = path.map((node) => decode(node, "flaw-path"));
  if (nodes.some((node) => node.length !== 32)) throw new Flaw("flaw-path");
  if (!equal(await rootOf(entry, index, size, nodes), decode(root, "flaw-checkpoint"))) throw new Flaw("flaw-path");
  return { ...verified, position: index + 1, size };
}

function paragraph(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function tell() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const button of place("languages").children) button.toggleAttribute("aria-current", button.lang === language);
  const outcome = place("outcome");
  outcome.replaceChildren();
  outcome.className = shown ? (shown.flaw ? "bad" : "good") : "";
  if (!shown) return;
  if (shown.flaw) {
    outcome.append(paragraph("h2", word("refused")), paragraph("p", word(shown.flaw)));
    return;
  }
  outcome.append(paragraph("h2", word("holds")), paragraph("p", word("filed", shown)));
  outcome.append(paragraph("p", shown.position ? word("logged", shown) : word("promised")));
  outcome.append(paragraph("p", shown.content === null ? word("content-absent") : word("content-present")));
  if (shown.content !== null) outcome.append(paragraph("pre", shown.content));
}

async function submit() {
  try {
    shown = await verify(place("text").value, place("key").value);
  } catch (error) {
    // Whatever is not understood is refused.
    shown = { flaw: error instanceof Flaw ? error.message : error.name === "NotSupportedError" ? "flaw-browser" : "flaw-form" };
  }
  tell();
}

for (const tag of Object.keys(words)) {
  const button = paragraph("button", words[tag].language);
  button.type = "button";
  button.lang = tag;
  button.addEventListener("click", () => {
    language = tag;
    tell();
  });
  place("languages").append(button);
}
place("form").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
place("file").addEventListener("change", async (event) => {
  place("text").value = await event.target.files[0].text();
  submit();
});
tell();
