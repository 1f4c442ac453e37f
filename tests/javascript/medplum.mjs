// @medplum/core against a FHIR base: reads, searches, turns the page, creates, updates. JSON in, JSON out.
import { text } from "node:stream/consumers";
import { MedplumClient } from "@medplum/core";

const { node, base, token, patient, made, changed } = JSON.parse(await text(process.stdin));
const client = new MedplumClient({ baseUrl: `${node}/`, fhirUrlPath: base.slice(node.length + 1), fetch, accessToken: token });

const person = await client.readResource("Patient", patient);
const pages = [];
for await (const page of client.searchResourcePages("Observation", `patient=${patient}&category=laboratory&_count=2`)) {
  pages.push(page.map((resource) => resource.id));
}
const created = await client.createResource(made);
await client.updateResource({ ...created, valueQuantity: { ...created.valueQuantity, value: changed } });
console.log(
  JSON.stringify({ family: person.name[0].family, pages, id: created.id, created: created.valueQuantity.value }),
);
process.exit(0);
