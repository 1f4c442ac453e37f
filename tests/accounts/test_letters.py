"""Whoever signs in otherwise from now on is told by letter, at every address that they confirmed."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from portal.accounts import letters, tasks
from portal.accounts.letters import CHANGES
from tests.accounts.second_factor import code, give_app
from tests.cast import PASSWORD, Cast, account_of
from tests.staff import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "another-pass-phrase-7"


def written() -> list[EmailMessage]:
    """Do what waits in the queue, as its worker would; the letters of it."""
    for job in ProcrastinateJob.objects.filter(status="todo", task_name="accounts.tell_of_change"):
        tasks.tell_of_change(**job.args)
    return list(mail.outbox)


def change_password(client: Client) -> Any:
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    return client.post(reverse("account_change_password"), given)


def test_a_new_password_is_told_by_a_letter_that_says_nothing_else(cast: Cast) -> None:
    assert change_password(sign_in(cast.amara)).status_code == 302
    (letter,) = written()
    assert letter.to == [account_of(cast.amara).email]
    assert "Your password was changed." in letter.body
    assert "UTC" in letter.body
    assert "choose a new password" in letter.body
    assert "http" not in letter.body, "nobody can lead her to a false page"
    assert "Amara" not in f"{letter.subject} {letter.body}"
    assert NEW not in letter.body


def test_a_password_that_was_not_changed_is_not_told(cast: Cast) -> None:
    client = sign_in(cast.amara)
    client.post(
        reverse("account_change_password"), {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    )
    assert written() == []


def test_a_password_by_a_link_is_told(cast: Cast) -> None:
    client, address = Client(), account_of(cast.amara).email
    client.post(reverse("account_reset_password"), {"email": address})
    link = re.search(r"http://testserver(\S+)", str(mail.outbox.pop().body))
    assert link is not None
    asked = client.get(link[1])
    client.post(asked["Location"], {"password1": NEW, "password2": NEW})
    (letter,) = written()
    assert "by a link that we had sent" in letter.body


def test_an_authenticator_app_that_goes_is_told(cast: Cast) -> None:
    give_app(cast.amara)
    client = sign_in(cast.amara)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    asked = client.post(reverse("mfa_deactivate_totp"))
    client.post(asked["Location"], {"code": code()})
    (letter,) = written()
    assert "authenticator app was removed" in letter.body


def test_it_goes_to_every_confirmed_address_and_to_no_other(cast: Cast) -> None:
    user = account_of(cast.amara)
    EmailAddress.objects.create(user=user, email="old@example.org", verified=True)
    EmailAddress.objects.create(user=user, email="strangers@example.org", verified=False)
    change_password(sign_in(cast.amara))
    assert sorted(letter.to[0] for letter in written()) == sorted([user.email, "old@example.org"])


def test_it_is_in_the_language_of_the_account_not_in_that_of_the_browser(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = account_of(cast.amara)
    user.language = "ar"
    user.save(update_fields=["language"])
    change_password(sign_in(cast.amara))
    (letter,) = written()
    assert "لا يطلب" in letter.body


def test_a_mail_server_that_refuses_keeps_no_page_back_and_the_letter_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> int:
        raise OSError("amara@example.org was refused")

    monkeypatch.setattr(EmailBackend, "send_messages", down)
    assert change_password(sign_in(cast.amara)).status_code == 302
    with pytest.raises(letters.NotHandedOver) as failed:
        letters.write(account=cast.amara.user, change="account/email/password_changed", at=datetime.now(UTC))
    assert str(failed.value) == "OSError", "no address comes into the log"
    assert failed.value.__suppress_context__
    strategy = tasks.tell_of_change.retry_strategy
    assert strategy is not None
    job: Any = type("Job", (), {"attempts": 0})
    assert strategy.get_retry_decision(exception=failed.value, job=job) is not None


def test_there_are_words_for_every_change_that_allauth_tells_of() -> None:
    sources = Path(allauth.__file__).parent
    told = set()
    for folder in ("account", "mfa"):
        for path in (sources / folder).rglob("*.py"):
            told |= set(re.findall(r"send_notification_mail\(\s*\"([a-z_/]+)\"", path.read_text()))
    assert told == set(CHANGES)
