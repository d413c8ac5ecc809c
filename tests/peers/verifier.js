// A verifier of receipts that shares nothing with the program: Node's own cryptography, and RFC 6962 by its recursion. docs/audit.md has the formats.
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";

const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();

function fail(reason) {
  throw new Error(reason);
}

function bytes(text) {
  const decoded = Buffer.from(text, "base64");
  return decoded.toString("base64") === text ? decoded : fail("base64");
}

export function readKey(text) {
  // Base64 may hold `+` itself.
  const [name, hash, ...rest] = text.trim().split("+");
  const typed = bytes(rest.join("+"));
  if (typed.length !== 33 || typed[0] !== 1 || sha256(Buffer.from(`${name}\n`), typed).subarray(0, 4).toString("hex") !== hash) fail("key");
  return { name, hash, key: createPublicKey({ key: Buffer.concat([SPKI, typed.subarray(1)]), format: "der", type: "spki" }) };
}

function open(note, { name, hash, key }) {
  const found = note.match(/^([^]+\n)\n\u2014 ([^\s+]+) (\S+)\n$/u) ?? fail("note");
  const [, text, signer, encoded] = found;
  const signature = bytes(encoded);
  if (signer !== name || signature.subarray(0, 4).toString("hex") !== hash) fail("signer");
  if (!verifySignature(null, Buffer.from(text), key, signature.subarray(4))) fail("signature");
  return text.split("\n").slice(0, -1);
}

const below = (count) => 2 ** Math.ceil(Math.log2(count) - 1);

// The root that the path leads to, by the recursion of RFC 6962 §2.1.1 from above.
function root(leaf, index, size, path) {
  if (size === 1) return path.length === 0 ? leaf : fail("path");
  if (path.length === 0) fail("path");
  const [split, sibling, rest] = [below(size), path.at(-1), path.slice(0, -1)];
  return index < split
    ? sha256(Buffer.from([1]), root(leaf, index, split, rest), sibling)
    : sha256(Buffer.from([1]), sibling, root(leaf, index - split, size - split, rest));
}

/** Throws unless the receipt holds; gives its number and its place. */
export function verify(text, key) {
  const receipt = JSON.parse(text);
  if (`${JSON.stringify(receipt, null, 2)}\n` !== text) fail("form");
  if (Object.keys(receipt).join() !== "format,promise,content,proof" || receipt.format !== "turkistan receipt v1") fail("form");
  const [head, origin, reference, at, digest, ...more] = open(receipt.promise, key);
  if (head !== "turkistan promise v1" || origin !== key.name || !digest || more.length) fail("promise");
  const { salt, text: content } = receipt.content;
  if (Object.keys(receipt.content).join() !== "salt,text") fail("form");
  if (`sha256:${sha256(bytes(salt), Buffer.from(content)).toString("hex")}` !== digest) fail("content");
  const { entry, index, path, checkpoint } = receipt.proof;
  if (Object.keys(receipt.proof).join() !== "entry,index,path,checkpoint") fail("form");
  const lines = entry.split("\n");
  const { facts } = JSON.parse(lines[8]);
  const kept = lines.length === 9 && lines[0] === "turkistan event v1" && lines[3] === "1" && lines[5] === at;
  if (!kept || facts.reference !== reference || facts.digest !== digest) fail("entry");
  const [log, size, signed, ...rest] = open(checkpoint, key);
  if (log !== key.name || !/^[1-9]\d*$/.test(size) || rest.length || !(Number.isInteger(index) && index >= 0 && index < Number(size))) fail("checkpoint");
  const computed = root(sha256(Buffer.from([0]), Buffer.from(entry)), index, Number(size), path.map(bytes));
  if (!computed.equals(bytes(signed))) fail("root");
  return { reference, position: index + 1 };
}
