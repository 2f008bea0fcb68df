// Records and screens through types that openapi-typescript generated; type-checked before it runs.
// usage: use.js URL TOKEN-FILE ENTRY-FILE, with the authority in NODE_EXTRA_CA_CERTS
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type NewEntry = components["schemas"]["NewEntry"];

const [url, token, entry] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({
  baseUrl: url,
  headers: { Authorization: `Bearer ${readFileSync(token, "utf8").trim()}` },
});

const body: NewEntry = JSON.parse(readFileSync(entry, "utf8"));
const recorded = await client.POST("/v1/entries", { body });
assert(recorded.data, JSON.stringify(recorded.error));
const { id, state } = recorded.data;
assert.equal(state, "active");

const shown = await client.GET("/v1/entries/{id}", { params: { path: { id } } });
assert.deepEqual(shown.data, recorded.data);

const page = await client.GET("/v1/entries", { params: { query: { limit: 500 } } });
assert(page.data?.items.some((item) => item.id === id));

const subject = { type: "seller", identifiers: body.subject.identifiers };
const screening = await client.POST("/v1/screenings", { body: { purpose: "onboarding", subject } });
assert.equal(screening.data?.verdict, "block", JSON.stringify(screening.error));

const wrong = { type: "seller", identifiers: [{ kind: "cn_uscc", value: "91990003LF0000033U" }] };
const refused = await client.POST("/v1/screenings", { body: { purpose: "onboarding", subject: wrong } });
assert.equal(refused.error?.status, 422);
console.log("typescript: recorded, listed, screened; a refusal is a typed problem");
