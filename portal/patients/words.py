"""What patients read for the codes of the floors below, in the middle of a sentence."""

from collections.abc import Collection, Mapping

from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.design.vocabulary import CATEGORIES

PURPOSES: Mapping[str, StrOrPromise] = {
    "TREAT": _("your treatment"),
    "ETREAT": _("your emergency treatment"),
    "HPAYMT": _("the payment of your care"),
    "HOPERAT": _("running the organisation"),
    "HRESCH": _("research"),
    "PATRQT": _("your own use"),
    "BTG": _("an emergency"),
}
ROLES: Mapping[str, StrOrPromise] = {
    "patient": _("Yourself"),
    "guardian": _("For you"),
    "clinician": _("Clinician"),
    "administrator": _("Administrator"),
    "privacy_officer": _("Privacy officer"),
    "auditor": _("Auditor"),
}
# What somebody shares for: the templates, in the patient's own words.
TEMPLATES: Mapping[str, StrOrPromise] = {
    "treatment": _("My treatment: whoever treats me reads what they need for it"),
    "second-opinion": _("A second opinion: another clinician looks, and tells me what they think"),
    "emergency-card": _("An emergency card: what helpers must know to treat me"),
    "family": _("Somebody of my family: they see what I choose, on my behalf"),
    "research": _("Research: researchers read it and may take a copy"),
    "part-2": _("Substance use treatment (42 CFR Part 2): named people only, under the law that protects it"),
    "part-2-care": _(
        "Substance use treatment, one consent for all my care, its payment and those who run it"
    ),
    "insurer": _("My insurer: what it needs to pay for my care, no notes and no results"),
}
NO_EMERGENCY = _("No emergency access: whom I name sees nothing of what I choose, not even to save my life")
SENSITIVITIES: Mapping[str, StrOrPromise] = {
    "R": _("Restricted records"),
    "V": _("Very restricted records"),
    "ETH": _("Substance use"),
    "ETHUD": _("Alcohol use"),
    "OPIOIDUD": _("Opioid use"),
    "PSY": _("Mental health"),
    "HIV": _("HIV"),
    "SEX": _("Sexual health"),
    "SDV": _("Domestic violence"),
}
MORE_ACTIONS: Mapping[str, StrOrPromise] = {
    "write": _("Add to these parts and change them"),
    "export": _("Take a copy of these parts"),
}
# For a menu or a heading rather than the middle of a sentence.
PURPOSE_CHOICES: Mapping[str, StrOrPromise] = {
    "TREAT": _("My treatment"),
    "HPAYMT": _("Payment of my care"),
    "HRESCH": _("Research"),
    "HOPERAT": _("Running the organisation"),
}


def name(of_patient: str) -> str:
    """Whose record it is, also where the name does not open ("")."""
    return of_patient or gettext("A name that does not open")


def parts(categories: Collection[str]) -> list[str]:
    """The parts of a record in their usual order, as they stand in a sentence."""
    return [CATEGORIES[slug] for slug in CATEGORIES if slug in categories]


def part(category: str) -> str:
    """A part of the record as a heading."""
    words = CATEGORIES[category]
    return words[:1].upper() + words[1:]


def listed(words: Collection[str]) -> str:
    """lab results, medicines and allergies"""
    return get_text_list(list(words), gettext("and"))


def purpose(code: object) -> str:
    return str(PURPOSES.get(str(code), ""))
