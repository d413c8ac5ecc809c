// What npm `mailauth` says of the signatures of all mails in a mailbox: asked and answered as verify.py is.
//
//   node tests/mail/verify.js MAILDIR NAME TEXT
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";

const [maildir, name, text] = process.argv.slice(2);
// What Node's own resolver says of a name without a record.
const unknown = (asked) => Promise.reject(Object.assign(new Error(`${asked} has no record`), { code: "ENODATA" }));
const published = async (asked, type) => (asked === name && type === "TXT" ? [[text]] : unknown(asked));

async function holds(mail, resolver = published) {
  const { results } = await dkimVerify(mail, { resolver });
  return results.length === 1 && results[0].status.result === "pass";
}

async function verdict(mail) {
  const more = ["List-Unsubscribe: <https://attacker.example>\n", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"];
  const variants = [["", mail], ...more.map((header) => [header, mail]), [mail, "PS\n"]];
  const answers = await Promise.all(variants.map((parts) => holds(Buffer.concat(parts.map((part) => Buffer.from(part))))));
  return [...answers, await holds(mail, unknown)];
}

const verdicts = {};
// The mails that nobody has read lie in `new`, and nobody reads here.
for (const key of readdirSync(join(maildir, "new"))) verdicts[key] = await verdict(readFileSync(join(maildir, "new", key)));
console.log(JSON.stringify(verdicts));
