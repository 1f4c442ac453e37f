"""A relative who may decide: made by the patient, used as far as it goes, paused by the organisation."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from consent.models import Contract
from portal.records import majority
from portal.records.errors import Denied
from portal.records.services import chart
from tests.cast import Cast, account_of
from tests.patients.conftest import SignIn, entries_of
from tests.patients.test_granting import CHECK, answer, contracts, sign


@pytest.fixture
def delegation(cast: Cast) -> Contract:
    return cast.grant(
        cast.guardian,
        "lab-results",
        "medicines",
        kind="person",
        purposes=("PATRQT",),
        actions=("read", "manage_consent"),
        ends=datetime.now(UTC) + timedelta(days=100),
    )


@pytest.fixture
def mats(cast: Cast, delegation: Contract, sign_in: SignIn) -> Client:
    return sign_in(cast.guardian)


def ask_for_a_guardian(client: Client, cast: Cast, **what: Any) -> Any:
    client.get(reverse("patients:grant"), {"kind": "relative"})
    answer(client, "where", where=[cast.hospital.slug])
    answer(client, "who", kind="relative", email=account_of(cast.guardian).email)
    return answer(client, "what", decide="on", **{"what": ["lab-results"], **what})


def share(mats: Client, cast: Cast, **changes: Any) -> Any:
    """Mats shares Amara's lab results with her family doctor, for her; returns the page that he signs on."""
    begun = mats.post(reverse("patients:their_grant", args=[cast.person]))
    assert begun["Location"].endswith("/who/")
    answers: dict[str, dict[str, Any]] = {
        "who": {"kind": "clinician", "email": account_of(cast.family_doctor).email},
        "what": {"what": ["lab-results"]},
        "why": {"why": ["TREAT"]},
        "until": {"period": "30"},
    }
    for step, given in (answers | changes).items():
        assert answer(mats, step, **given).status_code == 302, step
    return mats.get(CHECK)


def opens(cast: Cast) -> list[str]:
    try:
        opened = chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person)
    except Denied:
        return []
    return [each.category for each in opened.sections if each.permitted]


def test_a_patient_lets_somebody_decide(cast: Cast, amara: Client) -> None:
    ask_for_a_guardian(amara, cast)
    answer(amara, "until", period="90")
    facts = {fact.name: fact for fact in amara.get(CHECK).context["facts"]}
    assert "They may decide for you whom these parts are shared with" in facts["What"].detail
    sign(amara)
    (contract,) = contracts(cast)
    assert contract.terms["actions"] == ["manage_consent", "read"]


@pytest.mark.parametrize(
    ("what", "field"),
    [({"what": ["demographics"]}, "what"), ({"sensitivity": ["R"]}, "sensitivity")],
)
def test_contact_details_and_what_is_restricted_stay_the_patients(
    cast: Cast, amara: Client, what: dict[str, list[str]], field: str
) -> None:
    page = ask_for_a_guardian(amara, cast, **what)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])


def test_for_a_child_it_ends_when_she_comes_of_age(
    cast: Cast, amara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=40)
    born = date(1979, 3, 4)  # as her record says; this law would have her come of age in 40 days
    monkeypatch.setattr(
        majority,
        "comes_of_age",
        lambda said: datetime(soon.year, soon.month, soon.day, tzinfo=UTC) if said == born else None,
    )
    ask_for_a_guardian(amara, cast)
    answer(amara, "until", period="365")
    sign(amara)
    (contract,) = contracts(cast)
    assert contract.ends.date() == soon


def test_a_delegate_chooses_the_person_and_sees_what_they_may_decide(
    cast: Cast, mats: Client, delegation: Contract
) -> None:
    cast.grant(cast.doctor, "conditions")
    (somebody,) = mats.get(reverse("patients:people")).context["people"]
    assert somebody.decides
    page = mats.get(reverse("patients:their_sharing", args=[cast.person]))
    assert [contract.sentence for contract, _ in page.context["delegations"]] == [delegation.sentence]
    assert page.context["running"] == [], "what she shares herself is not theirs to see"
    assert b"Okafor" not in page.content


