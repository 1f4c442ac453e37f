"""An unsafe production setting stops the node; so does a table or a role that escapes row-level security."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import Settings

from portal.node.checks import durable_database, isolated_tenants, production_settings

SAFE = {
    "LOCAL": False,
    "DEBUG": False,
    "SECRET_KEY": "k" * 64,
    "ALLOWED_HOSTS": ["records.example.org"],
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "REDIS_URL": "",
    "ASSENT_WEB_PROCESSES": 1,
    "ASSENT_LOG_ORIGIN_PREFIX": "records.example.org/log/",
}


def codes(found: Any) -> list[str]:
    return [message.id for message in found]


@pytest.fixture
def production(settings: Settings) -> Settings:
    for name, value in SAFE.items():
        setattr(settings, name, value)
    return settings


@pytest.fixture
def owner_tables(administrator: Any) -> Iterator[Any]:
    """Run statements as the owner; what they made is dropped in the end."""
    administrator.execute("SET ROLE assent_owner")
    yield administrator
    administrator.execute("DROP VIEW IF EXISTS loose_view; DROP TABLE IF EXISTS loose")


def test_a_safe_production_node_passes(production: Settings) -> None:
    assert production_settings(None) == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SECRET_KEY", "", "assent.E002"),
        ("SECRET_KEY", "k" * 49, "assent.E002"),
        ("SECRET_KEY", "django-insecure-" + "k" * 64, "assent.E002"),
        ("ALLOWED_HOSTS", [], "assent.E003"),
        ("ALLOWED_HOSTS", ["records.example.org", "*"], "assent.E003"),
        ("SESSION_COOKIE_SECURE", False, "assent.E004"),
        ("CSRF_COOKIE_SECURE", False, "assent.E004"),
        ("SECURE_SSL_REDIRECT", False, "assent.E004"),
        ("DEBUG", True, "assent.E005"),
        ("ASSENT_WEB_PROCESSES", 2, "assent.E006"),
        ("ASSENT_LOG_ORIGIN_PREFIX", "", "assent.E007"),
        ("ASSENT_LOG_ORIGIN_PREFIX", "localhost/log/", "assent.E007"),
        ("ASSENT_LOG_ORIGIN_PREFIX", "localhost:8000/log/", "assent.E007"),
        ("ASSENT_LOG_ORIGIN_PREFIX", "https://records.example.org/log/", "assent.E007"),
        ("OAUTH2_PROVIDER", {"OIDC_RSA_PRIVATE_KEY": ""}, "assent.E008"),
    ],
)
def test_each_unsafe_setting_has_its_own_code(production: Settings, name: str, value: Any, code: str) -> None:
    setattr(production, name, value)
    found = production_settings(None)
    assert codes(found) == [code]
    assert found[0].hint


def test_several_web_processes_with_redis_pass(production: Settings) -> None:
    production.ASSENT_WEB_PROCESSES = 4
    production.REDIS_URL = "redis://cache/0"
    assert production_settings(None) == []


def test_a_local_node_asks_for_nothing_but_stays_on_loopback(settings: Settings) -> None:
    assert production_settings(None) == []
    settings.ASSENT_HOST = "0.0.0.0"  # noqa: S104
    assert codes(production_settings(None)) == ["assent.E001"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_may_lose_commits_is_refused(production: Settings) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        found = durable_database(databases=["default"])
        cursor.execute("RESET synchronous_commit")
    assert any("synchronous_commit" in message.msg for message in found)
    assert set(codes(found)) == {"assent.E020"}


@pytest.mark.django_db
def test_every_table_and_role_of_this_node_is_bound() -> None:
    assert isolated_tenants(databases=["default"]) == []
    call_command("check_rls", verbosity=0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        ("", "row-level security is not enabled"),
        ("ALTER TABLE loose ENABLE ROW LEVEL SECURITY", "not forced on its owner"),
        ("ALTER TABLE loose FORCE ROW LEVEL SECURITY", "row-level security is not enabled"),
        ("CREATE POLICY all_rows ON loose USING (true)", "policy all_rows (ALL) depends on no scope"),
        ("CREATE VIEW loose_view AS SELECT * FROM loose", "View loose_view: not security_invoker"),
    ],
)
def test_a_tenant_table_that_is_not_bound_is_named(owner_tables: Any, statements: str, finding: str) -> None:
    owner_tables.execute("CREATE TABLE loose (tenant_id uuid)")
    owner_tables.execute(statements or "SELECT")
    with pytest.raises(CommandError, match="loose") as refusal:
        call_command("check_rls")
    assert finding in str(refusal.value)


@pytest.mark.django_db(transaction=True)
def test_a_policy_for_the_sequencer_alone_does_not_open_a_table_to_the_app(owner_tables: Any) -> None:
    owner_tables.execute(
        "CREATE TABLE loose (tenant_id uuid);"
        "ALTER TABLE loose ENABLE ROW LEVEL SECURITY; ALTER TABLE loose FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY tenant ON loose USING (tenant_id = NULLIF(current_setting('assent.tenant', true), '')::uuid);"
        "CREATE POLICY sequencing ON loose TO assent_sequencer USING (true)"
    )
    assert isolated_tenants(databases=["default"]) == []
