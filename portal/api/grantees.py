"""From the body of a contract to its terms and to the names in its sentence."""

from collections.abc import Mapping
from typing import Any

from consent.grantee import Named as NamedRecord
from consent.sentence import Display
from consent.terms import Terms
from portal.accounts import grantees, selectors
from portal.accounts.grantees import Named

TERMS = (
    "categories", "purposes", "actions", "sensitivity", "starts", "ends", "types", "data_starts", "data_ends",
    "excluded", "strong", "uses", "during", "notify", "suspend_above", "redisclosure", "report_back",
)  # fmt: skip


def terms_and_display(body: Mapping[str, Any]) -> tuple[Terms, Display]:
    """The terms of a contract and the names in its sentence.

    Raises UnknownTenant for the custodian, UnknownGrantee, and TermsError and its kin.
    """
    custodian = selectors.organisation(body["custodian"])
    who = _named(body["grantee"])
    rest = {key: body[key] for key in TERMS if key in body}
    if "records" in body:
        rest["records"] = [NamedRecord(one["meaning"], one["reference"]) for one in body["records"]]
    second = grantees.person(body["cosigner"]) if "cosigner" in body else None
    display = Display(
        grantee=who.name,
        custodian=custodian.name,
        organisation=who.organisation,
        cosigner=second.name if second else "",
    )
    rest["cosigner"] = second.grantee.id if second else None
    return Terms(custodian=custodian.id, grantee=who.grantee, **rest), display


def _named(names: Mapping[str, str]) -> Named:
    if "person" in names:
        return grantees.person(names["person"])
    if "practitioner" in names:
        return grantees.practitioner(names["practitioner"], names.get("organisation", ""))
    for kind in ("team", "group"):
        if kind in names:
            return grantees.circle(names[kind], kind)
    if "role" in names:
        return grantees.role(names["organisation"], names["role"])
    return grantees.organisation(names["organisation"])
