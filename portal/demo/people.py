"""The accounts of the demo world."""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in. `listed` accounts are printed with the password."""

    email: str
    name: str
    does: str
    memberships: tuple[tuple[str, str], ...] = ()  # (organisation, role)
    title: str = ""
    listed: bool = True
    password: str = ""

    def __str__(self) -> str:
        return f"{self.email:<32} {self.password}   {self.name}: {self.does}"


PATIENT = Account(
    "patient@demo.example", "Amara Lindgren", "sees her record, decides who else may, watches who looks"
)
GUARDIAN = Account("guardian@demo.example", "Mats Lindgren", "sees what Amara lets him see")
HOSPITAL_DOCTOR = Account(
    "clinician@st-mary.example",
    "Dr Jonas Okafor",
    "treats Amara at St Mary Hospital",
    (("st-mary", "clinician"),),
    "Diabetes doctor",
)
FAMILY_DOCTOR = Account(
    "clinician@riverside.example",
    "Dr Helen Brandt",
    "treats Amara at Riverside, waits for her answer",
    (("riverside", "clinician"),),
    "Family doctor",
)
ADMINISTRATOR = Account(
    "admin@st-mary.example",
    "Priya Nair",
    "looks after staff and policy",
    (("st-mary", "administrator"),),
    "Administrator",
)
PRIVACY_OFFICER = Account(
    "privacy@st-mary.example",
    "Ruth Adeyemi",
    "reviews emergency access",
    (("st-mary", "privacy_officer"),),
    "Privacy officer",
)
AUDITOR = Account(
    "auditor@st-mary.example",
    "Tomas Berg",
    "searches and verifies the ledger",
    (("st-mary", "auditor"),),
    "Auditor",
)
REGULATOR = Account(
    "regulator@demo.example",
    "Ingrid Solberg",
    "verifies the ledgers of both",
    (("st-mary", "auditor"), ("riverside", "auditor")),
    "Regulator",
)
EMERGENCY_DOCTOR = Account(
    "emergency@st-mary.example",
    "Dr Lena Fischer",
    "broke the glass",
    (("st-mary", "clinician"),),
    "Emergency doctor",
    listed=False,
)
ACCOUNTS = (
    PATIENT, GUARDIAN, HOSPITAL_DOCTOR, FAMILY_DOCTOR, ADMINISTRATOR, PRIVACY_OFFICER, AUDITOR, REGULATOR,
    EMERGENCY_DOCTOR,
)  # fmt: skip


def password() -> str:
    """One for all demo accounts of this installation: derived from its secret, so that it is stored nowhere."""
    drawn = hmac.digest(settings.SECRET_KEY.encode(), b"assent/demo-password/v1", hashlib.sha256)
    letters = [_LETTERS[byte % len(_LETTERS)] for byte in drawn[:12]]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))
