"""What each call needs of a token; and that `*` is not everything."""

import re
import uuid

import httpx
import pytest
from django.urls import URLPattern

from portal.accounts.scopes import NAMED_ONLY, ORDINARY
from portal.api.endpoint import Endpoint
from portal.api.urls import urlpatterns
from portal.api.views.documents import NotHere
from tests.api.house import Caller, House

# The whole table, by hand: a new call appears here or this test fails.
NEEDS = {
    ("GET", "v1/me/"): "profile",
    ("GET", "v1/me/copy/"): "records.read",
    ("GET", "v1/onlookers/"): "contracts.read",
    ("POST", "v1/onlookers/"): "contracts.read",
    ("GET", "v1/contract-templates/"): "contracts.read",
    ("GET", "v1/contracts/"): "contracts.read",
    ("POST", "v1/contracts/"): "sign",
    ("GET", "v1/contracts/<uuid:contract>/"): "contracts.read",
    ("POST", "v1/contracts/<uuid:contract>/suspend/"): "contracts.revoke",
    ("POST", "v1/contracts/<uuid:contract>/resume/"): "sign",
    ("POST", "v1/contracts/<uuid:contract>/cosign/"): "sign",
    ("POST", "v1/contracts/<uuid:contract>/cosign/decline/"): "contracts.revoke",
    ("GET", "v1/cosignatures/"): "contracts.read",
    ("GET", "v1/disclosures/<slug:tenant>/<str:patient>/"): "audit",
    ("GET", "v1/disclosures/<slug:tenant>/<str:patient>/<slug:form>/"): "audit",
    ("POST", "v1/contracts/<uuid:contract>/challenge/"): "sign",
    ("POST", "v1/contracts/<uuid:contract>/sign/"): "sign",
    ("POST", "v1/contracts/<uuid:contract>/revoke/"): "contracts.revoke",
    ("GET", "v1/requests/"): "requests",
    ("POST", "v1/requests/"): "requests",
    ("POST", "v1/requests/<uuid:asked>/decline/"): "requests",
    ("GET", "v1/apps/"): "contracts.read",
    ("POST", "v1/apps/<uuid:connection>/take-back/"): "contracts.revoke",
    ("POST", "v1/apps/<uuid:connection>/end/"): "contracts.revoke",
    ("GET", "v1/questions/"): "cases",
    ("POST", "v1/questions/"): "cases",
    ("GET", "v1/questions/<uuid:case>/"): "cases",
    ("GET", "v1/cases/<slug:tenant>/questions/"): "cases.answer",
    ("GET", "v1/cases/<slug:tenant>/questions/<uuid:case>/"): "cases.answer",
    ("POST", "v1/cases/<slug:tenant>/questions/<uuid:case>/answer/"): "cases.answer",
    ("GET", "v1/corrections/"): "cases",
    ("POST", "v1/corrections/"): "cases",
    ("GET", "v1/corrections/<uuid:case>/"): "cases",
    ("POST", "v1/corrections/<uuid:case>/disagree/"): "cases",
    ("GET", "v1/cases/<slug:tenant>/corrections/"): "cases.answer",
    ("GET", "v1/cases/<slug:tenant>/corrections/<uuid:case>/"): "cases.answer",
    ("POST", "v1/cases/<slug:tenant>/corrections/<uuid:case>/accept/"): "cases.answer",
    ("POST", "v1/cases/<slug:tenant>/corrections/<uuid:case>/deny/"): "cases.answer",
    ("POST", "v1/cases/<slug:tenant>/corrections/<uuid:case>/extend/"): "cases.answer",
    ("GET", "v1/reports/"): "reports",
    ("POST", "v1/reports/"): "reports",
    ("GET", "v1/limits/"): "cases",
    ("POST", "v1/limits/<slug:tenant>/<uuid:limit>/ask/"): "cases",
    ("GET", "v1/limits/<slug:tenant>/"): "limits",
    ("POST", "v1/limits/<slug:tenant>/"): "limits",
    ("GET", "v1/limits/<slug:tenant>/<uuid:limit>/"): "limits",
    ("POST", "v1/limits/<slug:tenant>/<uuid:limit>/review/"): "limits",
    ("POST", "v1/limits/<slug:tenant>/<uuid:limit>/lift/"): "limits",
    ("POST", "v1/invitations/take-up/"): "members",
    ("GET", "v1/ledger/<slug:tenant>/patterns/thresholds/"): "audit",
    ("POST", "v1/ledger/<slug:tenant>/patterns/thresholds/"): "policies",
    ("GET", "v1/members/<slug:tenant>/"): "members",
    ("POST", "v1/members/<slug:tenant>/"): "members",
    ("POST", "v1/members/<slug:tenant>/<uuid:member>/remove/"): "members",
    ("POST", "v1/members/<slug:tenant>/<uuid:member>/roles/"): "members",
    ("GET", "v1/members/<slug:tenant>/invitations/"): "members",
    ("POST", "v1/members/<slug:tenant>/invitations/<uuid:invitation>/withdraw/"): "members",
    ("GET", "v1/policies/<slug:tenant>/"): "policies",
    ("POST", "v1/policies/<slug:tenant>/base/"): "policies",
    ("POST", "v1/policies/<slug:tenant>/emergency/"): "policies",
    ("GET", "v1/emergency-reviews/<slug:tenant>/"): "reviews",
    ("GET", "v1/emergency-reviews/<slug:tenant>/<uuid:session>/"): "reviews",
    ("POST", "v1/emergency-reviews/<slug:tenant>/<uuid:session>/conclude/"): "reviews",
    ("GET", "v1/share-codes/"): "contracts.read",
    ("POST", "v1/share-codes/"): "sign",
    ("POST", "v1/share-codes/<uuid:share>/admit/"): "sign",
    ("POST", "v1/share-codes/<uuid:share>/end/"): "contracts.revoke",
    ("GET", "v1/guardians/"): "contracts.read",
    ("GET", "v1/guardians/<slug:tenant>/"): "guardians",
    ("POST", "v1/guardians/<slug:tenant>/<uuid:contract>/suspend/"): "guardians",
    ("POST", "v1/guardians/<slug:tenant>/<uuid:contract>/resume/"): "guardians",
    ("GET", "v1/people/"): "records.read",
    ("GET", "v1/people/<uuid:person>/contracts/"): "manage_consent",
    ("POST", "v1/people/<uuid:person>/contracts/"): "manage_consent",
    ("POST", "v1/people/<uuid:person>/contracts/<uuid:contract>/challenge/"): "manage_consent",
    ("POST", "v1/people/<uuid:person>/contracts/<uuid:contract>/sign/"): "manage_consent",
    ("POST", "v1/people/<uuid:person>/contracts/<uuid:contract>/revoke/"): "manage_consent",
    ("POST", "v1/emergency-access/"): "emergency",
    ("GET", "v1/emergency-access/<uuid:session>/"): "emergency",
    ("POST", "v1/emergency-access/<uuid:session>/end/"): "emergency",
    ("POST", "v1/patients/find/"): "records.read",
    ("GET", "v1/worklist/"): "records.read",
    ("GET", "v1/accesses/"): "accesses.read",
    ("GET", "v1/ledger/<slug:tenant>/"): "ledger.read",
    ("GET", "v1/ledger/<slug:tenant>/patterns/"): "audit",
    ("GET", "v1/ledger/<slug:tenant>/completeness/"): "accesses.read",
    ("GET", "v1/ledger/<slug:tenant>/consistency/"): "ledger.read",
    ("GET", "v1/ledger/<slug:tenant>/entries/"): "audit",
    ("GET", "v1/ledger/<slug:tenant>/entries/<uuid:entry>/receipt/"): "ledger.read",
    ("GET", "v1/ledger/<slug:tenant>/verifications/"): "audit",
    ("POST", "v1/ledger/<slug:tenant>/verifications/"): "audit",
    ("GET", "v1/ledger/<slug:tenant>/verifications/<uuid:run>/"): "audit",
    ("GET", "v1/ledger/<slug:tenant>/replays/"): "audit",
    ("POST", "v1/ledger/<slug:tenant>/replays/"): "audit",
    ("GET", "v1/ledger/<slug:tenant>/replays/<uuid:run>/"): "audit",
    ("GET", "v1/ledger/<slug:tenant>/evidence/"): "audit",
    ("POST", "v1/ledger/<slug:tenant>/evidence/"): "audit",
    ("GET", "v1/ledger/<slug:tenant>/evidence/<uuid:archive>/"): "audit",
    ("GET", "v1/ledger/<slug:tenant>/evidence/<uuid:archive>/file/"): "audit",
}
CALLS = [pytest.param(method, path, scope, id=f"{method} {path}") for (method, path), scope in NEEDS.items()]
OPEN = {"schema/", "docs/", "problems/"}


