"""Every address for programs: who may call it how. A new one is not in here, and the test says so."""

from dataclasses import dataclass
from typing import Any

from tests.cast import PATIENT

OPEN = "open"  # tells everybody the same
REST = "rest"  # the account's own: personal tokens with `scope`
FHIR = "fhir"  # personal tokens, and applications within their scopes
PAGE = "page"  # for people in a browser: no token opens it
CLIENT = "client"  # applications show who they are, and no access token counts
IDENTITY = "identity"  # applications with `openid`
OWN = "own"  # about a person or a record, to personal tokens of whom it concerns; no application has a scope for it
PEOPLE = "people"  # whoever may search patients; whom they have nothing to do with is left out
JOB = "job"  # an export, to whoever asked for it; to anybody else it is not there
MINE = "mine"  # subscriptions: whoever made one; to anybody else it is not there
GOOD = "good"  # any good token: nothing of a record is in it
AUDITOR = "auditor"  # personal tokens of auditors; to anybody else it is not there

Key = tuple[str, str]  # (method, route)
LAB, DIABETES = f"{PATIENT}-ldl-1", f"{PATIENT}-diabetes"
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "22748-8"}]},
    "category": [
        {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                    "code": "laboratory",
                }
            ]
        }
    ],
    "subject": {"reference": f"Patient/{PATIENT}"},
}
PATCH = [{"op": "replace", "path": "/status", "value": "amended"}]
BATCH = {
    "resourceType": "Bundle",
    "type": "batch",
    "entry": [{"request": {"method": "GET", "url": f"Observation/{LAB}"}}],
}


@dataclass(frozen=True)
class Row:
    """`values` stand for parameters of the route; `letters` are those that a SMART scope needs for it."""

    kind: str
    scope: str = ""
    values: tuple[tuple[str, str], ...] = ()
    query: str = ""
    body: Any = None
    letters: str = ""
    about: bool = True  # whether it names a person, so that a refusal is an entry of hers
    form: str = "application/fhir+json"


def rest(scope: str) -> Row:
    return Row(REST, scope)


def fhir(letters: str, kind: str = "Observation", key: str = LAB, **more: Any) -> Row:
    return Row(FHIR, values=(("kind", kind), ("key", key), ("version", "1")), letters=letters, **more)


