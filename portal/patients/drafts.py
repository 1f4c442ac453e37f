"""The answers given so far while somebody shares, kept by the server until they sign or give up."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest

KEY = "patients.draft"
STEPS = ("where", "who", "what", "why", "until")


@dataclass(frozen=True)
class Draft:
    """`until` is the last day, ISO. `request` is the request that is answered, `request_at` the slug of whose records
    it asks for, `asked` which parts."""

    where: Sequence[str] = ()  # slugs of those who hold the records
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

    @property
    def steps(self) -> tuple[str, ...]:
        """The questions that this answer needs: a relative looks on one's behalf, for nothing else."""
        return tuple(step for step in STEPS if step != "why") if self.kind == "relative" else STEPS

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
        return datetime.combine(date.fromisoformat(self.until) + timedelta(days=1), time(), UTC)

    def with_answers(self, **answers: Any) -> "Draft":
        return replace(self, **answers)


def load(request: HttpRequest) -> Draft:
    """The draft of this session, empty if there is none."""
    kept = request.session.get(KEY)
    return Draft(**kept) if isinstance(kept, dict) else Draft()


def save(request: HttpRequest, draft: Draft) -> None:
    request.session[KEY] = asdict(draft)


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
