"""A FHIR Consent from elsewhere decides here as a contract; a contract is written as a Consent that decides alike."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from consent import selectors, services
from consent.errors import ConsentElementUnsupported, ConsentNotRead, NotExpressible, PeriodError
from consent.facts import AccessRequest, ResourceFacts
from consent.fhir import writing
from consent.fhir.adopted import adopt
from consent.in_force import ContractInForce
from consent.policy_sets import Code
from consent.terms import Grantee, Terms, from_json, to_json
from consent.verifying import verify_consent
from ledger.sequencing import drain
from tests.consent import cast
from tests.consent.asking import one
from tests.consent.deciding import accessed
from tests.consent.doings import granted, reads
from tests.consent.strategies import INSTANTS, any_record, any_request, any_terms

RESOLVED = {
    "Patient/elsewhere": (f"Patient/{cast.PATIENT}", ""),
    f"Patient/{cast.PATIENT}": (f"Patient/{cast.PATIENT}", ""),
    "Practitioner/r": (f"Practitioner/{cast.DOCTOR_ELSEWHERE}", "Dr Rivera"),
    "Organization/riverside": (f"Organization/{cast.RIVERSIDE}", "Riverside Clinic"),
}
HL7 = "http://terminology.hl7.org/CodeSystem/"


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{HL7}{system}", "code": code}]}


def consent(effect: str = "permit", actor: str = "Practitioner/r", **more: Any) -> dict[str, Any]:
    role = concept("v3-ParticipationType", "IRCP")
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept("consentscope", "patient-privacy"),
        "category": [{"text": "privacy"}],
        "patient": {"reference": "Patient/elsewhere", "display": "Ana Lindgren"},
        "text": {"status": "generated", "div": "<div>Her doctor may see her depression.</div>"},
        "provision": {
            "type": effect,
            "actor": [{"role": role, "reference": {"reference": actor, "display": "Rivera"}}],
            **more,
        },
    }


def adopts(resource: dict[str, Any]) -> Any:
    return services.adopt_fhir_consent(
        person=cast.PATIENT,
        grantor=cast.PATIENT_USER,
        resource=resource,
        signature=cast.SIGNED,
        place="St Mary Hospital",
        resolve=RESOLVED.get,
    )


def abroad(resource: dict[str, Any], number: int = 1) -> ContractInForce:
    """An adopted Consent as the engine takes it, whose references are ours already."""
    made = adopt(
        resource,
        person=cast.PATIENT,
        custodian=cast.ST_MARY,
        place="St Mary Hospital",
        resolve=lambda reference: (reference, "" if reference.startswith("Patient/") else "Somebody"),
    )
    code = Code(made.code_hash, made.document["cedar"], fhir=True)
    found = made.adopted
    return ContractInForce(cast.OUTSIDER, code, found.ends, "", found.duties, found.told)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_terms(), any_request(), st.lists(any_record(), min_size=1, max_size=4), st.sampled_from(INSTANTS))
def test_a_contract_that_is_written_as_a_consent_and_read_again_decides_alike(
    terms: Terms, request: AccessRequest, records: list[ResourceFacts], now: Any
) -> None:
    assume(request.action != "manage_consent" and not request.is_self)
    assume(terms.custodian == request.custodian == cast.ST_MARY)
    try:
        written = writing.write(expressible(terms), person=cast.PATIENT)
    except NotExpressible:
        return
    for record in records:
        ours = one(request, record, cast.in_force(expressible(terms)), now=now)
        theirs = one(request, record, abroad(json.loads(json.dumps(written))), now=now)
        assert theirs.permitted == ours.permitted
        if terms.effect == "deny":
            assert theirs.layer == ours.layer
        if ours.permitted:
            assert theirs.duties == ours.duties


def expressible(terms: Terms) -> Terms:
    """Without the parts that no Consent has: drawn together, hardly any contract would lack all of them."""
    without: dict[str, Any] = {
        "uses": None,
        "suspend_above": None,
        "during": [],
        "cosigner": None,
        "strong": False,
        "types": [],
    }
    value = to_json(terms) | without
    value["actions"] = [name for name in value["actions"] if name != "manage_consent"] or ["read"]
    value["sensitivity"] = [code for code in value["sensitivity"] if code not in {"V", "ETHUD", "OPIOIDUD"}]
    value["excluded"] = [code for code in value["excluded"] if code in {"PSY", "HIV", "SEX", "SDV"}]
    return from_json(value)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"uses": 3}, "uses"),
        ({"suspend_above": 3}, "suspend_above"),
        ({"strong": True}, "strong"),
        ({"during": ["referral"]}, "during"),
        ({"cosigner": cast.GUARDIAN}, "cosigner"),
        ({"types": ["Observation"]}, "types"),
        ({"sensitivity": ["V"]}, "V"),
        ({"sensitivity": ["OPIOIDUD"]}, "ETH"),
        ({"grantee": Grantee("role", cast.ST_MARY, role="administrator")}, "role"),
        ({"grantee": Grantee("person", cast.GUARDIAN), "actions": ["manage_consent"]}, "manage_consent"),
    ],
)
def test_what_no_consent_can_say_is_refused_by_name(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(NotExpressible, match=part):
        writing.write(cast.terms(**changes), person=cast.PATIENT)


@pytest.mark.django_db
@pytest.mark.usefixtures("logs")
class TestAdopted:
    def test_it_decides_with_the_contracts_and_a_deny_of_either_wins(self) -> None:
        with cast.at_st_mary():
            adopts(consent())
            assert (reads().permitted, reads().layer) == (True, "contract")
            assert reads(cast.record("visits", "PSY")).permitted  # read as it stands
            granted(effect="deny", categories=["visits"])
            assert not reads(cast.record("visits", "PSY")).permitted
            label = {"system": f"{HL7}v3-Confidentiality", "code": "R"}
            adopts(consent("deny", "Organization/riverside", securityLabel=[label]))
            granted(sensitivity=["PSY"])
            assert reads().permitted
            assert not reads(cast.record("lab-results", "PSY")).permitted

    @pytest.mark.django_db(transaction=True)
    def test_it_lives_as_a_contract_does_and_keeps_no_word_that_does_not_decide(self) -> None:
        with cast.at_st_mary():
            made = adopts(consent())
            assert "depression" not in json.dumps(made.terms)
            assert "Dr Rivera may use in any way all of it" in made.sentence
            assert [row.contract for row in selectors.who_can_see(cast.PATIENT)] == [made.id]
            accessed()
            services.revoke(contract=made.id, actor=cast.PATIENT_USER, person=cast.PATIENT)
            assert not reads().permitted
            assert selectors.as_fhir(made)["provision"]["actor"][0]["reference"] == {
                "reference": f"Practitioner/{cast.DOCTOR_ELSEWHERE}"
            }
        drain()
        with cast.at_st_mary():
            assert list(verify_consent(cast.ST_MARY)) == []
        assert services.replay(tenant=cast.ST_MARY).same == 1

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"status": "inactive"}, ConsentNotRead),
            ({"scope": concept("consentscope", "research")}, ConsentNotRead),
            ({"patient": {"reference": "Patient/another"}}, ConsentNotRead),
            ({"provision": consent(actor="Practitioner/x")["provision"]}, ConsentElementUnsupported),
            ({"provision": consent(period={"end": "2001"})["provision"]}, PeriodError),
            (
                {"policyRule": {"coding": [{"system": "urn:assent:consent:duty", "code": "x"}]}},
                ConsentNotRead,
            ),
        ],
    )
    def test_what_would_not_be_enforced_is_refused(self, change: dict[str, Any], error: Any) -> None:
        with cast.at_st_mary(), pytest.raises(error):
            adopts(copy.deepcopy(consent()) | change)
