"""The decision: which of the records that are asked for contracts permit, under the person's lock."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from consent import services as consent
from consent.circumstances import Circumstances
from consent.facts import AccessRequest, Decision, Decisions, ResourceFacts
from ledger.errors import ScopeError
from ledger.scope import party_scope, tenant_scope
from portal.records.access.asking import Asked
from portal.records.access.bounds import bounded
from portal.records.sealed import Header


@contextmanager
def deciding(tenant: UUID) -> Iterator[None]:
    """The custodian's scope, as a transaction of its own that has committed when it is left.

    Refuses to run inside another one: an exception there would erase the denial that it brings.
    """
    _alone()
    with tenant_scope(tenant):
        yield


@contextmanager
def deciding_about(person: UUID) -> Iterator[None]:
    """As `deciding`, for what several custodians keep of one person: in the person's own scope."""
    _alone()
    with party_scope(person):
        yield


def _alone() -> None:
    if any(not block._from_testcase for block in transaction.get_connection().atomic_blocks):
        raise ScopeError("An access was asked for inside another transaction. Nothing was read.")


def facts_of(header: Header) -> ResourceFacts:
    """What a decision may know of a record."""
    labels = frozenset(header.labels)
    return ResourceFacts(
        header.type, header.id, header.category, labels, header.date, header.author or None, header.until
    )


def group_facts(type_name: str, category: str, labels: Iterable[str] = ()) -> ResourceFacts:
    """What a decision may know of a whole group of records, whether or not there are any."""
    return ResourceFacts(type_name, "", category, frozenset(labels))


def circumstances(asked: Asked) -> Circumstances:
    """What is in force for this question, held until the transaction ends. For what asks by what contracts tell
    records apart (`told`) before it knows which records there are; give it to `decide` then."""
    return consent.circumstances(request=_request(asked))


def circumstances_at(questions: Sequence[Asked]) -> list[Circumstances]:
    """The same for one question that is put to several custodians, in their order (`deciding_about`)."""
    return consent.circumstances_at(_request(questions[0]), [each.tenant for each in questions])


def decide(asked: Asked, facts: Collection[ResourceFacts], under: Circumstances | None = None) -> Decisions:
    """Decide under the person's lock, in the custodian's scope; held until the transaction ends."""
    decisions = consent.decide(request=_request(asked), resources=facts, under=under)
    return bounded(asked, decisions, facts)


def _request(asked: Asked) -> AccessRequest:
    return AccessRequest(
        actor=asked.caller.user,
        person=asked.person,
        custodian=asked.tenant,
        organisation=None if asked.is_self else asked.caller.organisation,
        role=asked.role,
        action=asked.action,
        purpose=asked.purpose,
        strong=asked.caller.strong,
        is_self=asked.is_self,
    )


def all_or_none(decisions: Decisions) -> Decisions:
    """If anything is denied, nothing is permitted."""
    denied = {group: one for group, one in decisions.by_group.items() if not one.permitted}
    return replace(decisions, by_group=denied) if denied else decisions


def cited(decisions: Decisions) -> Decision:
    """The decision that an answer cites: a permit where there is one, else the first denial."""
    return min(decisions.by_group.values(), key=lambda decision: not decision.permitted)