EVERYTHING, VALIDATE = "$everything", "$validate"
FILE = "$export-file/<export>/<kind>.ndjson"
_VALIDATE = Row(GOOD, values=(("kind", "Observation"), ("key", LAB)), body=OBSERVATION)
_V1 = "api/v1/"
_TYPE, _SUBSCRIPTION = "fhir/<tenant>/<kind>", "fhir/<tenant>/Subscription"
ROWS: dict[Key, Row] = {
    ("GET", f"{_V1}me/"): rest("profile"),
    ("GET", f"{_V1}me/copy/"): rest("records.read"),
    ("GET", f"{_V1}contracts/"): rest("contracts.read"),
    ("POST", f"{_V1}contracts/"): rest("sign"),
    ("GET", f"{_V1}contracts/<contract>/"): rest("contracts.read"),
    ("POST", f"{_V1}contracts/<contract>/revoke/"): rest("contracts.revoke"),
    ("POST", f"{_V1}contracts/<contract>/suspend/"): rest("contracts.revoke"),
    ("POST", f"{_V1}contracts/<contract>/resume/"): rest("sign"),
    ("POST", f"{_V1}contracts/<contract>/cosign/"): rest("sign"),
    ("POST", f"{_V1}contracts/<contract>/cosign/decline/"): rest("contracts.revoke"),
    ("GET", f"{_V1}cosignatures/"): rest("contracts.read"),
    ("GET", f"{_V1}disclosures/<tenant>/<patient>/"): rest("audit"),
    ("GET", f"{_V1}disclosures/<tenant>/<patient>/<form>/"): Row(REST, "audit", values=(("form", "csv"),)),
    ("POST", f"{_V1}contracts/<contract>/challenge/"): rest("sign"),
    ("POST", f"{_V1}contracts/<contract>/sign/"): rest("sign"),
    ("GET", f"{_V1}contract-templates/"): rest("contracts.read"),
    ("GET", f"{_V1}onlookers/"): rest("contracts.read"),
    ("POST", f"{_V1}onlookers/"): rest("contracts.read"),
    ("GET", f"{_V1}requests/"): rest("requests"),
    ("POST", f"{_V1}requests/"): rest("requests"),
    ("POST", f"{_V1}requests/<asked>/decline/"): rest("requests"),
    ("POST", f"{_V1}emergency-access/"): rest("emergency"),
    ("GET", f"{_V1}emergency-access/<session>/"): rest("emergency"),
    ("POST", f"{_V1}emergency-access/<session>/end/"): rest("emergency"),
    ("GET", f"{_V1}policies/<tenant>/"): rest("policies"),
    ("POST", f"{_V1}policies/<tenant>/base/"): rest("policies"),
    ("POST", f"{_V1}policies/<tenant>/emergency/"): rest("policies"),
    ("GET", f"{_V1}emergency-reviews/<tenant>/"): rest("reviews"),
    ("GET", f"{_V1}emergency-reviews/<tenant>/<session>/"): rest("reviews"),
    ("POST", f"{_V1}emergency-reviews/<tenant>/<session>/conclude/"): rest("reviews"),
    ("GET", f"{_V1}questions/"): rest("cases"),
    ("POST", f"{_V1}questions/"): rest("cases"),
    ("GET", f"{_V1}questions/<case>/"): rest("cases"),
    ("GET", f"{_V1}cases/<tenant>/questions/"): rest("cases.answer"),
    ("GET", f"{_V1}cases/<tenant>/questions/<case>/"): rest("cases.answer"),
    ("POST", f"{_V1}cases/<tenant>/questions/<case>/answer/"): rest("cases.answer"),
    ("GET", f"{_V1}corrections/"): rest("cases"),
    ("POST", f"{_V1}corrections/"): rest("cases"),
    ("GET", f"{_V1}corrections/<case>/"): rest("cases"),
    ("POST", f"{_V1}corrections/<case>/disagree/"): rest("cases"),
    ("GET", f"{_V1}cases/<tenant>/corrections/"): rest("cases.answer"),
    ("GET", f"{_V1}cases/<tenant>/corrections/<case>/"): rest("cases.answer"),
    ("POST", f"{_V1}cases/<tenant>/corrections/<case>/accept/"): rest("cases.answer"),
    ("POST", f"{_V1}cases/<tenant>/corrections/<case>/deny/"): rest("cases.answer"),
    ("POST", f"{_V1}cases/<tenant>/corrections/<case>/extend/"): rest("cases.answer"),
    ("GET", f"{_V1}reports/"): rest("reports"),
    ("POST", f"{_V1}reports/"): rest("reports"),
    ("GET", f"{_V1}members/<tenant>/"): rest("members"),
    ("POST", f"{_V1}members/<tenant>/"): rest("members"),
    ("POST", f"{_V1}members/<tenant>/<member>/remove/"): rest("members"),
    ("POST", f"{_V1}members/<tenant>/<member>/roles/"): rest("members"),
    ("GET", f"{_V1}members/<tenant>/invitations/"): rest("members"),
    ("POST", f"{_V1}members/<tenant>/invitations/<invitation>/withdraw/"): rest("members"),
    ("GET", f"{_V1}share-codes/"): rest("contracts.read"),
    ("POST", f"{_V1}share-codes/"): rest("sign"),
    ("POST", f"{_V1}share-codes/<share>/admit/"): rest("sign"),
    ("POST", f"{_V1}share-codes/<share>/end/"): rest("contracts.revoke"),
    ("GET", f"{_V1}limits/"): rest("cases"),
    ("POST", f"{_V1}limits/<tenant>/<limit>/ask/"): rest("cases"),
    ("GET", f"{_V1}limits/<tenant>/"): rest("limits"),
    ("POST", f"{_V1}limits/<tenant>/"): rest("limits"),
    ("GET", f"{_V1}limits/<tenant>/<limit>/"): rest("limits"),
    ("POST", f"{_V1}limits/<tenant>/<limit>/review/"): rest("limits"),
    ("POST", f"{_V1}limits/<tenant>/<limit>/lift/"): rest("limits"),
    ("POST", f"{_V1}invitations/take-up/"): rest("members"),
    ("GET", f"{_V1}ledger/<tenant>/patterns/thresholds/"): rest("audit"),
    ("POST", f"{_V1}ledger/<tenant>/patterns/thresholds/"): rest("policies"),
    ("GET", f"{_V1}guardians/"): rest("contracts.read"),
    ("GET", f"{_V1}guardians/<tenant>/"): rest("guardians"),
    ("POST", f"{_V1}guardians/<tenant>/<contract>/suspend/"): rest("guardians"),
    ("POST", f"{_V1}guardians/<tenant>/<contract>/resume/"): rest("guardians"),
    ("GET", f"{_V1}people/"): rest("records.read"),
    ("GET", f"{_V1}people/<person>/contracts/"): rest("manage_consent"),
    ("POST", f"{_V1}people/<person>/contracts/"): rest("manage_consent"),
    ("POST", f"{_V1}people/<person>/contracts/<contract>/challenge/"): rest("manage_consent"),
    ("POST", f"{_V1}people/<person>/contracts/<contract>/sign/"): rest("manage_consent"),
    ("POST", f"{_V1}people/<person>/contracts/<contract>/revoke/"): rest("manage_consent"),
    ("GET", f"{_V1}apps/"): rest("contracts.read"),
    ("POST", f"{_V1}apps/<connection>/take-back/"): rest("contracts.revoke"),
    ("POST", f"{_V1}apps/<connection>/end/"): rest("contracts.revoke"),
    ("POST", f"{_V1}patients/find/"): rest("records.read"),
    ("GET", f"{_V1}worklist/"): rest("records.read"),
    ("GET", f"{_V1}accesses/"): rest("accesses.read"),
    ("GET", f"{_V1}ledger/<tenant>/"): rest("ledger.read"),
    ("GET", f"{_V1}ledger/<tenant>/completeness/"): rest("accesses.read"),
    ("GET", f"{_V1}ledger/<tenant>/consistency/"): rest("ledger.read"),
    ("GET", f"{_V1}ledger/<tenant>/entries/"): rest("audit"),
    ("GET", f"{_V1}ledger/<tenant>/patterns/"): rest("audit"),
    ("GET", f"{_V1}ledger/<tenant>/entries/<entry>/receipt/"): rest("ledger.read"),
    ("GET", f"{_V1}ledger/<tenant>/verifications/"): rest("audit"),
    ("POST", f"{_V1}ledger/<tenant>/verifications/"): rest("audit"),
    ("GET", f"{_V1}ledger/<tenant>/verifications/<run>/"): rest("audit"),
    ("GET", f"{_V1}ledger/<tenant>/replays/"): rest("audit"),
    ("POST", f"{_V1}ledger/<tenant>/replays/"): rest("audit"),
    ("GET", f"{_V1}ledger/<tenant>/replays/<run>/"): rest("audit"),
    ("GET", f"{_V1}ledger/<tenant>/evidence/"): rest("audit"),
    ("POST", f"{_V1}ledger/<tenant>/evidence/"): rest("audit"),
    ("GET", f"{_V1}ledger/<tenant>/evidence/<archive>/"): rest("audit"),
    ("GET", f"{_V1}ledger/<tenant>/evidence/<archive>/file/"): rest("audit"),
    ("GET", "api/schema/"): Row(OPEN),
    ("GET", "api/docs/"): Row(OPEN),
    ("*", "api/problems/"): Row(OPEN),
    ("*", "api/(?:[\\s\\S]*/)?"): Row(OPEN),
    ("*", "fhir/<tenant>/.well-known/smart-configuration"): Row(OPEN),
    ("GET", "fhir/<tenant>/metadata"): Row(OPEN),
    ("POST", f"{_TYPE}/_search"): fhir("s", query=f"patient={PATIENT}"),
    ("GET", _TYPE): fhir("s", query=f"patient={PATIENT}"),
    ("POST", _TYPE): fhir("c", body=OBSERVATION),
    ("GET", f"{_TYPE}/<key>"): fhir("r"),
    ("PUT", f"{_TYPE}/<key>"): fhir("u", body={**OBSERVATION, "id": LAB}),
    ("PATCH", f"{_TYPE}/<key>"): fhir("ru", body=PATCH, form="application/json-patch+json"),
    ("DELETE", f"{_TYPE}/<key>"): fhir("d"),
    ("PUT", _TYPE): fhir("su", query="identifier=urn:test|none", body=OBSERVATION),
    ("DELETE", _TYPE): fhir("sd", query=f"patient={PATIENT}&_id={LAB}"),
    ("GET", f"{_TYPE}/_history"): fhir("rs", query=f"patient={PATIENT}"),
    ("GET", f"{_TYPE}/<key>/_history"): fhir("rs"),
    ("GET", f"{_TYPE}/<key>/_history/<version>"): fhir("r"),
    **{
        (method, f"fhir/<tenant>/Patient/<key>/{EVERYTHING}"): fhir("rs", "Patient", PATIENT)
        for method in ("GET", "POST")
    },
    **{
        (method, "fhir/<tenant>/DocumentReference/$docref"): fhir("s", query=f"patient={PATIENT}")
        for method in ("GET", "POST")
    },
    **{(method, "fhir/<tenant>/Patient/$export"): Row(PEOPLE, letters="s") for method in ("GET", "POST")},
    **{(method, "fhir/<tenant>/$export-status/<export>"): Row(JOB) for method in ("GET", "DELETE")},
    ("GET", f"fhir/<tenant>/{FILE}"): Row(JOB, values=(("kind", "Patient"),)),
    ("POST", f"fhir/<tenant>/<kind>/{VALIDATE}"): _VALIDATE,
    ("POST", f"fhir/<tenant>/<kind>/<key>/{VALIDATE}"): _VALIDATE,
    **{
        (method, f"fhir/<tenant>/{name}"): Row(OWN, query=f"patient={PATIENT}")
        for method, name in (
            ("GET", "AuditEvent"),
            ("POST", "AuditEvent"),
            ("GET", "AuditEvent/_search"),
            ("POST", "AuditEvent/_search"),
            ("GET", "AuditEvent/<entry>"),
            ("GET", "Provenance/<entry>"),
            ("GET", "Consent"),
            ("GET", "Consent/<key>"),
        )
    },
    ("GET", _SUBSCRIPTION): Row(MINE),
    ("POST", _SUBSCRIPTION): Row(MINE, body={"resourceType": "Subscription"}),
    **{
        (method, f"{_SUBSCRIPTION}{one}/{name}"): Row(MINE)
        for method in ("GET", "POST")
        for one in ("", "/<key>")
        for name in ("$status", "$get-ws-binding-token")
    },
    ("GET", f"{_SUBSCRIPTION}/<key>"): Row(MINE),
    ("DELETE", f"{_SUBSCRIPTION}/<key>"): Row(MINE),
    ("POST", "fhir/<tenant>/Consent"): Row(OWN, body={"resourceType": "Consent"}),
    # The answer to a batch is a Bundle of answers; each of them is refused for itself.
    ("POST", "fhir/<tenant>/"): fhir("r", body=BATCH, about=False),
    ("*", "fhir/[\\s\\S]*"): Row(OPEN),
    ("*", "log/<name>/checkpoint"): Row(OPEN),
    ("*", "log/<name>/publications"): Row(OPEN),
    ("*", "log/<name>/publications.json"): Row(OPEN),
    ("*", "log/<name>/publications/<size>.svg"): Row(OPEN),
    ("*", "log/<name>/tile/<path>"): Row(AUDITOR, "audit", values=(("path", "entries/000"),)),
    ("*", "o/"): Row(OPEN),
    ("*", "o/authorize/"): Row(PAGE),
    ("*", "o/authorize/<key>/"): Row(PAGE),
    ("*", "o/launch/<place>/<patient>/"): Row(PAGE),
    ("POST", "o/token/"): Row(CLIENT, body={"grant_type": "client_credentials"}),
    ("POST", "o/revoke_token/"): Row(CLIENT, body={"token": "x"}),
    ("POST", "o/introspect/"): Row(CLIENT, body={"token": "x"}),
    ("GET", "o/userinfo/"): Row(IDENTITY),
    ("POST", "o/userinfo/"): Row(IDENTITY),
    ("GET", "o/.well-known/jwks.json"): Row(OPEN),
    ("GET", "o/.well-known/openid-configuration"): Row(OPEN),
    ("GET", "o/.well-known/oauth-authorization-server"): Row(OPEN),
}
BOUND = "/ws/subscriptions/"
SOCKETS = {
    "ws/subscriptions/": BOUND,
    "ws/notifications/": "/ws/notifications/",
    "ws/chart/<slug:place>/<slug:custodian>/<uuid:person>/<slug:part>/": (
        "/ws/chart/{place}/{place}/{person}/conditions/"
    ),
}
PREFIXES = ("api/", "fhir/", "log/", "o/")
