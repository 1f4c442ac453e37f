"""The gate before every record: decide and append in one transaction, release only after it has committed.

The flow is that of docs/architecture: within the custodian's scope the person's lock is taken, the contracts decide,
and the ledger takes the entry; the commit comes before anything is opened or raised. If the ledger cannot take the
entry, nothing is shown.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from consent import services as consent
from consent import vocabulary
from consent.circumstances import Circumstances
from consent.errors import UnknownPurpose
from consent.facts import AccessRequest, Decision, Decisions, Group, ResourceFacts
from ledger import services as ledger
from ledger.errors import ScopeError
from ledger.promise import SignedPromise
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records.scoping import within_scopes
from portal.records.sealed import Header, Sealed, named

EMERGENCY_PURPOSES = frozenset({"BTG", "ETREAT"})
# What a role may say it is for; the first is meant when nothing is said. BTG and ETREAT count only while an
# emergency session is open.
PURPOSES = {
    "patient": ("PATRQT",),
    "guardian": ("PATRQT",),
    "clinician": ("TREAT", "HPAYMT", "HOPERAT", "HRESCH", "ETREAT", "BTG"),
    "administrator": ("HOPERAT", "HPAYMT"),
    "privacy_officer": ("HOPERAT",),
    "auditor": ("HOPERAT",),
    # What an application may say is bound to it; where that leaves several, it has to say which.
    "application": ("PATRQT", "TREAT", "HPAYMT", "HOPERAT", "HRESCH"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question for one person's records: who asks, how, and what for."""

    caller: Caller
    tenant: UUID
    person: UUID
    role: str
    purpose: str
    interaction: str  # read, search, chart, find, preview; create, update, delete, transaction
    action: str = "read"

    @property
    def is_self(self) -> bool:
        return self.caller.person == self.person


@dataclass(frozen=True, slots=True)
class Entered:
    """What was decided and what the ledger has taken of it, once the transaction commits."""

    decisions: Decisions
    decision: Decision  # the one that is cited: a permit where there is one
    promise: SignedPromise


@contextmanager
def deciding(tenant: UUID) -> Iterator[None]:
    """The custodian's scope, as a transaction of its own that has committed when it is left.

    Refuses to run inside another one: an exception there would erase the denial that it brings.
    """
    if any(not block._from_testcase for block in transaction.get_connection().atomic_blocks):
        raise ScopeError("An access was asked for inside another transaction. Nothing was read.")
    with tenant_scope(tenant):
        yield


def ask(
    caller: Caller, tenant: UUID, person: UUID, *, purpose: str | None, interaction: str, action: str = "read"
) -> Asked:
    """The question as it is decided and kept. Raises UnknownPurpose.

    One's own record is asked for as the patient, whatever else one is; without a membership somebody asks as guardian.
    """
    role = "patient" if caller.person == person else caller.role or "guardian"
    stated = vocabulary.purpose(purpose) if purpose else _meant(caller, role)
    return Asked(caller, tenant, person, role, stated, interaction, action)


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


def decide(asked: Asked, facts: Collection[ResourceFacts], under: Circumstances | None = None) -> Decisions:
    """Decide under the person's lock, in the custodian's scope; held until the transaction ends."""
    decisions = consent.decide(request=_request(asked), resources=facts, under=under)
    return _bounded(asked, decisions, facts)


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


def enter(
    asked: Asked,
    decisions: Decisions,
    resources: Sequence[Sealed],
    *,
    categories: Iterable[str],
    type: str = "",  # noqa: A002 - the field's own name
) -> Entered:
    """Append the entry of an access, permitted or denied, in the transaction that decided it.

    `type` is that of the entry: by default the one that the decision makes it.
    """
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
    signed = ledger.append(
        type=type or _entry_type(decision),
        actor=asked.caller.user,
        subject=asked.person,
        audit=audit,
        inputs=decisions.inputs,
    )
    consent.count_uses(person=asked.person, decisions=decisions)
    return Entered(decisions, replace(decision, duties=_owed(decisions)), signed)


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


def cited(decisions: Decisions) -> Decision:
    """The decision that an answer cites: a permit where there is one, else the first denial."""
    return min(decisions.by_group.values(), key=lambda decision: not decision.permitted)


def _owed(decisions: Decisions) -> tuple[str, ...]:
    """What is owed for all that was permitted together: an answer is one disclosure."""
    return tuple(
        sorted({duty for one in decisions.by_group.values() if one.permitted for duty in one.duties})
    )


def _entry_type(decision: Decision) -> str:
    if not decision.permitted:
        return "access.denied"
    return "access.emergency" if decision.layer == "emergency" else "access.permitted"


def _meant(caller: Caller, role: str) -> str:
    """The purpose of whoever names none. Raises UnknownPurpose."""
    allowed = caller.purposes or PURPOSES[role]
    if role == "application" and len(allowed) > 1:
        words = ", ".join(allowed)
        raise UnknownPurpose(f"This application acts for several purposes. Say which: {words}.")
    return allowed[0]


def _bounded(asked: Asked, decisions: Decisions, facts: Collection[ResourceFacts]) -> Decisions:
    """Refuse what the call, the token or the role does not reach, whatever the contracts say. Refusing never needs
    a reason of theirs, so their evidence is kept as it is."""
    by_group = {group: _bound(asked, group, decision) for group, decision in decisions.by_group.items()}
    if by_group == decisions.by_group:
        return decisions
    by_resource = {(one.type, one.id): by_group[one.group(decisions.told)] for one in facts}
    by_resource = {key: by_resource[key] for key in decisions.by_resource}
    return replace(decisions, by_group=by_group, by_resource=by_resource)


def _bound(asked: Asked, group: Group, decision: Decision) -> Decision:
    if asked.caller.refused is not None:
        return refusal(*asked.caller.refused)
    if not within_scopes(
        asked.caller,
        group.type,
        group.category,
        person=asked.person,
        action=asked.action,
        interaction=asked.interaction,
    ):
        return refusal("insufficient-scope", f"This token lacks the scope to {asked.action} that.")
    if asked.caller.purposes is not None and asked.purpose not in asked.caller.purposes:
        return refusal("purpose-not-allowed", f"The purpose {asked.purpose} is not bound to this token.")
    if asked.purpose not in PURPOSES.get(asked.role, ()):
        return refusal(
            "purpose-not-allowed", f"The purpose {asked.purpose} is not one that this role may state."
        )
    if asked.purpose in EMERGENCY_PURPOSES and decision.permitted and decision.layer != "emergency":
        return refusal("purpose-not-allowed", "This purpose counts only while an emergency session is open.")
    return decision


def refusal(code: str, sentence: str) -> Decision:
    """A denial that no contract was needed for."""
    return Decision(permitted=False, layer="base", code=code, sentence=sentence)


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
