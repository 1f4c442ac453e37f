"""What a clinician's last search showed, sealed in their session: the list can be opened again, and a patient who
was found is named on the pages where access to the record is asked for."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.http import HttpRequest

from portal.accounts.sealing import fernet
from portal.records.services import Patient

KEY = "found"
LABEL = "assent/found-patients/v1"  # sessions are rows of the database; their key is not in it
SECONDS = 60 * 60


def keep(request: HttpRequest, custodian: str, patients: Iterable[Patient]) -> None:
    """Remember these patients of `custodian` (a slug) for an hour."""
    shown = [
        {
            "person": str(patient.person),
            "patient": patient.patient,
            "mrn": patient.mrn,
            "name": patient.name,
            "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
            "gender": patient.gender,
        }
        for patient in patients
    ]
    sealed = fernet(LABEL).encrypt(json.dumps({"custodian": custodian, "shown": shown}).encode())
    request.session[KEY] = sealed.decode()


def last(request: HttpRequest, custodian: str) -> dict[UUID, Patient]:
    """The patients of the last search at that custodian, by person; nothing after an hour."""
    opened = _opened(request)
    if opened.get("custodian") != custodian:
        return {}
    return {UUID(said["person"]): _patient(said) for said in opened["shown"]}


def custodian(request: HttpRequest) -> str:
    """Where the last search looked (a slug), or ""."""
    return str(_opened(request).get("custodian", ""))


def _opened(request: HttpRequest) -> dict[str, Any]:
    try:
        content = fernet(LABEL).decrypt(request.session.get(KEY, "").encode(), ttl=SECONDS)
    except InvalidToken:
        return {}
    return json.loads(content)  # type: ignore[no-any-return]


def _patient(said: Mapping[str, Any]) -> Patient:
    born = said["birth_date"]
    return Patient(
        person=UUID(said["person"]),
        patient=said["patient"],
        mrn=said["mrn"],
        name=said["name"],
        birth_date=date.fromisoformat(born) if born else None,
        gender=said["gender"],
    )
