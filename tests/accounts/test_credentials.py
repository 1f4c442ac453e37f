"""Ways to sign in that come or go stand in the ledger, by type and never with what is secret of them."""

from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.test import override_settings
from django.urls import reverse

from ledger.scope import tenant_scope
from portal.accounts import services
from portal.accounts.adapters import SealedSecrets
from portal.accounts.models import Organisation
from tests.accounts.second_factor import SECRET, code, give_app
from tests.cast import Cast
from tests.entries import entries_of_type, name_in
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


def test_an_app_that_is_added_and_used_is_entered_once(cast: Cast) -> None:
    give_app(cast.amara).record_usage()
    for place in (cast.hospital, cast.practice):
        (entry,) = entries_of_type(place.id, "credential.added")
        assert entry.audit["credential"] == "totp"
        assert SECRET not in str(entry.audit)
        assert entry.subject == name_in(place.id, cast.person)


def test_a_members_app_is_entered_where_they_work(cast: Cast) -> None:
    give_app(cast.doctor)
    (entry,) = entries_of_type(cast.hospital.id, "credential.added")
    assert (entry.audit["account"], entry.subject) == (str(cast.doctor.user), None)
    assert entries_of_type(cast.practice.id, "credential.added") == []


def test_turning_it_off_in_the_browser_is_entered_as_ones_own_act(cast: Cast) -> None:
    give_app(cast.amara)
    client = sign_in(cast.amara)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    off = reverse("mfa_deactivate_totp")
    asked = client.post(off)
    client.post(asked["Location"], {"code": code()})
    assert not Authenticator.objects.filter(user=cast.amara.user).exists()
    (entry,) = entries_of_type(cast.hospital.id, "credential.removed")
    assert entry.audit["credential"] == "totp"
    assert entry.actor == name_in(cast.hospital.id, cast.amara.user)


def test_another_secret_key_locks_nobody_out(cast: Cast) -> None:
    give_app(cast.amara)
    client = sign_in(cast.amara)
    with override_settings(SECRET_KEY="another one altogether, and long enough"):
        app = Authenticator.objects.get(user=cast.amara.user)
        assert SECRET not in str(app.data)
        assert SealedSecrets().decrypt(app.data["secret"]) == SECRET
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 302


def test_another_secret_key_does_not_make_two_persons_of_one_patient(cast: Cast) -> None:
    def registered(place: Organisation) -> UUID:
        with tenant_scope(place.id):
            found = services.register_person(
                tenant=place.id, patient="zoe", mrn="Z-1", identity="Z|1980-02-03"
            )
        return found.person_id

    person = registered(cast.hospital)
    with override_settings(SECRET_KEY="another one altogether, and long enough"):
        assert registered(cast.practice) == person
