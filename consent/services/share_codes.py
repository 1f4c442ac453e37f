"""Show a record to somebody without an account: a code, her birth date, and her word on her own device.

Once admitted, the viewer reads under a contract like any other: for one session, of what she chose, each access an
entry; stopping it is revoking that contract. Nothing is shared by the code alone.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from consent import vocabulary
from consent.errors import ContractEnded, EmptyTerms, ShareCodeRefused, UnknownShare
from consent.grantee import Grantee
from consent.models import ShareCode, ShareState
from consent.sealing import open_text, seal_text
from consent.sentence import Display
from consent.services.contracts import grant, revoke
from consent.services.order import change_of, clock
from consent.share_codes import LASTS, LET_IN, LONGEST_NAME, SESSION, TRIES, draw, lookup_of
from consent.signature import Signature
from consent.terms import Terms
from ledger.identity import new_id
from ledger.scope import current_tenant, party_scope, tenant_scope
from ledger.services import append

NOT_YOURS = "You have no share code with that id here."
REFUSED = "No record opens with that. Check the code and the birth date, or ask the patient for a new code."


@dataclass(frozen=True)
class Knock:
    """Who asks to be let in, by the row of the code and the id under which they would read."""

    share: UUID
    tenant: UUID
    viewer: UUID


@dataclass(frozen=True)
class Viewing:
    """How a share stands for its viewer: `state` as of the row; `person` may be read once it is `admitted`."""

    person: UUID
    state: str
    name: str
    categories: tuple[str, ...]


def offer_share(*, person: UUID, actor: UUID, categories: Collection[str]) -> tuple[ShareCode, str]:
    """A code for these categories, good for ten minutes; shown once. Another that still waits ends by it.

    The caller has checked that the actor is the person. Raises UnknownCategory, EmptyTerms.
    """
    chosen = sorted({vocabulary.category(name) for name in categories})
    if not chosen:
        raise EmptyTerms("Choose at least one part of your record to show.")
    now, code = change_of(person), draw()
    for row in _waiting(person):
        _end(row, actor)
    made = ShareCode.objects.create(
        tenant_id=current_tenant(),
        person=person,
        offered_by=actor,
        lookup=lookup_of(code),
        categories=chosen,
        offered_at=now,
        expires=now + LASTS,
    )
    _enter("share.offered", made, actor, {"categories": chosen})
    return made, code


def knock(*, code: str, name: str, born: Callable[[UUID], bool]) -> Knock:
    """Ask to be let in. `born` says in the custodian's scope whether the birth date given is this person's.

    Opens scopes itself; a wrong birth date is counted before ShareCodeRefused is raised, which says one thing for
    every reason. Five wrong ones end the code.
    """
    lookup, called = lookup_of(code), " ".join(name.split())
    if not 2 <= len(called) <= LONGEST_NAME or not called.isprintable():
        raise ShareCodeRefused("Say who you are, so that the patient knows whom to let in.")
    with party_scope(lookup):
        tenant = ShareCode.objects.filter(lookup=lookup).values_list("tenant_id", flat=True).first()
    if tenant is None:
        raise ShareCodeRefused(REFUSED)
    with tenant_scope(tenant):
        found = _knock(ShareCode.objects.select_for_update().get(lookup=lookup), called, born)
    if found is None:
        raise ShareCodeRefused(REFUSED)
    return found


def admit(*, share: UUID, person: UUID, actor: UUID, signature: Signature, custodian: str) -> ShareCode:
    """Let in who asked, for an hour, by a contract that the person signs. `custodian` is the name for its sentence.

    Raises UnknownShare, and what `grant` raises.
    """
    now = change_of(person)
    row = _own(share, person)
    if row.state != ShareState.ASKED or row.expires <= now or row.viewer is None:
        raise UnknownShare("Nobody waits to be let in with that code any more. Make a new one.")
    ends = now + SESSION
    terms = Terms(current_tenant(), Grantee("practitioner", row.viewer), row.categories, ["TREAT"], ends)
    display = Display(_name(row) + LET_IN, custodian)
    row.contract = grant(person=person, grantor=actor, terms=terms, signature=signature, display=display)
    row.state = ShareState.ADMITTED
    row.save(update_fields=["state", "contract"])
    _enter("share.admitted", row, actor, {"contract": str(row.contract_id)})
    return row


def end_share(*, share: UUID, person: UUID, actor: UUID) -> ShareCode:
    """End a code, and the session that it opened, at once. A second time changes nothing. Raises UnknownShare."""
    change_of(person)
    row = _own(share, person)
    if row.state != ShareState.ENDED:
        if row.contract_id is not None:
            with suppress(ContractEnded):
                revoke(contract=row.contract_id, actor=actor, person=person)
        _end(row, actor)
    return row


def shares_of(person: UUID) -> list[ShareCode]:
    """The codes of this person at the open tenant that somebody could use or uses, newest first."""
    rows = ShareCode.objects.select_related("contract").filter(tenant_id=current_tenant(), person=person)
    return [row for row in rows.exclude(state=ShareState.ENDED).order_by("-offered_at") if _lives(row)]


def share_of(*, share: UUID, person: UUID) -> ShareCode:
    """One of this person's codes however it stands, in the open scope or in her own. Raises UnknownShare."""
    row = ShareCode.objects.select_related("contract").filter(id=share, person=person).first()
    if row is None:
        raise UnknownShare(NOT_YOURS)
    return row


