// fhir-kit-client against a FHIR base: reads, searches, turns the page, creates, updates. JSON in, JSON out.
import { text } from "node:stream/consumers";
import { Client } from "fhir-kit-client";

const { base, token, patient, made, changed } = JSON.parse(await text(process.stdin));
const client = new Client({ baseUrl: base, customHeaders: { Authorization: `Bearer ${token}` } });

const person = await client.read({ resourceType: "Patient", id: patient });
const searchParams = { patient, category: "laboratory", _count: 2 };
let bundle = await client.search({ resourceType: "Observation", searchParams });
const pages = [];
while (bundle) {
  pages.push(bundle.entry.map((entry) => entry.resource.id));
  bundle = bundle.link.some((link) => link.relation === "next") ? await client.nextPage({ bundle }) : null;
}
const created = await client.create({ resourceType: "Observation", body: made });
const body = { ...created, valueQuantity: { ...created.valueQuantity, value: changed } };
await client.update({ resourceType: "Observation", id: created.id, body });
console.log(
  JSON.stringify({ family: person.name[0].family, pages, id: created.id, created: created.valueQuantity.value }),
);
