// Opens every Automerge document of a folder: node read_documents.mjs DIR
// Prints one JSON object: {record: {heads, keys: {key: bytes in hex digits}, changes}}.
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import * as Automerge from "@automerge/automerge";

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const found = {};
for (const name of readdirSync(process.argv[2]).filter((name) => name.endsWith(".automerge"))) {
  const document = Automerge.load(new Uint8Array(readFileSync(join(process.argv[2], name))));
  found[basename(name, ".automerge")] = {
    heads: Automerge.getHeads(document),
    keys: Object.fromEntries(Object.entries(document).map(([key, bytes]) => [key, hex(bytes)])),
    changes: Automerge.getAllChanges(document).map((change) => Automerge.decodeChange(change).hash),
  };
}
console.log(JSON.stringify(found));
