"""With whom a contract is to be: from the names in a body to the terms and to the names in the sentence."""

from collections.abc import Mapping
from typing import Any

from consent.sentence import Display
from consent.terms import Grantee, Terms
from portal.accounts import selectors
from portal.accounts.errors import UnknownAccount, UnknownTenant
from portal.api.errors import UnknownGrantee

TERMS = ("categories", "purposes", "actions", "sensitivity", "starts", "ends")


def terms_and_display(body: Mapping[str, Any]) -> tuple[Terms, Display]:
    """The terms of a contract and the names in its sentence.

    Raises UnknownTenant for the custodian, UnknownGrantee, and TermsError and its kin.
    """
    custodian = selectors.organisation(body["custodian"])
    grantee, name, organisation = _grantee(body["grantee"])
    rest = {key: body[key] for key in TERMS if key in body}
    display = Display(grantee=name, custodian=custodian.name, organisation=organisation)
    return Terms(custodian=custodian.id, grantee=grantee, **rest), display


def _grantee(named: Mapping[str, str]) -> tuple[Grantee, str, str]:
    """The grantee, its name, and that of the practitioner's organisation where the body names one."""
    if "person" in named:
        account = _account(named["person"])
        return Grantee("person", account.id), str(account), ""
    if "practitioner" not in named:
        organisation = _organisation(named["organisation"])
        return Grantee("organisation", organisation.id), organisation.name, ""
    organisation = _organisation(named["organisation"]) if "organisation" in named else None
    account = _account(named["practitioner"])
    roles = [item for item in selectors.memberships(account.id) if item.role == "clinician"]
    if organisation is not None:
        roles = [item for item in roles if item.tenant_id == organisation.id]
    if not roles:
        # The same answer as for an address that nobody has: who has an account is nobody's business.
        raise _unknown("practitioner")
    if organisation is None:
        return Grantee("practitioner", account.id), str(account), ""
    return Grantee("practitioner", account.id, organisation.id), str(account), organisation.name


def _account(email: str) -> Any:
    try:
        return selectors.user_by_email(email)
    except UnknownAccount:
        raise _unknown("practitioner") from None


def _organisation(slug: str) -> Any:
    try:
        return selectors.organisation(slug)
    except UnknownTenant:
        raise _unknown("organisation") from None


def _unknown(kind: str) -> UnknownGrantee:
    return UnknownGrantee(
        f"No {kind} of this node goes by that name. Check its spelling. Nothing was stored."
    )