def test_the_table_is_complete() -> None:
    found: dict[tuple[str, str], str] = {}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        view = getattr(pattern.callback, "view_class", None)
        address = str(pattern.pattern)
        if isinstance(view, type) and issubclass(view, Endpoint) and view is not NotHere:
            found |= {(method, address): scope for method, scope in view.scopes.items()}
        else:
            assert address in OPEN or pattern.name == "not-here"
    assert found == NEEDS


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_call_is_refused_without_its_scope(house: House, method: str, path: str, scope: str) -> None:
    every_other = " ".join(sorted((ORDINARY | NAMED_ONLY) - {scope}))
    answer = called(house.caller("ana@example.org", every_other), method, path)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")
    assert scope in answer.json()["detail"]
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_call_is_let_in_with_its_scope_alone(house: House, method: str, path: str, scope: str) -> None:
    answer = called(house.caller("ana@example.org", scope), method, path)
    assert answer.status_code not in (401, 405)
    if answer.status_code != 200:
        assert answer.json()["code"] != "insufficient-scope"


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_the_star_stands_for_all_but_what_is_named(house: House, method: str, path: str, scope: str) -> None:
    answer = called(house.caller("ana@example.org", "*"), method, path)
    refused = answer.status_code == 403 and answer.json()["code"] == "insufficient-scope"
    assert refused == (scope in NAMED_ONLY)


def called(caller: Caller, method: str, path: str) -> httpx.Response:
    path = re.sub(r"<uuid:\w+>", lambda _name: str(uuid.uuid4()), path)
    path = path.replace("<slug:tenant>", "st-mary").replace("<slug:form>", "csv")
    return caller.call(method, f"/api/{path}")
