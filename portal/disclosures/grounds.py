"""What an accounting leaves out, and on which ground of the rule. Pure."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.records.services import Access

# 45 CFR 164.528(a)(1)(i): treatment, payment and health care operations.
OPERATIONS = frozenset({"TREAT", "ETREAT", "BTG", "HPAYMT", "HOPERAT"})

GROUNDS: Mapping[str, StrOrPromise] = {
    "": _("Has to be accounted for"),
    "use": _("Use within the organisation: no disclosure (160.103)"),
    "individual": _("To the person, or who looks after them (164.528(a)(1)(ii))"),
    "operations": _("Treatment, payment or operations (164.528(a)(1)(i))"),
    "authorised": _("By the person’s own contract (164.528(a)(1)(iv))"),
}


def ground_of(access: Access, custodian: UUID) -> str:
    """Why the rule leaves this access out; "" where it has to be accounted for."""
    if access.role in ("patient", "guardian"):
        return "individual"
    if access.organisation == custodian and access.role != "application":
        return "use"
    if access.purpose in OPERATIONS:
        return "operations"
    if access.layer == "contract":
        return "authorised"
    return ""
