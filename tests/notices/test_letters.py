"""Letters: to whom something happened, when they wish it, at most once an hour, and never saying what."""

from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from consent import services as consent
from consent.emergency_rule import Rule
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.notices.models import Notices
from portal.notices.services import set_wishes
from portal.notices.tasks import tell
from portal.records.services import chart, own_record
from tests import cast as people
from tests.cast import Cast, account_of


def happens() -> list[str]:
    """The sequencer and the job have their turn; to whom letters went."""
    drain()
    mail.outbox.clear()
    tell(0)
    return [address for letter in mail.outbox for address in letter.to]


def look(cast: Cast) -> None:
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")


def override(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        consent.open_emergency(
            person=cast.person,
            actor=cast.family_doctor.user,
            organisation=cast.practice.id,
            role="clinician",
            strong=True,
            reason_code="unconscious",
            reason="Brought in unconscious.",
        )


@pytest.fixture
def begun(cast: Cast) -> Cast:
    """The doctor may look, and the logs were read up to here."""
    cast.grant(cast.doctor, "lab-results")
    assert happens() == []
    return cast


def wish(cast: Cast, what: str) -> None:
    set_wishes(user=account_of(cast.amara), in_page=True, mail=what)


def test_an_emergency_is_written_about_unless_one_wishes_not(begun: Cast) -> None:
    look(begun)
    assert happens() == []
    override(begun)
    assert happens() == [account_of(begun.amara).email]
    wish(begun, "nothing")
    override(begun)
    assert happens() == []


def test_all_activity_is_written_about_once_an_hour(begun: Cast) -> None:
    wish(begun, "everything")
    look(begun)
    assert happens() == [account_of(begun.amara).email]
    assert happens() == []
    look(begun)
    assert happens() == []
    Notices.objects.update(mailed_at=timezone.now() - timedelta(hours=2))
    assert happens() == [account_of(begun.amara).email]


def test_an_emergency_waits_for_no_hour(begun: Cast) -> None:
    wish(begun, "everything")
    look(begun)
    assert len(happens()) == 1
    override(begun)
    assert len(happens()) == 1


def test_what_one_does_oneself_is_not_written_about(begun: Cast) -> None:
    wish(begun, "everything")
    own_record(caller=begun.amara, tenant=begun.hospital.id)
    assert happens() == []


def test_a_letter_says_nothing_about_health_and_holds_no_link(begun: Cast) -> None:
    override(begun)
    happens()
    (letter,) = mail.outbox
    assert letter.subject == "New activity in your account"
    said = f"{letter.subject} {letter.body}".lower()
    for word in (
        "http",
        "amara",
        "lindgren",
        "hospital",
        "practice",
        "brandt",
        "emergency",
        "unconscious",
        "record",
    ):
        assert word not in said, word


def test_what_happened_before_anybody_listened_is_not_written_about(cast: Cast) -> None:
    override(cast)
    assert happens() == []


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Addresses that the mail server does not take."""
    refused: set[str] = set()

    class Server(EmailBackend):
        def send_messages(self, messages: Sequence[EmailMessage]) -> int:
            if any(address in refused for letter in messages for address in letter.to):
                raise SMTPRecipientsRefused({})
            return super().send_messages(messages)

    monkeypatch.setattr(locmem, "EmailBackend", Server)
    return refused


def test_a_letter_that_is_refused_keeps_no_other_back_and_is_tried_again_later(
    begun: Cast, refusing: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    amara, ben = account_of(begun.amara), account_of(people.make_caller("ben@example.org", "Ben Okri"))
    refusing.add(amara.email)
    for account in (amara, ben):
        Notices.objects.update_or_create(user=account, defaults={"waiting": True, "urgent": True})
    assert happens() == [ben.email]
    assert amara.email not in caplog.text
    refusing.clear()
    assert happens() == []
    waits = []
    for _ in range(12):
        refusing.add(amara.email)
        Notices.objects.update(not_before=timezone.now())
        happens()
        again = Notices.objects.get(user=amara).not_before
        assert again is not None
        waits.append(again - timezone.now())
    assert timedelta(minutes=1) < waits[0] < waits[1] < waits[-1] <= timedelta(days=1)
    refusing.clear()
    Notices.objects.update(not_before=timezone.now())
    assert happens() == [amara.email]


def test_a_refusal_of_emergencies_that_gives_way_is_written_about_at_once(begun: Cast) -> None:
    begun.grant(begun.doctor, "visits", effect="deny", purposes=("BTG",))
    with tenant_scope(begun.hospital.id):
        consent.set_emergency_rule(rule=Rule(refusals=True), actor=begun.administrator.user)
    assert happens() == []
    with tenant_scope(begun.hospital.id):
        consent.set_emergency_rule(rule=Rule(), actor=begun.administrator.user, give_way=1)
    assert happens() == [account_of(begun.amara).email]


def test_whoever_is_asked_for_a_second_signature_is_written_to_if_they_wish_it(begun: Cast) -> None:
    begun.grant(begun.doctor, "visits", cosigner=begun.guardian.user)
    assert happens() == []
    set_wishes(user=account_of(begun.guardian), in_page=True, mail="everything")
    begun.grant(begun.doctor, "medicines", cosigner=begun.guardian.user)
    begun.grant(begun.doctor, "conditions")
    assert happens() == [account_of(begun.guardian).email]
