"""What a provision of a FHIR Consent matches: rules S9 to S15, by small cases of their own."""

from typing import Any

import pytest

from tests.consent.fhir_cast import CLINIC, DOCTOR, INSURER, NURSE, PROJECT, TEAM, consent, rule, says


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"actor_reference": DOCTOR}, True),
        ({"actor_reference": "Practitioner/doctor2"}, False),
        ({"actor_reference": "PractitionerRole/doctor"}, False),
        ({"actor_reference": NURSE, "actor_organization": INSURER}, True),
        ({"actor_reference": NURSE, "actor_organization": None}, False),
        ({"actor_reference": NURSE, "actor_groups": ["Group/other", TEAM]}, True),
        ({"actor_reference": INSURER, "actor_organization": None}, True),
    ],
)
def test_s9_an_actor_is_the_person_the_organisation_or_a_group(changes: dict[str, Any], found: bool) -> None:
    for effect in ("permit", "deny"):
        named = consent(rule(effect, actor=[DOCTOR, INSURER, TEAM]))
        assert says(named, **changes) == (effect if found else "silent")


@pytest.mark.parametrize(
    ("wanted", "role", "found"),
    [
        ("IRCP", "IRCP", True),
        ("IRCP", "PRCP", True),
        ("PRCP", "IRCP", False),
        ("PRCP", "PRCP", True),
        ("IRCP", "CST", False),
        ("CST", "CST", True),
        ("IRCP", "ircp", False),
        ("IRCP", None, False),
    ],
)
def test_s9_a_permit_asks_for_the_role_or_one_under_it(wanted: str, role: str | None, found: bool) -> None:
    named = consent(rule("permit", actor=[(DOCTOR, wanted)]))
    assert says(named, actor_role=role) == ("permit" if found else "silent")


def test_s9_each_actor_goes_with_its_own_role() -> None:
    named = consent(rule("permit", actor=[(DOCTOR, "CST"), (CLINIC, "IRCP"), (NURSE, "PRCP")]))
    assert says(named, actor_role="CST") == "permit"
    assert says(named, actor_role="CST", actor_reference=NURSE) == "silent"
    assert says(named, actor_role="IRCP", actor_reference=NURSE) == "permit"


@pytest.mark.parametrize(
    ("purpose", "found"),
    [
        ("TREAT", True),
        ("http://terminology.hl7.org/CodeSystem/v3-ActReason|TREAT", True),
        ("treat", False),
        ("ETREAT", False),
        ("BTG", False),
        (f"{PROJECT}|TREAT", False),
        ("FooBar", False),
        (f"{PROJECT}|FooBar", True),
        ("http://example.org/other|FooBar", False),
    ],
)
def test_s10_a_purpose_is_its_code_and_its_system_exactly(purpose: str, found: bool) -> None:
    named = consent(rule("permit", purpose=["TREAT", f"{PROJECT}|FooBar"]))
    assert says(named, purpose=purpose) == ("permit" if found else "silent")


@pytest.mark.parametrize("stated", list("ULMNRV"))
def test_s11_a_permit_reaches_downwards_and_a_deny_upwards(stated: str) -> None:
    for borne in "ULMNRV":
        below, above = (
            "ULMNRV".index(borne) <= "ULMNRV".index(stated),
            "ULMNRV".index(borne) >= "ULMNRV".index(stated),
        )
        assert says(consent(rule("permit", label=[stated])), securityLabels=[borne]) == (
            "permit" if below else "silent"
        )
        assert says(consent(rule("deny", label=[stated])), securityLabels=[borne]) == (
            "deny" if above else "silent"
        )


@pytest.mark.parametrize(
    ("borne", "answer"),
    [([], "permit"), (["HIV"], "silent"), (["N", "R"], "silent"), (["N", "HIV"], "permit")],
)
def test_s11_without_a_level_a_record_is_n_or_r_if_it_is_sensitive(borne: list[str], answer: str) -> None:
    assert says(consent(rule("permit", label=["N"])), securityLabels=borne) == answer


