"""What the faces may do with applications and their tokens."""

from portal.smart.callers import caller_at, caller_of, owner_of
from portal.smart.connecting import connections_of, disconnect, over_records, take_back
from portal.smart.launching import launch_page
from portal.smart.registering import Registered, admit, admitted_at, application_of, register, remove
from portal.smart.tokens import AppToken, authenticate, scopes_now

__all__ = [
    "AppToken",
    "Registered",
    "admit",
    "admitted_at",
    "application_of",
    "authenticate",
    "caller_at",
    "caller_of",
    "connections_of",
    "disconnect",
    "launch_page",
    "over_records",
    "owner_of",
    "register",
    "remove",
    "scopes_now",
    "take_back",
]
