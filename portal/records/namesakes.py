"""Who of the patients bears the surname of somebody on the staff, by the search index alone: no record is opened.

The names of staff are in the clear; each surname is hashed under the tenant's index key and looked up as a clinician's
search would be. What comes back says of a patient no more than that the surname is the same.
"""

from collections.abc import Mapping
from uuid import UUID

from ledger.scope import current_tenant
from portal.records import index, storage

MOST = 5000  # pairs; beyond it a surname is so common here that it says nothing


def namesakes(names: Mapping[UUID, str]) -> list[tuple[UUID, UUID]]:
    """Pairs of an account and a person with the same surname, in the tenant's scope. `names`: accounts with their whole
    name, of which the last word counts."""
    key = index.key_for("Patient", tenant=current_tenant(), person=None)
    bearers: dict[bytes, list[UUID]] = {}
    for account, name in names.items():
        if surname := index.folded(name).rpartition(" ")[2]:
            bearers.setdefault(index.digest(key, "Patient", "family", surname), []).append(account)
    found = storage.persons_found_by(bearers, MOST)
    return [(account, person) for digest, person in found for account in bearers[digest]]