@pytest.mark.parametrize(
    ("stated", "borne", "found"),
    [
        ("ETH", "ETH", True),
        ("ETH", "ETHUD", True),
        ("ETH", "OPIOIDUD", True),
        ("ETHUD", "ETH", False),
        ("ETHUD", "OPIOIDUD", False),
        ("PSY", "HIV", False),
        ("SEX", "SEX", True),
        ("SDV", "SDV", True),
    ],
)
@pytest.mark.parametrize("effect", ["permit", "deny"])
def test_s11_a_sensitivity_covers_those_under_it(effect: str, stated: str, borne: str, found: bool) -> None:
    named = consent(rule(effect, label=[stated]))
    assert says(named, securityLabels=["R", borne]) == (effect if found else "silent")


def test_s11_one_covered_label_is_enough() -> None:
    assert says(consent(rule("deny", label=["HIV"])), securityLabels=["N", "PSY", "HIV"]) == "deny"
    assert says(consent(rule("permit", label=["N", "PSY"])), securityLabels=["V", "PSY"]) == "permit"


@pytest.mark.parametrize(
    ("datum", "changes", "found"),
    [
        (("instance", "Observation/sugar"), {}, True),
        (("instance", "Observation/suga"), {}, False),
        (("instance", "Observation/sugar"), {"resourceType": "Condition"}, False),
        (("instance", "Encounter/visit"), {}, False),
        (("related", "Encounter/visit"), {}, True),
        (("related", "Observation/sugar"), {}, True),
        (("related", "Encounter/visit"), {"related": []}, False),
        (("related", "Encounter/visit"), {"resourceType": "Encounter", "id": "visit", "related": []}, True),
        (("authoredby", "Practitioner/author"), {}, True),
        (("authoredby", "Practitioner/author"), {"authored_by": DOCTOR}, False),
    ],
)
@pytest.mark.parametrize("effect", ["permit", "deny"])
def test_s12_records_are_named_by_themselves_their_links_or_their_author(
    effect: str, datum: tuple[str, str], changes: dict[str, Any], found: bool
) -> None:
    assert says(consent(rule(effect, data=[datum])), **changes) == (effect if found else "silent")


def test_s12_a_data_period_is_about_the_record_and_not_about_now() -> None:
    dated = consent(rule("permit", dates=("2020-12-05", "2020-12-05")))
    assert says(dated, now="2030-01-01T00:00:00Z") == "permit"
    assert says(dated, date="2020-12-04T23:50:50Z") == "silent"


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ({"actor": [CLINIC]}, {"actor_reference": None}),
        ({"actor": [TEAM]}, {"actor_reference": None, "actor_groups": [TEAM]}),
        ({"purpose": ["TREAT"]}, {"purpose": None}),
        ({"data": [("authoredby", "Practitioner/author")]}, {"authored_by": None}),
        ({"dates": ("2000", None)}, {"date": None}),
    ],
    ids=["actor", "group", "purpose", "author", "date"],
)
def test_s13_a_missing_fact_satisfies_no_permit_and_escapes_no_deny(
    stated: dict[str, Any], missing: dict[str, Any]
) -> None:
    assert says(consent(rule("permit", **stated)), **missing) == "silent"
    assert says(consent(rule("deny", **stated)), **missing) == "deny"
    assert says(consent(rule("deny", rule("permit", **stated))), **missing) == "deny"
    assert says(consent(rule("permit", rule("deny", **stated))), **missing) == "deny"
    assert says(consent(rule("permit", rule("deny"), **stated)), **missing) == "deny", "inherited"


def test_s13_a_record_named_otherwise_needs_no_author() -> None:
    either = [("authoredby", DOCTOR), ("instance", "Observation/sugar")]
    assert says(consent(rule("permit", data=either)), authored_by=None) == "permit"


def test_s13_who_acts_for_no_organisation_is_known_and_escapes_its_deny() -> None:
    assert says(consent(rule("deny", actor=[CLINIC])), actor_organization=None) == "silent"


