"""A Consent that would not be enforced as it stands is refused, and the sentence names what stands in the way."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.errors import ConsentCodeUnknown, ConsentElementUnsupported, ConsentMalformed, ConsentNotRead
from consent.fhir import elements
from consent.fhir.compiling import compile_consent
from tests.consent.fhir_cast import HL7, actor, coded, concept, consent, rule

REASON = f"{HL7}/v3-ActReason"


def stated(name: str, value: Any) -> dict[str, Any]:
    """A consent whose root provision has this element."""
    return consent({"type": "permit", name: value})


def with_actor(**changes: Any) -> dict[str, Any]:
    return stated("actor", [actor("Practitioner/a") | changes])


MALFORMED: list[tuple[Any, str]] = [
    (None, "not a FHIR Consent"),
    ([], "not a FHIR Consent"),
    ({"resourceType": "Contract"}, "not a FHIR Consent"),
    ({"resourceType": "Consent"}, "Consent.status is missing"),
    ({"resourceType": "Consent", "status": "active"}, "Consent.scope is missing"),
    (consent(patient={}), "Consent.patient must be an object that is not empty"),
    (consent(provision=None), "Consent.provision must be an object"),
    (consent({}), "Consent.provision must be an object that is not empty"),
    (consent({"purpose": [coded("v3-ActReason", "TREAT")]}), "Consent.provision.type is missing"),
    (consent(rule("permit", {"actor": []})), "Consent.provision.provision[0].type is missing"),
    (stated("provision", []), "Consent.provision.provision must be a list that is not empty"),
    (stated("provision", {"type": "deny"}), "Consent.provision.provision must be a list"),
    (stated("purpose", []), "Consent.provision.purpose must be a list that is not empty"),
    (stated("purpose", [{"code": "TREAT"}]), "Consent.provision.purpose[0].system is missing"),
    (stated("purpose", [{"system": REASON}]), "Consent.provision.purpose[0].code is missing"),
    (stated("purpose", [{"system": "ActReason", "code": "TREAT"}]), "must be an absolute URI"),
    (stated("purpose", [{"system": 'http://x/"', "code": "A"}]), "purpose[0].system holds a character"),
    (stated("purpose", [{"system": "http://x|1", "code": "A"}]), "purpose[0].system holds a character"),
    (stated("purpose", [{"system": "http://x", "code": "é"}]), "purpose[0].code must be a string"),
    (stated("purpose", [{"system": "http://x", "code": "A\\u0022"}]), "purpose[0].code holds a character"),
    (stated("purpose", [{"system": REASON, "code": 7}]), "purpose[0].code must be a string"),
    (stated("actor", [{"reference": {"reference": "Practitioner/a"}}]), "actor[0].role is missing"),
    (stated("actor", [{"role": actor("x")["role"]}]), "actor[0].reference is missing"),
    (with_actor(reference={"display": "Dr A"}), "actor[0].reference.reference is missing"),
    (
        with_actor(reference={"reference": "Practitioner/a", "type": "Patient"}),
        "not the type of its reference",
    ),
    (stated("data", [{"reference": {"reference": "Observation/a"}}]), "data[0].meaning is missing"),
    (stated("period", {}), "Consent.provision.period must be an object that is not empty"),
    (stated("period", {"id": "p"}), "Consent.provision.period has neither start nor end"),
    (stated("period", {"start": "2023", "end": "2022"}), "Consent.provision.period ends before it starts"),
    (stated("dataPeriod", {"start": "2022-02", "end": "2022-01-31"}), "dataPeriod ends before it starts"),
    *[
        (stated("period", {"end": text}), "Consent.provision.period.end ")
        for text in [
            "2022-13",
            "2022-02-30",
            "22",
            "2022-1-1",
            "0000",
            "2022-01-01T10:00Z",
            "2022-01-01 10:00:00Z",
            "2022-01-01T10:00:00",
            "2022-01-01T24:00:00Z",
            "2022-01-01T10:00:00+15:00",
            "",
            2022,
            None,
            "２０２２",
        ]
    ],
]
UNKNOWN: list[tuple[Any, str]] = [
    (consent(status="activated"), "Consent.status activated"),
    (consent(scope=concept("consentscope", "privacy")), "Consent.scope.coding[0].code privacy"),
    (consent(scope=concept("other", "patient-privacy")), "Consent.scope.coding[0].system"),
    (consent(rule("allow")), "Consent.provision.type allow"),
    (stated("purpose", [coded("v3-ActReason", "treat")]), "purpose[0].code treat"),
    (stated("purpose", [coded("v3-ActReason", "MARKETING")]), "purpose[0].code MARKETING"),
    (
        stated("purpose", [{"system": "http://hl7.org/fhir/v3/ActReason", "code": "TREAT"}]),
        "purpose[0].system",
    ),
    (stated("purpose", [{"system": "urn:oid:2.16.840.1.113883.5.8", "code": "TREAT"}]), "purpose[0].system"),
    (stated("purpose", [{"system": "URN:OID:2.16.840.1.113883.5.8", "code": "TREAT"}]), "purpose[0].system"),
    (stated("purpose", [{"system": f"{HL7}/v3-ActReason".upper(), "code": "TREAT"}]), "purpose[0].system"),
    (stated("securityLabel", [coded("v3-Confidentiality", "X")]), "securityLabel[0].code X"),
    (stated("securityLabel", [coded("v3-ActCode", "N")]), "securityLabel[0].code N"),
    (stated("securityLabel", [coded("v3-ActCode", "SICKLE")]), "securityLabel[0].code SICKLE"),
    (stated("securityLabel", [{"system": "http://example.org", "code": "PSY"}]), "securityLabel[0].system"),
    (stated("action", [concept("consentaction", "read")]), "action[0].coding[0].code read"),
    (
        stated("class", [{"system": "http://hl7.org/fhir/resource-types", "code": "Labs"}]),
        "class[0].code Labs",
    ),
    (stated("class", [{"system": "urn:ietf:bcp:13", "code": "application/pdf"}]), "class[0].system"),
    (with_actor(role=concept("v3-ParticipationType", "BOSS")), "actor[0].role.coding[0].code BOSS"),
    (with_actor(role=concept("v3-RoleCode", "GUARD")), "actor[0].role.coding[0].system"),
    (
        stated("data", [{"meaning": "about", "reference": {"reference": "Observation/a"}}]),
        "data[0].meaning about",
    ),
]
UNSUPPORTED: list[tuple[Any, str]] = [
    (stated("code", [concept("x", "y")]), "Consent.provision.code cannot be expressed"),
    (stated("extension", [{"url": "http://x"}]), "Consent.provision.extension cannot be expressed"),
    (stated("modifierExtension", [{"url": "http://x"}]), "Consent.provision.modifierExtension"),
    (stated("_type", {"id": "t"}), "Consent.provision._type"),
    (consent(rule("permit", rule("deny") | {"code": []})), "Consent.provision.provision[0].code"),
    (consent(verification=[{"verified": True}]), "Consent.verification"),
    (consent(implicitRules="http://x"), "Consent.implicitRules"),
    (consent(modifierExtension=[]), "Consent.modifierExtension"),
    (consent(grantee=[]), "Consent.grantee"),
    (
        stated("data", [{"meaning": "dependents", "reference": {"reference": "Observation/a"}}]),
        "meaning dependents",
    ),
    (stated("action", [{"text": "read"}]), "Consent.provision.action[0] must have exactly one coding"),
    (
        stated("action", [{"coding": [coded("consentaction", "use")] * 2}]),
        "action[0] must have exactly one coding",
    ),
    (
        consent(scope={"coding": [coded("other", "patient-privacy"), coded("another", "patient-privacy")]}),
        "Consent.scope must have exactly one coding of",
    ),
    (
        with_actor(
            role={"coding": [coded("v3-ParticipationType", code) for code in ("CST", "IRCP")]},
        ),
        "actor[0].role must have exactly one coding of",
    ),
    *[
        (with_actor(reference={"reference": text}), "actor[0].reference.reference must be Type/id")
        for text in [
            "http://x/Practitioner/a",
            "#a",
            "urn:uuid:1",
            "Practitioner/a/_history/1",
            "Practitioner/",
            "a",
            "Observation/a",
            "Doctor/a",
        ]
    ],
    (
        stated("data", [{"meaning": "instance", "reference": {"reference": "Labs/a"}}]),
        "data[0].reference.reference",
    ),
    (consent(patient={"reference": "Group/all"}), "Consent.patient.reference must be Type/id"),
    (stated("period", {"start": "2022", "extension": []}), "Consent.provision.period.extension"),
    (stated("purpose", [coded("v3-ActReason", "TREAT") | {"extension": []}]), "purpose[0].extension"),
    (consent(rule("deny", *[rule("permit")] * 1000)), "more than 1000 provisions"),
]
CASES = [
    *((value, ConsentMalformed, words) for value, words in MALFORMED),
    *((value, ConsentCodeUnknown, words) for value, words in UNKNOWN),
    *((value, ConsentElementUnsupported, words) for value, words in UNSUPPORTED),
]


@pytest.mark.parametrize(("value", "error", "words"), CASES, ids=[words for _, _, words in CASES])
def test_what_would_not_be_enforced_is_refused_by_name(
    value: Any, error: type[ConsentNotRead], words: str
) -> None:
    with pytest.raises(ConsentNotRead) as caught:
        compile_consent(value)
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert caught.value.status == 422


def test_an_inactive_consent_is_read_as_strictly_as_an_active_one() -> None:
    with pytest.raises(ConsentCodeUnknown):
        compile_consent(consent(rule("permit", purpose=["MARKETING"]), status="inactive"))


def test_only_a_consent_that_applies_must_have_a_provision() -> None:
    value = consent()
    del value["provision"]
    assert "permit" not in compile_consent(value | {"status": "rejected"}).cedar
    with pytest.raises(ConsentMalformed, match=r"Consent\.provision is missing"):
        compile_consent(value)


def test_exceptions_that_grow_without_bound_are_refused() -> None:
    chain = rule("permit")
    for number in range(600):
        chain = rule("deny" if number % 2 == 0 else "permit", chain, purpose=["TREAT"])
    with pytest.raises(ConsentElementUnsupported, match="more than can be decided"):
        compile_consent(consent(chain))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"type": "deny", "type": "permit"}',
        b'{"a": NaN}',
        '{"a": "é"}'.encode("latin-1"),
        b"[" * 100_000,
    ],
    ids=["empty", "cut off", "a name twice", "NaN", "Latin-1", "too deep"],
)
def test_bytes_that_are_not_strict_json_are_refused(content: bytes) -> None:
    with pytest.raises(ConsentMalformed):
        elements.parse(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    "type",
    "period",
    "actor",
    "action",
    "securityLabel",
    "purpose",
    "class",
    "dataPeriod",
    "data",
    "provision",
]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(
    st.dictionaries(st.sampled_from(NAMES), JSON), st.dictionaries(st.sampled_from(["status", "scope"]), JSON)
)
def test_whatever_stands_there_is_compiled_or_refused(
    provision: dict[str, Any], changes: dict[str, Any]
) -> None:
    try:
        code = compile_consent(consent({"type": "deny"} | provision, **changes))
    except ConsentNotRead as refused:
        assert "Consent" in str(refused)
    else:
        assert code.cedar.startswith(('@id("1")\nforbid', "//", '@id("1")\npermit'))
