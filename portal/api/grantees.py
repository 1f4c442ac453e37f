"""From the body of a contract to its terms and to the names in its sentence."""

from collections.abc import Mapping
from typing import Any

from consent.sentence import Display
from consent.terms import Terms
from portal.accounts import grantees, selectors
from portal.accounts.grantees import Named

TERMS = ("categories", "purposes", "actions", "sensitivity", "starts", "ends")


def terms_and_display(body: Mapping[str, Any]) -> tuple[Terms, Display]:
    """The terms of a contract and the names in its sentence.

    Raises UnknownTenant for the custodian, UnknownGrantee, and TermsError and its kin.
    """
    custodian = selectors.organisation(body["custodian"])
    who = _named(body["grantee"])
    rest = {key: body[key] for key in TERMS if key in body}
    display = Display(grantee=who.name, custodian=custodian.name, organisation=who.organisation)
    return Terms(custodian=custodian.id, grantee=who.grantee, **rest), display


def _named(names: Mapping[str, str]) -> Named:
    if "person" in names:
        return grantees.person(names["person"])
    if "practitioner" in names:
        return grantees.practitioner(names["practitioner"], names.get("organisation", ""))
    return grantees.organisation(names["organisation"])
