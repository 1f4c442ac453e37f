"""Share codes over REST: made, let in and ended by the patient's programs. Whoever holds one comes by a browser."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from consent import services as consent
from consent.models import Contract
from ledger.scope import tenant_scope
from portal.accounts import services as accounts
from portal.accounts.identity import Caller
from tests import cast as people
from tests.api.tokened import get, post
from tests.cast import Cast, account_of
from tests.entries import entries_of_type
from tests.viewers.sharing import NAME, come_with

CODES = "share-codes/"
RECORD = reverse("viewers:record", args=["lab-results"])


@pytest.fixture
def cast(db: None) -> Cast:
    cache.clear()  # what the tests before have tried from this address
    return people.build()


def made(cast: Cast, caller: Caller | None = None, **changes: Any) -> Any:
    wanted = {"custodian": cast.hospital.slug, "categories": ["lab-results"], **changes}
    return post(caller or cast.amara, CODES, wanted, "sign")


def step(caller: Caller, share: object, name: str, scopes: str = "* sign", **more: str) -> Any:
    return post(caller, f"{CODES}{share}/{name}/", scopes=scopes, **more)


def live(cast: Cast) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = get(cast.amara, CODES).json()["results"]
    return results


def reads(client: Client) -> bool:
    return client.get(RECORD).status_code == 200


def test_a_code_lets_somebody_ask_and_the_patients_program_lets_them_in_and_ends_it(cast: Cast) -> None:
    offered = made(cast)
    assert offered.status_code == 201, offered.content
    share, code = offered.json()["id"], offered.json()["code"]
    assert (offered.json()["state"], offered.json()["viewer"]) == ("offered", "")
    client = come_with(code)
    (one,) = live(cast)
    assert (one["id"], one["state"], one["viewer"]) == (share, "asked", NAME)
    assert not reads(client)
    admitted = step(cast.amara, share, "admit")
    assert (admitted.status_code, admitted.json()["state"]) == (200, "admitted")
    assert reads(client)
    contract = get(cast.amara, f"contracts/{admitted.json()['contract']}/").json()
    assert (contract["signature"], contract["grantee"]["name"]) == ("token", NAME)
    assert step(cast.amara, share, "end", "contracts.revoke").json()["state"] == "ended"
    assert not reads(client)
    assert live(cast) == []
    told = ("share.offered", "share.asked", "share.admitted", "share.ended", "contract.revoked")
    assert [len(entries_of_type(cast.hospital.id, kind)) for kind in told] == [1, 1, 1, 1, 1]


def test_the_signature_keeps_by_which_token_it_was(cast: Cast) -> None:
    offered = made(cast).json()
    come_with(offered["code"])
    done = post(cast.amara, f"{CODES}{offered['id']}/admit/", scopes="sign", strength="strong")
    with tenant_scope(cast.hospital.id):
        kept = Contract.objects.get(id=done.json()["contract"]).signature_evidence
    assert kept["client"].startswith("token:assent_")
    assert kept["method"] == "mfa"


def test_the_code_is_said_once(cast: Cast) -> None:
    key = {"Idempotency-Key": "once"}
    wanted = {"custodian": cast.hospital.slug, "categories": ["lab-results"]}
    first = post(cast.amara, CODES, wanted, "sign", **key)
    again = post(cast.amara, CODES, wanted, "sign", **key)
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert (again.json()["id"], again.json()["code"]) == (first.json()["id"], None)
    assert first.json()["code"] not in get(cast.amara, CODES).content.decode()
    assert len(entries_of_type(cast.hospital.id, "share.offered")) == 1
    assert come_with(first.json()["code"]).get("/share/waiting/").status_code == 200


def test_a_new_code_ends_one_that_waits(cast: Cast) -> None:
    first, second = made(cast).json(), made(cast).json()
    assert [one["id"] for one in live(cast)] == [second["id"]]
    assert come_with(first["code"]).get("/share/waiting/").status_code == 302


def test_nobody_is_let_in_who_did_not_ask_or_twice_or_after_the_end(cast: Cast) -> None:
    offered = made(cast).json()
    assert step(cast.amara, offered["id"], "admit").json()["code"] == "unknown-share"
    come_with(offered["code"])
    key = {"Idempotency-Key": "once"}
    assert step(cast.amara, offered["id"], "admit", **key).status_code == 200
    again = step(cast.amara, offered["id"], "admit", **key)
    assert (again.json()["state"], again["Idempotent-Replayed"]) == ("admitted", "true")
    assert step(cast.amara, offered["id"], "admit").json()["code"] == "unknown-share"
    assert len(entries_of_type(cast.hospital.id, "share.admitted")) == 1
    ended = made(cast).json()
    client = come_with(ended["code"])
    for _ in range(2):
        assert step(cast.amara, ended["id"], "end").json()["state"] == "ended"
    assert step(cast.amara, ended["id"], "admit").json()["code"] == "unknown-share"
    assert not reads(client)


def test_a_code_that_is_over_is_not_listed_and_lets_nobody_ask(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.services.share_codes.LASTS", timedelta(microseconds=1))
    wanted, key = (
        {"custodian": cast.hospital.slug, "categories": ["lab-results"]},
        {"Idempotency-Key": "once"},
    )
    offered = post(cast.amara, CODES, wanted, "sign", **key).json()
    assert live(cast) == []
    assert post(cast.amara, CODES, wanted, "sign", **key).json()["state"] == "ended"
    assert come_with(offered["code"]).get("/share/waiting/").status_code == 302
    assert step(cast.amara, offered["id"], "admit").json()["code"] == "unknown-share"


def test_it_is_the_patients_own_alone(cast: Cast) -> None:
    cast.grant(
        cast.guardian, "lab-results", kind="person", purposes=("PATRQT",), actions=("read", "manage_consent")
    )
    offered = made(cast).json()
    come_with(offered["code"])
    for other in (cast.guardian, cast.doctor, cast.privacy_officer):
        answers = [get(other, CODES), made(cast, other)]
        answers += [step(other, offered["id"], name) for name in ("admit", "end")]
        assert {answer.json()["code"] for answer in answers} == {"not-a-patient"}
    for name in ("admit", "end"):
        assert step(cast.amara, uuid4(), name).json()["code"] == "unknown-share"
    assert [one["state"] for one in live(cast)] == ["asked"]


def test_another_patient_finds_no_such_code(cast: Cast) -> None:
    offered = made(cast).json()
    come_with(offered["code"])
    ben = people.make_caller(f"ben@{cast.hospital.slug}.example", "Ben Okri")
    accounts.claim_person(person=cast.other, user=account_of(ben))
    for name in ("admit", "end"):
        answer = step(ben, offered["id"], name)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-share")
    assert get(ben, CODES).json()["results"] == []
    assert made(cast, ben, custodian=cast.practice.slug).json()["code"] == "unknown-person"
    assert [one["state"] for one in live(cast)] == ["asked"]


def test_to_begin_must_be_named_and_to_stop_must_not(cast: Cast) -> None:
    offered = made(cast).json()
    come_with(offered["code"])
    for scopes in ("*", "* manage_consent", "contracts.revoke"):
        assert post(cast.amara, CODES, {}, scopes).json()["code"] == "insufficient-scope"
        assert step(cast.amara, offered["id"], "admit", scopes).json()["code"] == "insufficient-scope"
    assert step(cast.amara, offered["id"], "end", "sign").json()["code"] == "insufficient-scope"
    assert step(cast.amara, offered["id"], "end", "*").status_code == 200


def test_where_passkeys_alone_sign_nobody_is_let_in(cast: Cast) -> None:
    with tenant_scope(cast.hospital.id):
        consent.set_signature_rule(kinds=["passkey"], actor=cast.administrator.user)
    offered = made(cast).json()
    client = come_with(offered["code"])
    refused = step(cast.amara, offered["id"], "admit")
    assert (refused.status_code, refused.json()["code"]) == (403, "signature-too-weak")
    assert not reads(client)
    assert [one["state"] for one in live(cast)] == ["asked"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"categories": []}, 400),
        ({"categories": ["secrets"]}, 422),
        ({"code": "ABCD"}, 400),
        ({"custodian": "x"}, 404),
    ],
)
def test_a_body_that_makes_no_code(cast: Cast, wrong: dict[str, Any], status: int) -> None:
    assert made(cast, **wrong).status_code == status
    assert entries_of_type(cast.hospital.id, "share.offered") == []


def test_codes_at_two_organisations_are_paged_newest_first(cast: Cast) -> None:
    here, there = made(cast).json(), made(cast, custodian=cast.practice.slug).json()
    first = get(cast.amara, f"{CODES}?limit=1").json()
    second = get(cast.amara, first["next"]).json()
    assert [one["id"] for one in first["results"] + second["results"]] == [there["id"], here["id"]]
    assert second["next"] is None
