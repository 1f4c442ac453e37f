"""Which addresses never show what stands in a record, and why. All others must, to somebody, with an entry for it.

A new page is in neither of these, and the test says so: either it opens records through `portal.records.services`, and
then the test sees content and its entry; or it opens none, and a line here says why not.
"""

PREFIXES = {
    "accounts/": "accounts, passkeys and tokens: nothing of a record",
    "administration/": "staff, policies and reviews: administrators and privacy officers open no record",
    "audit/": "entries as auditors may read them: ids and hashes, no content",
    "log/": "hashes and checkpoints, public by design",
    "witness/": "checkpoints, public by design",
    "o/": "OAuth2: consent screens, tokens and metadata",
    "api/schema": "the description of the interface",
    "api/docs": "the description of the interface",
    "api/problems": "the description of the interface",
    "api/v1/ledger/": "entries and proofs: ids and hashes, no content",
    "livez": "one word",
    "readyz": "one word",
    "metrics": "numbers",
}

NEVER = {
    "": "who looked at which category, and what waits for an answer",
    "sharing/": "contracts and requests: what may be seen, not what it is",
    "sharing/who/": "who could see which category, of what is there or not",
    "sharing/new/": "a form",
    "sharing/new/check/": "counts by category, of what the patient may see herself",
    "sharing/new/check/challenge/": "a challenge for a passkey",
    "sharing/new/check/passkey/": "a form's target",
    "sharing/new/<step>/": "a form",
    "sharing/requests/<request_id>/": "who asks for which categories",
    "sharing/requests/<request_id>/approve/": "a form's target",
    "sharing/requests/<request_id>/decline/": "a form's target",
    "sharing/<contract>/": "a contract, its life and its uses by category",
    "sharing/<contract>/stop/": "a form",
    "asked/": "questions and corrections: what the patient wrote herself, and the answers",
    "asked/<case>/": "a question or correction: what the patient wrote herself, and the answer",
    "history/<tenant>/<entry>/question/": "a form about one entry",
    "history/": "who looked at which category, when and why",
    "history/lines/": "the same, as a part of that page",
    "history/<tenant>/<entry>/": "one entry, without content",
    "history/<tenant>/<entry>/receipt/": "one entry as a receipt, without content",
    "looks/": "who looked at which category",
    "guardians/": "who acts for whom, by name",
    "how-this-protects-you/": "an explanation, the same for everybody",
    "appearance/": "light, dark, language: how pages look",
    "apps/": "which applications act for the patient",
    "apps/<connection>/take-back/": "a form's target",
    "apps/<connection>/end/": "a form's target",
    "people/": "whom one looks after, by name",
    "clinic/": "a redirect",
    "clinic/<place>/find/": "a form",
    "clinic/<place>/found/": "name, birth date and number of who was found, with an entry for each of them",
    "clinic/<place>/worklist/": "who shares, by name and category",
    "clinic/<place>/<custodian>/<patient>/": "which parts there are, and how many entries in each, with an entry",
    "clinic/<place>/<custodian>/<patient>/ask/": "a form",
    "clinic/<place>/<custodian>/<patient>/write/<kind>/": "a form",
    "clinic/<place>/<custodian>/<patient>/emergency/": "a form",
    "clinic/<place>/<custodian>/<patient>/emergency/end/": "a form's target",
    "api/v1/me/": "the account itself",
    "api/v1/contracts/": "contracts",
    "api/v1/contracts/<contract>/": "a contract",
    "api/v1/contracts/<contract>/revoke/": "a contract",
    "api/v1/contracts/<contract>/suspend/": "a contract",
    "api/v1/contracts/<contract>/resume/": "a contract",
    "api/v1/contracts/<contract>/cosign/": "a contract",
    "api/v1/contracts/<contract>/challenge/": "a challenge for a passkey",
    "api/v1/contracts/<contract>/sign/": "a contract",
    "api/v1/onlookers/": "who could see which category, of what is there or not",
    "api/v1/contract-templates/": "contracts to begin from",
    "api/v1/requests/": "requests",
    "api/v1/requests/<asked>/decline/": "a request",
    "api/v1/emergency-access/": "sessions, without what was seen in them",
    "api/v1/emergency-access/<session>/": "a session",
    "api/v1/emergency-access/<session>/end/": "a session",
    "api/v1/accesses/": "who looked at which category",
    "api/(?:[\\s\\S]*/)?": "what is not there",
    "fhir/<tenant>/.well-known/smart-configuration": "the description of the interface",
    "fhir/<tenant>/Patient/$export": "starts a job",
    "fhir/<tenant>/$export-status/<export>": "how far a job is",
    "fhir/<tenant>/$export-file/<export>/<kind>.ndjson": "what a job wrote, decided page by page (tests/fhir)",
    "fhir/<tenant>/<kind>/$validate": "whether what was sent is valid",
    "fhir/<tenant>/<kind>/<key>/$validate": "whether what was sent is valid",
    "fhir/<tenant>/Consent": "contracts",
    "fhir/<tenant>/Consent/<key>": "a contract",
    "fhir/<tenant>/AuditEvent": "entries of the ledger: who looked, without content",
    "fhir/<tenant>/AuditEvent/_search": "entries of the ledger: who looked, without content",
    "fhir/<tenant>/AuditEvent/<entry>": "an entry of the ledger, without content",
    "fhir/<tenant>/Provenance/<entry>": "where a version came from, without content",
    "fhir/<tenant>/metadata": "the description of the interface",
    "fhir/[\\s\\S]*": "what is not there",
}

SOCKETS = {
    "ws/chart/<slug:place>/<slug:custodian>/<uuid:person>/<slug:part>/": "that an open page is to close (tests/live)",
    "ws/notifications/": "wake-ups only: tenant, number and type of an entry (tests/live)",
}


def reason(route: str) -> str:
    """Why this address shows nothing of a record; "" if it may."""
    if route in NEVER:
        return NEVER[route]
    return next((why for prefix, why in PREFIXES.items() if route.startswith(prefix)), "")