def viewing(*, share: UUID, viewer: UUID) -> Viewing:
    """How it stands, for the one who knocked, in the open scope. Raises UnknownShare."""
    row = ShareCode.objects.filter(tenant_id=current_tenant(), id=share, viewer=viewer).first()
    if row is None:
        raise UnknownShare(REFUSED)
    return Viewing(row.person, state_of(row), _name(row), tuple(row.categories))


def state_of(row: ShareCode) -> str:
    """How it stands now: whose time or contract is over has ended, whether or not that was entered yet."""
    return str(row.state if _lives(row) else ShareState.ENDED)


def viewer_name(row: ShareCode) -> str:
    """What the one who asked calls themselves; "" if nobody asked yet."""
    return _name(row)


def _knock(row: ShareCode, name: str, born: Callable[[UUID], bool]) -> Knock | None:
    if row.state != ShareState.OFFERED or row.expires <= clock() or row.tries >= TRIES:
        return None
    if not born(row.person):
        row.tries += 1
        row.state = ShareState.ENDED if row.tries >= TRIES else row.state
        row.save(update_fields=["tries", "state"])
        _enter("share.refused", row, None, {"tries": row.tries})
        return None
    row.state, row.viewer = ShareState.ASKED, new_id()
    row.viewer_name = seal_text(row.person, "share-viewer", row.id, name)
    row.save(update_fields=["state", "viewer", "viewer_name"])
    _enter("share.asked", row, None, {"viewer": str(row.viewer), "name": name})
    return Knock(row.id, row.tenant_id, row.viewer)


def _lives(row: ShareCode) -> bool:
    if row.state == ShareState.ADMITTED:
        return row.contract is not None and row.contract.state == "active" and row.contract.ends > clock()
    return row.state != ShareState.ENDED and row.expires > clock()


def _name(row: ShareCode) -> str:
    return "" if row.viewer_name is None else open_text(row.person, "share-viewer", row.id, row.viewer_name)


def _waiting(person: UUID) -> list[ShareCode]:
    states = [ShareState.OFFERED, ShareState.ASKED]
    return list(ShareCode.objects.filter(tenant_id=current_tenant(), person=person, state__in=states))


def _own(share: UUID, person: UUID) -> ShareCode:
    found = ShareCode.objects.select_for_update(of=("self",))
    row = found.filter(tenant_id=current_tenant(), id=share, person=person).first()
    if row is None:
        raise UnknownShare(NOT_YOURS)
    return row


def _end(row: ShareCode, actor: UUID) -> None:
    row.state = ShareState.ENDED
    row.save(update_fields=["state"])
    _enter("share.ended", row, actor, {})


def _enter(kind: str, row: ShareCode, actor: UUID | None, audit: dict[str, object]) -> None:
    append(type=kind, actor=actor, subject=row.person, audit={"share": str(row.id)} | audit)
