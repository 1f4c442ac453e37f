"""The answers given so far while somebody shares, kept by the server until they sign or give up."""

import contextlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest

from consent import selectors as consent
from portal.accounts import selectors as accounts
from portal.design.times import end_of_day

KEY, FIELD = "patients.draft", "draft"
LASTS = timedelta(hours=2)
STEPS = ("where", "who", "what", "why", "until")
OWN = "own"
"""The purpose of whoever begins with no template."""


@dataclass(frozen=True)
class Draft:
    """`until` is the last day, ISO. `request` is the request that is answered, `request_at` the slug of whose records
    it asks for, `asked` which parts."""

    where: Sequence[str] = ()  # slugs of those who hold the records
    one_place: bool = False  # nobody else holds any: it is not asked
    kind: str = ""  # clinician, organisation, relative
    email: str = ""
    organisation: str = ""  # slug
    what: Sequence[str] = ()
    why: Sequence[str] = ()
    until: str = ""
    suggested: str = ""  # the kind that is chosen already when the question is asked
    request: str = ""
    request_at: str = ""
    asked: Sequence[str] = field(default_factory=tuple)
    purpose: str = (
        ""  # the template it began from, or OWN; none where nobody asked, as in an answer to a request
    )
    offered: Sequence[str] = ()  # parts that are ticked already when the question is asked
    kinds: Sequence[str] = ()  # with whom the purpose is for; none: with anybody
    actions: Sequence[str] = ("read",)
    sensitivity: Sequence[str] = ()
    uses: int | None = None
    strong: bool = False
    data_from: str = ""
    data_until: str = ""
    notify: bool = True
    suspend_above: int | None = None
    redisclosure: bool = False
    report_back: bool = False
    refuses: bool = False  # it keeps them out, in emergencies too
    acting: str = ""  # the person for whom somebody else decides
    supersedes: str = ""  # the contract that this one takes the place of

    @property
    def steps(self) -> tuple[str, ...]:
        """The questions that this answer needs: a relative looks on one's behalf, a template says what for."""
        settled = self.kind == "relative" or (self.purpose not in ("", OWN) and self.why)
        needless = {"why"} if settled else set()
        needless |= {"where"} if self.one_place else set()
        return tuple(step for step in STEPS if step not in needless)

    @property
    def pages(self) -> tuple[str, ...]:
        """All pages of the flow: what it is for, where that is asked, the questions, and the check."""
        return ("purpose", *self.steps, "check") if self.purpose else (*self.steps, "check")

    @property
    def open_step(self) -> str:
        """The first question that has no answer yet; "" if all have."""
        answers = {
            "where": self.where,
            "who": self.kind,
            "what": self.what,
            "why": self.why,
            "until": self.until,
        }
        return next((step for step in self.steps if not answers[step]), "")

    @property
    def ends(self) -> datetime:
        """The first instant after the last day."""
        return end_of_day(date.fromisoformat(self.until))

    @property
    def data_period(self) -> tuple[datetime | None, datetime | None]:
        """From when to when the records are, half-open; None is no bound."""
        first = datetime.combine(date.fromisoformat(self.data_from), time(), UTC) if self.data_from else None
        last = end_of_day(date.fromisoformat(self.data_until)) if self.data_until else None
        return first, last

    def with_answers(self, **answers: Any) -> "Draft":
        return replace(self, **answers)


def load(request: HttpRequest) -> Draft:
    """The draft of this session, empty if there is none."""
    kept = request.session.get(KEY)
    if kept is None and (kept := _given_back(request)):
        request.session[KEY] = kept
    return Draft(**kept) if isinstance(kept, dict) else Draft()


def sealed(request: HttpRequest, draft: Draft) -> str:
    """For a form: the answers so far, so that they outlive the session. Good for this account only, and for a while."""
    return signing.dumps(asdict(draft), salt=_salt(request), compress=True)


def _given_back(request: HttpRequest) -> Any:
    """The answers beside those that were sent after the session had ended (portal.staff.kept).

    Not those of any form that is sent: a second tab would sign once more what the first one has signed.
    """
    text = getattr(request, "kept_fields", {}).get(FIELD, [""])[-1]
    with contextlib.suppress(signing.BadSignature):
        return signing.loads(text, salt=_salt(request), max_age=LASTS)
    return None


def _salt(request: HttpRequest) -> str:
    return f"{KEY}.{request.user.pk}"


def save(request: HttpRequest, draft: Draft) -> None:
    request.session[KEY] = asdict(draft)


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def of_contract(row: Any, *, where: str) -> Draft:
    """The answers that come to this contract (`contracts.changeable`), to be changed and signed in its place."""
    terms = consent.terms_of(row)
    organisation = terms.grantee.id if row.grantee_kind == "organisation" else terms.grantee.organisation
    places = {place.id: place.slug for place in accounts.organisations()}
    return Draft(
        where=[where],
        kind={"practitioner": "clinician", "person": "relative"}.get(row.grantee_kind, row.grantee_kind),
        email="" if row.grantee_kind == "organisation" else accounts.user(row.grantee).email,
        organisation=places.get(organisation, "") if organisation else "",
        what=list(terms.categories),
        why=list(terms.purposes),
        until=_last_day(terms.ends),
        actions=list(terms.actions),
        sensitivity=list(terms.sensitivity),
        uses=terms.uses,
        strong=terms.strong,
        data_from=terms.data_starts.date().isoformat() if terms.data_starts else "",
        data_until=_last_day(terms.data_ends) if terms.data_ends else "",
        notify=terms.notify,
        suspend_above=terms.suspend_above,
        redisclosure=terms.redisclosure,
        report_back=terms.report_back,
        supersedes=str(row.id),
    )


def _last_day(ends: datetime) -> str:
    return (ends - timedelta(microseconds=1)).astimezone(UTC).date().isoformat()
