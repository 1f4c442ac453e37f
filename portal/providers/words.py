"""Measurements in the clinician's language; what is stored bears the names of their codes."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

VITAL_NAMES: Mapping[str, StrOrPromise] = {
    "heart-rate": _("Heart rate"),
    "temperature": _("Body temperature"),
    "breathing": _("Respiratory rate"),
    "oxygen": _("Oxygen saturation"),
    "weight": _("Body weight"),
    "height": _("Body height"),
}
