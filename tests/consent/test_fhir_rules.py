"""Which FHIR consents apply and how provisions, consents and periods combine: rules S1 to S8."""

from typing import Any

import pytest

from tests.consent.fhir_cast import (
    DOCTOR,
    INSURER,
    NURSE,
    concept,
    consent,
    rule,
    says,
)

PERMIT, DENY = rule("permit"), rule("deny")


@pytest.mark.parametrize("status", ["draft", "proposed", "rejected", "inactive", "entered-in-error"])
def test_s1_only_an_active_consent_applies(status: str) -> None:
    assert says(consent(DENY, status=status)) == "silent"
    assert says(consent(DENY, status=status), consent(PERMIT)) == "permit"


@pytest.mark.parametrize("scope", ["adr", "research", "treatment"])
def test_s2_only_a_consent_about_privacy_applies(scope: str) -> None:
    assert says(consent(PERMIT, scope=concept("consentscope", scope))) == "silent"


def test_s2_only_a_consent_of_the_patient_of_the_record_applies() -> None:
    assert says(consent(PERMIT), patient="Patient/bea") == "silent"
    assert says(consent(PERMIT), patient="Patient/anna") == "silent"
    assert says(consent(DENY, patient={"reference": "Patient/bea"}), consent(PERMIT)) == "permit"


@pytest.mark.parametrize(
    "noise",
    [
        {"performer": [{"reference": "Patient/bea"}]},
        {"organization": [{"reference": INSURER}]},
        {"policy": [{"uri": "http://example.org/deny"}]},
        {"policyRule": concept("v3-ActCode", "OPTOUT")},
        {"dateTime": "1999"},
    ],
    ids=lambda noise: next(iter(noise)),
)
def test_s2_what_never_decides_changes_nothing(noise: dict[str, Any]) -> None:
    assert says(consent(PERMIT, **noise)) == "permit"


def test_s3_every_element_stated_must_match_and_repeats_are_alternatives() -> None:
    both = consent(rule("permit", purpose=["HPAYMT", "TREAT"], action=["access"]))
    assert says(both) == "permit"
    assert says(both, purpose="HPAYMT") == "permit"
    assert says(both, purpose="HRESCH") == "silent"
    assert says(both, action="disclose") == "silent"


def test_s4_an_exception_replaces_its_parent_to_any_depth() -> None:
    third = rule("permit", actor=[DOCTOR])
    nested = consent(rule("permit", rule("deny", third, purpose=["TREAT"])))
    assert says(nested) == "permit"
    assert says(nested, actor_reference=NURSE) == "deny"
    assert says(nested, actor_reference=NURSE, purpose="BTG") == "permit"


def test_s4_an_exception_that_does_not_match_leaves_its_parent() -> None:
    assert says(consent(rule("deny", rule("permit", purpose=["BTG"])))) == "deny"


def test_s4_no_match_at_all_is_silence_not_the_opposite() -> None:
    assert says(consent(rule("permit", purpose=["BTG"]))) == "silent"
    assert says(consent(rule("deny", purpose=["BTG"]))) == "silent"


@pytest.mark.parametrize("depth", [1, 2, 9, 60, 150])
def test_s4_the_deepest_match_of_a_long_chain_decides(depth: int) -> None:
    chain = rule("permit" if depth % 2 == 0 else "deny", purpose=["BTG"])
    for level in range(depth - 1, -1, -1):
        chain = rule("permit" if level % 2 == 0 else "deny", chain, purpose=["TREAT"])
    assert says(consent(chain)) == ("permit" if depth % 2 else "deny")
    assert says(consent(chain), purpose="BTG") == ("permit" if depth % 2 == 0 else "deny")


def test_s4_hundreds_of_exceptions_to_one_deny_are_still_decided() -> None:
    many = consent(rule("deny", *(rule("permit", actor=[f"Practitioner/{n}"]) for n in range(400))))
    assert says(many, actor_reference="Practitioner/399") == "permit"
    assert says(many, actor_reference="Practitioner/400") == "deny"


def test_s5_an_exception_inherits_what_it_does_not_state() -> None:
    nested = consent(rule("deny", rule("permit", actor=[DOCTOR]), purpose=["TREAT"]))
    assert says(nested) == "permit"
    assert says(nested, purpose="HRESCH") == "silent"


def test_s5_what_an_exception_states_replaces_and_so_may_widen() -> None:
    nested = consent(rule("permit", rule("permit", actor=[DOCTOR], label=["R"]), label=["N"]))
    assert says(nested, securityLabels=["R"]) == "permit"
    assert says(nested, securityLabels=["R"], actor_reference=NURSE) == "silent"
    assert says(nested, actor_reference=NURSE) == "permit"


