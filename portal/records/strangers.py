"""Whoever may know nothing of a person is answered as if she had no record here (docs/adr/0037).

The denial stands in her ledger all the same. What hints at her is withheld: that there is such a record, and the entry.
"""

from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.records.access import Asked, Entered
from portal.records.errors import Denied, RecordsError
from portal.records.patients import related_to


def denial(
    asked: Asked, entered: Entered, unknown: RecordsError | AccountsError
) -> RecordsError | AccountsError | None:
    """What is to be raised once the entry has committed: None where something is permitted, `unknown` for a stranger.

    In the tenant's scope.
    """
    if entered.decision.permitted:
        return None
    return unknown if is_stranger(asked) else Denied(entered.decision, entered.promise)


def is_stranger(asked: Asked) -> bool:
    """Whether who asks has nothing to do with the person, and no office by which they may know of her.

    Clinicians look for patients by name anywhere, and an organisation's own staff keep its register. In its scope.
    """
    caller = asked.caller
    offices = selectors.memberships(caller.user)  # whatever the call itself acts as
    if any(office.role == "clinician" or office.tenant_id == asked.tenant for office in offices):
        return False
    return caller.about != asked.person and not related_to(caller, {asked.person})
