"""Whom the references of a FHIR Consent mean on this node: our ids for people, organisations and roles."""

from collections.abc import Callable, Mapping
from uuid import UUID

from consent.fhir import bridge
from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.accounts.models import Organisation, Registration, Role, User

Found = tuple[str, str] | None


def resolver(registration: Registration) -> Callable[[str], Found]:
    """`consent.fhir.adopted.Resolve` for a Consent of this patient.

    An organisation is named by its short name or id, somebody with an account by the account's id, as `as_fhir`
    writes them; the patient by her FHIR id. Anything else is unknown here, and the Consent is refused.
    """

    def resolve(reference: str) -> Found:
        kind, _, key = reference.partition("/")
        if kind == "Patient":
            own = key in {registration.patient, str(registration.person_id)}
            return (bridge.patient(registration.person_id), "") if own else None
        return _KINDS[kind](key) if kind in _KINDS else None

    return resolve


def _account(kind: str) -> Callable[[str], Found]:
    def find(key: str) -> Found:
        user = _user(_uuid(key))
        return (f"{kind}/{user.id}", str(user)) if user else None

    return find


def _organisation(key: str) -> Found:
    place = _place(key)
    return (f"Organization/{place.id}", place.name) if place else None


def _in_role(key: str) -> Found:
    """Somebody at one organisation (two ids, without hyphens), or whoever has a role there (`id.role`)."""
    if len(key) == 64:
        user, place = _user(_uuid(key[:32])), _place(key[32:])
        if user and place:
            return bridge.member(user.id, place.id), f"{user} of {place}"
        return None
    place, role = _place(key.partition(".")[0]), key.partition(".")[2].replace("-", "_")
    if place is None or role not in Role.values:
        return None
    return bridge.role_at(place.id, role), f"{Role(role).label} of {place}"


_KINDS: Mapping[str, Callable[[str], Found]] = {
    "Practitioner": _account("Practitioner"),
    "RelatedPerson": _account("RelatedPerson"),
    "Organization": _organisation,
    "PractitionerRole": _in_role,
}


def _user(key: UUID | None) -> User | None:
    return User.objects.filter(id=key, is_active=True).first() if key else None


def _place(key: str) -> Organisation | None:
    """By id or short name."""
    if found := _uuid(key):
        return Organisation.objects.filter(id=found).first()
    try:
        return selectors.organisation(key)
    except AccountsError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
