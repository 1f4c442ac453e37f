"""From the header of a C-CDA document to a Binary with its exact bytes and the DocumentReference to it. Pure.

Ids are made from the id of the document, so that one that comes twice changes nothing. Its sections stay in the
document: nothing of them is turned into records of its own, which would say more than the people who signed it.
"""

import base64
import uuid
from typing import Any

from portal.records.ccda.errors import DocumentRefused
from portal.records.ccda.xml import Element
from portal.records.hl7.reading import time_of

Json = dict[str, Any]
LOINC = "2.16.840.1.113883.6.1"
_NAMES = uuid.UUID("6a3c3a0e-52d5-5f5b-9c43-0f1c7f0f3c9d")
_GENDER = {"F": "female", "M": "male", "UN": "other"}
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_CATEGORY = {
    "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
    "code": "clinical-note",
}
_FORMAT = {
    "system": "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
    "code": "urn:hl7-org:sdwg:ccda-structuredBody:2.1",
}


class Document:
    """One document: whom it is about, and what it is stored as."""

    def __init__(self, content: bytes, root: Element) -> None:
        """Raises DocumentRefused for what is no clinical document about one patient."""
        self._content, self._root = content, root
        if root.name != "ClinicalDocument":
            raise DocumentRefused("It is no clinical document: its root is not a ClinicalDocument of HL7 v3.")
        targets = list(root.all("recordTarget/patientRole"))
        if len(targets) != 1:
            raise DocumentRefused("It is not about one patient: it names none, or several (recordTarget).")
        self._target = targets[0]
        self.id = _name(root.first("id"))
        if not self.id:
            raise DocumentRefused("It has no id, so that it would not be known again.")

    @property
    def numbers(self) -> list[str]:
        """What could be a record number of ours, in order."""
        found = (one.attributes.get("extension", "").strip() for one in self._target.all("id"))
        return [number[:64] for number in dict.fromkeys(found) if number]

    @property
    def patient(self) -> Json:
        """What it says of whom it is about, as a FHIR Patient."""
        person = self._target.first("patient")
        names = [
            {
                "given": [one.words() for one in name.all("given") if one.words()],
                "family": name.first("family").words(),
            }
            for name in person.all("name")
        ]
        identifiers = [
            {"system": f"urn:oid:{one.attributes['root']}", "value": one.attributes["extension"]}
            for one in self._target.all("id")
            if one.attributes.get("root") and one.attributes.get("extension")
        ]
        return {
            "resourceType": "Patient",
            "identifier": identifiers,
            "name": names,
            "birthDate": time_of(person.first("birthTime").attributes.get("value", ""))[:10],
            "gender": _GENDER.get(person.first("administrativeGenderCode").attributes.get("code", ""), ""),
        }

    def resources(self, *, tenant: uuid.UUID, patient: str) -> list[Json]:
        """The Binary and the DocumentReference, for the Patient with that id."""
        key, held = str(uuid.uuid5(_NAMES, f"{tenant}|{self.id}")), {"reference": f"Patient/{patient}"}
        meta = self._meta()
        binary = {
            "resourceType": "Binary",
            "id": key,
            **meta,
            "contentType": "application/xml",
            "securityContext": held,
            "data": base64.b64encode(self._content).decode(),
        }
        return [
            binary,
            {"resourceType": "DocumentReference", "id": key, **meta, **self._described(key, held)},
        ]

    def _described(self, key: str, held: Json) -> Json:
        code, when = (
            self._root.first("code"),
            time_of(self._root.first("effectiveTime").attributes.get("value", "")),
        )
        title = self._root.first("title").words() or code.attributes.get("displayName", "")
        authors = [
            {"display": name}
            for one in self._root.all("author/assignedAuthor")
            if (
                name := one.first("assignedPerson/name").words()
                or one.first("assignedAuthoringDevice").words()
            )
        ]
        keeper = self._root.first("custodian/assignedCustodian/representedCustodianOrganization/name").words()
        file = {
            "contentType": "application/xml",
            "url": f"Binary/{key}",
            "size": len(self._content),
            "title": title,
        }
        period = self._period()
        shown: Json = {
            "status": "current",
            "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": self.id},
            "type": _concept(code),
            "category": [{"coding": [_CATEGORY]}],
            "subject": held,
            "date": when if "T" in when else "",
            "author": authors,
            "custodian": {"display": keeper} if keeper else {},
            "description": title,
            "content": [
                {"attachment": {name: value for name, value in file.items() if value}, "format": _FORMAT}
            ],
            "context": {"period": period} if period else {},
        }
        return {name: value for name, value in shown.items() if value}

    def _meta(self) -> Json:
        """What the document says of how confidential it is. Normal is the absence of a label."""
        code = self._root.first("confidentialityCode").attributes.get("code", "")
        security = [{"system": _CONFIDENTIALITY, "code": code}]
        return {"meta": {"security": security}} if code in {"R", "V", "L", "M", "U"} else {}

    def _period(self) -> Json:
        span = self._root.first("documentationOf/serviceEvent/effectiveTime")
        ends = {
            name: time_of(span.first(at).attributes.get("value", ""))
            for name, at in (("start", "low"), ("end", "high"))
        }
        return {name: value for name, value in ends.items() if value}


def _concept(code: Element) -> Json:
    found, system = code.attributes.get("code"), code.attributes.get("codeSystem", "")
    if not found or not system:
        return {}
    coding = {"system": "http://loinc.org" if system == LOINC else f"urn:oid:{system}", "code": found}
    shown = code.attributes.get("displayName")
    return {"coding": [{**coding, **({"display": shown} if shown else {})}]}


def _name(identifier: Element) -> str:
    """An id of HL7 v3 as one text."""
    root, extension = identifier.attributes.get("root", ""), identifier.attributes.get("extension", "")
    return f"urn:oid:{root}^{extension}" if root and extension else f"urn:oid:{root}" if root else ""
