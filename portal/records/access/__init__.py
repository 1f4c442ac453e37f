"""The gate before every record: decide and append in one transaction, release only after it has committed.

The flow is that of docs/architecture: within the custodian's scope the person's lock is taken, the contracts decide,
and the ledger takes the entry; the commit comes before anything is opened or raised. If the ledger cannot take the
entry, nothing is shown.
"""

from portal.records.access.asking import PURPOSES, Asked, ask
from portal.records.access.bounds import EMERGENCY_PURPOSES, refusal
from portal.records.access.deciding import (
    all_or_none,
    circumstances,
    circumstances_at,
    cited,
    decide,
    deciding,
    deciding_about,
    facts_of,
    group_facts,
)
from portal.records.access.entering import Answer, Entered, Learned, basis, enter, enter_each, who

__all__ = [
    "EMERGENCY_PURPOSES",
    "PURPOSES",
    "Answer",
    "Asked",
    "Entered",
    "Learned",
    "all_or_none",
    "ask",
    "basis",
    "circumstances",
    "circumstances_at",
    "cited",
    "decide",
    "deciding",
    "deciding_about",
    "enter",
    "enter_each",
    "facts_of",
    "group_facts",
    "refusal",
    "who",
]
