"""As whom a subscription is decided now: who made it, refused where account, role, token or connection ended."""

from dataclasses import replace

from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.records import remembered
from portal.smart.services import scopes_now
from portal.subscriptions.models import Subscription

_ENDED = ("token-ended", "The token that this subscription was made with is not good any more.")


def caller_now(row: Subscription) -> Caller:
    """In no scope."""
    caller = remembered.from_json(row.caller)
    kind, _, name = caller.client.partition(":")
    if kind == "app":
        scopes = scopes_now(name, caller=caller, tenant=row.tenant_id)
        return replace(caller, refused=_ENDED) if scopes is None else replace(caller, scopes=scopes)
    if kind == "token" and name not in {token.prefix for token in accounts.tokens(caller.user)}:
        return replace(caller, refused=_ENDED)
    return caller
