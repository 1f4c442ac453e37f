"""Who asks, for which organisation and why: what every face builds from a request and every service is given."""

from dataclasses import dataclass, replace
from uuid import UUID

from portal.accounts.errors import ScopeMissing
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
    strong: bool  # authenticated by more than a password, or just now
    client: str  # "session" or "token:<prefix>"
    request_id: str
    scopes: frozenset[str] | None = None
    # Code and sentence of why the face refuses already: what is asked for is then only entered as denied.
    refused: tuple[str, str] | None = None

    def requires(self, scope: str) -> None:
        """Raise ScopeMissing if this is a token without that scope."""
        if self.scopes is not None and not grants(self.scopes, scope):
            raise ScopeMissing(f"This token lacks the scope {scope!r}. Make one that has it and call again.")

    def as_oneself(self) -> "Caller":
        """The same account, acting for nobody but itself."""
        return replace(self, organisation=None, organisation_name="", role=None, title="")
