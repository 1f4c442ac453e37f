"""Templates, sensitive entries by name, further conditions, and one contract in the place of another."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consent import selectors as consent
from consent.templates import TEMPLATES
from ledger.scope import party_scope
from portal.patients import words
from portal.patients.forms import What
from portal.patients.part2 import ELEMENTS
from portal.records.services import chart
from tests.cast import Cast, account_of
from tests.patients.test_granting import CHECK, answer, contracts, fill_in, sign


def begin(client: Client, purpose: str) -> Any:
    return client.post(reverse("patients:grant"), {"purpose": purpose})


def test_every_template_has_words_for_patients() -> None:
    assert words.TEMPLATES.keys() == TEMPLATES.keys()


def test_a_template_answers_what_for_and_ticks_its_parts(cast: Cast, amara: Client) -> None:
    assert begin(amara, "second-opinion")["Location"].endswith("/where/")
    answer(amara, "where", where=[cast.hospital.slug])
    page = amara.get(reverse("patients:grant_step", args=["who"]))
    assert [kind for kind, _ in page.context["form"].fields["kind"].choices] == ["clinician"]
    answer(amara, "who", kind="clinician", email=account_of(cast.family_doctor).email)
    parts = amara.get(reverse("patients:grant_step", args=["what"])).context["form"]["what"].value()
    assert "lab-results" in parts
    assert "demographics" not in parts
    assert answer(amara, "what", what=["lab-results"])["Location"].endswith("/until/"), "what for is answered"
    answer(amara, "until", period="30", strong="on", report_back="on")
    sign(amara)
    terms = contracts(cast)[0].terms
    assert (terms["purposes"], terms["strong"], terms["report_back"]) == (["TREAT"], True, True)


def test_42_cfr_part_2_names_substance_use_and_the_notice(cast: Cast, amara: Client) -> None:
    begin(amara, "part-2")
    answer(amara, "where", where=[cast.hospital.slug])
    answer(amara, "who", kind="clinician", email=account_of(cast.family_doctor).email)
    page = amara.get(reverse("patients:grant_step", args=["what"])).context["form"]
    assert page["sensitivity"].value() == ["ETH"]
    assert page.more_open
    answer(amara, "what", what=["conditions"], sensitivity=["ETH"])
    answer(amara, "until", period="30")
    (elements,) = amara.get(CHECK).context["part2"]
    assert [fact.name for fact in elements if fact.value] == [str(name) for name in ELEMENTS.values()]
    said = {fact.name: fact.value for fact in elements}
    assert (said["Patient"], said["Who may share"]) == ("Amara Lindgren", cast.hospital.name)
    assert "substance use" in said["How much, and what"]
    sign(amara)
    (contract,) = contracts(cast)
    assert (contract.terms["sensitivity"], contract.terms["redisclosure"]) == (["ETH"], True)
    kept = amara.get(reverse("patients:contract", args=[contract.id])).context["part2"]
    later = {fact.name: fact.value for fact in kept}
    assert str(contract.signed_at.year) in later.pop("Date of signing")
    assert list(later.items()) == [pair for pair in said.items() if pair[0] != "Date of signing"]
    assert "HIPAA" in said["Passing it on"]


def test_one_consent_covers_all_care_and_says_what_that_means(cast: Cast, amara: Client) -> None:
    begin(amara, "part-2-care")
    answer(amara, "where", where=[cast.hospital.slug])
    answer(amara, "who", kind="clinician", email=account_of(cast.family_doctor).email)
    answer(amara, "what", what=["conditions"], sensitivity=["ETH"])
    answer(amara, "until", period="30")
    (elements,) = amara.get(CHECK).context["part2"]
    said = {fact.name: fact.value for fact in elements}
    assert said["What for"] == "all future uses for treatment, payment and health care operations"
    sign(amara)
    (contract,) = contracts(cast)
    assert contract.terms["purposes"] == ["HOPERAT", "HPAYMT", "TREAT"]
    for name in ("Passing it on", "Your right to revoke", "Protection afterwards", "If you do not sign"):
        assert said[name] in contract.sentence


def test_what_came_later_is_not_said_of_a_consent_that_was_signed_without_it(
    cast: Cast, amara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.sentence.TEMPLATE", "en-3")
    begin(amara, "part-2")
    answer(amara, "where", where=[cast.hospital.slug])
    answer(amara, "who", kind="clinician", email=account_of(cast.family_doctor).email)
    answer(amara, "what", what=["conditions"], sensitivity=["ETH"])
    answer(amara, "until", period="30")
    sign(amara)
    (contract,) = contracts(cast)
    page = amara.get(reverse("patients:contract", args=[contract.id]))
    kept = [fact.name for fact in page.context["part2"]]
    assert "Who receives it" in kept
    later = {"Passing it on", "Your right to revoke", "Protection afterwards", "If you do not sign"}
    assert not later.intersection(kept)


def test_what_the_law_asks_is_said_of_no_other_contract(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast)
    assert amara.get(CHECK).context["part2"] == []
    sign(amara)
    (contract,) = contracts(cast)
    assert amara.get(reverse("patients:contract", args=[contract.id])).context["part2"] == []


def test_each_condition_is_in_the_contract_and_said_before_signing(cast: Cast, amara: Client) -> None:
    until = {
        "period": "30",
        "uses": "5",
        "suspend_above": "2",
        "data_from": "2026-01-01",
        "data_until": "2026-06-30",
        "strong": "on",
        "quiet": "on",
    }
    what = {"what": ["lab-results"], "actions": ["export"], "sensitivity": ["PSY"]}
    fill_in(amara, cast, until=until, what=what)
    facts = {fact.name: fact for fact in amara.get(CHECK).context["facts"]}
    assert facts["Conditions"].value.count(". ") == 5
    assert "Mental health" in facts["What"].detail
    sign(amara)
    terms = contracts(cast)[0].terms
    assert (terms["uses"], terms["suspend_above"], terms["strong"], terms["notify"]) == (5, 2, True, False)
    assert (terms["data_starts"][:10], terms["data_ends"][:10]) == ("2026-01-01", "2026-07-01")
    assert (terms["actions"], terms["sensitivity"]) == (["export", "read"], ["PSY"])


def test_a_sensitive_entry_is_counted_as_seen_once_its_mark_is_named(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast, what={"what": ["conditions"], "sensitivity": ["PSY"]})
    page = amara.get(CHECK).context
    assert {part.slug: part.count for part in page["seen"]} == {"conditions": 2}
    sign(amara)
    opened = chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person)
    (conditions,) = [each for each in opened.sections if each.category == "conditions"]
    assert len(conditions.records) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"uses": "0"}, "uses"),
        ({"suspend_above": "many"}, "suspend_above"),
        ({"data_from": "2026-02-01", "data_until": "2026-01-01"}, "data_until"),
    ],
)
def test_a_fault_in_a_condition_opens_the_fold(amara: Client, given: dict[str, str], field: str) -> None:
    amara.get(reverse("patients:grant"))
    page = answer(amara, "until", period="30", **given)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert page.context["form"].more_open


def test_the_simple_way_stays_folded(amara: Client) -> None:
    amara.get(reverse("patients:grant"))
    for step in ("what", "until"):
        assert not amara.get(reverse("patients:grant_step", args=[step])).context["form"].more_open, step


def test_a_change_takes_the_place_of_the_former_in_one_step(cast: Cast, amara: Client) -> None:
    former = cast.grant(cast.family_doctor, "lab-results", "medicines", kind="organisation")
    page = amara.get(reverse("patients:contract", args=[former.id]))
    assert amara.get(page.context["contract"].change_url)["Location"] == CHECK
    answer(amara, "what", what=["lab-results"])
    check = amara.get(CHECK)
    assert check.context["beside"] == [], "what it replaces is not beside it"
    (change,) = check.context["changes"]
    assert (list(change.gains), list(change.loses)) == ([], ["medicines"])
    sign(amara)
    (contract,) = contracts(cast)
    assert (contract.supersedes_id, contract.terms["categories"]) == (former.id, ["lab-results"])
    with party_scope(cast.person):
        assert consent.contract(former.id).state == "superseded"


def test_what_ended_meanwhile_is_not_replaced(cast: Cast, amara: Client) -> None:
    former = cast.grant(cast.family_doctor, "lab-results", "medicines")
    amara.get(reverse("patients:contract_change", args=[former.id]))
    answer(amara, "what", what=["lab-results"])
    cast.revoke(former)
    sign(amara)
    assert contracts(cast) == []


def test_a_contract_that_pages_cannot_say_whole_is_not_offered_for_change(cast: Cast, amara: Client) -> None:
    former = cast.grant(cast.family_doctor, "lab-results", during=["referral"])
    assert amara.get(reverse("patients:contract", args=[former.id])).context["contract"].change_url == ""
    assert amara.get(reverse("patients:contract_change", args=[former.id]))["Location"].endswith(
        f"{former.id}/"
    )


def test_a_relative_is_asked_whether_they_may_decide_and_others_what_they_may_do() -> None:
    assert "decide" in What(relative=True).fields
    assert "actions" in What(relative=False).fields
    assert {"decide", "actions"} & What(relative=True).fields.keys() == {"decide"}


def test_treatment_ticks_who_the_patient_is_for_a_chart_must_name_them(cast: Cast, amara: Client) -> None:
    begin(amara, "treatment")
    answer(amara, "where", where=[cast.hospital.slug])
    answer(amara, "who", kind="clinician", email=account_of(cast.family_doctor).email)
    parts = amara.get(reverse("patients:grant_step", args=["what"])).context["form"]["what"].value()
    assert {"demographics", "lab-results"} <= set(parts)
