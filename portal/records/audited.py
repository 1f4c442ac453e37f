"""What an auditor may read of an entry: who did what, when, what for and by which rule. One list for every face.

Whatever is not named here stays closed: words that people wrote (the reason of an emergency, the note of its review),
sentences of contracts, which name sensitivities, and ids that point into a record. Who acted is told of staff only:
beside the pseudonym of the subject, the name of a patient who reads her own record would say whose chain it is.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.selectors import Entry

_READABLE_TEXT = """
time who organisation client request access role interaction action purpose purposes categories decision layer code
clauses contract code_hash decided state signature grantee requester clinician session starts ends reason_code outcome
policy variant version before after member account source since until counts witness quorum
of_day of_month repeats count archive
"""
READABLE = frozenset(_READABLE_TEXT.split())
OF_A_RESOURCE = ("category", "version", "hash")
OF_A_PATIENT = frozenset({None, "patient", "guardian"})


def audited(entry: Entry) -> Entry:
    """The entry as auditors of its organisation may read it."""
    return replace(entry, audit=_readable(entry.audit))


def wholly_audited(entry: Entry) -> bool:
    """Whether auditors may read all that the entry says, so that they may also hand it on."""
    return entry.readable and _readable(entry.audit) == entry.audit


def _readable(audit: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in audit.items() if key in READABLE}
    if audit.get("role") in OF_A_PATIENT:
        said.pop("who", None)
    if "resources" in audit:
        said["resources"] = [
            {key: resource[key] for key in OF_A_RESOURCE if key in resource}
            for resource in audit["resources"]
        ]
    return said
