"""A code of Amara's, and a browser that came with it."""

from uuid import UUID

from django.test import Client
from django.urls import reverse

from consent import services
from consent.signature import Signature
from ledger.scope import tenant_scope
from tests.cast import BORN, Cast

NAME = "Dr Ana Reis"


def code_of(cast: Cast, *categories: str) -> tuple[UUID, str]:
    """The share and its code, for these parts (lab results) of what the hospital keeps."""
    with tenant_scope(cast.hospital.id):
        made, code = services.offer_share(
            person=cast.person, actor=cast.amara.user, categories=categories or ["lab-results"]
        )
    return made.id, code


def come_with(code: str, *, born: str = BORN, name: str = NAME) -> Client:
    """A browser in which somebody typed the code."""
    client = Client()
    client.post(reverse("viewers:knock"), {"code": code, "born": born, "name": name})
    return client


def let_in(cast: Cast, share: UUID) -> None:
    with tenant_scope(cast.hospital.id):
        services.admit(
            share=share,
            person=cast.person,
            actor=cast.amara.user,
            signature=Signature("reauthenticated", cast.amara.user),
            custodian=cast.hospital.name,
        )


def viewer(cast: Cast, *categories: str) -> Client:
    """A browser that was let in."""
    share, code = code_of(cast, *categories)
    client = come_with(code)
    let_in(cast, share)
    return client
