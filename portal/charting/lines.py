"""One record as one line of a list: what it is, what there is to say about it, when, and a warning if it needs one."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.charting.concepts import (
    Resource,
    amount,
    begun,
    born,
    coded,
    components,
    day,
    display,
    name,
    quantity,
    words,
    written,
)
from portal.charting.measurements import beyond
from portal.design.charts import number
from portal.design.shapes import Item
from portal.design.times import words as day_words

Tone = Literal["", "needs", "alarm"]
WHEN = [
    "effectiveDateTime",
    "effectivePeriod",
    "effectiveInstant",
    "occurrenceDateTime",
    "occurrencePeriod",
    "performedDateTime",
    "performedPeriod",
    "onsetDateTime",
    "onsetPeriod",
    "authoredOn",
    "recordedDate",
    "period",
    "date",
    "sent",
    "received",
    "started",
    "whenHandedOver",
    "billablePeriod",
    "startDate",
    "dateAsserted",
    "created",
    "issued",
]
OVER = frozenset(
    [
        "resolved",
        "remission",
        "inactive",
        "completed",
        "stopped",
        "cancelled",
        "entered-in-error",
        "finished",
        "ended",
    ]
)


def line(resource: Resource) -> Item:
    """Any resource that is kept here; a type without words of its own is called by its code or its kind."""
    said = _SAID.get(resource["resourceType"], _other)(resource)
    return Item(**{"title": _title(resource), "day": when(resource), **said})


def when(resource: Resource) -> date | None:
    """The day that it is about, or on which it was written."""
    return next((found for element in WHEN if (found := day(resource.get(element)))), None)


def _title(resource: Resource) -> str:
    return begun(words(resource.get("code")) or words(resource.get("type"))) or _kind(resource)


def _kind(resource: Resource) -> str:
    """ "CarePlan" -> "Care plan"."""
    spelled = "".join(
        f" {letter.lower()}" if letter.isupper() else letter for letter in resource["resourceType"]
    )
    return spelled.strip().capitalize()


def _other(resource: Resource) -> dict[str, Any]:
    return {"detail": words(resource.get("category"))}


def _condition(resource: Resource) -> dict[str, Any]:
    status = coded(resource.get("clinicalStatus"))
    ended = day(resource.get("abatementDateTime")) or day(resource.get("abatementPeriod"))
    flag = _("Over") if status in OVER or ended else ""
    return {"detail": words(resource.get("bodySite")) or words(resource.get("severity")), "flag": flag}


def _medicine(resource: Resource) -> dict[str, Any]:
    title = words(resource.get("medicationCodeableConcept")) or display(resource.get("medicationReference"))
    dosages = resource.get("dosageInstruction") or resource.get("dosage") or ()
    dosage = dosages[0] if isinstance(dosages, list) and dosages else dosages
    detail = str(dosage.get("text", "")) if isinstance(dosage, Mapping) else ""
    ended = resource.get("status") in OVER
    return {
        "title": title or _("Medicine"),
        "detail": detail,
        "flag": _("Stopped") if ended else "",
        "place": display(resource.get("requester")),
    }


def _allergy(resource: Resource) -> dict[str, Any]:
    reactions = [each for each in resource.get("reaction", ()) if isinstance(each, Mapping)]
    shown = [words(each) for reaction in reactions for each in reaction.get("manifestation", ())]
    return {"detail": ", ".join(shown), **_warning(resource)}


def _warning(resource: Resource) -> dict[str, Any]:
    severe = any(each.get("severity") == "severe" for each in resource.get("reaction", ()))
    if resource.get("criticality") == "high" or severe:
        return {"flag": _("Severe"), "tone": "alarm"}
    return {}


def _immunisation(resource: Resource) -> dict[str, Any]:
    not_given = resource.get("status") == "not-done"
    return {
        "title": begun(words(resource.get("vaccineCode"))) or _kind(resource),
        "flag": _("Not given") if not_given else "",
    }


def _observation(resource: Resource) -> dict[str, Any]:
    measured = quantity(resource.get("valueQuantity"))
    if measured:
        flag = beyond(resource)
        said: dict[str, Any] = {"value": number(measured[0]), "unit": measured[1], "flag": flag}
        return said | ({"tone": "needs"} if flag else {})
    return {"detail": _answer(resource) or ", ".join(_parts(resource))}


def _answer(resource: Resource) -> str:
    """A value that is not a plain number, as it was written: "negative", "< 5 mmol/L"."""
    measured = resource.get("valueQuantity")
    if isinstance(measured, Mapping) and "value" in measured:
        return amount(measured)
    said = resource.get("valueString") or words(resource.get("valueCodeableConcept"))
    return str(said or "")


def _parts(resource: Resource) -> Iterator[str]:
    for each in components(resource):
        if answer := _answer(each):
            yield f"{words(each.get('code'))} {answer}"


def _report(resource: Resource) -> dict[str, Any]:
    return {"detail": str(resource.get("conclusion", "")), "place": display(resource.get("performer"))}


def _visit(resource: Resource) -> dict[str, Any]:
    place = display(resource.get("serviceProvider"))
    return {"detail": words(resource.get("reasonCode")), "place": place}


def _document(resource: Resource) -> dict[str, Any]:
    said = str(resource.get("description", "")) or next(written(resource), "")
    title = words(resource.get("type")) or _kind(resource)
    return {"title": title, "detail": said, "place": display(resource.get("author"))}


def _plan(resource: Resource) -> dict[str, Any]:
    called = resource.get("title") or resource.get("name") or words(resource.get("category"))
    title = str(called or words(resource.get("description")) or _kind(resource))
    return {"title": title, "flag": _("Over") if resource.get("status") in OVER else ""}


def _insurance(resource: Resource) -> dict[str, Any]:
    total = resource.get("total")
    money = total if isinstance(total, Mapping) else {}
    found = quantity(money)
    shown = {"value": _amount(found[0]), "unit": str(money.get("currency", ""))} if found else {}
    said = [words(resource.get("type")), _payer(resource)]
    return {"title": _kind(resource), "detail": begun(", ".join(filter(None, said))), **shown}


def _amount(money: float) -> str:
    return formats.number_format(money, decimal_pos=2, use_l10n=True, force_grouping=True)


def _payer(resource: Resource) -> str:
    return display(resource.get("insurer")) or display(resource.get("payor"))


def _message(resource: Resource) -> dict[str, Any]:
    contents = [
        each.get("contentString", "") for each in resource.get("payload", ()) if isinstance(each, Mapping)
    ]
    title = words(resource.get("topic")) or words(resource.get("category")) or _("Message")
    return {"title": title, "detail": " ".join(contents), "place": display(resource.get("sender"))}


def _person(resource: Resource) -> dict[str, Any]:
    family, given = name(resource)
    return {
        "title": f"{given} {family}".strip() or _("Name not known"),
        "detail": ". ".join(_about(resource)),
        "day": None,
    }


def _about(resource: Resource) -> Iterator[str]:
    """When somebody was born, and where they are found."""
    if birth := born(resource):
        yield _("Born %(day)s") % {"day": day_words(birth, "day")}
    yield from filter(None, [str(_GENDERS.get(str(resource.get("gender")), ""))])
    for each in _mappings(resource.get("address")):
        lines = [*each.get("line", ()), each.get("city"), each.get("state"), each.get("postalCode")]
        if written := ", ".join(str(part) for part in lines if part):
            yield written
    yield from (str(each["value"]) for each in _mappings(resource.get("telecom")) if each.get("value"))


def _mappings(several: Any) -> list[Resource]:
    return [each for each in several or () if isinstance(each, Mapping)]


_GENDERS = {
    "female": gettext_lazy("Female"),
    "male": gettext_lazy("Male"),
    "other": gettext_lazy("Other gender"),
}
_SAID: Mapping[str, Callable[[Resource], dict[str, Any]]] = {
    "AllergyIntolerance": _allergy,
    "CarePlan": _plan,
    "CareTeam": _plan,
    "Claim": _insurance,
    "Communication": _message,
    "Condition": _condition,
    "Coverage": _insurance,
    "DiagnosticReport": _report,
    "DocumentReference": _document,
    "Encounter": _visit,
    "ExplanationOfBenefit": _insurance,
    "Goal": _plan,
    "Immunization": _immunisation,
    "MedicationAdministration": _medicine,
    "MedicationDispense": _medicine,
    "MedicationRequest": _medicine,
    "MedicationStatement": _medicine,
    "Observation": _observation,
    "Patient": _person,
    "RelatedPerson": _person,
}
