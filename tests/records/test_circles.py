"""A contract with a care team, or with a group of organisations, reaches who is in it now."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from consent.grantee import Grantee
from consent.sentence import Display
from consent.services import grant
from consent.signature import Signature
from consent.terms import Terms
from ledger.scope import tenant_scope
from ledger.selectors import search_entries
from ledger.sequencing import drain
from portal.accounts import circles, selectors
from portal.accounts.errors import AccountExists, UnknownCircle
from portal.records import services
from portal.records.errors import Denied
from tests.cast import PATIENT, Cast
from tests.consent.cast import in_a_year


def shares(cast: Cast, kind: str, slug: str) -> None:
    grantee = Grantee(kind, circles.circle(slug).id)
    terms = Terms(cast.hospital.id, grantee, ["lab-results"], ["TREAT"], in_a_year())
    with tenant_scope(cast.hospital.id):
        grant(
            person=cast.person,
            grantor=cast.amara.user,
            terms=terms,
            signature=Signature("reauthenticated", cast.amara.user),
            display=Display(slug, "St Mary Hospital"),
        )


def reads(cast: Cast) -> bool:
    asked: dict[str, Any] = {"tenant": cast.hospital.id, "type": "Observation", "id": f"{PATIENT}-hba1c-2"}
    try:
        services.read(caller=cast.family_doctor, **asked)
    except Denied:
        return False
    return True


def test_a_team_reaches_its_members_until_they_leave_it(cast: Cast) -> None:
    doctor = selectors.user(cast.family_doctor.user).email
    circles.create_circle(kind="team", slug="diabetes", name="Diabetes team")
    shares(cast, "team", "diabetes")
    assert not reads(cast)
    circles.join(slug="diabetes", member=doctor)
    circles.join(slug="diabetes", member=doctor)
    assert reads(cast)
    circles.leave(slug="diabetes", member=doctor)
    assert not reads(cast)
    drain()
    with tenant_scope(cast.practice.id):
        found = [entry.type for entry in search_entries(types=(circles.JOINED, circles.LEFT))]
    assert found == ["circle.left", "circle.joined"]


def test_a_group_reaches_the_clinicians_of_its_organisations(cast: Cast) -> None:
    out = StringIO()
    call_command(
        "circle", "rooms", "--kind", "group", "--name", "All rooms", "--add", cast.practice.slug, stdout=out
    )
    assert "1 in it" in out.getvalue()
    shares(cast, "group", "rooms")
    assert reads(cast)
    call_command("circle", "rooms", "--remove", cast.practice.slug, stdout=out)
    assert not reads(cast)


@pytest.mark.django_db
def test_what_there_is_not_is_said() -> None:
    with pytest.raises(CommandError):
        call_command("circle", "nowhere")
    with pytest.raises(UnknownCircle):
        circles.join(slug="nowhere", member="x")
    circles.create_circle(kind="team", slug="one", name="One")
    with pytest.raises(AccountExists):
        circles.create_circle(kind="group", slug="one", name="Other")
