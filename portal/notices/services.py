"""Finding whom a log's new entries are about, and writing to those who wish it: that there is something, never what."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ledger import selectors as ledger
from ledger.scope import lock, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.models import User
from portal.notices.models import Mail, Notices, Position
from portal.records.services import ACCESS_TYPES

BATCH = 500
BETWEEN_LETTERS = timedelta(hours=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)
SIGNED = "contract.signed"
URGENT = frozenset({"access.emergency", "refusal.yielded"})
TOLD = URGENT | {
    *ACCESS_TYPES,
    "refusal.bound",
    "report.made",
    "request.made",
    "restriction.lifted",
    "restriction.placed",
    "restriction.reviewed",
    "review.closed",
    "question.answered",
    "correction.accepted",
    "correction.denied",
    "correction.extended",
}

log = logging.getLogger(__name__)


def wishes_of(user: User) -> Notices:
    """What this account wishes; the defaults, unsaved, if it never said."""
    found = getattr(user, "notices", None)
    return found if found is not None else Notices(user=user)


def set_wishes(*, user: User, in_page: bool, mail: str) -> Notices:
    """Say what one wants to be told. A letter that waits and is not wished any more is not written."""
    wishes, _made = Notices.objects.update_or_create(
        user=user, defaults={"in_page": in_page, "mail": Mail(mail), "waiting": False, "urgent": False}
    )
    return wishes


def read_log(tenant: UUID) -> int:
    """Read what is new in one log and note who is to get a letter; returns how many. A log that was never read
    is begun at its end."""
    with tenant_scope(tenant):
        lock("notices.log", tenant, exclusive=True)
        position = Position.objects.filter(tenant_id=tenant).first()
        if position is None:
            Position.objects.create(tenant_id=tenant, index=ledger.head_position())
            return 0
        rows = ledger.entries_after(index=position.index, limit=BATCH)
        if not rows:
            return 0
        first: dict[str, int] = {}
        for row in rows:
            if row.type in TOLD and row.subject is not None and row.subject_index is not None:
                first.setdefault(row.subject, row.subject_index)
        noted = sum(_note(person, user, first) for person, user in _patients(first))
        if signed := sum(row.type == SIGNED for row in rows):
            found = ledger.search_entries(types=[SIGNED], before_index=rows[-1].index + 1, limit=signed)
            noted += sum(map(_note_second, found))
        Position.objects.filter(tenant_id=tenant).update(index=rows[-1].index)
    return noted


def _note_second(entry: ledger.Entry) -> bool:
    """Let a letter be due to whoever is asked for a second signature by this one, if they wish it."""
    cosigner = entry.audit.get("cosigner")
    user = User.objects.filter(id=cosigner).first() if cosigner else None
    if user is None or wishes_of(user).mail != Mail.EVERYTHING:
        return False
    return _due(user, urgent=False)


def send_letters() -> int:
    """Write every letter that is due: urgent ones at once, others at most once an hour. Returns how many.

    One that could not be handed over keeps no other back, stays due, and is tried again after twice as long each time,
    at most a day. One that was, while our note of it was lost, is written again.
    """
    now = timezone.now()
    lately = Q(mailed_at__gt=now - BETWEEN_LETTERS)
    due = Notices.objects.filter(waiting=True, user__is_active=True).exclude(lately & Q(urgent=False))
    due = due.exclude(not_before__gt=now)
    return sum(_send(key) for key in list(due.values_list("pk", flat=True)))


def _send(key: int) -> bool:
    with transaction.atomic():
        found = Notices.objects.select_for_update(of=("self",)).select_related("user")
        wishes = found.filter(pk=key, waiting=True).first()
        if wishes is None:
            return False
        try:
            with translation.override(wishes.user.language or settings.LANGUAGE_CODE):
                send_mail(_("New activity in your account"), _letter(), None, [wishes.user.email])
        except (
            Exception
        ) as error:  # of whichever kind: it is this letter's alone. Its words may name the address.
            log.warning("A letter could not be handed over: %s", type(error).__name__)
            pause = min(FIRST_PAUSE * 2 ** min(wishes.refused, 16), LONGEST_PAUSE)
            wishes.refused, wishes.not_before = wishes.refused + 1, timezone.now() + pause
            wishes.save(update_fields=["refused", "not_before"])
            return False
        wishes.waiting, wishes.urgent, wishes.mailed_at = False, False, timezone.now()
        wishes.refused, wishes.not_before = 0, None
        wishes.save(update_fields=["waiting", "urgent", "mailed_at", "refused", "not_before"])
    return True


def _letter() -> str:
    return _(
        "There is new activity in your Assent account.\n\n"
        "Sign in as you always do to see it. This letter holds no link and says nothing about what it is, "
        "so that nobody who reads your mail learns anything about you, and nobody can lead you to a false page.\n\n"
        "Under “Notifications” in your account you choose what we write to you about."
    )


def _patients(subjects: Iterable[str]) -> Iterable[tuple[UUID, User]]:
    """Whose chains these are, of those who have an account; in the tenant's scope."""
    wanted = set(subjects)
    if not wanted:
        return
    for registration in accounts.registrations_with_accounts():
        if ledger.known_pseudonym(registration.person_id) in wanted:
            account = registration.person.account
            if account is not None:
                yield registration.person_id, account


def _note(person: UUID, user: User, first: dict[str, int]) -> bool:
    """Let a letter be due if something here is by somebody else, and wished to be told."""
    wishes = wishes_of(user)
    if wishes.mail == Mail.NOTHING:
        return False
    own, subject = ledger.known_pseudonym(user.id), ledger.known_pseudonym(person)
    types = URGENT if wishes.mail == Mail.EMERGENCY else TOLD
    after = first[subject or ""] - 1
    found = ledger.subject_entries(subject=person, types=types, after=after, limit=BATCH)
    by_others = [entry for entry in found if entry.actor != own]
    if not by_others:
        return False
    urgent = any(entry.type in URGENT for entry in by_others)
    return _due(user, urgent=urgent)


def _due(user: User, *, urgent: bool) -> bool:
    Notices.objects.get_or_create(user=user)
    Notices.objects.filter(user=user).update(waiting=True)
    if urgent:
        Notices.objects.filter(user=user).update(urgent=True)
    return True
