"""Who could see a person's records, today and why; and what a contract would change. Only she herself may ask."""

from collections.abc import Sequence
from uuid import UUID

from consent import services as consent
from consent import vocabulary
from consent.facts import ResourceFacts
from consent.sentence import Display
from consent.services import Change, Sight
from consent.terms import Terms
from portal.accounts.identity import Caller
from portal.records import categories
from portal.records.access import group_facts
from portal.records.errors import NotYours


def who_could_see(*, caller: Caller, tenant: UUID, label: str = "") -> Sequence[Sight]:
    """Who could read what of the caller's own records at `tenant` now; `label`: of what bears this sensitivity only.

    Asked of every kind of record, whether or not there are any. Raises NotYours, UnknownSensitivity, ScopeMissing.
    """
    return who_could_see_each(caller=caller, tenants=[tenant], label=label)[0]


def who_could_see_each(
    *, caller: Caller, tenants: Sequence[UUID], label: str = ""
) -> Sequence[Sequence[Sight]]:
    """The same at each of these organisations, in their order and in one statement."""
    return consent.who_could_see_each(person=_own(caller), custodians=tenants, resources=_groups(label))


def what_changes(
    *,
    caller: Caller,
    offers: Sequence[tuple[Terms, Display]],
    supersedes: UUID | None = None,
    label: str = "",
) -> Sequence[Change]:
    """What signing contracts with these terms would change for anybody. Raises as `who_could_see` does."""
    return consent.what_changes(
        person=_own(caller), offers=offers, resources=_groups(label), supersedes=supersedes
    )


def _own(caller: Caller) -> UUID:
    caller.requires("contracts.read")
    if caller.person is None:
        raise NotYours("Only patients themselves may ask who can see their records.")
    return caller.person


def _groups(label: str) -> list[ResourceFacts]:
    labels = (vocabulary.sensitivity(label),) if label else ()
    return [
        group_facts(kind, category, labels)
        for category in vocabulary.CATEGORIES
        for kind in categories.types_of(category)
    ]
