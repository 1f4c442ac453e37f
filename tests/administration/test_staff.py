"""Who works at an organisation, and who may change that."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_nothing(client: Client) -> None:
    from tests.api.house import build

    house = build(None)
    from portal.accounts import selectors, services

    u = services.create_account(email="admin@st-mary.example", password="correct horse battery", name="Ada Admin")
    for role in ("administrator", "privacy_officer", "clinician", "auditor"):
        services.add_member(tenant=house.tenants["st-mary"], user=u, role=role)
    client.force_login(u)
    for url in ["/administration/", "/administration/st-mary/staff/", "/administration/st-mary/reviews/", "/administration/st-mary/policy/", "/audit/st-mary/", "/audit/st-mary/accesses/", "/clinic/st-mary/find/", "/clinic/st-mary/worklist/"]:
        r = client.get(url)
        print(url, r.status_code, len(r.content))
