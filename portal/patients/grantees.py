"""With whom a contract is to be, from what the patient typed; what does not fit is said at its field."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from portal.accounts import grantees
from portal.accounts.errors import AccountsError, UnknownGrantee
from portal.accounts.grantees import Named


class GranteeUnclear(AccountsError):
    """Nobody, or more than one, fits what was typed. `field` is the one to correct; the sentence is translated."""

    code = "grantee-unclear"
    status = 422

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


def named(kind: str, email: str, organisation: str) -> Named:
    """The grantee of a draft: `kind` is clinician, organisation or relative. Raises GranteeUnclear."""
    if kind == "organisation":
        if not organisation:
            raise GranteeUnclear(_("Choose the organisation."), "organisation")
        return grantees.organisation(organisation)
    if not email:
        raise GranteeUnclear(_("Write the e-mail address that they sign in with."), "email")
    if kind == "relative":
        nobody = _("Nobody here signs in with that address. Check it, or ask them for it.")
        return _found(lambda: grantees.person(email), nobody, "email")
    nobody = _("No clinician here signs in with that address. Check it, or ask them for it.")
    found = _found(lambda: grantees.practitioner(email), nobody, "email")
    if organisation:
        elsewhere = _("They do not work there as a clinician. Choose another organisation.")
        return _found(lambda: grantees.practitioner(email, organisation), elsewhere, "organisation")
    if not found.organisation:
        raise GranteeUnclear(_("They work at more than one organisation. Choose for which."), "organisation")
    return found


def _found(look: Callable[[], Named], sentence: str, field: str) -> Named:
    try:
        return look()
    except UnknownGrantee:
        raise GranteeUnclear(sentence, field) from None
