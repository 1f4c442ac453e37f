"""Who could see one's record today, part by part, and why."""

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from portal.design.vocabulary import SENSITIVITIES
from portal.patients import onlooking
from portal.patients.door import Visitor, patient
from portal.records.services import who_could_see


@patient()
def who(who: Visitor) -> HttpResponseBase:
    """All choices taken together. `label`: only what bears this mark; unknown ones are as none."""
    label = who.request.GET.get("label", "")
    label = label if label in SENSITIVITIES else ""
    places = [
        (
            each.tenant.name,
            onlooking.looks(who_could_see(caller=who.caller, tenant=each.tenant_id, label=label)),
        )
        for each in who.registrations
    ]
    labels = [("", _("What bears no mark"))] + [
        (code, words[:1].upper() + words[1:]) for code, words in SENSITIVITIES.items()
    ]
    context = {"here": "sharing", "places": places, "labels": labels, "label": label}
    return who.page("patients/onlookers.html", context)
