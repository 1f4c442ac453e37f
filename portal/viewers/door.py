"""Whom a browser without an account may look at: what it knocked for, as that stands now."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from consent import services as consent
from consent.errors import UnknownShare
from consent.services import Knock, Viewing
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller

KEY = "share"  # session key
TITLE = "By share code"


@dataclass(frozen=True)
class Viewer:
    """Who knocked in this browser, and how that stands."""

    knock: Knock
    viewing: Viewing

    def caller(self, request: HttpRequest) -> Caller:
        """The asker of every access: called what the patient was told, acting for no organisation."""
        return Caller(
            user=self.knock.viewer,
            name=self.viewing.name,
            person=None,
            organisation=None,
            organisation_name="",
            role="clinician",
            title=TITLE,
            strong=False,
            client=f"share:{self.knock.share}",
            request_id=request.request_id,  # type: ignore[attr-defined]
        )


def remember(request: HttpRequest, knock: Knock) -> None:
    """Let this browser alone see what becomes of it, under a session key that nobody had before."""
    request.session.cycle_key()
    request.session[KEY] = [str(knock.share), str(knock.tenant), str(knock.viewer)]


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Who knocked in this browser; None if nobody did, or nobody knows of it any more."""
    kept = request.session.get(KEY)
    if kept is None:
        return None
    knock = Knock(*(UUID(part) for part in kept))
    try:
        with tenant_scope(knock.tenant):
            return Viewer(knock, consent.viewing(share=knock.share, viewer=knock.viewer))
    except UnknownShare:
        return None
