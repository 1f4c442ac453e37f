"""A patient's contracts as FHIR R4 Consents: `GET Consent?patient=`, `GET Consent/id`, and `POST Consent` to adopt one.

They are no records: each is what decides about them. Only the patient herself, or her application with the scopes for
it, comes in here; what is said of a contract to others stands at /api/v1/contracts/.
"""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from consent import selectors as consent
from consent import services
from consent.errors import NotExpressible, UnknownContract
from consent.signature import Signature
from consent.standing_refusals import giving_way
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.accounts.parties import resolver
from portal.fhir.bodies import json_body
from portal.fhir.conditions import wanted
from portal.fhir.endpoint import FhirEndpoint
from portal.fhir.outcomes import MEDIA_TYPE
from portal.records.strict_json import parse

READS, SIGNS = "contracts.read", "sign"
NOTICE = "Emergency-Notice"
GIVES_WAY = (
    "This organisation does not let patients refuse emergency access, so what this refuses for BTG or ETREAT gives way"
    " to an emergency. Every other access is refused as it says."
)


class Consents(FhirEndpoint):
    """The contracts of the caller at this organisation."""

    def get(self, request: Request, tenant: str) -> HttpResponse:
        """A searchset. A contract that no Consent can express is named in an OperationOutcome of the same Bundle."""

        def operation(caller: Caller, purpose: str | None) -> list[dict[str, Any]]:
            caller.requires(READS)
            own = self.registration(caller)
            asked = request.query_params.get("patient", "").removeprefix("Patient/")
            if asked and asked != own.patient:
                raise UnknownPerson("Consents are shown to the patient herself. Ask for your own.")
            with tenant_scope(self.organisation.id):
                rows = consent.contracts_of_person(own.person_id)
                warnings = [_beside(_yields(f"Consent/{row.id}")) for row in giving_way(rows)]
                return [*(self._entry(row) for row in rows), *warnings]

        bundle = {"resourceType": "Bundle", "type": "searchset", "entry": self.ask(operation)}
        return _answer({name: value for name, value in bundle.items() if value})

    def post(self, request: Request, tenant: str) -> HttpResponse:
        """Adopt a Consent as a contract. The call signs it: the token needs the scope `sign` by name."""
        resource = parse(json_body(request))

        def operation(caller: Caller, purpose: str | None) -> tuple[dict[str, Any], bool]:
            caller.requires(SIGNS)
            own = self.registration(caller)
            with tenant_scope(self.organisation.id):
                made = services.adopt_fhir_consent(
                    person=own.person_id,
                    grantor=caller.user,
                    resource=resource,
                    signature=Signature("token", caller.user, {"client": caller.client}),
                    place=self.organisation.name,
                    resolve=resolver(own),
                )
                return self._shown(made)

        written, yields = self.ask(operation)
        response = _answer(written, yields, status=201)
        if wanted(request) == "OperationOutcome":
            response = _outcome(yields, status=201)
        response["Location"] = f"{self.base}/Consent/{written['id']}"
        return response

    def registration(self, caller: Caller) -> Registration:
        """The caller as a patient here. Raises UnknownPerson."""
        if caller.person is None:
            raise UnknownPerson("Consents belong to patients. This account is none.")
        with tenant_scope(self.organisation.id):
            return accounts.registration(person=caller.person)

    def _shown(self, row: Any) -> tuple[dict[str, Any], bool]:
        """The Consent, and whether it refuses emergencies here in vain. In the tenant's scope."""
        return consent.as_fhir(row), bool(giving_way([row]))

    def _entry(self, row: Any) -> dict[str, Any]:
        try:
            found = consent.as_fhir(row)
        except NotExpressible as error:
            issue = {"severity": "information", "code": "not-supported", "diagnostics": f"{row.id}: {error}"}
            return _beside(issue)
        return {
            "fullUrl": f"{self.base}/Consent/{row.id}",
            "resource": found,
            "search": {"mode": "match"},
        }


class OneConsent(Consents):
    """One contract of the caller."""

    http_method_names = ["get", "head"]

    def get(self, request: Request, tenant: str, key: str) -> HttpResponse:  # type: ignore[override]
        def operation(caller: Caller, purpose: str | None) -> tuple[dict[str, Any], bool]:
            caller.requires(READS)
            own = self.registration(caller)
            with tenant_scope(self.organisation.id):
                return self._shown(consent.contract(_key(key), person=own.person_id))

        return _answer(*self.ask(operation))


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UnknownContract("There is no contract with that id that you may see.") from None


def _answer(value: dict[str, Any], yields: bool = False, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(json.dumps(value), content_type=MEDIA_TYPE, status=status)
    if yields:
        response[NOTICE] = GIVES_WAY
    return response


def _outcome(yields: bool, *, status: int) -> HttpResponse:
    """For a client that prefers an OperationOutcome: what became of the call."""
    taken = {"severity": "information", "code": "informational", "diagnostics": "The consent was adopted."}
    issues = [taken, _yields("Consent")] if yields else [taken]
    return _answer({"resourceType": "OperationOutcome", "issue": issues}, yields, status=status)


def _yields(which: str) -> dict[str, str]:
    return {"severity": "warning", "code": "business-rule", "diagnostics": f"{which}: {GIVES_WAY}"}


def _beside(issue: dict[str, str]) -> dict[str, Any]:
    return {
        "resource": {"resourceType": "OperationOutcome", "issue": [issue]},
        "search": {"mode": "outcome"},
    }
