"""Who works at an organisation, and who may change that."""

import pytest
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from portal.accounts.errors import LastAdministrator, OwnMembership
from portal.accounts.identity import Caller
from tests.cast import PASSWORD, Cast, account_of
from tests.entries import entries_of_type, name_in
from tests.staff import few_queries, sign_in, sign_in_and_confirm, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(cast: Cast) -> Client:
    """Who has just said again who they are."""
    return sign_in_and_confirm(cast.administrator)


def address(cast: Cast) -> str:
    return reverse("administration:staff", args=[cast.hospital.slug])


def roles(cast: Cast, email: str) -> list[str]:
    with tenant_scope(cast.hospital.id):
        return [item.role for item in selectors.members() if item.user.email == email]


def test_everybody_who_works_there_is_listed_and_nobody_else(cast: Cast, administrator: Client) -> None:
    said = text(administrator.get(address(cast)))
    assert "Dr Jonas Okafor" in said
    assert "Diabetes doctor" in said
    assert "Password only" in said
    assert "Dr Helen Brandt" not in said


def test_a_role_is_given_by_email(cast: Cast, administrator: Client) -> None:
    email = account_of(cast.guardian).email
    given = {"email": email.upper(), "role": "clinician", "title": "Nurse"}
    answer = administrator.post(address(cast), given, follow=True)
    assert "Mats Berg has the role now." in text(answer)
    assert roles(cast, email) == ["clinician"]


def test_a_role_waits_until_who_gives_it_has_been_confirmed(cast: Cast) -> None:
    """Whoever finds a screen unlocked makes nobody a colleague, and takes no second factor off the door."""
    email, client = account_of(cast.guardian).email, sign_in(cast.administrator)
    answer = client.post(address(cast), {"email": email, "role": "clinician"})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert roles(cast, email) == []
    door = client.post(reverse("administration:sign_in", args=[cast.hospital.slug]), {"strong": "on"})
    assert door["Location"].startswith(reverse("account_reauthenticate"))
    assert entries_of_type(cast.hospital.id, "policy.changed") == []
    asked = client.post(address(cast), {"email": "not an address", "role": "clinician"})
    fault = client.post(asked["Location"], {"password": PASSWORD})
    assert "Enter a valid email address" in text(fault)
    assert f'action="{address(cast)}"' in fault.content.decode()  # not that of the page that asked
    client.post(address(cast), {"email": email, "role": "clinician"})
    assert roles(cast, email) == ["clinician"]


def test_pressed_twice_it_is_given_once(cast: Cast, administrator: Client) -> None:
    email = account_of(cast.guardian).email
    for _ in range(2):
        administrator.post(address(cast), {"email": email, "role": "auditor"})
    assert roles(cast, email) == ["auditor"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"email": "not an address"}, "Enter a valid email address"),
        ({"role": "superuser"}, "is not one of the available choices"),
    ],
)
def test_a_fault_is_said_and_nothing_is_given(
    cast: Cast, administrator: Client, fault: dict[str, str], says: str
) -> None:
    email = account_of(cast.guardian).email
    answer = administrator.post(address(cast), {"email": email, "role": "clinician", **fault})
    assert says in text(answer)
    assert roles(cast, email) == []


def test_the_page_asks_the_database_little(cast: Cast, administrator: Client) -> None:
    with few_queries():
        administrator.get(address(cast))


def removal(cast: Cast, whom: Caller) -> str:
    return reverse("administration:staff_remove", args=[cast.hospital.slug, whom.user])


def test_a_member_is_removed_after_one_more_question(cast: Cast, administrator: Client) -> None:
    email = account_of(cast.doctor).email
    services.add_member(tenant=cast.hospital.id, user=account_of(cast.doctor), role="auditor")
    assert removal(cast, cast.doctor) in administrator.get(address(cast)).content.decode()
    asked = administrator.get(removal(cast, cast.doctor))
    assert "Remove Dr Jonas Okafor?" in text(asked)
    assert len(roles(cast, email)) == 2
    said = text(administrator.post(removal(cast, cast.doctor), follow=True))
    assert "Dr Jonas Okafor does not work here any more." in said
    assert roles(cast, email) == []
    entries = entries_of_type(cast.hospital.id, "member.removed")
    assert {entry.audit["role"] for entry in entries} == {"clinician", "auditor"}
    assert {entry.audit["member"] for entry in entries} == {str(cast.doctor.user)}
    assert {entry.actor for entry in entries} == {name_in(cast.hospital.id, cast.administrator.user)}


def test_whoever_was_removed_finds_the_next_page_closed(cast: Cast, administrator: Client) -> None:
    doctor = sign_in(cast.doctor)
    page = reverse("providers:worklist", args=[cast.hospital.slug])
    assert doctor.get(page).status_code == 200
    administrator.post(removal(cast, cast.doctor))
    assert doctor.get(page).status_code == 403


def test_roles_elsewhere_stay(cast: Cast, administrator: Client) -> None:
    administrator.post(removal(cast, cast.regulator))
    held = selectors.memberships(cast.regulator.user)
    assert [item.tenant_id for item in held] == [cast.practice.id]


def test_nobody_removes_themselves(cast: Cast, administrator: Client) -> None:
    assert removal(cast, cast.administrator) not in administrator.get(address(cast)).content.decode()
    answer = administrator.post(removal(cast, cast.administrator))
    assert (answer.status_code, "You cannot remove yourself" in text(answer)) == (409, True)
    assert administrator.get(address(cast)).status_code == 200
    with pytest.raises(OwnMembership):
        services.remove_member(tenant=cast.hospital.id, user=cast.doctor.user, actor=cast.doctor.user)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_does_not_work_here_is_not_found(cast: Cast, administrator: Client, method: str) -> None:
    assert getattr(administrator, method)(removal(cast, cast.family_doctor)).status_code == 404
    assert selectors.memberships(cast.family_doctor.user)


@pytest.mark.parametrize("who", ["doctor", "privacy_officer", "auditor", "outsider"])
def test_only_an_administrator_removes(cast: Cast, who: str) -> None:
    assert sign_in(getattr(cast, who)).post(removal(cast, cast.regulator)).status_code == 403
    assert roles(cast, account_of(cast.regulator).email) == ["auditor"]


def test_the_last_administrator_stays_whoever_removes(cast: Cast) -> None:
    with pytest.raises(LastAdministrator):
        services.remove_member(
            tenant=cast.hospital.id, user=cast.administrator.user, actor=cast.privacy_officer.user
        )
    assert roles(cast, account_of(cast.administrator).email) == ["administrator"]
    assert entries_of_type(cast.hospital.id, "member.removed") == []
