"""Who could see one's record today, part by part, and why."""

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from portal.design.vocabulary import SENSITIVITIES
from portal.patients import onlooking
from portal.patients.door import Visitor, patient
from portal.records.services import who_could_see_each


@patient()
def who(who: Visitor) -> HttpResponseBase:
    """All choices taken together. `label`: only what bears this mark; unknown ones are as none."""
    label = who.request.GET.get("label", "")
    label = label if label in SENSITIVITIES else ""
    tenants = [each.tenant_id for each in who.registrations]
    found = onlooking.looks(who_could_see_each(caller=who.caller, tenants=tenants, label=label))
    places = list(zip([each.tenant.name for each in who.registrations], found, strict=True))
    labels = [("", _("What bears no mark"))] + [
        (code, words[:1].upper() + words[1:]) for code, words in SENSITIVITIES.items()
    ]
    context = {"here": "sharing", "places": places, "labels": labels, "label": label}
    return who.page("patients/onlookers.html", context)
