"""What is open between a patient and an organisation, for contracts that hold only as long: by the search index alone.

An appointment or an admission is an Encounter, a referral a ServiceRequest. At the custodian itself every open one
counts; for another organisation those that refer to it, as `Organization/<short name>` or as an entry of the
directory that bears its id as an identifier.
"""

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.db import connection

from ledger.scope import current_tenant
from portal.accounts import selectors
from portal.records import index, storage

_BORNE = """
SELECT r.type, array_agg(t.digest) FROM records_resource r
JOIN records_token t ON t.tenant_id = r.tenant_id AND t.resource = r.id
WHERE r.tenant_id = %s AND r.person = %s AND r.type = ANY(%s) AND NOT r.deleted AND t.digest = ANY(%s)
GROUP BY r.type, r.id
"""
_INPATIENT = ("IMP", "ACUTE", "NONACUTE", "EMER", "OBSENC", "SS")
# HL7 FHIR R4 EncounterStatus, v3 ActEncounterCode and RequestStatus: (type, status, class or "") of each event.
EVENTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "appointment": tuple(
        ("Encounter", status, "") for status in ("planned", "arrived", "triaged", "in-progress")
    ),
    "admission": tuple(
        ("Encounter", status, kind) for status in ("in-progress", "onleave") for kind in _INPATIENT
    ),
    "referral": (("ServiceRequest", "active", ""),),
}
TYPES = ("Encounter", "ServiceRequest")


def open_between(person: UUID, organisation: UUID) -> frozenset[str]:
    """The events of `consent.vocabulary.EVENTS` that are open. In the custodian's scope; opens no record."""
    tenant = current_tenant()
    keys = {kind: index.key_for(kind, tenant=tenant, person=person) for kind in TYPES}
    named = None if organisation == tenant else set(_names_of(organisation, tenant, keys))
    digests = {
        (kind, parameter, value): index.digest(keys[kind], kind, parameter, value)
        for kind, parameter, value in _asked()
    }
    with connection.cursor() as cursor:
        wanted = [*digests.values(), *(named or ())]
        cursor.execute(_BORNE, [tenant, person, list(TYPES), wanted])
        borne = [(kind, {bytes(digest) for digest in found}) for kind, found in cursor.fetchall()]
    near = [(kind, found) for kind, found in borne if named is None or named & found]
    return frozenset(
        event
        for event, ways in EVENTS.items()
        for kind, status, of_class in ways
        for here, found in near
        if here == kind
        and digests[kind, "status", status] in found
        and (not of_class or digests[kind, "class", of_class] in found)
    )


def _asked() -> set[tuple[str, str, str]]:
    ways = {way for event in EVENTS.values() for way in event}
    classes = {(kind, "class", of_class) for kind, _, of_class in ways if of_class}
    return {(kind, "status", status) for kind, status, _ in ways} | classes


def _names_of(organisation: UUID, tenant: UUID, keys: Mapping[str, bytes]) -> Iterator[bytes]:
    """The digests of every reference to an organisation that a record of ours may make."""
    slug = next((item.slug for item in selectors.organisations() if item.id == organisation), "")
    directory = index.key_for("Organization", tenant=tenant, person=None)
    known = {f"Organization/{organisation}", f"Organization/{slug}"}
    for identifier in (str(organisation), f"urn:uuid:{organisation}"):
        token = index.digest(directory, "Organization", "identifier", identifier)
        known |= {f"{kind}/{key}" for kind, key in storage.found_by_all([token], 20)}
    for kind, key in keys.items():
        for reference in known:
            yield index.digest(key, kind, index.LINK, reference)
