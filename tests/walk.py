"""Every page of the portal, found in the URL configuration, with somebody of the cast in front of it.

A new page takes part by being routed. If its address has an argument that no page had so far, name a value for it in
`arguments`; if nobody of the cast can open it, say why in `NO_PAGE` (tests/test_pages.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.urls.converters import UUIDConverter

from consent import services
from consent.restriction import Restriction
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.cases.services import ask_about_access
from portal.patients import presenting
from portal.records.services import chart, own_record, who_has_seen
from tests.cast import Cast, build
from tests.staff import sign_in
from tests.viewers.sharing import viewer

# Who stands in front of the pages of a face; "" is for pages in no namespace, which are those of allauth.
ROLES = {
    "patients": ("amara", "guardian"),
    "providers": ("doctor",),
    "auditors": ("auditor", "privacy_officer"),
    "administration": ("administrator", "privacy_officer"),
    "viewers": ("visitor", "viewer"),
    "about": ("visitor", "amara", "doctor"),
    "": ("amara", "visitor"),
}
OTHERS = ("amara",)
NOBODYS = UUID(int=0)  # an id that nothing has: enough for an address that only takes what is sent
# Faces for programs: they have tests of their own.
PROGRAMS = frozenset({"api", "fhir", "ledger", "oauth2_provider", "smart", "log", "witness"})


@dataclass(frozen=True)
class Page:
    """One page: its route's name, who is in front of it, and where. `address` is "" where an argument has no value."""

    route: str
    role: str
    address: str

    def __str__(self) -> str:
        return f"{self.route} as {self.role} at {self.address}"


@dataclass(frozen=True)
class World:
    """The cast in the middle of things: contracts in use, a request without an answer, an emergency to review."""

    cast: Cast
    arguments: Mapping[str, Any]

    def client(self, role: str) -> Client:
        if role == "viewer":
            return viewer(self.cast, "lab-results")
        return Client() if role == "visitor" else sign_in(self.caller(role))

    def caller(self, role: str) -> Caller:
        found: Caller = getattr(self.cast, role)
        return found

    def pages(self) -> Iterator[Page]:
        """Each route with each role that could open it, whether or not it answers with a page."""
        for name, wanted in routes().items():
            face = name.partition(":")[0] if ":" in name else ""
            if face in PROGRAMS:
                continue
            for role in ROLES.get(face, OTHERS):
                yield Page(name, role, self._address(name, wanted, role))

    def _address(self, name: str, wanted: Mapping[str, bool], role: str) -> str:
        nobodys = {key: NOBODYS for key, is_id in wanted.items() if is_id}
        known = {
            **nobodys,
            **self.arguments,
            **self.arguments.get(f"{name} {role}", {}),
            **self.arguments.get(name, {}),
        }
        try:
            return reverse(name, kwargs={key: known[key] for key in wanted})
        except (KeyError, NoReverseMatch):
            return ""


def routes() -> dict[str, Mapping[str, bool]]:
    """The arguments of every named route, by its name; and whether each is an id."""
    return dict(_routes(get_resolver(), "", {}))


def _routes(
    resolver: Any, space: str, before: Mapping[str, bool]
) -> Iterator[tuple[str, Mapping[str, bool]]]:
    for each in resolver.url_patterns:
        named = {key: isinstance(kind, UUIDConverter) for key, kind in each.pattern.converters.items()}
        arguments = {**before, **dict.fromkeys(each.pattern.regex.groupindex, False), **named}
        if not isinstance(each, URLPattern):
            yield from _routes(each, f"{space}{each.namespace}:" if each.namespace else space, arguments)
        elif each.name:
            yield space + each.name, arguments


def world() -> World:
    """Made through services, as in life."""
    cast = build()
    contract = cast.grant(cast.doctor, "demographics", "lab-results")
    cast.grant(cast.doctor, "vital-signs", actions=("read", "write"))
    cast.grant(cast.guardian, "demographics", "lab-results", kind="person", purposes=("PATRQT",))
    delegation = cast.grant(
        cast.guardian, "lab-results", kind="person", purposes=("PATRQT",), actions=("read", "manage_consent")
    )
    waiting = cast.grant(cast.doctor, "allergies", cosigner=cast.guardian.user)
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    entry = who_has_seen(caller=cast.amara, tenant=cast.hospital.id)[0].entry
    about = {"tenant": cast.hospital.slug, "custodian": cast.hospital.slug, "person": cast.person}
    arguments = {
        **about,
        "place": cast.hospital.slug,
        "patient": cast.person,
        "category": "lab-results",
        "contract": contract.id,
        "request_id": request(cast),
        "entry": entry,
        "member": cast.auditor.user,
        "session": emergency(cast),
        "step": "where",
        "case": question(cast, entry),
        "restriction": limit(cast),
        "providers:write": {"kind": "vital-sign"},
        "auditors:accounting_file": {"form": "csv"},
        "accounts:invitation_follow": {"link": "none"},
        "administration:guardian_pause": {"contract": delegation.id},
        "patients:second": {"contract": waiting.id},
        "patients:correct": {"category": "medicines", "entry": name_of_medicine(cast)},
    }
    return World(cast, arguments)


def question(cast: Cast, entry: UUID) -> UUID:
    """Amara does not recognise an access."""
    with tenant_scope(cast.hospital.id):
        words = "I was not at the hospital that day."
        return ask_about_access(person=cast.person, actor=cast.amara.user, entry=entry, words=words).id


def limit(cast: Cast) -> UUID:
    """The law keeps a part of her record that no page of the walk opens."""
    with tenant_scope(cast.hospital.id):
        terms = Restriction(cast.hospital.id, cast.person, "endangers-life", ["messages"])
        made = services.place_restriction(
            terms=terms, reason="As Dr Olsen decided on Monday.", actor=cast.privacy_officer.user
        )
        services.ask_review(restriction=made.id, person=cast.person, actor=cast.amara.user)
    return made.id


def name_of_medicine(cast: Cast) -> str:
    """What Amara's only medicine is called in addresses."""
    chart = own_record(caller=cast.amara, tenant=cast.hospital.id, category="medicines")
    (held,) = presenting.held([("", chart)])
    return presenting.Addresses(cast.person, own=True).entry(held)


def request(cast: Cast) -> UUID:
    """The family doctor asks for what the hospital keeps."""
    with tenant_scope(cast.hospital.id):
        asked = services.request_access(
            person=cast.person,
            requester=cast.family_doctor.user,
            organisation=cast.practice.id,
            categories=("medicines",),
            purposes=("TREAT",),
            ends=datetime.now(UTC) + timedelta(days=30),
            message="For your check-up.",
        )
    return asked.id


def emergency(cast: Cast) -> UUID:
    """The family doctor broke the glass, and it is over."""
    with tenant_scope(cast.hospital.id):
        session = services.open_emergency(
            person=cast.person,
            actor=cast.family_doctor.user,
            organisation=cast.practice.id,
            role="clinician",
            strong=True,
            reason_code="unconscious",
            reason="Brought in unconscious after a fall.",
        )
    chart(caller=cast.family_doctor, tenant=cast.hospital.id, person=cast.person, category="medicines")
    with tenant_scope(cast.hospital.id):
        services.end_emergency(session=session.id, actor=cast.family_doctor.user)
    return session.id
