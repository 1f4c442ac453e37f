"""What the ledger says, as AuditEvents in the patterns of IHE BALP and as Provenance."""

from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from pytest_django import Settings

from consent import services as consent
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.accounts.errors import ScopeMissing
from portal.accounts.identity import Caller
from portal.records import services
from portal.records.audit_events import DCM, PROFILES
from portal.records.errors import Denied, NotYourRecord, UnknownRecord
from tests.cast import PATIENT, Cast, build, lab, store

LAB = f"{PATIENT}-ldl-1"


@pytest.fixture
def cast(transactional_db: None, settings: Settings, tmp_path: Path, no_other_sequencer: None) -> Cast:
    settings.ASSENT_SIGNER_DIR = tmp_path / "signer"
    return build()


def events(cast: Cast, caller: Caller, **more: Any) -> list[dict[str, Any]]:
    import json

    found = services.audit_events(caller=caller, tenant=cast.hospital.id, **more).found
    return [json.loads(content) for _, content in found]


def newest(cast: Cast, caller: Caller | None = None) -> dict[str, Any]:
    event = events(cast, caller or cast.amara)[0]
    get_fhir_model_class("AuditEvent").model_validate(event)
    return event


def profile(event: dict[str, Any]) -> str:
    named: str = event.get("meta", {}).get("profile", [""])[0]
    return named.removeprefix(PROFILES)


def read(cast: Cast, caller: Caller, key: str = LAB) -> None:
    services.read(caller=caller, tenant=cast.hospital.id, type="Observation", id=key)


