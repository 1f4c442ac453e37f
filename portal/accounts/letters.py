"""Letters about how somebody signs in: what was changed, when, and what to do if it was not they.

The job queue hands them over: no page waits for a mail server, and a letter that fails is tried again. They go to every
confirmed address of the account, because whoever took it over may have changed the first.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.accounts.models import User
from portal.design import times

# By the template that allauth would write from; whatever else it may come to tell is said in general.
CHANGES: Mapping[str, StrOrPromise] = {
    "account/email/email_changed": _("Your account writes to another e-mail address now."),
    "account/email/email_deleted": _("An e-mail address was removed from your account."),
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_reset": _(
        "Your password was changed, by a link that we had sent to your address."
    ),
    "account/email/password_set": _("Your account was given a password."),
    "mfa/email/recovery_codes_generated": _(
        "New recovery codes were made. The old ones are not good any more."
    ),
    "mfa/email/totp_activated": _("An authenticator app was added to your account."),
    "mfa/email/totp_deactivated": _("The authenticator app was removed from your account."),
    "mfa/email/webauthn_added": _("A passkey was added to your account."),
    "mfa/email/webauthn_removed": _("A passkey was removed from your account."),
}
_CHANGED = _("How you sign in to your account was changed.")


class NotHandedOver(Exception):
    """The mail server did not take a letter. Its own words may name the address, so they are not repeated."""


def tell(*, account: UUID, change: str) -> None:
    """Let a letter about this change be written, once it is stored. `change`: a key of CHANGES."""
    from portal.accounts import tasks  # noqa: PLC0415 - the queue reads that file before the models

    at = timezone.now().isoformat(timespec="seconds")
    transaction.on_commit(lambda: tasks.tell_of_change.defer(account=str(account), change=change, at=at))


def write(*, account: UUID, change: str, at: datetime) -> None:
    """Write it, in the language of the account. Raises NotHandedOver."""
    user = User.objects.get(id=account)
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject, words = gettext("A change to how you sign in"), _letter(change, at)
        for address in sorted({user.email, *confirmed}):
            try:
                send_mail(subject, words, None, [address])
            except Exception as error:
                raise NotHandedOver(type(error).__name__) from None


def _letter(change: str, at: datetime) -> str:
    parts = [
        f"{CHANGES.get(change, _CHANGED)}\n{times.words(at, 'exact')}",
        gettext(
            "If it was you, there is nothing to do. If it was not: sign in as you always do, or ask for a new password "
            "there. Sign out the devices that you do not know, choose a new password, and tell your hospital or "
            "practice. Whoever looked at a record stands in its history."
        ),
        gettext("This letter holds no link, so that nobody can lead you to a false page."),
        gettext("Assent never asks for your password in a letter."),
    ]
    return "\n\n".join(parts)
