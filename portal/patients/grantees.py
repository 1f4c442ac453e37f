"""With whom a contract is to be, from what the patient typed; what does not fit is said at its field."""

from collections.abc import Callable

from portal.accounts import grantees
from portal.accounts.errors import AccountsError, UnknownGrantee
from portal.accounts.grantees import Named


class GranteeUnclear(AccountsError):
    """Nobody, or more than one, fits what was typed. `field` is the one to correct."""

    code = "grantee-unclear"
    status = 422

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


def named(kind: str, email: str, organisation: str) -> Named:
    """The grantee of a draft: `kind` is clinician, organisation or relative. Raises GranteeUnclear."""
    if kind == "organisation":
        if not organisation:
            raise GranteeUnclear("Choose the organisation.", "organisation")
        return grantees.organisation(organisation)
    if not email:
        raise GranteeUnclear("Write the e-mail address that they sign in with.", "email")
    if kind == "relative":
        return _found(lambda: grantees.person(email), "Nobody here signs in with that address.", "email")
    nobody = "No clinician here signs in with that address."
    found = _found(lambda: grantees.practitioner(email), nobody, "email")
    if organisation:
        elsewhere = "They do not work there as a clinician."
        return _found(lambda: grantees.practitioner(email, organisation), elsewhere, "organisation")
    if not found.organisation:
        raise GranteeUnclear("They work at more than one organisation. Choose for which.", "organisation")
    return found


def _found(look: Callable[[], Named], sentence: str, field: str) -> Named:
    try:
        return look()
    except UnknownGrantee:
        advice = (
            "Choose another organisation." if field == "organisation" else "Check it, or ask them for it."
        )
        raise GranteeUnclear(f"{sentence} {advice}", field) from None
