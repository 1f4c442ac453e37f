"""What may be done with questions and corrections, in the tenant's scope. Each step stands in the person's chain."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from consent.emergency import OUTCOMES
from ledger.identity import new_id
from ledger.scope import current_tenant, lock, tenant_scope
from ledger.services import append
from portal.accounts.errors import UnknownPerson
from portal.accounts.identity import Caller
from portal.cases import selectors
from portal.cases.accesses import access_asked_about, askable_access
from portal.cases.errors import CaseClosed, NothingToCorrect, OwnAccess, UnknownCase
from portal.cases.models import Case, Kind, State
from portal.cases.sealing import seal_text
from portal.cases.words import EXTENSION, GROUNDS, TIMES, written
from portal.records.errors import Denied
from portal.records.services import named_record, read

NOTHING = "There is no such entry in your record here. Nothing was sent."


def ask_about_access(*, person: UUID, actor: UUID, entry: UUID, words: str) -> Case:
    """Say that one does not recognise an access. The same access again is the same question.

    Raises UnknownEntry (none of this person's accesses), AskedOfOneself, WordsNeeded.
    """
    said = written(words)
    askable_access(entry, person=person, asker=actor)
    lock("cases", person, exclusive=True)
    found = Case.objects.filter(tenant_id=current_tenant(), person=person, entry=entry).first()
    if found is not None:
        return found
    made = _new(Kind.QUESTION, person, actor, said, entry=entry)
    _enter("question.asked", made, actor=actor, audit={"words": said})
    return made


def request_correction(*, person: UUID, actor: UUID, record_type: str, record_id: str, words: str) -> Case:
    """Say that an entry is wrong, and how it should read (45 CFR 164.526(b)). While one about the same record waits,
    that one is returned.

    Raises NothingToCorrect, WordsNeeded.
    """
    said = written(words)
    record = _named(person, record_type, record_id)
    lock("cases", person, exclusive=True)
    about = {"record_type": record_type, "record_id": record_id}
    found = Case.objects.filter(tenant_id=current_tenant(), person=person, state=State.OPEN, **about).first()
    if found is not None:
        return found
    made = _new(Kind.CORRECTION, person, actor, said, **about)
    _enter("correction.requested", made, actor=actor, audit={"words": said, "resources": [record]})
    return made


def correct_own_record(*, caller: Caller, tenant: UUID, record_type: str, record_id: str, words: str) -> Case:
    """Ask for a correction of what the caller, a patient, may read of her record; that is decided and entered first: of
    what the law keeps from her (45 CFR 164.524(a)) the answer is that of what is not there. Opens its own scopes.

    Raises NothingToCorrect, WordsNeeded, UnknownPerson.
    """
    said = written(words)
    if caller.person is None:
        raise UnknownPerson("This account is not linked to a patient. Nothing was sent.")
    with tenant_scope(tenant):
        _named(caller.person, record_type, record_id)
    # Nothing of it is shown, so that a token need not be one that reads records.
    asker = replace(caller.as_oneself(), scopes=None)
    try:
        read(caller=asker, tenant=tenant, type=record_type, id=record_id)
    except Denied:
        raise NothingToCorrect(NOTHING) from None
    with tenant_scope(tenant):
        return request_correction(
            person=caller.person,
            actor=caller.user,
            record_type=record_type,
            record_id=record_id,
            words=said,
        )


def answer_question(*, case: UUID, reviewer: UUID, outcome: str, note: str) -> Case:
    """Say what was found about an access. The caller has checked that the reviewer is a privacy officer.

    Raises UnknownCase, OwnAccess, CaseClosed, WordsNeeded.
    """
    said = written(note)
    found = _open(case, Kind.QUESTION)
    if outcome not in OUTCOMES:
        raise UnknownCase(f"A question ends with one of: {', '.join(OUTCOMES)}. Nothing was changed.")
    access = access_asked_about(found)
    if access and access.actor == reviewer:
        raise OwnAccess("Nobody answers for their own access. Ask another privacy officer.")
    found.outcome = outcome
    return _close(found, State.ANSWERED, "question.answered", reviewer=reviewer, note=said, outcome=outcome)


def accept_correction(*, case: UUID, reviewer: UUID, note: str) -> Case:
    """Agree; `note` says to the patient what was or will be changed. Raises UnknownCase, CaseClosed, WordsNeeded."""
    said = written(note)
    found = _open(case, Kind.CORRECTION)
    ended = str(State.ACCEPTED)
    return _close(found, State.ACCEPTED, "correction.accepted", reviewer=reviewer, note=said, outcome=ended)


def deny_correction(*, case: UUID, reviewer: UUID, ground: str, note: str) -> Case:
    """Refuse on one of the grounds of the law, saying why. Raises UnknownCase, CaseClosed, WordsNeeded."""
    said = written(note)
    found = _open(case, Kind.CORRECTION)
    if ground not in GROUNDS:
        raise UnknownCase(f"A correction is denied on one of: {', '.join(GROUNDS)}. Nothing was changed.")
    found.ground = ground
    ended = str(State.DENIED)
    return _close(
        found, State.DENIED, "correction.denied", reviewer=reviewer, note=said, outcome=ended, code=ground
    )


def extend_correction(*, case: UUID, reviewer: UUID, note: str) -> Case:
    """Take thirty days more, once, saying why (45 CFR 164.526(b)(2)(ii)). Raises UnknownCase, CaseClosed."""
    said = written(note)
    found = _open(case, Kind.CORRECTION)
    if found.extended:
        raise CaseClosed("This was put off once already, and may not be again.")
    found.extended, found.due = True, found.due + EXTENSION
    found.save(update_fields=["extended", "due"])
    _enter("correction.extended", found, actor=reviewer, audit={"words": said})
    return found


def disagree(*, case: UUID, person: UUID, actor: UUID, words: str) -> Case:
    """Put a statement of disagreement beside a denial (45 CFR 164.526(d)(2)). Raises UnknownCase, CaseClosed."""
    said = written(words)
    lock("cases", person, exclusive=True)
    found = selectors.case(case)
    if found.person != person:
        raise UnknownCase("There is no correction of yours at this address.")
    if found.state != State.DENIED or found.disagreement is not None:
        raise CaseClosed("There is no denial here that you could still disagree with. Nothing was sent.")
    found.disagreement = seal_text(person, "disagreement", found.id, said)
    found.save(update_fields=["disagreement"])
    _enter("correction.disagreed", found, actor=actor, audit={"words": said})
    return found


def mark_seen(*, case: UUID, person: UUID) -> None:
    """The patient has read the answer. Nothing else changes, so nothing is entered."""
    unseen = Case.objects.filter(id=case, person=person, seen_at=None).exclude(state=State.OPEN)
    unseen.update(seen_at=datetime.now(UTC))


def _named(person: UUID, record_type: str, record_id: str) -> dict[str, object]:
    found = named_record(person, record_type, record_id)
    if found is None:
        raise NothingToCorrect(NOTHING)
    return found


def _new(kind: Kind, person: UUID, actor: UUID, words: str, **about: object) -> Case:
    now, key = datetime.now(UTC), new_id()
    made = Case(id=key, tenant_id=current_tenant(), person=person, kind=kind, asked_by=actor, **about)
    made.asked_at, made.due = now, now + TIMES[kind]
    made.words = seal_text(person, "words", key, words)
    made.save(force_insert=True)
    return made


def _open(case: UUID, kind: Kind) -> Case:
    """The case, if it still waits; nobody else answers it until this transaction ends."""
    lock("cases", selectors.case(case).person, exclusive=True)
    found = selectors.case(case)
    if found.kind != kind:
        raise UnknownCase("There is no such question or correction with that id here.")
    if found.state != State.OPEN:
        raise CaseClosed("This was answered already. Nothing was changed.")
    return found


def _close(found: Case, state: State, entry: str, *, reviewer: UUID, note: str, **audit: str) -> Case:
    found.state, found.answered_by, found.answered_at = state, reviewer, datetime.now(UTC)
    found.answer = seal_text(found.person, "answer", found.id, note)
    found.save(update_fields=["state", "outcome", "ground", "answered_by", "answered_at", "answer"])
    _enter(entry, found, actor=reviewer, audit={**audit, "words": note})
    return found


def _enter(kind: str, case: Case, *, actor: UUID, audit: Mapping[str, object]) -> None:
    about = {"case": str(case.id), **({"access": str(case.entry)} if case.entry else {})}
    append(type=kind, actor=actor, subject=case.person, audit={**about, **audit})
