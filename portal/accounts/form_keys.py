"""A form takes effect once: each that we show bears a key of its account, which is used up when it succeeds.

A double click, the back button and a second tab send the same key with the same content again; they are led to where
the first one went. With other content it is another act: somebody went back and answered differently.

A form without a key (of a program, or of a page that was not ours) is taken as it is: the key keeps people from doing
twice what they meant once, and is no defence against anybody.
"""

import time
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.accounts.errors import FormUnsettled
from portal.accounts.models import FormKey

FIELD = "form_key"
KEPT = timedelta(days=2)
PATIENCE, PAUSE_SECONDS = timedelta(seconds=10), 0.05


class Used(NamedTuple):
    """The same form was sent before, and had its effect. `location`: where that led."""

    location: str


class Sent(NamedTuple):
    """A form as somebody sent it: by whom, and which key with which content as one value."""

    user: UUID
    mark: UUID


def new_key(user: UUID) -> str:
    """A key for one form, good for this account only."""
    return f"{uuid4()}.{_mark(user)}"


def belongs(key: str, user: UUID) -> bool:
    """Whether the form was shown to this account."""
    return constant_time_compare(key.partition(".")[2], _mark(user))


def sent(key: str, user: UUID, content: str) -> Sent | None:
    """What was sent; None if the key is not one of this account."""
    if not belongs(key, user):
        return None
    digest = salted_hmac("accounts.form-sent", f"{key}\n{content}", algorithm="sha256").digest()
    return Sent(user, UUID(bytes=digest[:16]))


def use(form: Sent) -> Used | None:
    """Take the form; None for whoever is the first. Others wait until the first is done.

    Raises FormUnsettled if that takes too long: the first may have been broken off on its way, or be at it still.
    """
    try:
        with transaction.atomic():
            FormKey.objects.create(user_id=form.user, mark=form.mark)
    except IntegrityError:
        return _wait(form)
    return None


def succeeded(form: Sent, location: str) -> None:
    """The form had its effect, and led there."""
    _rows(form).update(location=location[:2000], done=True)


def failed(form: Sent) -> None:
    """The form had no effect: it may be sent again."""
    _rows(form).delete()


def forget_old() -> int:
    """Drop the keys of forms that nobody sends again; returns how many."""
    deleted, _each = FormKey.objects.filter(made__lt=timezone.now() - KEPT).delete()
    return deleted


def _rows(form: Sent) -> QuerySet[FormKey]:
    return FormKey.objects.filter(user_id=form.user, mark=form.mark)


def _wait(form: Sent) -> Used | None:
    until = time.monotonic() + PATIENCE.total_seconds()
    while True:
        found = _rows(form).values_list("done", "location", "made").first()
        if found is None:  # the first one failed
            return None
        done, location, made = found
        if done:
            return Used(location)
        if time.monotonic() > until or timezone.now() > made + PATIENCE:
            raise FormUnsettled(
                "This was sent before, and it is not known whether it was done. Look whether it was. "
                "If not, open the page anew and send it from there."
            )
        time.sleep(PAUSE_SECONDS)


def _mark(user: UUID) -> str:
    return salted_hmac("accounts.form-key", str(user), algorithm="sha256").hexdigest()[:32]
