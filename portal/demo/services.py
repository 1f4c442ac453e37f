"""Loading the demo world: two organisations, their records, accounts, and a little history. Repeatable."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from portal.accounts.errors import AccountExists, UnknownAccount, UnknownTenant
from portal.accounts.models import Organisation
from portal.demo import people, write
from portal.demo.people import Account
from portal.demo.story import NotLinked, Story
from portal.records.services import Report, import_bundles

HOSPITAL, PRACTICE = ("st-mary", "St Mary Hospital"), ("riverside", "Riverside Family Practice")
PATIENT_NUMBERS = {HOSPITAL[0]: "SM-204117", PRACTICE[0]: "RV-1183"}


class DemoIncomplete(RuntimeError):
    """The demo's own records could not be stored: a defect of this installation."""


def load(progress: Callable[[str], None] = lambda _: None) -> list[Account]:
    """Make what is missing of the demo world; returns the accounts to sign in with. `progress` is told each step.

    Where everything is there already this only looks, and is quick.
    """
    password = people.password()
    accounts = [replace(account, password=password) for account in people.ACCOUNTS if account.listed]
    if _loaded():
        return accounts
    hospital, practice = _organisation(*HOSPITAL), _organisation(*PRACTICE)
    for organisation in (hospital, practice):
        progress(f"Loading the records of {organisation.name} ...")
        _import(organisation)
    progress("Making the accounts ...")
    for account in people.ACCOUNTS:
        _account(account, password)
    _claim(hospital, practice)
    progress("Signing contracts, and looking at records ...")
    story = Story(hospital, practice)
    story.share()
    story.ask()
    story.visit()
    return accounts


def _loaded() -> bool:
    """Whether the last step of loading was done: the practice's doctor's request, and a history."""
    try:
        hospital, practice = selectors.organisation(HOSPITAL[0]), selectors.organisation(PRACTICE[0])
        story = Story(hospital, practice)
    except (UnknownTenant, UnknownAccount, NotLinked):
        return False
    return story.is_told()


def _organisation(slug: str, name: str) -> Organisation:
    with contextlib.suppress(AccountExists):
        return services.create_organisation(slug=slug, name=name)
    return selectors.organisation(slug)


def _import(organisation: Organisation) -> Report:
    report = import_bundles(tenant=organisation.id, paths=[Path(write.FOLDER / organisation.slug)])
    if report.failed:
        raise DemoIncomplete(str(report.failed[0]))
    return report


def _account(account: Account, password: str) -> None:
    with contextlib.suppress(AccountExists):
        services.create_account(email=account.email, password=password, name=account.name)
    user = selectors.user_by_email(account.email)
    for slug, role in account.memberships:
        tenant = selectors.organisation(slug).id
        services.add_member(tenant=tenant, user=user, role=role, title=account.title)


def _claim(*organisations: Organisation) -> None:
    """Link the patient's account to her person, who is the same at both."""
    user = selectors.user_by_email(people.PATIENT.email)
    for organisation in organisations:
        with tenant_scope(organisation.id):
            person = selectors.registration(mrn=PATIENT_NUMBERS[organisation.slug]).person_id
        services.claim_person(person=person, user=user)