def test_a_read_is_told_by_who_what_whose_and_what_for(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    read(cast, cast.doctor)
    event = newest(cast)
    assert (profile(event), event["action"], event["outcome"]) == ("PatientRead", "R", "0")
    assert event["subtype"][0]["code"] == "read"
    user = next(agent for agent in event["agent"] if agent["requestor"])
    assert user["who"]["display"] == "Dr Jonas Okafor"
    assert user["purposeOfUse"][0]["coding"][0]["code"] == "TREAT"
    whats = [entity["what"].get("reference") for entity in event["entity"]]
    assert {f"Patient/{PATIENT}", f"Observation/{LAB}/_history/1"} <= set(whats)
    assert any(str(what).startswith("Consent/") for what in whats)


def test_a_search_a_denial_and_an_export_have_their_own_patterns(cast: Cast) -> None:
    params = {"patient": [PATIENT]}
    services.search(caller=cast.amara, tenant=cast.hospital.id, type="Observation", params=params)
    assert profile(newest(cast)) == "PatientQuery"
    with pytest.raises(Denied):
        read(cast, cast.doctor)
    denied = newest(cast)
    assert (profile(denied), denied["outcome"]) == ("AuthZconsent", "8")
    assert denied["type"] == {"system": DCM, "code": "110113"}
    assert denied["outcomeDesc"]
    from portal.records import exporting

    export = services.start_export(caller=cast.amara, tenant=cast.hospital.id, request="r")
    exporting.run(tenant=cast.hospital.id, export=export)
    assert profile(newest(cast)) == "PrivacyDisclosure.Source"


def test_writes_and_contracts_are_creations_and_changes(cast: Cast) -> None:
    store(cast.hospital, lab(PATIENT, "new", "1-8", 1, "2026-01-01"))
    assert (profile(newest(cast)), newest(cast)["action"]) == ("PatientCreate", "C")
    contract = cast.grant(cast.doctor, "lab-results")
    cast.revoke(contract)
    assert (profile(newest(cast)), newest(cast)["action"]) == ("PatientUpdate", "U")


def test_an_emergency_starts_and_stops(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        session = consent.open_emergency(
            person=cast.person, actor=cast.doctor.user, organisation=cast.hospital.id,
            reason_code="ETREAT", reason="Unconscious in the emergency room", strong=True, role="clinician",
        )  # fmt: skip
    started = newest(cast)
    assert started["subtype"][0]["code"] == "110127"
    assert started["purposeOfEvent"][0]["coding"][0]["code"] == "BTG"
    with tenant_scope(cast.hospital.id):
        consent.end_emergency(session=session.id, actor=cast.doctor.user)
    assert newest(cast)["subtype"][0]["code"] == "110138"


def test_auditors_learn_no_name_and_no_id_of_the_patient(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    read(cast, cast.doctor)
    read(cast, cast.amara)
    drain()
    found = events(cast, cast.auditor, keeps=lambda event: event["action"] == "R")
    assert len(found) == 2
    text = str(found)
    assert PATIENT not in text
    assert "Amara" not in text
    assert LAB not in text
    assert "Okafor" in text


def test_nobody_else_reads_them(cast: Cast) -> None:
    for somebody in (cast.doctor, cast.outsider, cast.administrator):
        for patient in ("", PATIENT, "nobody"):
            with pytest.raises(NotYourRecord):
                events(cast, somebody, patient=patient)
    app = Caller(**{**_fields(cast.amara), "scopes": frozenset({"records.read"})})
    with pytest.raises(ScopeMissing):
        events(cast, app)


def _fields(caller: Caller) -> dict[str, Any]:
    from dataclasses import fields

    return {field.name: getattr(caller, field.name) for field in fields(caller)}


def test_pages_follow_each_other(cast: Cast) -> None:
    for _ in range(7):
        read(cast, cast.amara)
    drain()
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = services.audit_events(
            caller=cast.amara, tenant=cast.hospital.id, cursor=cursor, count=3,
            keeps=lambda event: event["action"] == "R",
        )  # fmt: skip
        seen += [key for key, _ in page.found]
        cursor = page.cursor
    assert len(seen) == len(set(seen)) == 7


def test_one_of_them_by_its_entry(cast: Cast) -> None:
    from ledger.errors import UnknownEntry

    read(cast, cast.amara)
    key = newest(cast)["id"]
    for caller in (cast.amara, cast.auditor):
        assert services.audit_event_of(caller=caller, tenant=cast.hospital.id, entry=key)
    with pytest.raises(UnknownEntry):
        services.audit_event_of(caller=cast.doctor, tenant=cast.hospital.id, entry=key)


def provenance(cast: Cast, caller: Caller, kind: str = "Observation") -> list[dict[str, Any]]:
    params = {"patient": [PATIENT], "_revinclude": ["Provenance:target"]}
    result = services.search(caller=caller, tenant=cast.hospital.id, type=kind, params=params)
    found = [dict(one.resource) for one in result.included]
    for one in found:
        get_fhir_model_class("Provenance").model_validate(one)
    return found


def test_every_version_says_where_it_comes_from(cast: Cast) -> None:
    (imported,) = provenance(cast, cast.amara)
    assert len(imported["target"]) == 4
    assert imported["activity"]["coding"][0]["code"] == "CREATE"
    assert imported["entity"][0]["role"] == "source"
    store(cast.hospital, lab(PATIENT, "ldl-1", "22748-8", 9, "2026-12-16"))
    assert len(provenance(cast, cast.amara)) == 2


def test_targets_that_may_not_be_read_are_not_named(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    (shown,) = provenance(cast, cast.doctor)
    assert len(shown["target"]) == 3
    alone = services.read_provenance(caller=cast.doctor, tenant=cast.hospital.id, entry=shown["id"])
    assert len(alone.record.resource["target"]) == 3
    assert alone.promise is not None
    with tenant_scope(cast.hospital.id):
        assert ledger.entry(alone.promise.promise.id).type == "access.permitted"
    with pytest.raises(Denied):
        services.read_provenance(caller=cast.outsider, tenant=cast.hospital.id, entry=shown["id"])
    with pytest.raises(UnknownRecord):
        services.read_provenance(caller=cast.amara, tenant=cast.hospital.id, entry=alone.promise.promise.id)
