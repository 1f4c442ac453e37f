"""Inviting somebody to work here, and taking that up."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.scope import tenant_scope
from portal.accounts import invitations, selectors, services
from portal.accounts.errors import NotAMember, NotInvited
from portal.accounts.models import Invitation, Membership
from tests.cast import PASSWORD, Cast, account_of
from tests.entries import entries_of_type
from tests.staff import few_queries, sign_in, sign_in_and_confirm, text

pytestmark = pytest.mark.django_db
NEW = {"email": "New.Nurse@example.org", "role": "clinician", "title": "Nurse"}
ACCOUNT = {"name": "Nora Nurse", "password": PASSWORD}


def address(cast: Cast, page: str = "staff") -> str:
    return reverse(f"administration:{page}", args=[cast.hospital.slug])


@pytest.fixture
def administrator(cast: Cast) -> Client:
    """Who has just said again who they are."""
    return sign_in_and_confirm(cast.administrator)


def invite(administrator: Client, cast: Cast) -> str:
    """The path of the link that is in the letter."""
    administrator.post(address(cast), NEW)
    found = re.search(r"http://testserver(/accounts/invitation/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters leave when a transaction commits; these tests never commit."""
    monkeypatch.setattr("portal.accounts.invitations.transaction.on_commit", lambda act: act())


def roles(cast: Cast, email: str) -> list[str]:
    with tenant_scope(cast.hospital.id):
        return [item.role for item in selectors.members() if item.user.email == email]


def test_the_letter_has_the_link_and_says_nothing_clinical(cast: Cast, administrator: Client) -> None:
    link = invite(administrator, cast)
    (letter,) = mail.outbox
    assert letter.to == ["new.nurse@example.org"]
    assert "St Mary Hospital invites you" in letter.body
    token = link.rstrip("/").rpartition("/")[2]
    with tenant_scope(cast.hospital.id):
        (row,) = Invitation.objects.all()
    assert token.encode() not in bytes(row.digest)
    said = text(administrator.get(address(cast)))
    assert "new.nurse@example.org" in said
    (entry,) = entries_of_type(cast.hospital.id, "member.invited")
    assert "new.nurse" not in str(entry.audit)


def test_whoever_follows_it_makes_an_account_and_has_the_role(cast: Cast, administrator: Client) -> None:
    link, nurse = invite(administrator, cast), Client()
    page = nurse.get(link, follow=True)
    assert page.redirect_chain[-1][0] == reverse("accounts:invitation")
    assert "St Mary Hospital invites you" in text(page)
    answer = nurse.post(reverse("accounts:invitation"), ACCOUNT)
    assert answer["Location"] == reverse("account_login")
    assert roles(cast, "new.nurse@example.org") == ["clinician"]
    signed_in = nurse.post(reverse("account_login"), {"login": "new.nurse@example.org", "password": PASSWORD})
    assert signed_in.status_code == 302
    assert nurse.get(reverse("providers:find", args=[cast.hospital.slug])).status_code == 200
    added = entries_of_type(cast.hospital.id, "member.added")[-1]
    assert added.audit["role"] == "clinician"


def test_it_is_good_once(cast: Cast, administrator: Client) -> None:
    link = invite(administrator, cast)
    first = Client()
    first.get(link)
    first.post(reverse("accounts:invitation"), ACCOUNT)
    again = Client().get(link, follow=True)
    assert again.status_code == 403
    assert "This invitation is over" in text(again)


@pytest.mark.parametrize("how", ["too old", "withdrawn", "written anew", "another place", "made up"])
def test_it_is_over(cast: Cast, administrator: Client, how: str) -> None:
    link = invite(administrator, cast)
    with tenant_scope(cast.hospital.id):
        row = Invitation.objects.get()
        if how == "too old":
            Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))
    if how == "withdrawn":
        administrator.post(reverse("administration:withdraw", args=[cast.hospital.slug, row.id]))
    if how == "written anew":
        invite(administrator, cast)
    if how == "another place":
        link = link.replace(cast.hospital.slug, cast.practice.slug)
    if how == "made up":
        link = link[:-3] + "xx/"
    assert "This invitation is over" in text(Client().get(link, follow=True))


