"""Who works at an organisation, and who may change that."""

import pytest
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from portal.accounts import selectors
from tests.cast import Cast, account_of
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(cast: Cast) -> Client:
    return sign_in(cast.administrator)


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


def test_pressed_twice_it_is_given_once(cast: Cast, administrator: Client) -> None:
    email = account_of(cast.guardian).email
    for _ in range(2):
        administrator.post(address(cast), {"email": email, "role": "auditor"})
    assert roles(cast, email) == ["auditor"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"email": "nobody@nowhere.example"}, "No account has that e-mail address"),
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