@pytest.mark.parametrize("action", ["access", "collect", "use", "disclose", "correct"])
def test_s14_actions_do_not_imply_each_other(action: str) -> None:
    for stated in ("access", "collect", "disclose"):
        named = consent(rule("permit", action=[stated]))
        assert says(named, action=action) == ("permit" if stated == action else "silent")


def test_s14_a_class_is_the_type_of_the_record_exactly() -> None:
    named = consent(rule("permit", type=["MedicationRequest", "Observation"]))
    assert says(named) == "permit"
    assert says(named, resourceType="ObservationDefinition") == "silent"


def test_s15_an_inherited_label_keeps_the_direction_it_was_stated_in() -> None:
    denied = consent(rule("permit", rule("deny", actor=[DOCTOR]), label=["N"]))
    assert [says(denied, securityLabels=[level]) for level in "LNR"] == ["deny", "deny", "silent"]
    permitted = consent(rule("deny", rule("permit", actor=[DOCTOR]), label=["R"]))
    assert [says(permitted, securityLabels=[level]) for level in "NRV"] == ["silent", "permit", "permit"]


@pytest.mark.parametrize("role", [None, "CST", "IRCP"])
def test_s15_no_role_escapes_a_deny_of_an_actor(role: str | None) -> None:
    assert says(consent(rule("deny", actor=[(DOCTOR, "PRCP")])), actor_role=role) == "deny"
    inherited = consent(rule("permit", rule("deny", purpose=["TREAT"]), actor=[(DOCTOR, "PRCP")]))
    assert says(inherited, actor_role=role) == "deny"


@pytest.mark.parametrize(
    ("date", "contained", "overlapping"),
    [
        ("2022", False, True),
        ("2022-06", False, True),
        ("2022-07", True, True),
        ("2022-06-30", False, False),
        ("2022-06-15", True, True),
        ("2021", False, False),
        ("2022-08-01T01:30:00+02:00", True, True),
        ("2022-08-01T02:00:00+02:00", False, False),
    ],
)
def test_s15_a_permit_contains_what_a_date_covers_and_a_deny_overlaps_it(
    date: str, contained: bool, overlapping: bool
) -> None:
    bounds = ("2022-06-10", "2022-06-20") if date.startswith("2022-06") else ("2022-07", "2022-07-31")
    assert says(consent(rule("permit", dates=bounds)), date=date) == ("permit" if contained else "silent")
    assert says(consent(rule("deny", dates=bounds)), date=date) == ("deny" if overlapping else "silent")


@pytest.mark.parametrize(
    ("bounds", "date", "contained"),
    [
        ((None, "2022-07-15"), "2022-07", False),
        ((None, "2022-07-31"), "2022-07", True),
        ((None, "2022-06-30"), "2022-07", None),
        (("2022-07-15", None), "2022-07", False),
        (("2022-07-01", None), "2022-07", True),
        (("2022-08", None), "2022-07", None),
        (("2022-07-15", "2022-07-15"), "2022", False),
    ],
)
def test_s15_an_open_end_does_not_excuse_the_other(bounds: Any, date: str, contained: bool | None) -> None:
    """`contained` None: not even overlapping."""
    assert says(consent(rule("permit", dates=bounds)), date=date) == ("permit" if contained else "silent")
    assert says(consent(rule("deny", dates=bounds)), date=date) == ("silent" if contained is None else "deny")


def test_a_concept_is_read_by_its_coding_in_the_system_asked_and_translations_beside_it_change_nothing() -> (
    None
):
    """R4, CodeableConcept: several codings say one concept in several systems, in any order."""
    local = {"system": "http://clinic.example.org/words", "code": "permit-everything"}
    one = consent(rule("permit", action=["access"], actor=[DOCTOR]))
    stated = one["provision"]
    for said in (one["scope"], stated["action"][0], stated["actor"][0]["role"]):
        said["coding"].insert(0, local)
    assert says(one) == "permit"
    assert says(one, action="disclose") == says(one, actor_role="CST") == "silent"
