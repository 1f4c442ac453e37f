// A SMART application on SMART JS (fhirclient), serving itself. node smart_app.mjs prints its address; then
// /launch?iss=..&client_id=.. (or an EHR's launch) asks for authorisation, /back does the work and shows what came of it.
import { createServer } from "node:http";
import smart from "fhirclient";

const kept = new Map();
const storage = {
  get: async (key) => kept.get(key),
  set: async (key, value) => (kept.set(key, value), value),
  unset: async (key) => kept.delete(key),
};

async function work(client) {
  const person = await client.patient.read();
  const pages = [];
  const query = `Observation?patient=${client.patient.id}&category=laboratory&_count=2`;
  await client.request(query, { pageLimit: 0, onPage: (bundle) => void pages.push(bundle.entry.map((one) => one.resource.id)) });
  const labs = await client.request(`Observation?patient=${client.patient.id}&code=22748-8`);
  const made = { ...labs.entry[0].resource, id: undefined, meta: undefined, valueQuantity: { value: 5.5 } };
  const created = await client.create(made);
  await client.update({ ...created, valueQuantity: { value: 5.6 } });
  const user = await client.user.read();
  return {
    family: person.name[0].family,
    pages,
    id: created.id,
    created: created.valueQuantity.value,
    user: user.id,
    scope: client.state.tokenResponse.scope,
  };
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const api = smart(request, response, storage);
  try {
    if (url.pathname === "/launch") {
      await api.authorize({
        clientId: url.searchParams.get("client_id"),
        scope: "launch/patient openid fhirUser offline_access patient/*.cruds",
        redirectUri: "/back",
        pkceMode: "required",
      });
    } else if (url.pathname === "/back") {
      const found = await work(await api.ready());
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(found));
    } else {
      response.writeHead(404).end();
    }
  } catch (error) {
    response.writeHead(500, { "Content-Type": "text/plain" }).end(`${error.stack}`);
  }
});
server.listen(0, "localhost", () => console.log(`http://localhost:${server.address().port}`));
process.stdin.resume().on("end", () => process.exit(0));