def test_what_a_delegate_grants_opens_and_what_they_stop_closes(cast: Cast, mats: Client) -> None:
    page = share(mats, cast)
    assert page.context["person"]["own"] is False
    assert "changes" not in page.context, "who else can see what is hers to know"
    assert {part.slug: part.count for part in page.context["seen"]} == {"lab-results": 3}
    assert sign(mats)["Location"] == reverse("patients:their_sharing", args=[cast.person])
    assert opens(cast) == ["lab-results"]
    (shown,) = mats.get(reverse("patients:their_sharing", args=[cast.person])).context["running"]
    stop = reverse("patients:their_contract_stop", args=[cast.person, shown.id])
    assert mats.post(stop).status_code == mats.post(stop).status_code == 302
    assert opens(cast) == []
    assert entries_of(cast, cast.hospital, "contract.revoked") == 1


def test_the_patient_sees_and_stops_what_was_granted_for_her(cast: Cast, mats: Client, amara: Client) -> None:
    share(mats, cast)
    sign(mats)
    made = next(each for each in contracts(cast) if each.grantor == cast.guardian.user)
    assert amara.get(reverse("patients:contract", args=[made.id])).status_code == 200
    amara.post(reverse("patients:contract_stop", args=[made.id]))
    assert opens(cast) == []


def test_only_parts_of_the_delegation_are_offered(cast: Cast, mats: Client) -> None:
    mats.post(reverse("patients:their_grant", args=[cast.person]))
    answer(mats, "who", kind="clinician", email=account_of(cast.family_doctor).email)
    page = mats.get(reverse("patients:grant_step", args=["what"]))
    assert {slug for slug, _ in page.context["form"].fields["what"].choices} == {"lab-results", "medicines"}
    assert answer(mats, "what", what=["conditions"]).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [{"until": {"period": "365"}}, {"what": {"what": ["lab-results"], "sensitivity": ["PSY"]}}],
    ids=["longer", "a mark"],
)
def test_what_is_beyond_the_delegation_is_refused_in_words(
    cast: Cast, mats: Client, changes: dict[str, dict[str, Any]]
) -> None:
    share(mats, cast, **changes)
    page = sign(mats)
    assert (page.status_code, "delegation" in page.content.decode()) == (422, True)
    assert opens(cast) == []


def test_a_delegate_does_not_widen_their_own_access(cast: Cast, mats: Client) -> None:
    mats.post(reverse("patients:their_grant", args=[cast.person]))
    refused = answer(mats, "who", kind="relative", email=account_of(cast.guardian).email)
    assert refused.status_code == 422
    assert [each.id for each in contracts(cast) if each.grantor == cast.guardian.user] == []


def test_who_only_reads_or_is_a_stranger_decides_nothing(cast: Cast, sign_in: SignIn) -> None:
    cast.grant(cast.guardian, "lab-results", kind="person", purposes=("PATRQT",))
    for caller in (cast.guardian, cast.outsider):
        client = sign_in(caller)
        assert client.get(reverse("patients:their_sharing", args=[cast.person])).status_code == 404
        assert client.post(reverse("patients:their_grant", args=[cast.person])).status_code == 404


def test_the_organisation_pauses_a_delegation_and_only_it_lets_it_go_on(
    cast: Cast, mats: Client, amara: Client, delegation: Contract, sign_in: SignIn
) -> None:
    officer = sign_in(cast.privacy_officer)
    place = cast.hospital.slug
    (shown,) = officer.get(reverse("administration:guardians", args=[place])).context["delegations"]
    assert (shown.name, shown.mrn, shown.paused) == ("Mats Berg", "SM-1", False)
    share(mats, cast)
    officer.post(reverse("administration:guardian_pause", args=[place, delegation.id]))
    assert mats.get(CHECK).status_code == 404, "begun before it was paused"
    assert mats.get(reverse("patients:their_sharing", args=[cast.person])).status_code == 404
    own = amara.get(reverse("patients:contract", args=[delegation.id])).context["contract"]
    assert (own.state, own.resume_url) == ("paused", "")
    amara.post(reverse("patients:contract_resume", args=[delegation.id]))
    assert mats.get(reverse("patients:their_sharing", args=[cast.person])).status_code == 404
    officer.post(reverse("administration:guardian_go_on", args=[place, delegation.id]))
    assert mats.get(reverse("patients:their_sharing", args=[cast.person])).status_code == 200


def test_what_paused_by_itself_goes_on_when_the_patient_says_so(cast: Cast, amara: Client) -> None:
    contract = cast.grant(cast.family_doctor, "lab-results", suspend_above=1)
    assert opens(cast) == ["lab-results"]
    opens(cast)
    page = amara.get(reverse("patients:contract", args=[contract.id]))
    assert page.context["contract"].state == "paused"
    amara.post(page.context["contract"].resume_url)
    assert amara.get(reverse("patients:contract", args=[contract.id])).context["contract"].state == "active"
