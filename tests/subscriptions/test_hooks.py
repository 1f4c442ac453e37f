"""REST hooks: handshake, what changed as far as it may be told, heartbeats, tries, and the end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from fhir.resources.R4B import get_fhir_model_class
from procrastinate.contrib.django.models import ProcrastinateJob

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from ledger.sequencing import drain
from portal.accounts import services as accounts
from portal.accounts.identity import Caller
from portal.records import services as records
from portal.records.errors import Denied, NotYourRecord
from portal.subscriptions import hooks, services, tasks, telling
from portal.subscriptions.errors import InvalidSubscription, TooManySubscriptions, UnknownSubscription
from portal.subscriptions.models import Subscription
from portal.subscriptions.services import Wanted
from tests.cast import PATIENT, Cast, account_of, condition, lab, store
from tests.subscriptions.receiver import Receiver, kind, named, numbers, parameter

BASE = "http://testserver/fhir/here"


def subscribe(cast: Cast, caller: Caller, hook: Receiver, **changes: Any) -> Subscription:
    drain()
    given: dict[str, Any] = {
        "topic": "changed",
        "patient": PATIENT,
        "channel": "rest-hook",
        "content": "id-only",
        "reason": "To keep my own copy",
        "endpoint": hook.url,
        **changes,
    }
    return services.subscribe(caller=caller, tenant=cast.hospital.id, wanted=Wanted(**given), base=BASE)


def work() -> None:
    """Do what waits in the queue now, as its worker would."""
    now = timezone.now()
    for job in ProcrastinateJob.objects.filter(status="todo", task_name="subscriptions.tell"):
        if job.scheduled_at is None or job.scheduled_at <= now:
            ProcrastinateJob.objects.filter(id=job.id).update(status="succeeded")
            tasks.tell(**job.args)


def wake(cast: Cast) -> None:
    """As the live pump does after the sequencer."""
    drain()
    with tenant_scope(cast.hospital.id):
        subject = ledger.pseudonym_of(cast.person)
    services.wake(cast.hospital.id, [subject])
    work()


def rested(cast: Cast, row: Subscription) -> None:
    """The wait after a failure is over."""
    with tenant_scope(cast.hospital.id):
        Subscription.objects.filter(id=row.id).update(rests=timezone.now())


def state(cast: Cast, caller: Caller, row: Subscription) -> tuple[str, str]:
    found = services.one(caller=caller, tenant=cast.hospital.id, subscription=row.id)
    return found.status, found.error


def notified(cast: Cast) -> list[str]:
    """The decision of each entry that a notification left, oldest first."""
    with tenant_scope(cast.hospital.id):
        found = ledger.subject_entries(subject=cast.person, types=records.ACCESS_TYPES)
    audits = [entry.audit for entry in reversed(found)]
    return [one["decision"] for one in audits if one["interaction"] == "notify"]


def test_a_hook_is_greeted_and_told_what_changed(cast: Cast, hook: Receiver) -> None:
    cast.grant(cast.doctor, "lab-results")
    row = subscribe(cast, cast.doctor, hook, headers=["Authorization: Bearer of-the-receiver"])
    assert state(cast, cast.doctor, row) == ("requested", "")
    work()
    assert state(cast, cast.doctor, row) == ("active", "")
    store(cast.hospital, lab(PATIENT, "new", "1-8", 1, "2026-01-01"))
    wake(cast)
    assert [kind(one) for one in hook.bundles] == ["handshake", "event-notification"]
    (headers, bundle) = hook.took[1]
    assert headers["Authorization"] == "Bearer of-the-receiver"
    assert headers["Content-Type"].startswith("application/fhir+json")
    assert (named(bundle), numbers(bundle)) == ([f"Observation/{PATIENT}-new"], ["1"])
    assert parameter(bundle, "events-since-subscription-start") == "1"
    assert parameter(bundle, "topic") == "urn:assent:topic:record-changed"
    get_fhir_model_class("Bundle").model_validate(bundle)
    assert "valueQuantity" not in str(bundle)
    assert notified(cast) == ["permitted"]


def test_nothing_is_told_of_what_may_not_be_read(cast: Cast, hook: Receiver) -> None:
    cast.grant(cast.doctor, "lab-results")
    subscribe(cast, cast.doctor, hook)
    work()
    store(cast.hospital, condition(PATIENT, "new-mood", "370143000"))
    wake(cast)
    assert [kind(one) for one in hook.bundles] == ["handshake"]
    store(cast.hospital, condition(PATIENT, "other", "44054006"), lab(PATIENT, "new", "1-8", 1, "2026-01-01"))
    wake(cast)
    assert [named(one) for one in hook.bundles[1:]] == [[f"Observation/{PATIENT}-new"]]
    assert numbers(hook.bundles[-1]) == ["1"]  # what was withheld is not counted either
    assert notified(cast) == ["permitted"]


def test_it_ends_with_its_contract_and_the_ledger_says_so(cast: Cast, hook: Receiver) -> None:
    contract = cast.grant(cast.doctor, "lab-results")
    row = subscribe(cast, cast.doctor, hook)
    work()
    cast.revoke(contract)
    store(cast.hospital, lab(PATIENT, "new", "1-8", 1, "2026-01-01"))
    wake(cast)
    assert len(hook.took) == 1
    assert state(cast, cast.doctor, row) == ("off", telling.WITHDRAWN)
    assert notified(cast) == ["denied"]
    wake(cast)
    assert notified(cast) == ["denied"]


def test_a_try_that_failed_is_decided_anew(cast: Cast, hook: Receiver) -> None:
    contract = cast.grant(cast.doctor, "lab-results")
    cast.grant(cast.doctor, "vital-signs")
    row = subscribe(cast, cast.doctor, hook)
    work()
    hook.status = 503
    store(
        cast.hospital,
        lab(PATIENT, "new", "1-8", 1, "2026-01-01"),
        lab(PATIENT, "newer", "29463-7", 80, "2026-01-01", category="vital-signs"),
    )
    wake(cast)
    cast.revoke(contract)
    hook.status = 200
    rested(cast, row)
    hooks.tell(tenant=cast.hospital.id, subscription=row.id)
    assert [named(one) for one in hook.bundles[1:]] == [[f"Observation/{PATIENT}-newer"]]
    assert numbers(hook.bundles[-1]) == ["1"]


def test_news_do_not_wake_a_receiver_that_rests_after_a_failure(
    cast: Cast, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "FIRST_WAIT", 3600)  # it rests longer than this test may take
    cast.grant(cast.doctor, "lab-results")
    row = subscribe(cast, cast.doctor, hook)
    work()
    hook.status = 503
    before = timezone.now()
    for each in ("new", "newer", "newest"):  # each is news, and each wakes a job
        store(cast.hospital, lab(PATIENT, each, "1-8", 1, "2026-01-01"))
        wake(cast)
    hook.status = 200
    hooks.tell(tenant=cast.hospital.id, subscription=row.id)
    work()
    assert [kind(one) for one in hook.bundles] == ["handshake"]
    assert ProcrastinateJob.objects.filter(status="todo", task_name="subscriptions.tell").count() == 1
    with tenant_scope(cast.hospital.id):
        row.refresh_from_db()
    assert row.failures == 1
    assert row.rests is not None
    assert row.rests >= before + timedelta(seconds=telling.FIRST_WAIT)
    rested(cast, row)
    hooks.tell(tenant=cast.hospital.id, subscription=row.id)
    assert numbers(hook.bundles[-1]) == ["1", "2", "3"]
    with tenant_scope(cast.hospital.id):
        row.refresh_from_db()
    assert row.failures == 0
    assert row.rests is None


def test_it_is_given_up_after_some_tries_with_longer_and_longer_waits(cast: Cast, hook: Receiver) -> None:
    cast.grant(cast.doctor, "lab-results")
    hook.status = 500
    row = subscribe(cast, cast.doctor, hook)
    for wait in (10, 40, 160, 640, 2560):
        before = timezone.now()
        tried = telling.failed(tenant=cast.hospital.id, subscription=row.id)
        after = timezone.now()
        assert tried is not None
        assert tried.rests is not None
        assert before <= tried.rests - timedelta(seconds=wait) <= after
    assert telling.failed(tenant=cast.hospital.id, subscription=row.id) is None
    assert state(cast, cast.doctor, row) == ("error", telling.UNREACHABLE)
    hooks.tell(tenant=cast.hospital.id, subscription=row.id)
    assert hook.took == []


def test_a_heartbeat_comes_when_it_is_due(cast: Cast, hook: Receiver) -> None:
    cast.grant(cast.doctor, "lab-results")
    row = subscribe(cast, cast.doctor, hook, heartbeat=60)
    work()
    hooks.sweep()
    work()
    assert [kind(one) for one in hook.bundles] == ["handshake"]
    with tenant_scope(cast.hospital.id):
        Subscription.objects.filter(id=row.id).update(spoke=timezone.now() - timedelta(minutes=2))
    hooks.sweep()
    work()
    assert [kind(one) for one in hook.bundles] == ["handshake", "heartbeat"]


def test_the_patient_is_told_who_looked(cast: Cast, hook: Receiver) -> None:
    cast.grant(cast.doctor, "lab-results")
    subscribe(cast, cast.amara, hook, topic="accessed")
    work()
    key = f"{PATIENT}-ldl-1"
    read = records.read(caller=cast.doctor, tenant=cast.hospital.id, type="Observation", id=key)
    wake(cast)
    (told,) = [one for one in hook.bundles if kind(one) == "event-notification"]
    assert read.promise is not None
    assert named(told) == [f"AuditEvent/{read.promise.promise.id}"]
    wake(cast)  # being told is no access: nothing leads to another notification
    assert len(hook.took) == 2


def test_who_looks_is_told_to_nobody_else(cast: Cast, hook: Receiver) -> None:
    cast.grant(cast.doctor, "lab-results")
    for somebody in (cast.doctor, cast.outsider, cast.auditor):
        with pytest.raises(NotYourRecord):
            subscribe(cast, somebody, hook, topic="accessed")


def test_without_a_permit_there_is_no_subscription(cast: Cast, hook: Receiver) -> None:
    with pytest.raises(Denied):
        subscribe(cast, cast.outsider, hook)
    cast.grant(cast.doctor, "lab-results")
    with pytest.raises(Denied):
        subscribe(cast, cast.doctor, hook, types=["Condition"])
    assert services.own(caller=cast.doctor, tenant=cast.hospital.id) == []


def test_it_ends_with_the_token_that_made_it(cast: Cast, hook: Receiver) -> None:
    from dataclasses import replace

    from portal.accounts import selectors

    cast.grant(cast.doctor, "lab-results")
    accounts.create_token(user=account_of(cast.doctor), scopes="records.read")
    (token,) = selectors.tokens(cast.doctor.user)
    caller = replace(cast.doctor, client=f"token:{token.prefix}", scopes=frozenset({"records.read"}))
    row = subscribe(cast, caller, hook)
    work()
    accounts.revoke_token(token=token.id, actor=cast.doctor.user)
    store(cast.hospital, lab(PATIENT, "new", "1-8", 1, "2026-01-01"))
    wake(cast)
    assert len(hook.took) == 1
    assert state(cast, caller, row) == ("off", telling.WITHDRAWN)


def test_it_is_over_at_its_end(cast: Cast, hook: Receiver) -> None:
    cast.grant(cast.doctor, "lab-results")
    row = subscribe(cast, cast.doctor, hook, ends=timezone.now() + timedelta(hours=1))
    work()
    with tenant_scope(cast.hospital.id):
        Subscription.objects.filter(id=row.id).update(ends=timezone.now())
    hooks.tell(tenant=cast.hospital.id, subscription=row.id)
    assert state(cast, cast.doctor, row) == ("off", telling.OVER)


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "http://example.org/hook"},
        {"endpoint": "https://user:secret@example.org/"},
        {"endpoint": "ftp://example.org/"},
        {"headers": ["Host: elsewhere"]},
        {"headers": ["X: a\r\nY: b"]},
        {"headers": ["nothing"]},
        {"heartbeat": 1},
        {"channel": "websocket"},
    ],
)
def test_what_would_never_work_is_refused(cast: Cast, hook: Receiver, changes: dict[str, Any]) -> None:
    cast.grant(cast.doctor, "lab-results")
    with pytest.raises(InvalidSubscription):
        subscribe(cast, cast.doctor, hook, **changes)


def test_subscriptions_are_ones_own_and_not_too_many(
    cast: Cast, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    cast.grant(cast.doctor, "lab-results")
    row = subscribe(cast, cast.doctor, hook)
    with pytest.raises(TooManySubscriptions):
        subscribe(cast, cast.doctor, hook)
    with pytest.raises(UnknownSubscription):
        services.end(caller=cast.outsider, tenant=cast.hospital.id, subscription=row.id)
    services.end(caller=cast.doctor, tenant=cast.hospital.id, subscription=row.id)
    assert services.own(caller=cast.doctor, tenant=cast.hospital.id) == []
    work()
    assert hook.took == []


def test_secrets_are_sealed(cast: Cast, hook: Receiver) -> None:
    cast.grant(cast.doctor, "lab-results")
    subscribe(cast, cast.doctor, hook, headers=["Authorization: Bearer of-the-receiver"])
    with tenant_scope(cast.hospital.id):
        (row,) = Subscription.objects.all()
    assert b"of-the-receiver" not in bytes(row.sealed)
