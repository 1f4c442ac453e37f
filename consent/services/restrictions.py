"""Restrictions by law: placed by the custodian, reviewed by somebody else where the patient asks for it, lifted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from consent import emergency, restriction
from consent.errors import (
    NotReviewable,
    RestrictionClosed,
    RestrictionMalformed,
    UnknownRestriction,
    WrongCustodian,
)
from consent.models import Restriction
from consent.restriction import BASES, code_of, from_json
from consent.restriction import Restriction as Terms
from consent.sealing import seal_text
from consent.services.order import change_of, next_epoch
from ledger.identity import new_id
from ledger.scope import current_tenant
from ledger.services import append


def place_restriction(*, terms: Terms, reason: str, actor: UUID) -> Restriction:
    """Put a restriction in force from the next decision on. Its patient is told, with the ground and the reason.

    The caller has checked that the actor is the custodian's privacy officer. Raises WrongCustodian, ReasonNeeded,
    RestrictionMalformed (over before it begins), ClockBehind.
    """
    if terms.custodian != current_tenant():
        raise WrongCustodian(
            "The restriction names another organisation than the one whose records are open."
        )
    words, code = emergency.reason(reason), code_of(terms)
    now, key = change_of(terms.person), new_id()
    if terms.ends is not None and terms.ends <= now:
        raise RestrictionMalformed(
            "The restriction would be over already. Choose an end in the future, or none."
        )
    made = Restriction.objects.create(
        id=key,
        tenant_id=terms.custodian,
        person=terms.person,
        terms=terms.to_json(),
        cedar=code.cedar,
        code_hash=code.hash,
        reason=seal_text(terms.person, "restriction-reason", key, words),
        placed_at=now,
        placed_by=actor,
    )
    inputs = {"terms": made.terms, "cedar": code.cedar}
    _enter("placed", made, actor=actor, audit={"reason": words}, inputs=inputs, bites=True)
    return made


def ask_review(*, restriction: UUID, person: UUID, actor: UUID) -> Restriction:
    """Ask that somebody else looks at it again. The caller has checked that the actor is the patient.

    45 CFR 164.524(a)(4). Raises UnknownRestriction, RestrictionClosed (lifted, or asked before), NotReviewable.
    """
    found, now = _standing(restriction, person)
    if not BASES[found.terms["basis"]].reviewable:
        raise NotReviewable(
            "The law gives no review of this restriction. You may still ask the organisation about it."
        )
    if found.review_asked_at is not None:
        raise RestrictionClosed("A review was asked for already. You will see its outcome here.")
    found.review_asked_at = now
    found.save(update_fields=["review_asked_at"])
    _enter("asked", found, actor=actor)
    return found


def review_restriction(*, restriction: UUID, reviewer: UUID, uphold: bool, note: str) -> Restriction:
    """Decide the review that the patient asked for; what is not upheld is lifted. The patient is told, with the note.

    The caller has checked that the reviewer is a privacy officer. Raises UnknownRestriction, RestrictionClosed (lifted,
    not asked for, or reviewed already), NotReviewable (by whoever placed it), ReasonNeeded.
    """
    found, now = _standing(restriction)
    if found.placed_by == reviewer:
        raise NotReviewable("Nobody reviews what they placed themselves. Ask another privacy officer.")
    if found.review_asked_at is None or found.reviewed_at is not None:
        raise RestrictionClosed("No review of this restriction is waiting.")
    words = emergency.reason(note)
    found.reviewed_at, found.reviewer, found.upheld = now, reviewer, uphold
    found.save(update_fields=["reviewed_at", "reviewer", "upheld"])
    _enter(
        "reviewed", found, actor=reviewer, audit={"outcome": "upheld" if uphold else "lifted", "note": words}
    )
    if not uphold:
        _lift(found, actor=reviewer, now=now)
    return found


def lift_restriction(*, restriction: UUID, actor: UUID) -> Restriction:
    """End a restriction. The caller has checked that the actor is a privacy officer of the custodian.

    Raises UnknownRestriction, RestrictionClosed.
    """
    found, now = _standing(restriction)
    _lift(found, actor=actor, now=now)
    return found


def _lift(found: Restriction, *, actor: UUID, now: datetime) -> None:
    found.lifted_at, found.lifted_by = now, actor
    found.save(update_fields=["lifted_at", "lifted_by"])
    _enter("lifted", found, actor=actor, bites=True)


def _standing(key: UUID, person: UUID | None = None) -> tuple[Restriction, datetime]:
    """One that is in force, under its person's lock, and the instant. Raises UnknownRestriction, RestrictionClosed."""
    found = Restriction.objects.filter(tenant_id=current_tenant(), id=key).first()
    if found is None or (person is not None and found.person != person):
        raise UnknownRestriction("There is no restriction with that id here that you may see.")
    now = change_of(found.person)
    found.refresh_from_db()
    ends = from_json(found.terms).ends
    if found.lifted_at is not None or (ends is not None and ends <= now):
        raise RestrictionClosed("This restriction is over already, so nothing was changed.")
    return found, now


def _enter(
    what: str,
    found: Restriction,
    *,
    actor: UUID,
    audit: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    bites: bool = False,
) -> None:
    """One entry of its life; `bites`: it changes what is in force, which is the person's next epoch."""
    basis = found.terms["basis"]
    said = {
        "restriction": str(found.id),
        "basis": basis,
        "source": restriction.BASES[basis].source,
        "sentence": from_json(found.terms).sentence,
        "code_hash": found.code_hash,
    }
    epoch = {"epoch": next_epoch(found.person)} if bites else {}
    append(
        type=f"restriction.{what}",
        actor=actor,
        subject=found.person,
        audit={**said, **(audit or {})},
        inputs={**(inputs or {}), **epoch},
    )
