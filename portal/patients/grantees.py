"""With whom a contract is to be, from what the patient typed."""

from dataclasses import dataclass

from consent.terms import Grantee
from portal.accounts import selectors as accounts
from portal.accounts.errors import AccountsError, UnknownAccount
from portal.accounts.models import User


class GranteeUnclear(AccountsError):
    """Nobody, or more than one, fits what was typed. `field` is the one to correct."""

    code = "grantee-unclear"
    status = 422

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Named:
    """The grantee with the names that the sentence shows."""

    grantee: Grantee
    name: str
    organisation: str = ""


def named(kind: str, email: str, organisation: str) -> Named:
    """The grantee of a draft: `kind` is clinician, organisation or relative. Raises GranteeUnclear."""
    if kind == "organisation":
        if not organisation:
            raise GranteeUnclear("Choose the organisation.", "organisation")
        place = accounts.organisation(organisation)
        return Named(Grantee("organisation", place.id), place.name)
    if not email:
        raise GranteeUnclear("Write the e-mail address that they sign in with.", "email")
    if kind == "relative":
        user = _account(email, "Nobody here signs in with that address. Check it, or ask them for it.")
        return Named(Grantee("person", user.id), str(user))
    return _clinician(email, organisation)


def _clinician(email: str, organisation: str) -> Named:
    # The same answer whether nobody has the address or no clinician: who has an account is nobody's business.
    nobody = "No clinician here signs in with that address. Check it, or ask them for it."
    user = _account(email, nobody)
    roles = [item for item in accounts.memberships(user.id) if item.role == "clinician"]
    if not roles:
        raise GranteeUnclear(nobody, "email")
    if organisation:
        roles = [item for item in roles if item.tenant.slug == organisation]
        if not roles:
            raise GranteeUnclear(
                "They do not work there as a clinician. Choose another organisation.", "organisation"
            )
    if len(roles) > 1:
        raise GranteeUnclear("They work at more than one organisation. Choose for which.", "organisation")
    place = roles[0].tenant
    return Named(Grantee("practitioner", user.id, place.id), str(user), place.name)


def _account(email: str, sentence: str) -> User:
    try:
        return accounts.user_by_email(email)
    except UnknownAccount:
        raise GranteeUnclear(sentence, "email") from None