def test_s5_a_grandchild_may_match_where_its_parent_does_not() -> None:
    third = rule("permit", purpose=["BTG"])
    nested = consent(rule("deny", rule("deny", third, purpose=["TREAT"]), purpose=["HRESCH"]))
    assert says(nested, purpose="BTG") == "permit"


def test_s5_a_grandchild_softens_a_deny_above_a_parent_that_does_not_match() -> None:
    nested = consent(rule("deny", rule("deny", rule("permit", actor=[DOCTOR]), actor=[NURSE])))
    assert says(nested) == "permit"
    assert says(nested, actor_reference=NURSE) == "deny"


def test_s5_periods_are_never_replaced_but_all_hold() -> None:
    inner = rule("permit", period=("2022-07", "2024"))
    nested = consent(rule("deny", inner, period=("2022", "2022")))
    assert says(nested, now="2022-06-30T23:59:59Z") == "deny"
    assert says(nested, now="2022-07-01T00:00:00Z") == "permit"
    assert says(nested, now="2023-01-01T00:00:00Z") == "silent"


def test_s5_a_data_period_is_replaced() -> None:
    nested = consent(rule("deny", rule("permit", dates=("2010", "2011")), dates=("2020", "2020")))
    assert says(nested, date="2010-05-05") == "permit"
    assert says(nested, date="2020-05-05") == "deny"
    assert says(nested, date="2015") == "silent"


def test_s6_among_siblings_a_deny_wins_in_any_order() -> None:
    inner = [rule("permit", actor=[DOCTOR]), rule("deny", label=["HIV"])]
    for siblings in (inner, inner[::-1]):
        nested = consent(rule("permit", *siblings))
        assert says(nested, securityLabels=["HIV"]) == "deny"
        assert says(nested) == "permit"


def test_s6_among_consents_a_deny_wins_in_any_order() -> None:
    one, other = consent(PERMIT), consent(rule("deny", purpose=["TREAT"]))
    assert says(one, other) == says(other, one) == "deny"
    assert says(one, other, purpose="BTG") == "permit"
    assert says(one, one) == "permit"


def test_s6_an_exception_of_one_consent_does_not_soften_another() -> None:
    softened = consent(rule("deny", rule("permit", actor=[DOCTOR])))
    assert says(softened) == "permit"
    assert says(softened, consent(DENY)) == "deny"


def test_s7_without_any_word_nothing_is_permitted() -> None:
    assert says() == "silent"


@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        (("2022", None), "2022-01-01T00:00:00Z", "2021-12-31T23:59:59.999999Z"),
        (("2022-03", None), "2022-03-01T00:00:00Z", "2022-02-28T23:59:59.999999Z"),
        ((None, "2024"), "2024-12-31T23:59:59.999999Z", "2025-01-01T00:00:00Z"),
        ((None, "2024-02"), "2024-02-29T23:59:59.999999Z", "2024-03-01T00:00:00Z"),
        ((None, "2022-12-31"), "2022-12-31T23:59:59.999999Z", "2023-01-01T00:00:00Z"),
        ((None, "2022-12-31"), "2023-01-01T01:59:59+02:00", "2023-01-01T02:00:00+02:00"),
        ((None, "2022-07-01T16:00:00Z"), "2022-07-01T16:00:00.999999Z", "2022-07-01T16:00:01Z"),
        ((None, "2022-07-01T16:00:00.5Z"), "2022-07-01T16:00:00.599999Z", "2022-07-01T16:00:00.6Z"),
        ((None, "2022-07-01T16:00:00.123456Z"), "2022-07-01T16:00:00.123456Z", "2022-07-01T16:00:00.123457Z"),
        ((None, "2022-07-01T18:00:00+02:00"), "2022-07-01T12:00:00-04:00", "2022-07-01T12:00:01-04:00"),
        (("2022-07-01T08:00:00-05:00", None), "2022-07-01T13:00:00Z", "2022-07-01T12:59:59.999999Z"),
        (("2022-07-01", "2022-07-01"), "2022-07-01T00:00:00Z", "2022-07-02T00:00:00Z"),
        ((None, "9999-12-31"), "2999-01-01T00:00:00Z", None),
        (("0001", None), "1969-12-31T23:59:59Z", None),
    ],
)
@pytest.mark.parametrize("effect", ["permit", "deny"])
def test_s8_both_ends_count_to_their_precision(
    effect: str, period: Any, inside: str, outside: str | None
) -> None:
    bounded = consent(rule(effect, period=period))
    assert says(bounded, now=inside) == effect
    assert outside is None or says(bounded, now=outside) == "silent"
