"""Who asks, for which organisation and why: what every face builds from a request and every service is given."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest

from portal.accounts.errors import ScopeMissing
from portal.accounts.models import User
from portal.accounts.scopes import grants


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated asker. `scopes` is None for a browser session, which has no scopes to lack."""

    user: UUID
    name: str
    person: UUID | None  # the patient that this account is
    organisation: UUID | None  # the tenant acted for
    organisation_name: str
    role: str | None  # clinician, administrator, privacy_officer, auditor; None for a patient
    title: str
    strong: bool  # by a second factor within the last 15 minutes, or by a token that was made so
    client: str  # "session", "token:<prefix>" or "app:<client id>"
    request_id: str
    scopes: frozenset[str] | None = None
    about: UUID | None = (
        None  # the patient whose record an application was started for: its `patient/` scopes
    )
    purposes: tuple[str, ...] | None = None  # those bound to an application's token; None: those of the role
    # Code and sentence of why the face refuses already: what is asked for is then only entered as denied.
    refused: tuple[str, str] | None = None

    def requires(self, scope: str) -> None:
        """Raise ScopeMissing if this is a token without that scope."""
        if not self.has(scope):
            raise ScopeMissing(f"This token lacks the scope {scope!r}. Make one that has it and call again.")

    def has(self, scope: str) -> bool:
        """Whether no token's lack of that scope stands in the way."""
        return self.scopes is None or grants(self.scopes, scope)

    def as_oneself(self) -> "Caller":
        """The same account, acting for nobody but itself."""
        return replace(self, organisation=None, organisation_name="", role=None, title="")


def user_of(request: HttpRequest) -> User:
    """The signed-in user of a browser's request, where login_required has let it in."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required precedes
    return request.user
