"""The entry: what the ledger keeps of an access, in the transaction that decided it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from consent import services as consent
from consent.facts import Decision, Decisions
from ledger import services as ledger
from ledger.promise import SignedPromise
from ledger.scope import lone_party, within_tenant
from portal.accounts.identity import Caller
from portal.records.access import repeating
from portal.records.access.asking import Asked
from portal.records.access.deciding import cited
from portal.records.sealed import Sealed, named


@dataclass(frozen=True, slots=True)
class Entered:
    """What was decided and what the ledger has taken of it, once the transaction commits."""

    decisions: Decisions
    decision: Decision  # the one that is cited: a permit where there is one
    promise: SignedPromise


class Answer(NamedTuple):
    """What one of several custodians decided, and which records it then gives."""

    asked: Asked
    decisions: Decisions
    resources: Sequence[Sealed]


Learned = list[Callable[[], Entered]]
"""What enters, each, that something was learned of a record: called where no other entry tells of it."""


def enter(
    asked: Asked,
    decisions: Decisions,
    resources: Sequence[Sealed],
    *,
    categories: Iterable[str],
    type: str = "",  # noqa: A002 - the field's own name
) -> Entered:
    """Append the entry of an access, permitted or denied, in the transaction that decided it.

    `type` is that of the entry: by default the one that the decision makes it. A denial that is the same as one a short
    while ago is counted, and cites the entry of that one (`repeating`).
    """
    audit, kind = _said(asked, decisions, resources, categories, type)
    denial = repeating.digest_of(audit, asked.person) if kind == "access.denied" else None
    if denial and (promise := repeating.entered_before(denial)):
        return Entered(decisions, cited(decisions), promise)
    signed = ledger.append(
        type=kind, actor=asked.caller.user, subject=asked.person, audit=audit, inputs=decisions.inputs
    )
    if denial:
        repeating.begin(denial, asked.person, signed)
    consent.count_uses(person=asked.person, decisions=decisions)
    return _entered(decisions, signed)


def enter_each(answers: Sequence[Answer], *, categories: Collection[str]) -> list[Entered]:
    """As `enter`, for what one custodian or several answer, these in the order of their ids.

    In the scope of the person (`deciding_about`) all that is nothing but appended is so by one statement; a denial,
    which may be one of many, and a use that is counted go through `enter`, in the custodian's scope.
    """
    together = lone_party() is not None
    plain = [each for each in answers if together and _is_plain(each.decisions)]
    promises = iter(ledger.append_each([_draft(each, categories) for each in plain]) if plain else ())
    entered = []
    for each in answers:
        if together and _is_plain(each.decisions):
            entered.append(_entered(each.decisions, next(promises)))
            continue
        with within_tenant(each.asked.tenant):
            entered.append(enter(*each, categories=categories))
    return entered


def _is_plain(decisions: Decisions) -> bool:
    return cited(decisions).permitted and not any(one.counted for one in decisions.by_group.values())


def _draft(answer: Answer, categories: Collection[str]) -> ledger.Draft:
    asked, inputs = answer.asked, answer.decisions.inputs
    audit, kind = _said(*answer, categories)
    return ledger.Draft(asked.tenant, kind, asked.caller.user, asked.person, audit, inputs)


def _entered(decisions: Decisions, signed: SignedPromise) -> Entered:
    return Entered(decisions, replace(cited(decisions), duties=_owed(decisions)), signed)


def _said(
    asked: Asked,
    decisions: Decisions,
    resources: Sequence[Sealed],
    categories: Iterable[str],
    type: str = "",  # noqa: A002 - the field's own name
) -> tuple[dict[str, object], str]:
    """What an entry says, and of which type it is."""
    decision = cited(decisions)
    audit = {
        **who(asked.caller),
        "role": asked.role,
        "interaction": asked.interaction,
        "action": asked.action,
        "purpose": asked.purpose,
        "categories": sorted(set(categories)),
        "resources": [named(row.header, row.content_hash) for row in resources],
        "decision": "permitted" if decision.permitted else "denied",
        **basis(decision),
        "decided": _decided(decisions),
    }
    return audit, type or _entry_type(decision)


def who(caller: Caller) -> dict[str, object]:
    """The part of every entry that says who, as it was then: names change, entries do not."""
    organisation = (
        {"id": str(caller.organisation), "name": caller.organisation_name} if caller.organisation else None
    )
    return {
        "who": {"id": str(caller.user), "name": caller.name, "title": caller.title},
        "organisation": organisation,
        "client": caller.client,
        "request": caller.request_id,
    }


def _owed(decisions: Decisions) -> tuple[str, ...]:
    """What is owed for all that was permitted together: an answer is one disclosure."""
    return tuple(
        sorted({duty for one in decisions.by_group.values() if one.permitted for duty in one.duties})
    )


def _entry_type(decision: Decision) -> str:
    if not decision.permitted:
        return "access.denied"
    return "access.emergency" if decision.layer == "emergency" else "access.permitted"


def basis(decision: Decision) -> dict[str, object]:
    """The part of an entry that says why."""
    return {
        "layer": decision.layer,
        "code": decision.code,
        "clauses": list(decision.clauses),
        "contract": str(decision.contract) if decision.contract else None,
        "code_hash": decision.code_hash,
        "sentence": decision.sentence,
    }


def _decided(decisions: Decisions) -> list[dict[str, object]]:
    """Which categories each distinct decision was about. Labels are clinical and stay in the inputs."""
    about: dict[Decision, set[str]] = {}
    for group, decision in decisions.by_group.items():
        about.setdefault(decision, set()).add(group.category)
    return [
        {
            "categories": sorted(categories),
            "permitted": decision.permitted,
            "layer": decision.layer,
            "clauses": list(decision.clauses),
        }
        for decision, categories in about.items()
    ]
