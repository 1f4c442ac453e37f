"""`create_tenant`, `create_account`, `create_token` and `revoke_token`, as an operator types them."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from portal.accounts.errors import InvalidToken, UnknownAccount
from portal.accounts.tokens import authenticate_token
from tests import cast
from tests.accounts.second_factor import give_app
from tests.cast import account_of

pytestmark = pytest.mark.django_db(transaction=True)


def run(name: str, *arguments: str, typed: str | None = None, monkeypatch: Any = None, **options: Any) -> str:
    out = io.StringIO()
    if monkeypatch is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO("" if typed is None else f"{typed}\n"))
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_new_tenant_has_a_log_at_once() -> None:
    from ledger import selectors as ledger

    run("create_tenant", "north", "North Clinic")
    tenant = selectors.organisation("north")
    with tenant_scope(tenant.id):
        assert ledger.log_status().origin.endswith("/north")


def test_a_tenant_is_not_made_twice() -> None:
    run("create_tenant", "north", "North Clinic")
    with pytest.raises(CommandError, match="already an organisation 'north'"):
        run("create_tenant", "north", "North Again")


def test_an_account_is_linked_to_an_imported_patient_and_given_roles(monkeypatch: Any) -> None:
    people = cast.build()
    with tenant_scope(people.hospital.id):
        patient = selectors.registration(person=people.other).patient
    slug = people.hospital.slug
    output = run(
        "create_account", "ben@example.org", "--patient", f"{slug}:{patient}", "--member", f"{slug}:auditor",
        typed="a long enough password", monkeypatch=monkeypatch,
    )  # fmt: skip
    user = selectors.user_by_email("ben@example.org")
    person = selectors.person_of(user.id)
    assert person is not None
    assert person.id == people.other
    assert [(m.tenant.slug, m.role) for m in selectors.memberships(user.id)] == [(slug, "auditor")]
    assert user.check_password("a long enough password")
    assert "password" not in output


def test_a_generated_password_is_printed_once_and_works(monkeypatch: Any) -> None:
    output = run("create_account", "zoe@example.org", monkeypatch=monkeypatch)
    password = output.split("password ")[1].strip()
    assert selectors.user_by_email("zoe@example.org").check_password(password)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--patient", "nowhere:1"], "no organisation 'nowhere'"),
        (["--patient", "{slug}:unknown"], "No such patient"),
        (["--member", "{slug}:surgeon"], "no role 'surgeon'"),
        (["--patient", "{slug}:amara"], "already has an account"),
    ],
)
def test_a_bad_link_is_refused_and_leaves_no_account(
    monkeypatch: Any, arguments: list[str], sentence: str
) -> None:
    slug = cast.build().hospital.slug
    with pytest.raises(CommandError, match=sentence):
        run(
            "create_account",
            "zoe@example.org",
            *[word.format(slug=slug) for word in arguments],
            monkeypatch=monkeypatch,
        )
    with pytest.raises(UnknownAccount):
        selectors.user_by_email("zoe@example.org")


def test_an_e_mail_address_has_one_account_whatever_its_case(monkeypatch: Any) -> None:
    run("create_account", "zoe@example.org", monkeypatch=monkeypatch)
    with pytest.raises(CommandError, match="exists"):
        run("create_account", "ZOE@example.org", monkeypatch=monkeypatch)


def test_a_token_is_printed_alone_and_good(monkeypatch: Any) -> None:
    run("create_account", "zoe@example.org", monkeypatch=monkeypatch)
    output = run("create_token", "zoe@example.org", "--scopes", "* sign")
    assert output == f"{output.strip()}\n"
    token = authenticate_token(output.strip())
    assert token.user.email == "zoe@example.org"
    assert token.scopes.split() == ["*", "sign"]


@pytest.mark.parametrize("scopes", ["everything", "* root", ""])
def test_a_scope_that_does_not_exist_is_refused(monkeypatch: Any, scopes: str) -> None:
    run("create_account", "zoe@example.org", monkeypatch=monkeypatch)
    with pytest.raises(CommandError, match="Choose from"):
        run("create_token", "zoe@example.org", "--scopes", scopes)


def good(text: str) -> bool:
    try:
        authenticate_token(text)
    except InvalidToken:
        return False
    return True


def test_a_strong_token_is_for_an_account_with_a_second_factor() -> None:
    doctor = cast.build().doctor
    email = account_of(doctor).email
    with pytest.raises(CommandError, match="no second factor"):
        run("create_token", email, "--scopes", "* emergency", "--strong")
    give_app(doctor)
    assert authenticate_token(run("create_token", email, "--strong").strip()).strength == "strong"


def test_a_token_is_ended_by_its_first_characters() -> None:
    zoe = services.create_account(email="zoe@example.org", password="a long enough password")
    found, other = (services.create_token(user=zoe, scopes="*") for _ in range(2))
    assert run("revoke_token", found[:13]) == f"revoked {found[:13]}\n"
    assert (good(found), good(other)) == (False, True)


def test_all_tokens_of_an_account_are_ended_and_nobody_elses() -> None:
    zoe, max_ = (
        services.create_account(email=f"{name}@example.org", password="a long enough password")
        for name in ("zoe", "max")
    )
    ended = [services.create_token(user=zoe, scopes="*") for _ in range(2)]
    kept = services.create_token(user=max_, scopes="*")
    output = run("revoke_token", "--all", "ZOE@example.org")
    assert sorted(output.split()) == sorted(["revoked", "revoked", *[text[:13] for text in ended]])
    assert [good(text) for text in (*ended, kept)] == [False, False, True]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["assent_nobody"], "No token that is good begins with"),
        (["--all", "nobody@example.org"], "No account has that e-mail address"),
        (["assent_nobody", "--all", "zoe@example.org"], "not allowed with"),
        ([], "required"),
    ],
)
def test_an_end_that_names_no_token_is_refused(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("revoke_token", *arguments)
