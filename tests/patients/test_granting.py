"""Sharing, a page a question, from the first to the signature."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent import selectors as consent
from consent.emergency_rule import Rule
from consent.services import set_emergency_rule
from consent.signature import Signature
from ledger.scope import party_scope, tenant_scope
from portal.accounts.selectors import registrations
from portal.patients import granting
from portal.patients.drafts import Draft
from portal.records.errors import Denied
from portal.records.services import chart
from tests.accounts.second_factor import code, give_app
from tests.cast import PASSWORD, Cast, account_of
from tests.patients.conftest import SignIn, entries_of

CHECK = "/sharing/new/check/"


def answer(client: Client, step: str, **given: Any) -> Any:
    return client.post(reverse("patients:grant_step", args=[step]), given)


def fill_in(client: Client, cast: Cast, **changes: Any) -> None:
    """Every question, as Amara would answer it to share lab results with the family doctor for 30 days."""
    client.get(reverse("patients:grant"))
    answers: dict[str, dict[str, Any]] = {
        "where": {"where": [cast.hospital.slug]},
        "who": {"kind": "clinician", "email": account_of(cast.family_doctor).email},
        "what": {"what": ["lab-results"]},
        "why": {"why": ["TREAT"]},
        "until": {"period": "30"},
    }
    for step, given in (answers | changes).items():
        assert answer(client, step, **given).status_code == 302, step


def sign(client: Client, *, password: str = PASSWORD) -> Any:
    """Sign what the check page shows, and say again who one is where that is asked."""
    page = client.get(CHECK)
    form = page.context["form"]
    done = client.post(CHECK, {"code_hashes": form["code_hashes"].value()})
    if done.status_code == 302 and "reauthenticate" in done["Location"]:
        done = client.post(done["Location"], {"password": password})
    return done


def contracts(cast: Cast) -> list[Any]:
    with party_scope(cast.person):
        return consent.contracts_of_person(cast.person, states=["active"])


def test_a_signed_contract_opens_what_it_names_and_nothing_else(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast)
    done = sign(amara)
    (contract,) = contracts(cast)
    assert done["Location"] == reverse("patients:contract", args=[contract.id]) + "?signed=1"
    assert contract.signature_kind == "reauthenticated"
    assert contract.signature_evidence["method"] == "password"
    assert contract.ends.date() == timezone.localdate() + timedelta(days=31)
    opened = chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person)
    assert [each.category for each in opened.sections if each.permitted] == ["lab-results"]


def test_nothing_is_signed_before_one_says_again_who_one_is(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast)
    asked = sign(amara, password="not-my-password")
    assert asked.status_code == 200
    assert contracts(cast) == []


def test_whoever_has_a_second_factor_signs_with_it_and_not_with_the_password(
    cast: Cast, amara: Client
) -> None:
    give_app(cast.amara)
    fill_in(amara, cast)
    form = amara.get(CHECK).context["form"]
    asked = amara.post(CHECK, {"code_hashes": form["code_hashes"].value()})
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    by_password = amara.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert by_password["Location"].startswith(reverse("mfa_reauthenticate"))
    assert contracts(cast) == []
    amara.post(asked["Location"], {"code": code()})
    (contract,) = contracts(cast)
    assert contract.signature_kind == "reauthenticated"
    assert (contract.signature_evidence["method"], contract.signature_evidence["factor"]) == ("mfa", "totp")


def test_a_second_factor_that_came_after_the_password_is_asked_for(cast: Cast, amara: Client) -> None:
    amara.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    give_app(cast.amara)
    fill_in(amara, cast)
    form = amara.get(CHECK).context["form"]
    asked = amara.post(CHECK, {"code_hashes": form["code_hashes"].value()})
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    assert contracts(cast) == []


def test_the_check_shows_the_exact_sentence_code_and_fingerprint(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast)
    page = amara.get(CHECK)
    (offered,) = page.context["offered"]
    sign(amara)
    (contract,) = contracts(cast)
    assert (offered.sentence, offered.code, offered.code_hash) == (
        contract.sentence,
        contract.cedar,
        contract.code_hash,
    )
    assert "".join(phrase.text for phrase in offered.phrases) == contract.sentence


def test_the_check_counts_what_they_would_see_and_what_stays_hidden(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast, what={"what": ["lab-results", "conditions"]})
    page = amara.get(CHECK).context
    assert {part.slug: part.count for part in page["seen"]} == {"lab-results": 3, "conditions": 1}
    hidden = {(part.name, part.count) for part in page["hidden"]}
    assert ("Conditions marked as sensitive", 1) in hidden
    assert ("Medicines", 1) in hidden


def test_signing_twice_makes_one_contract(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast)
    sign(amara)
    fill_in(amara, cast)
    again = sign(amara)
    assert again.status_code == 302
    assert len(contracts(cast)) == 1
    assert entries_of(cast, cast.hospital, "contract.activated") == 1


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_make_one_contract(cast: Cast) -> None:
    draft = Draft(
        where=[cast.hospital.slug],
        kind="clinician",
        email=account_of(cast.family_doctor).email,
        what=["lab-results"],
        why=["TREAT"],
        until="2030-01-01",
    )
    offered = granting.proposals(cast.amara, draft, registrations(cast.person))
    shown, signature = granting.fingerprints(offered), Signature("reauthenticated", cast.amara.user)

    def submit(_: int) -> Any:
        try:
            return granting.sign(caller=cast.amara, offered=offered, shown=shown, signature=signature)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as submits:
        made = list(submits.map(submit, range(4)))
    assert made == [made[0]] * 4
    assert len(contracts(cast)) == 1


def test_what_changed_since_it_was_read_is_not_signed(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast)
    read = amara.get(CHECK).context["form"]["code_hashes"].value()
    answer(amara, "what", what=["medicines"])
    assert amara.post(CHECK, {"code_hashes": read})["Location"].startswith("/accounts/reauthenticate/")
    done = amara.post("/accounts/reauthenticate/?next=" + CHECK, {"password": PASSWORD})
    assert done["Location"] == CHECK
    assert contracts(cast) == []


def test_one_draft_makes_a_contract_with_each_who_holds_records(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast, where={"where": [cast.hospital.slug, cast.practice.slug]})
    assert len(amara.get(CHECK).context["offered"]) == 2
    assert sign(amara)["Location"] == reverse("patients:sharing")
    assert {contract.tenant_id for contract in contracts(cast)} == {cast.hospital.id, cast.practice.id}


def test_an_organisation_can_be_shared_with(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast, who={"kind": "organisation", "organisation": cast.practice.slug})
    sign(amara)
    opened = chart(caller=cast.outsider, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    assert len(opened.sections[0].records) == 3


def test_a_relative_is_asked_for_no_purpose(cast: Cast, amara: Client) -> None:
    amara.get(reverse("patients:grant"))
    answer(amara, "where", where=[cast.hospital.slug])
    answer(amara, "who", kind="relative", email=account_of(cast.guardian).email)
    assert answer(amara, "what", what=["medicines"])["Location"].endswith("/until/")
    assert amara.get(reverse("patients:grant_step", args=["why"])).status_code == 404
    answer(amara, "until", period="90")
    sign(amara)
    assert contracts(cast)[0].terms["purposes"] == ["PATRQT"]


@pytest.mark.parametrize(
    ("step", "given", "field"),
    [
        ("where", {}, "where"),
        ("where", {"where": ["elsewhere"]}, "where"),
        ("who", {}, "kind"),
        ("who", {"kind": "clinician", "email": "nobody@example.org"}, "email"),
        ("who", {"kind": "clinician", "email": ""}, "email"),
        ("who", {"kind": "organisation"}, "organisation"),
        ("who", {"kind": "relative", "email": "not an address"}, "email"),
        ("what", {}, "what"),
        ("what", {"what": ["secrets"]}, "what"),
        ("why", {"why": ["WAR"]}, "why"),
        ("until", {"period": "day"}, "until"),
        ("until", {"period": "day", "until": "2020-01-01"}, "until"),
        ("until", {"period": "day", "until": "2999-01-01"}, "until"),
    ],
)
def test_a_fault_is_said_at_its_field_and_keeps_what_was_typed(
    amara: Client, step: str, given: dict[str, Any], field: str
) -> None:
    amara.get(reverse("patients:grant"))
    page = answer(amara, step, **given)
    assert page.status_code == 422
    form = page.context["form"]
    assert list(form.errors) == [field]
    for name, typed in given.items():
        assert form[name].value() == typed


def test_an_account_that_is_no_clinicians_is_not_told_from_none(cast: Cast, amara: Client) -> None:
    amara.get(reverse("patients:grant"))
    guardian = answer(amara, "who", kind="clinician", email=account_of(cast.guardian).email)
    nobody = answer(amara, "who", kind="clinician", email="nobody@example.org")
    assert guardian.context["form"].errors == nobody.context["form"].errors


def test_going_back_finds_the_answers_as_they_were(cast: Cast, amara: Client) -> None:
    fill_in(amara, cast)
    page = amara.get(reverse("patients:grant_step", args=["what"]))
    assert page.context["form"]["what"].value() == ["lab-results"]


def test_the_check_waits_for_every_answer(cast: Cast, amara: Client) -> None:
    amara.get(reverse("patients:grant"))
    answer(amara, "where", where=[cast.hospital.slug])
    assert amara.get(CHECK)["Location"].endswith("/who/")


def test_who_is_a_patient_at_one_place_is_not_asked_where(ben: Client) -> None:
    assert ben.post(reverse("patients:grant"), {"purpose": "own"})["Location"].endswith("/who/")


def test_nothing_is_shared_by_looking(cast: Cast, amara: Client, sign_in: SignIn) -> None:
    fill_in(amara, cast)
    amara.get(CHECK)
    with pytest.raises(Denied):
        chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person)


def test_the_steps_are_counted_from_the_first_page_on_and_lead_back_to_it(cast: Cast, amara: Client) -> None:
    first = amara.get(reverse("patients:grant")).context
    assert (first["step"], len(first["steps"])) == (1, 7)
    amara.post(reverse("patients:grant"), {"purpose": "treatment"})
    answer(amara, "where", where=[cast.hospital.slug])
    where = amara.get(reverse("patients:grant_step", args=["where"])).context
    assert (where["step"], len(where["steps"])) == (2, 6), "a template says what for"
    again = amara.get(where["back_url"])
    assert again.context["form"]["purpose"].value() == "treatment"
    same = amara.post(where["back_url"], {"purpose": "treatment"})
    assert same["Location"].endswith("/who/"), "whose records is answered still"
    other = amara.post(where["back_url"], {"purpose": "own"})
    assert other["Location"].endswith("/where/"), "another purpose begins anew"


def test_what_nobody_asked_for_counts_as_no_step(cast: Cast, amara: Client) -> None:
    amara.get(reverse("patients:grant"), {"kind": "relative"})
    where = amara.get(reverse("patients:grant_step", args=["where"])).context
    assert (where["step"], where["back_url"]) == (1, reverse("patients:sharing"))


def test_emergency_access_is_refused_in_the_flow_where_the_organisation_lets_patients(
    cast: Cast, amara: Client
) -> None:
    offered = "No emergency access"
    assert offered not in amara.get(reverse("patients:grant")).content.decode()
    with tenant_scope(cast.hospital.id):
        set_emergency_rule(rule=Rule(refusals=True), actor=cast.administrator.user)
    assert offered in amara.get(reverse("patients:grant")).content.decode()
    begun = amara.post(reverse("patients:grant"), {"purpose": "no-emergency"})
    assert begun["Location"].endswith("/who/"), "one organisation only lets her"
    answer(amara, "who", kind="organisation", organisation=cast.hospital.slug)
    page = amara.get(reverse("patients:grant_step", args=["what"]))
    assert "They may not see, not even in an emergency" in page.content.decode()
    assert answer(amara, "what", what=["lab-results"])["Location"].endswith("/until/")
    answer(amara, "until", period="30")
    said = amara.get(CHECK).content.decode()
    assert "even if your life is in danger" in said
    assert "What they would see today" not in said
    sign(amara)
    (contract,) = contracts(cast)
    assert (contract.terms["effect"], contract.terms["purposes"]) == ("deny", ["BTG", "ETREAT"])
    cast.break_glass()
    looks: dict[str, Any] = {
        "caller": cast.doctor,
        "tenant": cast.hospital.id,
        "person": cast.person,
        "purpose": "BTG",
    }
    with pytest.raises(Denied, match="in an emergency too"):
        chart(**looks, category="lab-results")
    assert chart(**looks, category="medicines").sections


def test_whoever_has_records_at_one_place_only_is_not_asked_where_and_no_step_is_counted_for_it() -> None:
    draft = Draft(where=["st-mary"], one_place=True, purpose="own")
    assert draft.pages == ("purpose", "who", "what", "why", "until", "check")
    assert draft.open_step == "who"
