"""What holds for every page of every role: it is known to the walk, and asks the database little.

Counted is every statement on the wire, ours and Django's, but for the frames of transactions (tests/statements.py).
Keys and names that are read once in the life of a process are left aside: the page is opened twice.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.selectors import registrations
from portal.accounts.services import create_organisation
from portal.patients.granting import BESIDE
from tests.cast import MRN, PATIENT, SSN, account_of, record_of, store
from tests.statements import MOST, statements
from tests.walk import Page, World, routes, world

# Pages that nobody of the cast can open as they stand, and why. What is only sent, or is no HTML, is none by itself.
NO_PAGE = {
    "live:events": "a stream",
    "live:chart": "a stream",
    "patients:receipt": "a file",
    "readyz": "for monitors, and 503 where nothing is sequenced for 30 seconds; tests/node",
    "auditors:receipt": "a file",
    "providers:document": "a file",
    "auditors:accounting_file": "a file",
    "account_logout": "would sign out; tests/browser/test_walk.py opens it last",
    "patients:contract_change": "leads to the check",
    "patients:grant_check": "needs a draft; the last test here",
    "patients:record_test": "needs the name of a test; tests/patients/test_pages.py",
    "patients:their_test": "needs the name of a test",
    "providers:entrance": "leads to the desk",
    "providers:chart": "leads to its first part",
    "viewers:waiting": "leads on to what was chosen, or to the form; tests/viewers/test_pages.py",
    "viewers:standing": "for open pages: nothing, or that they are to ask anew",
    "auditors:entrance": "leads to the desk",
    "auditors:verify": "leads to the status until something runs; tests/browser/test_auditor_journey.py",
    "accounts:invitation": "needs a letter; tests/administration/test_invitations.py",
    "accounts:invitation_follow": "needs a letter",
    "administration:entrance": "leads to the desk",
    "administration:witness_remove": "needs a witness; tests/administration/test_keys.py, tests/browser",
    "auditors:pattern_entries": "needs a finding; tests/patterns, tests/browser/test_patterns_journey.py",
    "account_set_password": "leads on: whoever is here has a password",
    "account_confirm_login_code": "leads on: no codes are sent",
    "account_confirm_email": "needs a letter",
    "account_reset_password_from_key": "needs a letter",
    "mfa_authenticate": "in the middle of a log-in",
    "mfa_reauthenticate": "needs a second factor",
    "mfa_activate_totp": "asks for the password first; tests/accounts/test_strong.py",
    "mfa_deactivate_totp": "needs a second factor",
    "mfa_view_recovery_codes": "needs a second factor",
    "mfa_generate_recovery_codes": "needs a second factor",
    "mfa_download_recovery_codes": "a file",
    "mfa_add_webauthn": "asks for the password first",
    "mfa_remove_webauthn": "needs a passkey",
    "mfa_edit_webauthn": "needs a passkey",
    "mfa_reauthenticate_webauthn": "needs a passkey",
    "mfa_login_webauthn": "for the script of the log-in",
}


@pytest.fixture
def here(db: None) -> World:
    return world()


def opened(here: World, others: set[str] | None = None) -> Iterator[tuple[Page, Any]]:
    """Every page that answers with one, and who is in front of it. `others` gathers the routes that are no pages."""
    clients: dict[str, Client] = {}
    for page in here.pages():
        if not page.address or page.route in NO_PAGE:
            continue
        client = clients.get(page.role) or clients.setdefault(page.role, here.client(page.role))
        answer = client.get(page.address)
        assert answer.status_code < 500, page
        html = answer["Content-Type"].startswith("text/html") if "Content-Type" in answer else False
        if answer.status_code == 200 and html:
            yield page, client
        elif others is not None and (answer.status_code == 405 or not html):
            others.add(page.route)


def test_no_page_asks_the_database_more_than_twelve_times(here: World) -> None:
    """For Amara, who is a patient of three organisations and shares what each of them keeps with her guardian, for him,
    and for everybody else."""
    cast = here.cast
    laboratory = create_organisation(slug=f"{cast.hospital.slug}-laboratory", name="Harbour Laboratory")
    store(laboratory, *record_of(PATIENT, "Amara", "Lindgren", mrn=MRN, ssn=SSN))
    for place in (cast.practice, laboratory):
        parts = ("demographics", "lab-results")
        cast.grant(cast.guardian, *parts, custodian=place, kind="person", purposes=("PATRQT",))
    assert len(registrations(cast.person)) == 3
    too_many = []
    for page, client in opened(here):
        with statements() as asked:
            client.get(page.address)
        if len(asked) > MOST:
            too_many.append(f"{len(asked)}: {page}\n  " + "\n  ".join(text[:160] for text in asked))
    assert not too_many, "\n".join(too_many)


def test_every_route_is_a_page_that_somebody_opens_or_is_said_not_to_be_one(here: World) -> None:
    others: set[str] = set()
    reached = {page.route for page, _ in opened(here, others)}
    known = {page.route for page in here.pages()}
    assert known - reached - others - NO_PAGE.keys() == set(), (
        "tell tests/walk.py a value, or NO_PAGE why there is no page"
    )
    assert NO_PAGE.keys() - routes().keys() == set(), "routes that are gone"


def test_the_last_page_before_signing_asks_no_more_than_others(here: World) -> None:
    """It needs a draft, so that the walk does not reach it; over both organisations, with both their contracts."""
    client = here.client("amara")
    cast = here.cast
    parts = ["demographics", "lab-results", "medicines"]
    cast.grant(cast.doctor, *parts, ends=datetime.now(UTC) + timedelta(days=1000))
    answers = {
        "where": {"where": [cast.hospital.slug, cast.practice.slug]},
        "who": {"kind": "clinician", "email": account_of(cast.doctor).email},
        "what": {"what": parts},
        "why": {"why": ["TREAT"]},
        "until": {"period": "365"},
    }
    client.get(reverse("patients:grant"))
    for step, given in answers.items():
        assert client.post(reverse("patients:grant_step", args=[step]), given).status_code == 302
    check = reverse("patients:grant_check")
    page = client.get(check)
    assert [says for says, _ in page.context["beside"]] == [BESIDE["covers"]]
    with statements() as asked:
        client.get(check)
    assert len(asked) <= MOST, "\n".join(text[:160] for text in asked)
