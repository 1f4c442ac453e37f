"""Scopes in words that people understand."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import smart_scopes
from portal.design.vocabulary import CATEGORIES
from portal.records.kinds import KINDS
from portal.records.scoping import restriction

_BESIDE = {
    "openid": gettext_lazy("Know that it is you who signed in"),
    "fhirUser": gettext_lazy("Know which person of the record you are"),
    "offline_access": gettext_lazy("Stay connected while you are away"),
    "online_access": gettext_lazy("Stay connected for up to 12 hours"),
    "launch/patient": gettext_lazy("Know whose record it is"),
}


# Types of which several belong to one part of the record, or none does. Others are called as their parts are.
_TYPES = {
    "RelatedPerson": gettext_lazy("relatives and contacts"),
    "FamilyMemberHistory": gettext_lazy("illnesses in the family"),
    "MedicationRequest": gettext_lazy("prescriptions"),
    "MedicationStatement": gettext_lazy("medicines taken"),
    "MedicationAdministration": gettext_lazy("medicines given by staff"),
    "MedicationDispense": gettext_lazy("medicines handed out"),
    "DiagnosticReport": gettext_lazy("reports of tests"),
    "Specimen": gettext_lazy("samples for tests"),
    "ImagingStudy": gettext_lazy("scans and pictures"),
    "Device": gettext_lazy("devices and implants"),
    "Binary": gettext_lazy("the files of documents"),
    "CareTeam": gettext_lazy("who cares for whom"),
    "Goal": gettext_lazy("goals of care"),
    "ServiceRequest": gettext_lazy("referrals and orders"),
    "Claim": gettext_lazy("claims for payment"),
    "ExplanationOfBenefit": gettext_lazy("what the insurer paid"),
    "QuestionnaireResponse": gettext_lazy("answers to questionnaires"),
    "Organization": gettext_lazy("names of organisations"),
    "Practitioner": gettext_lazy("names of clinicians"),
    "PractitionerRole": gettext_lazy("who works where"),
    "Location": gettext_lazy("places of care"),
    "HealthcareService": gettext_lazy("services of organisations"),
    "Medication": gettext_lazy("descriptions of medicines"),
}


@dataclass(frozen=True)
class Line:
    """One scope that can be given or left out."""

    scope: str
    says: str
    what: str
    chosen: bool = True


def line(word: str, *, chosen: Collection[str] | None = None) -> Line:
    """What a scope over records lets an application do."""
    scope = smart_scopes.parse(word)
    assert scope is not None  # noqa: S101 - the caller has chosen these
    letters = set(scope.letters)
    may = []
    if letters & set("rs"):
        may.append(_("read"))
    if "c" in letters:
        may.append(_("add"))
    if "u" in letters:
        may.append(_("change"))
    if "d" in letters:
        may.append(_("delete"))
    parts = {"may": _(", ").join(may), "what": _what(scope)}
    says = _("%(may)s: %(what)s") % parts
    return Line(word, says[:1].upper() + says[1:], parts["what"], chosen is None or word in chosen)


def beside(word: str) -> str:
    """What a scope beside records is for; "" for one that goes without saying."""
    return str(_BESIDE.get(word, ""))


def _what(scope: smart_scopes.ResourceScope) -> str:
    if scope.category:
        only = restriction(scope.type, scope.category) or ""
        return str(CATEGORIES.get(only, scope.category))
    if scope.type == "*":
        return _("the whole record")
    if scope.type in _TYPES:
        return str(_TYPES[scope.type])
    return _(", ").join(CATEGORIES[each] for each in KINDS[scope.type].categories)