@pytest.mark.parametrize("left", [["privacy_officer"], []], ids=["another role", "no role"])
def test_it_ends_when_whoever_made_it_is_no_administrator_any_more(
    cast: Cast, administrator: Client, left: list[str]
) -> None:
    """It was good by their right alone: who is removed for cause leaves no door open behind them."""
    link, place, inviter = invite(administrator, cast), cast.hospital.id, cast.administrator.user
    chief = account_of(cast.regulator)
    services.add_member(tenant=place, user=chief, role="administrator")
    invitations.invite(
        tenant=cast.hospital,
        email="other@example.org",
        role="clinician",
        title="",
        actor=chief.id,
        site="http://x",
    )
    if left:
        services.set_roles(tenant=place, user=inviter, roles=left, actor=chief.id)
    else:
        services.remove_member(tenant=place, user=inviter, actor=chief.id)
    assert "This invitation is over" in text(Client().get(link, follow=True))
    with tenant_scope(place):
        assert [item.email for item in invitations.waiting()] == ["other@example.org"]
    ended = entries_of_type(place, "member.invited")[-1]
    assert ended.audit["state"] == "withdrawn"
    with pytest.raises(NotAMember):
        invitations.invite(
            tenant=cast.hospital,
            email="x@example.org",
            role="clinician",
            title="",
            actor=inviter,
            site="http://x",
        )


def test_it_is_not_taken_up_where_its_maker_lost_the_role_by_another_way(
    cast: Cast, administrator: Client
) -> None:
    """Such as with their account, which withdraws nothing."""
    link, nurse = invite(administrator, cast), Client()
    nurse.get(link)
    with tenant_scope(cast.hospital.id):
        Membership.objects.filter(user_id=cast.administrator.user, role="administrator").delete()
    token = link.rstrip("/").rpartition("/")[2]
    with pytest.raises(NotInvited, match="withdrawn"):
        invitations.accept(tenant=cast.hospital.id, token=token, user=account_of(cast.amara))
    assert "This invitation is over" in text(nurse.post(reverse("accounts:invitation"), ACCOUNT))
    assert roles(cast, "new.nurse@example.org") == []


def test_it_outlasts_a_role_that_gave_no_right_to_invite(cast: Cast, administrator: Client) -> None:
    place, inviter = cast.hospital.id, cast.administrator.user
    services.add_member(tenant=place, user=account_of(cast.administrator), role="auditor")
    link = invite(administrator, cast)
    services.set_roles(tenant=place, user=inviter, roles=["administrator"], actor=cast.regulator.user)
    assert "St Mary Hospital invites you" in text(Client().get(link, follow=True))


@pytest.mark.parametrize(
    ("given", "said"),
    [({"password": "short"}, "too short"), ({"name": ""}, "Your name: This field is required.")],
)
def test_what_is_wrong_is_said_and_the_link_stays_good(
    cast: Cast, administrator: Client, given: dict[str, str], said: str
) -> None:
    link, nurse = invite(administrator, cast), Client()
    nurse.get(link)
    assert said in text(nurse.post(reverse("accounts:invitation"), {**ACCOUNT, **given}))
    assert nurse.post(reverse("accounts:invitation"), ACCOUNT).status_code == 302


def test_nobody_takes_up_what_was_sent_to_another(cast: Cast, administrator: Client) -> None:
    """The address has got an account in the meantime: only that account can."""
    link = invite(administrator, cast)
    guardian = sign_in(cast.guardian)
    with tenant_scope(cast.hospital.id):
        Invitation.objects.update(email=account_of(cast.amara).email)
    guardian.get(link)
    page = guardian.get(reverse("accounts:invitation"))
    assert "Sign in with it to take this up." in text(page)
    guardian.post(reverse("accounts:invitation"), ACCOUNT)
    assert roles(cast, account_of(cast.guardian).email) == []
    amara = sign_in(cast.amara)
    amara.get(link)
    amara.post(reverse("accounts:invitation"))
    assert roles(cast, account_of(cast.amara).email) == ["clinician"]


def test_where_two_factors_are_required_no_desk_opens_without(cast: Cast, administrator: Client) -> None:
    client = sign_in(cast.doctor)
    administrator.post(address(cast, "sign_in"), {"strong": "on"})
    answer = client.get(reverse("providers:find", args=[cast.hospital.slug]))
    assert answer["Location"] == reverse("mfa_index")
    assert "asks for a second factor" in text(client.get(answer["Location"]))
    (entry,) = entries_of_type(cast.hospital.id, "policy.changed")
    assert entry.audit["variant"] == "two-factors"


def test_the_page_asks_the_database_little(cast: Cast, administrator: Client) -> None:
    invite(administrator, cast)
    with few_queries():
        administrator.get(address(cast))
