"""What has happened in the demo world before you arrive: contracts, a request, visits, an emergency. Through the
same services as anything else, so that its ledger is a real one."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from consent import selectors as contracts
from consent import services as consent
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from ledger.identity import new_id
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.accounts.models import Organisation, User
from portal.demo import people
from portal.records import services as records
from portal.records.errors import Denied

Step = Callable[[], object]
_A_PAGE = 50
_MOST = "demographics conditions medicines allergies immunisations lab-results vital-signs visits"


@dataclass(frozen=True)
class Grant:
    """A contract of the story."""

    grantee: Grantee
    name: str
    categories: str
    days: int
    purpose: str = "TREAT"


class NotLinked(LookupError):
    """The patient's account is not linked to her person yet."""


class Story:
    """Who is who, looked up once."""

    def __init__(self, hospital: Organisation, practice: Organisation) -> None:
        self.hospital, self.practice = hospital, practice
        self.users = {account.email: accounts.user_by_email(account.email) for account in people.ACCOUNTS}
        person = accounts.person_of(self.user(people.PATIENT).id)
        if person is None:
            raise NotLinked
        self.person = person.id

    def user(self, account: people.Account) -> User:
        return self.users[account.email]

    def share(self) -> None:
        """What Amara shares, and what she is asked for. Done once: a person with contracts is left alone."""
        for custodian, grants in self._grants().items():
            with tenant_scope(custodian.id):
                if not contracts.contracts_of_person(self.person):
                    for grant in grants:
                        self._grant(custodian, grant)

    def ask(self) -> None:
        """Riverside's doctor asks for more; nobody has answered yet."""
        doctor = self.user(people.FAMILY_DOCTOR)
        with tenant_scope(self.hospital.id):
            if contracts.requests_by(doctor.id, person=self.person):
                return
            consent.request_access(
                person=self.person,
                requester=doctor.id,
                organisation=self.practice.id,
                categories=["demographics", "lab-results", "conditions"],
                purposes=["TREAT"],
                ends=_midnight(370),
                message="May I see your latest blood tests from the hospital? I would like to plan your check-up.",
            )

    def visit(self) -> None:
        """Who has looked so far."""
        patient = self.caller(people.PATIENT)
        self._emergency()
        family, hospital = self.caller(people.FAMILY_DOCTOR), self.hospital.id
        found = records.find_patient(
            caller=family, tenant=hospital, family="Lindgren", given="Amara", birth_date="1979-03-04"
        )[0]
        self._look(lambda: records.chart(caller=family, tenant=hospital, person=self.person))
        tests = {"patient": [found.patient], "category": ["laboratory"]}
        self._look(lambda: records.search(caller=family, tenant=hospital, type="Observation", params=tests))
        doctor = self.caller(people.HOSPITAL_DOCTOR)
        sugar = {**tests, "code": ["http://loinc.org|59261-8"]}
        seen = records.search(caller=doctor, tenant=hospital, type="Observation", params=sugar)
        newest = seen.records[0]
        self._look(lambda: records.read(caller=doctor, tenant=hospital, type=newest.type, id=newest.id))
        records.find_patient(caller=doctor, tenant=hospital, mrn="SM-305117")  # with his own surname
        self._look(lambda: records.chart(caller=family, tenant=self.practice.id, person=self.person))
        self._look(lambda: records.own_record(caller=patient, tenant=hospital))

    def is_told(self) -> bool:
        """Whether all of it has happened: its last step was the patient's own look at her record."""
        patient = self.caller(people.PATIENT)
        seen = records.who_has_seen(caller=patient, tenant=self.hospital.id)
        return any(access.actor == patient.user for access in seen) or len(seen) >= _A_PAGE

    def caller(self, account: people.Account) -> Caller:
        """Somebody as the browser would make them known to a service."""
        user = self.user(account)
        roles = accounts.memberships(user.id)
        person = accounts.person_of(user.id)
        return Caller(
            user=user.id,
            name=user.name,
            person=person.id if person else None,
            organisation=roles[0].tenant_id if roles else None,
            organisation_name=roles[0].tenant.name if roles else "",
            role=roles[0].role if roles else None,
            title=roles[0].title if roles else "",
            strong=True,
            client="demo",
            request_id=str(new_id()),
        )

    def _grants(self) -> dict[Organisation, list[Grant]]:
        doctor, guardian = self.user(people.HOSPITAL_DOCTOR), self.user(people.GUARDIAN)
        with_doctor = Grantee("practitioner", doctor.id, self.hospital.id)
        with_practice = Grantee("organisation", self.practice.id)
        with_guardian = Grantee("person", guardian.id)
        practice = self.practice.name
        return {
            self.hospital: [
                Grant(with_doctor, doctor.name, "demographics lab-results medicines vital-signs", days=180),
                Grant(with_practice, practice, "demographics medicines allergies", days=365),
                Grant(
                    with_guardian,
                    guardian.name,
                    "demographics medicines allergies visits",
                    days=365,
                    purpose="PATRQT",
                ),
            ],
            self.practice: [Grant(with_practice, practice, _MOST, days=12)],
        }

    def _grant(self, where: Organisation, grant: Grant) -> None:
        patient = self.user(people.PATIENT)
        consent.grant(
            person=self.person,
            grantor=patient.id,
            terms=Terms(
                where.id, grant.grantee, grant.categories.split(), [grant.purpose], _midnight(grant.days)
            ),
            signature=Signature("reauthenticated", patient.id),
            display=Display(grant.name, where.name, self.hospital.name if grant.grantee.organisation else ""),
        )

    def _emergency(self) -> None:
        doctor, hospital = self.caller(people.EMERGENCY_DOCTOR), self.hospital.id
        assert doctor.organisation is not None  # noqa: S101 - she is a member
        with tenant_scope(hospital):
            session = consent.open_emergency(
                person=self.person,
                actor=doctor.user,
                organisation=doctor.organisation,
                role=doctor.role,
                strong=True,
                reason_code="unconscious",
                reason="Brought in unconscious, suspected low blood sugar.",
            )
        for category in ("conditions", "medicines", "allergies"):
            self._look(self._chart_of(doctor, category))
        with tenant_scope(hospital):
            consent.end_emergency(session=session.id, actor=doctor.user)

    def _chart_of(self, caller: Caller, category: str) -> Step:
        return lambda: records.chart(
            caller=caller, tenant=self.hospital.id, person=self.person, category=category, purpose="ETREAT"
        )

    @staticmethod
    def _look(step: Step) -> None:
        """A denial is part of the story too."""
        with contextlib.suppress(Denied):
            step()


def _midnight(days: int, *, now: datetime | None = None) -> datetime:
    """The end of a day that many days ahead."""
    day = (now or datetime.now(UTC)).date() + timedelta(days=days)
    return datetime.combine(day, time(), UTC)
