"""Keys and witnesses as an administrator sees and changes them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger import log_witnesses, selectors
from ledger.cosignature import CosignatureSigner
from ledger.rotation import rotate_log_keys
from ledger.scope import tenant_scope
from tests.auditors.conftest import Seal, seal  # noqa: F401 - a fixture
from tests.cast import PASSWORD, Cast
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db(transaction=True)
URL = "https://witness.example/witness/"


@pytest.fixture
def administrator_(cast: Cast) -> Client:
    return sign_in(cast.administrator)


def address(cast: Cast, name: str = "keys") -> str:
    return reverse(f"administration:{name}", args=[cast.hospital.slug])


def witness(name: str = "witness.example/one") -> str:
    return CosignatureSigner.generate(name).vkey


def change(client: Client, where: str, given: Mapping[str, object]) -> Any:
    """Send it, say again who one is, and go on with what was sent."""
    answer = client.post(where, given)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    return client.post(answer["Location"], {"password": PASSWORD})


def asked(cast: Cast) -> list[str]:
    with tenant_scope(cast.hospital.id):
        return [each.name for each in selectors.witnesses()]


def newest(cast: Cast) -> selectors.Entry:
    with tenant_scope(cast.hospital.id):
        return selectors.waiting_entries(limit=1)[0]


def test_every_verifier_key_stands_there_to_be_copied(cast: Cast, administrator_: Client) -> None:
    with few_queries():
        answer = administrator_.get(address(cast))
    with tenant_scope(cast.hospital.id):
        log = selectors.log_status().log
        keys = selectors.keys()
    for vkey in (log.vkey, log.promise_vkey, *(key.vkey for key in keys.signing)):
        assert vkey in text(answer)
    assert {key.kind for key in keys.signing} == {"Ed25519", "ML-DSA-44"}


def test_a_log_that_nobody_watches_says_what_to_do(cast: Cast, administrator_: Client) -> None:
    assert "Nobody watches this log" in text(administrator_.get(address(cast)))


def test_a_witness_is_added_and_removed_and_the_log_says_by_whom(cast: Cast, administrator_: Client) -> None:
    answer = change(administrator_, address(cast, "witness_add"), {"url": URL, "vkey": witness()})
    assert answer["Location"] == address(cast)
    assert asked(cast) == ["witness.example/one"]
    assert (newest(cast).type, newest(cast).audit["witness"]) == ("witness.added", "witness.example/one")
    page = administrator_.get(address(cast))
    assert "Not yet" in text(page)
    leave = page.context["kept"].witnesses[0].remove_url
    assert "Remove witness.example/one?" in text(administrator_.get(leave))
    administrator_.post(address(cast, "witness_remove"), {"name": "witness.example/one"})
    assert asked(cast) == []
    assert newest(cast).type == "witness.removed"


def test_auditors_read_who_changed_the_witnesses(cast: Cast, administrator_: Client, seal: Seal) -> None:  # noqa: F811
    change(administrator_, address(cast, "witness_add"), {"url": URL, "vkey": witness()})
    seal(cast.hospital)
    found = reverse("auditors:search", args=[cast.hospital.slug])
    auditor = sign_in(cast.auditor)
    with few_queries():
        said = text(auditor.get(found, {"kind": "organisation"}))
    assert "Witness added Priya Nair" in said


def test_a_change_waits_until_who_makes_it_has_been_confirmed(cast: Cast, administrator_: Client) -> None:
    answer = administrator_.post(address(cast, "witness_add"), {"url": URL, "vkey": witness()})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert asked(cast) == []


@pytest.mark.parametrize(
    ("url", "vkey", "says"),
    [
        ("http://witness.example/", "", "https"),
        (URL, "nonsense", "key"),
        ("", "", "This field is required"),
    ],
)
def test_what_cannot_be_a_witness_is_said_beside_the_field(
    cast: Cast, administrator_: Client, url: str, vkey: str, says: str
) -> None:
    given = {"url": url, "vkey": vkey if vkey or not url else witness()}
    answer = change(administrator_, address(cast, "witness_add"), given)
    assert answer.status_code == 422
    assert says.lower() in text(answer).lower()
    assert asked(cast) == []


def test_a_quorum_is_chosen_of_the_witnesses_there_are(cast: Cast, administrator_: Client) -> None:
    answer = change(administrator_, address(cast, "quorum"), {"count": 1})
    assert "cannot be had" in text(answer)
    with tenant_scope(cast.hospital.id):
        log_witnesses.add_witness(url=URL, vkey=witness())
    administrator_.post(address(cast, "quorum"), {"count": 1})
    assert newest(cast).audit["quorum"] == 1
    refused = administrator_.post(
        address(cast, "witness_remove"), {"name": "witness.example/one"}, follow=True
    )
    assert "cannot be had" in text(refused)
    assert asked(cast) == ["witness.example/one"]


def test_a_witness_that_does_not_answer_and_a_quorum_that_cannot_be_met_are_red(
    cast: Cast, administrator_: Client, administrator: Any
) -> None:
    with tenant_scope(cast.hospital.id):
        log_witnesses.add_witness(url=URL, vkey=witness())
        log_witnesses.set_quorum(1)
    administrator.execute(
        "UPDATE ledger_log_witness SET error = 'It did not answer within 5 s.' WHERE tenant_id = %s",
        [cast.hospital.id],
    )
    said = text(administrator_.get(address(cast)))
    assert "The quorum cannot be met" in said
    assert "It did not answer within 5 s." in said


def test_a_stopped_log_is_said_first(cast: Cast, administrator_: Client, administrator: Any) -> None:
    administrator.execute(
        "UPDATE ledger_log SET alarm = 'tree-broken', read_only = true WHERE tenant_id = %s",
        [cast.hospital.id],
    )
    page = administrator_.get(address(cast))
    assert page.context["kept"].amiss[0].title == "The log has stopped: tree-broken"
    assert f"manage.py clear_alarm --tenant {cast.hospital.slug}" in text(page)


def states(cast: Cast, kind: str = "Ed25519") -> list[str]:
    with tenant_scope(cast.hospital.id):
        return [key.state for key in selectors.keys().signing if key.kind == kind]


def test_a_rotation_is_followed_from_its_entry_to_its_end(cast: Cast, seal: Seal) -> None:  # noqa: F811
    seal(cast.hospital)
    assert states(cast) == states(cast, "ML-DSA-44") == ["signs"]
    with tenant_scope(cast.hospital.id):
        rotate_log_keys(overlap=timedelta(days=2))
    assert states(cast) == ["waits", "signs"]
    seal(cast.hospital)
    assert states(cast) == states(cast, "ML-DSA-44") == ["signs", "beside"]
    with tenant_scope(cast.hospital.id):
        rotate_log_keys(overlap=timedelta(seconds=-1))
    seal(cast.hospital)
    assert states(cast) == ["signs", "retired", "beside"], (
        "the first may sign beside the second until its own end"
    )


# First steps


def test_the_first_steps_say_what_remains_and_lead_there(cast: Cast, administrator_: Client) -> None:
    with few_queries():
        answer = administrator_.get(address(cast, "first_steps"))
    done = {step.title: step.done for step in answer.context["steps"]}
    assert done == {
        "Your own second factor": False,
        "Clinician": True,
        "Privacy officer": True,
        "Auditor": True,
        "A second factor for everybody": False,
        "Base policy": False,
        "Witnesses and a quorum": False,
    }
    for step in answer.context["steps"]:
        assert administrator_.get(step.url.partition("#")[0]).status_code in (200, 302)


def test_a_step_that_was_taken_is_done(cast: Cast, administrator_: Client) -> None:
    change(administrator_, address(cast, "policy"), {"variant": "opt-out-treatment"})
    with tenant_scope(cast.hospital.id):
        log_witnesses.add_witness(url=URL, vkey=witness())
        log_witnesses.set_quorum(1)
    done = {
        step.title for step in administrator_.get(address(cast, "first_steps")).context["steps"] if step.done
    }
    assert {"Base policy", "Witnesses and a quorum"} <= done
