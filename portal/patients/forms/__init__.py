"""What a patient fills in to share, a form a question; by noun."""

from portal.patients.forms.parties import Where, Who
from portal.patients.forms.parts import What
from portal.patients.forms.purpose import Purpose, Why
from portal.patients.forms.question import Question
from portal.patients.forms.showing import ShowTo
from portal.patients.forms.signing import Sign, SignByPasskey
from portal.patients.forms.term import Until

__all__ = [
    "Purpose",
    "Question",
    "ShowTo",
    "Sign",
    "SignByPasskey",
    "Until",
    "What",
    "Where",
    "Who",
    "Why",
]
