"""From ADT^A01, A04, A08 and ORU^R01 to FHIR resources (HL7 v2-to-FHIR, as far as our record goes). Pure.

Ids are made from what the sender calls things, so that a message that comes twice changes nothing, and a corrected
result is the next version of the same record.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from portal.records.hl7.errors import MessageRefused
from portal.records.hl7.reading import Message, component, concept, field, repetitions, time_of, unescaped

Json = dict[str, Any]
ADMISSIONS, UPDATE, RESULTS = frozenset({"A01", "A04"}), "A08", "R01"
_NAMES = uuid.UUID("0d9f3a58-6d7b-5c0e-8a5f-3c2f1f3f0c77")
_GENDER = {"F": "female", "M": "male", "O": "other", "A": "other", "U": "unknown", "N": "other"}
_CLASS = {"I": "IMP", "O": "AMB", "E": "EMER", "P": "PRENC", "R": "AMB", "B": "AMB"}
_STATUS = {"F": "final", "P": "preliminary", "S": "preliminary", "C": "corrected", "X": "cancelled",
           "W": "entered-in-error", "D": "entered-in-error", "I": "registered", "R": "preliminary"}  # fmt: skip
_REPORT = {"F": "final", "P": "preliminary", "C": "corrected", "X": "cancelled", "I": "registered", "S": "partial",
           "A": "partial", "R": "preliminary", "O": "registered"}  # fmt: skip
_FLAGS = frozenset({"L", "H", "LL", "HH", "N", "A", "AA", "U", "D", "B", "W", "S", "R", "I"})
_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_SECTION = "http://terminology.hl7.org/CodeSystem/v2-0074"
_MR = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?\Z")
_COMPARATORS = frozenset({"<", ">", "<=", ">="})


class Mapping:
    """One message for one tenant. `known`: the FHIR id of the patient with that record number, or ""."""

    def __init__(self, message: Message, *, tenant: uuid.UUID, known: Callable[[str], str]) -> None:
        """Raises MessageRefused."""
        self._message, self._tenant = message, tenant
        header = message.first("MSH")
        self.control = component(field(header, 10), 1)
        kind = field(header, 9)
        self.event = component(kind, 2)
        self._sender = f"{field(header, 3)}|{field(header, 4)}"
        if (component(kind, 1), self.event) not in {
            ("ADT", "A01"),
            ("ADT", "A04"),
            ("ADT", "A08"),
            ("ORU", "R01"),
        }:
            raise MessageRefused(
                "Messages of this type are not taken. Taken are ADT^A01, A04, A08 and ORU^R01.", code="AR"
            )
        self._pid = message.first("PID")
        self.number = self._record_number()
        if not self.number:
            raise MessageRefused("PID-3 names no record number, so that nobody knows whose message it is.")
        found = known(self.number)
        self.known = bool(found)
        self.patient_id = found or self._id("patient", self.number)

    def resources(self) -> list[Json]:
        """What is to be stored. Results of somebody who is not registered are refused: an ADT comes first."""
        if self.event == RESULTS:
            if not self.known:
                raise MessageRefused(
                    "Nobody with that record number is registered here. Send an ADT message first."
                )
            return list(self._results())
        visit = [self._visit()] if self._message.first("PV1") is not None else []
        return [*([] if self.known else [self.patient()]), *visit]

    def patient(self) -> Json:
        """The Patient as PID has her."""
        pid = self._pid
        said: Json = {
            "name": [name for value in repetitions(pid, 5) if (name := _name(value))],
            "gender": _GENDER.get(component(field(pid, 8), 1), ""),
            "birthDate": time_of(field(pid, 7))[:10],
            "address": [place for value in repetitions(pid, 11) if (place := _address(value))],
            "telecom": [
                {"system": "phone", "value": phone, "use": use}
                for number, use in ((13, "home"), (14, "work"))
                for value in repetitions(pid, number)
                if (phone := component(value, 1) or component(value, 12))
            ],
        }
        identifier = {"type": _MR, "value": self.number}
        kept = {name: value for name, value in said.items() if value}
        return {"resourceType": "Patient", "id": self.patient_id, "identifier": [identifier], **kept}

    def _record_number(self) -> str:
        """The identifier of type MR, else the first one."""
        found = list(repetitions(self._pid, 3))
        marked = [value for value in found if component(value, 5) == "MR"]
        return component((marked or found or [""])[0], 1)[:64]

    def _visit(self) -> Json:
        pv1 = self._message.first("PV1")
        number = component(field(pv1, 19), 1) or f"{self.number}|{field(pv1, 44)}"
        start, end = time_of(field(pv1, 44)), time_of(field(pv1, 45))
        period = {name: value for name, value in (("start", start), ("end", end)) if value}
        code = _CLASS.get(component(field(pv1, 2), 1), "AMB")
        return {
            "resourceType": "Encounter",
            "id": self._id("visit", number),
            "status": "finished" if end else "in-progress",
            "class": {"system": _ACT, "code": code},
            "subject": self._subject(),
            **({"period": period} if period else {}),
        }

    def _subject(self) -> Json:
        return {"reference": f"Patient/{self.patient_id}"}

    def _results(self) -> Iterator[Json]:
        report, order = None, None
        count = 0
        for name, segment in self._message.segments:
            if name == "OBR":
                if report:
                    yield report
                count, order = count + 1, segment
                report = self._report(segment, count)
            elif name == "OBX":
                if report is None:
                    raise MessageRefused("An OBX stands before any OBR.")
                result = self._result(segment, order, report)
                report.setdefault("result", []).append({"reference": f"Observation/{result['id']}"})
                yield result
        if report is None:
            raise MessageRefused("The message holds no OBR.")
        yield report

    def _report(self, obr: Any, place: int) -> Json:
        number = component(field(obr, 3), 1) or component(field(obr, 2), 1) or f"{self.control}|{place}"
        when = time_of(field(obr, 7))
        return {
            "resourceType": "DiagnosticReport",
            "id": self._id("report", number),
            "status": _REPORT.get(field(obr, 25), "unknown"),
            "category": [{"coding": [{"system": _SECTION, "code": component(field(obr, 24), 1) or "LAB"}]}],
            "code": concept(field(obr, 4)) or {"text": "Laboratory report"},
            "subject": self._subject(),
            **({"effectiveDateTime": when} if when else {}),
        }

    def _result(self, obx: Any, obr: Any, report: Json) -> Json:
        code = field(obx, 3)
        if not component(code, 1) and not component(code, 2):
            raise MessageRefused("An OBX does not say what was measured (OBX-3).")
        when = time_of(field(obx, 14)) or time_of(field(obr, 7))
        flags = [
            {"coding": [{"system": _INTERPRETATION, "code": flag}]}
            for value in repetitions(obx, 8)
            if (flag := component(value, 1)) in _FLAGS
        ]
        span = unescaped(field(obx, 7))
        status = _STATUS.get(field(obx, 11), "unknown")
        return {
            "resourceType": "Observation",
            "id": self._id(
                "result", f"{report['id']}|{component(code, 1) or component(code, 2)}|{field(obx, 4)}"
            ),
            "status": status,
            "category": [{"coding": [{"system": _CATEGORY, "code": "laboratory"}]}],
            "code": concept(code),
            "subject": self._subject(),
            **({"effectiveDateTime": when} if when else {}),
            **_value(field(obx, 2), field(obx, 5), field(obx, 6)),
            **({"interpretation": flags} if flags else {}),
            **({"referenceRange": [{"text": span}]} if span else {}),
        }

    def _id(self, kind: str, name: str) -> str:
        return str(uuid.uuid5(_NAMES, f"{self._tenant}|{self._sender}|{kind}|{name}"))


def _name(value: str) -> Json:
    family, given = component(value, 1), [part for at in (2, 3) for part in component(value, at).split()]
    return {**({"family": family} if family else {}), **({"given": given} if given else {})}


def _address(value: str) -> Json:
    lines = [line for at in (1, 2) if (line := component(value, at))]
    parts = {"city": component(value, 3), "state": component(value, 4), "postalCode": component(value, 5),
             "country": component(value, 6)}  # fmt: skip
    return {**({"line": lines} if lines else {}), **{name: part for name, part in parts.items() if part}}


def _value(kind: str, value: str, unit: str) -> Json:
    """OBX-5 by its type. What has no type that we know is kept as text, so that nothing is lost."""
    if not value:
        return {}
    text = unescaped(value.replace("^", " ")) if kind not in {"ST", "TX", "FT"} else unescaped(value)
    if kind in {"NM", "SN"}:
        comparator, digits = (
            ("", component(value, 1)) if kind == "NM" else (component(value, 1), component(value, 2))
        )
        if _NUMBER.match(digits) and (not comparator or comparator in _COMPARATORS):
            number = float(digits) if "." in digits else int(digits)
            said: Json = {"value": number, "comparator": comparator, "unit": component(unit, 1)}
            return {"valueQuantity": {name: part for name, part in said.items() if part != ""}}
    if kind in {"CE", "CWE", "CNE"}:
        return {"valueCodeableConcept": concept(value)}
    if kind in {"DT", "TS", "DTM"} and (when := time_of(value)):
        return {"valueDateTime": when}
    return {"valueString": text} if text else {}
