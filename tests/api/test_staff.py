"""Giving roles, changing them, inviting and withdrawing over REST: as the page does, by administrators alone."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from portal.accounts.errors import LastAdministrator
from portal.accounts.models import Membership
from tests import cast as people
from tests.api.officers import call, letters_leave_at_once, second_factor
from tests.cast import PASSWORD, Cast, account_of, make_caller
from tests.entries import entries_of_type

NEW = {"email": "New.Nurse@example.org", "role": "clinician", "title": "Nurse"}


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    return letters_leave_at_once(monkeypatch)


def path(cast: Cast, rest: str = "") -> str:
    return f"/api/v1/members/{cast.hospital.slug}/{rest}"


def administrator(cast: Cast, method: str, rest: str = "", body: Any = None, **more: Any) -> Any:
    return call(method, path(cast, rest), cast.administrator, "members", body, **more)


def roles(cast: Cast, user: Any) -> list[str]:
    with tenant_scope(cast.hospital.id):
        return [item.role for item in selectors.roles_here(user)]


def waiting(cast: Cast) -> list[Any]:
    found: list[Any] = administrator(cast, "GET", "invitations/").json()["results"]
    return found


def test_who_has_an_account_has_the_role_at_once(cast: Cast, letters: list[Any]) -> None:
    given = {"email": account_of(cast.guardian).email.upper(), "role": "clinician", "title": "Nurse"}
    for _ in range(2):
        done = administrator(cast, "POST", "", given)
        assert done.status_code == 201, done.content
        said = done.json()
        assert said["id"] == said["member"]["id"] == str(cast.guardian.user)
        assert (said["member"]["roles"], said["invitation"]) == (["clinician"], None)
    assert letters == []
    (added,) = [
        entry
        for entry in entries_of_type(cast.hospital.id, "member.added")
        if entry.audit["member"] == str(cast.guardian.user)
    ]
    assert added.audit["role"] == "clinician"


def test_who_has_none_gets_a_letter_whose_link_works(cast: Cast, letters: list[Any]) -> None:
    done = administrator(cast, "POST", "", NEW).json()
    assert done["member"] is None
    assert (done["invitation"]["state"], done["invitation"]["email"]) == ("waiting", "new.nurse@example.org")
    assert waiting(cast) == [done["invitation"]]
    (letter,) = letters
    link = re.search(r"http://testserver(/accounts/invitation/\S+)", letter.body)
    assert link
    assert link[1].rstrip("/").rpartition("/")[2] not in str(done)
    nurse = Client()
    nurse.get(link[1])
    nurse.post(reverse("accounts:invitation"), {"name": "Nora Nurse", "password": PASSWORD})
    assert roles(cast, selectors.user_by_email("new.nurse@example.org").id) == ["clinician"]
    assert waiting(cast) == []
    over = administrator(cast, "POST", f"invitations/{done['id']}/withdraw/")
    assert (over.status_code, over.json()["code"]) == (404, "invitation-over")


def test_the_same_key_writes_one_letter(cast: Cast, letters: list[Any]) -> None:
    key = {"Idempotency-Key": "the-same-key"}
    first, again = (administrator(cast, "POST", "", NEW, **key) for _ in range(2))
    assert (first.json(), again["Idempotent-Replayed"]) == (again.json(), "true")
    assert len(letters) == len(waiting(cast)) == 1
    member = {"email": account_of(cast.guardian).email, "role": "auditor"}
    both = [administrator(cast, "POST", "", member, **{"Idempotency-Key": "another"}) for _ in range(2)]
    assert both[0].json() == both[1].json()
    assert roles(cast, cast.guardian.user) == ["auditor"]


def test_what_is_withdrawn_opens_nothing_and_is_not_there_twice(cast: Cast, letters: list[Any]) -> None:
    invited = administrator(cast, "POST", "", NEW).json()["id"]
    withdrawing = f"invitations/{invited}/withdraw/"
    elsewhere = people.make_caller("admin@practice.example", "Petra", "", (cast.practice, "administrator"))
    foreign = f"/api/v1/members/{cast.practice.slug}/{withdrawing}"
    assert call("POST", foreign, elsewhere, "members").status_code == 404
    assert len(waiting(cast)) == 1
    assert administrator(cast, "POST", withdrawing).status_code == 204
    assert administrator(cast, "POST", withdrawing).status_code == 404
    assert waiting(cast) == []
    link = re.search(r"http://testserver(/accounts/invitation/\S+)", letters[0].body)
    assert link
    assert Client().get(link[1], follow=True).status_code == 403
    states = [entry.audit.get("state") for entry in entries_of_type(cast.hospital.id, "member.invited")]
    assert states == [None, "withdrawn"]


def test_invitations_come_in_pages(cast: Cast) -> None:
    for name in ("one", "two", "three"):
        administrator(cast, "POST", "", {**NEW, "email": f"{name}@example.org"})
    first = administrator(cast, "GET", "invitations/?limit=2").json()
    assert [item["email"] for item in first["results"]] == ["three@example.org", "two@example.org"]
    rest = first["next"].removeprefix("http://testserver")
    last = call("GET", rest, cast.administrator, "members").json()
    assert ([item["email"] for item in last["results"]], last["next"]) == (["one@example.org"], None)


def test_roles_are_exchanged_and_each_change_is_an_entry(cast: Cast) -> None:
    path_of_doctor = f"{cast.doctor.user}/roles/"
    done = administrator(cast, "POST", path_of_doctor, {"roles": ["auditor", "privacy_officer"]})
    assert done.status_code == 200, done.content
    assert done.json()["roles"] == ["auditor", "privacy_officer"] == roles(cast, cast.doctor.user)
    assert done.json()["title"] == "Diabetes doctor"
    again = administrator(cast, "POST", path_of_doctor, {"roles": ["privacy_officer", "auditor"]})
    assert again.json() == done.json()
    (gone,) = entries_of_type(cast.hospital.id, "member.removed")
    assert (gone.audit["member"], gone.audit["role"]) == (str(cast.doctor.user), "clinician")
    added = [
        entry.audit["role"]
        for entry in entries_of_type(cast.hospital.id, "member.added")
        if entry.audit["member"] == str(cast.doctor.user)
    ]
    assert added == ["clinician", "auditor", "privacy_officer"]


def test_a_role_that_is_taken_is_refused_from_the_next_call_on(cast: Cast) -> None:
    reads = f"/api/v1/members/{cast.hospital.slug}/"
    assert call("GET", reads, cast.privacy_officer, "members").status_code == 200
    administrator(cast, "POST", f"{cast.privacy_officer.user}/roles/", {"roles": ["auditor"]})
    assert call("GET", reads, cast.privacy_officer, "members").status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"roles": ["superuser"]}, "unknown-role"),
        ({"roles": ["auditor", "superuser"]}, "unknown-role"),
        ({"roles": []}, "invalid-body"),
        ({"roles": "auditor"}, "invalid-body"),
        ({}, "invalid-body"),
        ({"roles": ["auditor"], "title": "x"}, "invalid-body"),
    ],
)
def test_roles_that_are_none_change_nothing(cast: Cast, body: Any, code: str) -> None:
    answer = administrator(cast, "POST", f"{cast.doctor.user}/roles/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert roles(cast, cast.doctor.user) == ["clinician"]


@pytest.mark.parametrize(
    "fault",
    [{"email": "none"}, {"email": "a\u0000@b.example"}, {"role": "superuser"}, {"title": "\u0000"}, {"x": 1}],
)
def test_a_new_member_that_means_nothing_is_refused(cast: Cast, letters: list[Any], fault: Any) -> None:
    assert administrator(cast, "POST", "", {**NEW, **fault}).status_code == 400
    assert (letters, waiting(cast)) == ([], [])


def test_nobody_changes_their_own_roles(cast: Cast) -> None:
    body = {"roles": ["administrator", "privacy_officer"]}
    answer = administrator(cast, "POST", f"{cast.administrator.user}/roles/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "own-membership")
    assert roles(cast, cast.administrator.user) == ["administrator"]


def test_the_last_administrator_keeps_the_role_whoever_changes_it(cast: Cast) -> None:
    with pytest.raises(LastAdministrator):
        services.set_roles(
            tenant=cast.hospital.id,
            user=cast.administrator.user,
            roles=["auditor"],
            actor=cast.privacy_officer.user,
        )
    assert roles(cast, cast.administrator.user) == ["administrator"]
    assert entries_of_type(cast.hospital.id, "member.removed") == []


def test_who_does_not_work_there_is_not_found(cast: Cast) -> None:
    for other in (cast.family_doctor, cast.amara):
        answer = administrator(cast, "POST", f"{other.user}/roles/", {"roles": ["auditor"]})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-member")
    assert selectors.memberships(cast.family_doctor.user)[0].role == "clinician"
    assert selectors.memberships(cast.amara.user) == []


@pytest.mark.parametrize("who", ["doctor", "privacy_officer", "auditor", "outsider", "amara", "regulator"])
def test_only_an_administrator_of_that_house_does_any_of_it(cast: Cast, who: str) -> None:
    caller = getattr(cast, who)
    before = Membership.objects.count()
    for method, rest, body in (
        ("POST", "", NEW),
        ("GET", "invitations/", None),
        ("POST", f"invitations/{cast.person}/withdraw/", None),
        ("POST", f"{cast.doctor.user}/roles/", {"roles": ["auditor"]}),
    ):
        answer = call(method, path(cast, rest), caller, "members", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-a-member"), rest
    other = call("POST", f"/api/v1/members/{cast.practice.slug}/", cast.administrator, "members", NEW)
    assert other.status_code == 403
    assert Membership.objects.count() == before


def test_whoever_has_a_second_factor_needs_a_token_made_with_it(cast: Cast) -> None:
    """As on the page: a token that the command line made shows less than its owner can show."""
    second_factor(cast.administrator)
    changes = (("", NEW), (f"{cast.doctor.user}/roles/", {"roles": ["auditor"]}))
    for rest, body in changes:
        answer = administrator(cast, "POST", rest, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "confirmation-needed")
    assert administrator(cast, "GET", "invitations/").json()["code"] == "confirmation-needed"
    assert roles(cast, cast.doctor.user) == ["clinician"]
    assert administrator(cast, "GET", "invitations/", strength="strong").json()["results"] == []
    for rest, body in changes:
        assert administrator(cast, "POST", rest, body, strength="strong").status_code in (200, 201)


def test_where_the_house_asks_for_two_factors_a_token_without_gives_no_role(cast: Cast) -> None:
    services.require_strong(tenant=cast.hospital.id, strong=True, actor=cast.administrator.user)
    assert administrator(cast, "POST", "", NEW).json()["code"] == "confirmation-needed"
    assert administrator(cast, "POST", "", NEW, strength="strong").status_code == 201


TAKE_UP = "/api/v1/invitations/take-up/"


def code_of(letter: Any) -> str:
    """The last part of the link in it."""
    found = re.search(r"/accounts/invitation/[^/]+/([^/\s]+)/", str(letter.body))
    assert found
    return found[1]


def test_whoever_was_invited_takes_the_role_up_with_their_own_token(cast: Cast, letters: list[Any]) -> None:
    assert administrator(cast, "POST", "", NEW).status_code == 201
    code = code_of(letters[-1])
    invited = make_caller(NEW["email"], "Nora Nurse")
    body = {"organisation": cast.hospital.slug, "code": code}
    other = call("POST", TAKE_UP, cast.outsider, "members", body)
    assert (other.status_code, other.json()["code"]) == (403, "not-invited")
    assert call("POST", TAKE_UP, invited, "*", body).json()["code"] == "insufficient-scope"
    elsewhere = call("POST", TAKE_UP, invited, "members", {**body, "organisation": cast.practice.slug})
    assert elsewhere.json()["code"] == "not-invited"
    key = {"Idempotency-Key": "k1"}
    for _ in range(2):
        done = call("POST", TAKE_UP, invited, "members", body, **key)
        assert (done.status_code, done.json()["state"], done.json()["role"]) == (200, "taken-up", NEW["role"])
    assert done["Idempotent-Replayed"] == "true"
    assert roles(cast, invited.user) == [NEW["role"]]
    again = call("POST", TAKE_UP, invited, "members", body)
    assert (again.status_code, again.json()["code"]) == (403, "not-invited")


@pytest.mark.parametrize("asks", ["owner", "organisation"])
def test_a_role_is_taken_up_with_the_second_factor_that_it_needs(
    cast: Cast, letters: list[Any], asks: str
) -> None:
    assert administrator(cast, "POST", "", {**NEW, "role": "administrator"}).status_code == 201
    invited = make_caller(NEW["email"], "Nora Nurse")
    if asks == "owner":
        second_factor(invited)
    else:
        services.require_strong(tenant=cast.hospital.id, strong=True, actor=cast.administrator.user)
    body = {"organisation": cast.hospital.slug, "code": code_of(letters[-1])}
    weak = call("POST", TAKE_UP, invited, "members", body)
    assert (weak.status_code, weak.json()["code"]) == (403, "confirmation-needed")
    assert roles(cast, invited.user) == []
    done = call("POST", TAKE_UP, invited, "members", body, strength="strong")
    assert (done.status_code, roles(cast, invited.user)) == (200, ["administrator"])


@pytest.mark.parametrize("changes", [{"code": ""}, {"code": 5}, {"organisation": "a b"}, {"colour": "red"}])
def test_what_is_no_code_takes_nothing_up(cast: Cast, changes: dict[str, Any]) -> None:
    body = {"organisation": cast.hospital.slug, "code": "a", **changes}
    assert call("POST", TAKE_UP, cast.outsider, "members", body).status_code == 400
