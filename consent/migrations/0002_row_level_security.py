"""Each table belongs to one tenant. What concerns a person or was asked by one may also be read as that party's own."""

from django.db import migrations

from ledger.rls import party_matches, tenant_policy


def any_of(*columns: str) -> str:
    return " OR ".join(party_matches(column) for column in columns)


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_contracts")]

    operations = [
        tenant_policy("consent_contract", readable_also=any_of("person", "grantee")),
        tenant_policy("consent_contractrequest", readable_also=any_of("person", "requester")),
        tenant_policy("consent_emergencysession", readable_also=any_of("person", "actor")),
        tenant_policy("consent_basepolicy"),
        tenant_policy("consent_epoch"),
    ]
