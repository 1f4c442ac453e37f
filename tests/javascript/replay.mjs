// Replays an archive of decisions (see consent/archive.py) with Cedar's WebAssembly build; shares no code with Assent.
// node replay.mjs FILE...: prints {"cedar": version, "decisions": N, "differ": [{"index", "expected", "answered"}]}.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import cedar from "@cedar-policy/cedar-wasm/nodejs";

const LAYERS = ["law", "emergency", "contract", "base"];
const FAILED = { permitted: false, layer: "engine", clauses: [] };
const SILENT = { permitted: false, layer: "base", clauses: [] };
const SLOTS = 500;

const codes = new Map(); // hash -> {clause id: policy as JSON}
const slotOf = new Map(); // hashes of a set -> name of the parsed set
let schemas = new Set();

function must(answer, what) {
  if (answer.type !== "success") throw new Error(`${what}: ${JSON.stringify(answer)}`);
  return answer;
}

function clauses(hash, text) {
  const found = {};
  for (const policy of must(cedar.policySetTextToParts(text), "policies").policies) {
    const { json } = must(cedar.policyToJson(policy), "policy");
    found[hash === "guard" ? "guard" : `${hash}:${json.annotations.id}`] = json;
  }
  return found;
}

function policySet(hashes) {
  const key = hashes.join(" ");
  if (!slotOf.has(key)) {
    if (slotOf.size >= SLOTS) slotOf.delete(slotOf.keys().next().value);
    const used = new Set(slotOf.values());
    let slot = 0;
    while (used.has(`set-${slot}`)) slot += 1;
    const staticPolicies = Object.assign({}, codes.get("guard"), ...hashes.map((hash) => codes.get(hash)));
    must(cedar.preparsePolicySet(`set-${slot}`, { staticPolicies }), "set");
    slotOf.set(key, `set-${slot}`);
  }
  return slotOf.get(key);
}

// null: the layer is silent. Any error that Cedar reports, and a deny by the guard, is a deny of the layer "engine".
function ask(line, position, layer, hashes) {
  if (!hashes.some((hash) => Object.keys(codes.get(hash)).length > 0)) return null;
  const answer = cedar.statefulIsAuthorized({
    principal: line.principal,
    action: line.action,
    resource: { type: "Record", id: String(position) },
    context: line.context,
    preparsedSchemaName: line.schema,
    validateRequest: true,
    preparsedPolicySetId: policySet(hashes),
    entities: line.entities,
  });
  if (answer.type !== "success") return FAILED;
  const { decision, diagnostics } = answer.response;
  if (diagnostics.errors.length > 0 || diagnostics.reason.includes("guard")) return FAILED;
  if (diagnostics.reason.length === 0) return null;
  return { permitted: decision === "allow", layer, clauses: [...diagnostics.reason].sort() };
}

// FHIR consents speak another language, and are asked in the layer of the contracts: a failure fails, a deny wins.
function askBoth(line, position, layer) {
  const ours = ask(line, position, layer, line.code[layer]);
  if (layer !== "contract" || !line.fhir) return ours;
  const theirs = ask(line.fhir, position, layer, line.code.fhir);
  if (!ours || !theirs) return ours ?? theirs;
  const rank = ({ permitted, layer: by }) => (by === "engine" ? 0 : permitted ? 2 : 1);
  const worst = Math.min(rank(ours), rank(theirs));
  const agreeing = [ours, theirs].filter((one) => rank(one) === worst);
  return { ...agreeing[0], clauses: [...new Set(agreeing.flatMap((one) => one.clauses))].sort() };
}

// What a patient refuses in an emergency too, whichever purpose was stated: only denials count, by the clauses that say so.
function refusedStill(line, position, answer) {
  if (!line.refusals || !answer?.permitted || answer.layer !== "emergency") return answer;
  const named = new Set();
  for (const part of ["contract", "fhir"]) {
    const asked = part === "fhir" ? line.fhir : line;
    if (!asked) continue;
    for (const purpose of ["BTG", "ETREAT"]) {
      const stated = part === "fhir" ? `http://terminology.hl7.org/CodeSystem/v3-ActReason|${purpose}` : purpose;
      const context = { ...asked.context, purpose: stated };
      const found = ask({ ...asked, context }, position, "emergency", line.refusals[part]);
      if (found?.layer === "engine") return FAILED;
      if (found && !found.permitted) found.clauses.filter((one) => line.refusing.includes(one)).forEach((one) => named.add(one));
    }
  }
  return named.size ? { permitted: false, layer: "emergency", clauses: [...named].sort() } : answer;
}

function decide(line) {
  const answers = [];
  const records = line.entities.filter((entity) => entity.uid.type === "Record").length;
  for (let position = 0; position < records; position += 1) {
    let answer = null;
    for (const layer of LAYERS) answer ??= refusedStill(line, position, askBoth(line, position, layer));
    answers.push(answer ?? SILENT);
  }
  return answers;
}

function same(one, other) {
  const plain = (answers) =>
    JSON.stringify(answers.map(({ permitted, layer, clauses }) => [permitted, layer, clauses]));
  return plain(one) === plain(other);
}

let decisions = 0;
const differ = [];
for (const file of process.argv.slice(2)) {
  for await (const text of createInterface({ input: createReadStream(file) })) {
    const line = JSON.parse(text);
    if (line.kind === "schema" && !schemas.has(line.hash)) {
      must(cedar.preparseSchema(line.hash, line.cedar), "schema");
      schemas.add(line.hash);
    } else if (line.kind === "code") {
      codes.set(line.hash, clauses(line.hash, line.cedar));
    } else if (line.kind === "decision") {
      const answered = decide(line);
      decisions += 1;
      if (!same(answered, line.decisions)) differ.push({ index: line.index, expected: line.decisions, answered });
    }
  }
}
console.log(JSON.stringify({ cedar: cedar.getCedarSDKVersion(), decisions, differ }));
