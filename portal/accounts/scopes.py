"""What a token may do, in words. Pure.

`*` stands for all that the account itself may do, except what must be named beside it: signing contracts,
managing consent for somebody else, emergency access and its review, what applies at an organisation, who works
there, which guardians it pauses, what the law keeps of records, and what it answers its patients.
"""

from portal.accounts.errors import UnknownScope

NAMED_ONLY = frozenset(
    {
        "sign",
        "manage_consent",
        "emergency",
        "policies",
        "members",
        "reviews",
        "guardians",
        "limits",
        "cases.answer",
    }
)
ORDINARY = frozenset(
    {
        "profile",  # who am I
        "records.read",  # read and search records, FHIR
        "records.write",  # add, change and delete records, FHIR
        "contracts.read",  # list contracts
        "contracts.revoke",  # stop sharing
        "requests",  # ask for access, decline
        "cases",  # ask about accesses and for corrections, read the answers
        "reports",  # report back where a contract asks for it, read what was reported back
        "accesses.read",  # the history of accesses to one's own record
        "ledger.read",  # receipts and the state of a log
        "audit",  # search a ledger as its auditor
    }
)


def parse_scopes(text: str) -> frozenset[str]:
    """`"* sign"` -> the set of its words. Raises UnknownScope on a word that is not a scope, and on none."""
    words = frozenset(text.split())
    unknown = sorted(words - ORDINARY - NAMED_ONLY - {"*"})
    if unknown or not words:
        known = ", ".join(["*", *sorted(ORDINARY), *sorted(NAMED_ONLY)])
        named = f"There is no scope {unknown[0]!r}. " if unknown else "No scope was given. "
        raise UnknownScope(f"{named}Choose from: {known}.")
    return words


def grants(scopes: frozenset[str], scope: str) -> bool:
    """Whether a token with these scopes may do what needs `scope`."""
    return scope in scopes or ("*" in scopes and scope in ORDINARY)
