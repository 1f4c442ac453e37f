"""Hold what is stored about consent against the log: code against its hash, rows against the newest entries.

The log itself was found whole before this runs, so where they differ it is the row that was changed. Each change
of a row is one transaction with its entry, so that one snapshot shows both or neither, and no lock is needed.
"""

from collections.abc import Collection, Iterator
from uuid import UUID

from consent import instants
from consent.compiler import HASHED, code_hash
from consent.errors import RestrictionMalformed, TermsError
from consent.fhir import adopted
from consent.history import CONTRACT, EMERGENCY, POLICY, RESTRICTION
from consent.models import CONSENT, BasePolicy, Contract, EmergencySession, Restriction, SignatureRule
from consent.policy_sets import standing_code
from consent.restriction import code_of
from consent.restriction import from_json as restriction_from_json
from consent.terms import from_json
from ledger.audit.finding import Finding
from ledger.errors import SealError
from ledger.selectors import Entry, erased_parties, known_pseudonym, search_entries, waiting_entries

PAGE = 1000

Newest = dict[str, Entry]


def verify_consent(tenant: UUID) -> Iterator[Finding]:
    """What does not fit the log, in the tenant's open scope and one snapshot of it."""
    yield from _contracts(tenant)
    yield from _emergencies(tenant)
    yield from _restrictions(tenant)
    yield from _base_policies(tenant)
    yield from _signature_rules(tenant)


def _contracts(tenant: UUID) -> Iterator[Finding]:
    newest, erased = _newest(CONTRACT, "contract"), erased_parties()
    for row in Contract.objects.filter(tenant_id=tenant).order_by("id").iterator(PAGE):
        entry = newest.pop(str(row.id), None)
        if code_hash({name: getattr(row, name) for name in HASHED}) != row.code_hash:
            yield _finding(
                "contract-altered", f"The code of contract {row.id} is not what was signed.", entry
            )
        elif not _says_its_terms(row):
            yield _finding(
                "contract-columns", f"Contract {row.id} stands under other words than its terms.", entry
            )
        elif row.person not in erased and (entry is None or not _stands(row, entry)):
            yield _finding("contract-state", f"Contract {row.id} is not as the log left it.", entry)
    yield from _missing("contract", newest)


def _says_its_terms(row: Contract) -> bool:
    """Whether the columns by which contracts are looked up repeat the terms that were signed."""
    try:
        if adopted.is_adopted(row.terms):
            consent = adopted.from_json(row.terms)
            said = (UUID(row.terms["custodian"]), CONSENT, row.person, consent.starts, consent.ends, False)
        else:
            terms = from_json(row.terms)
            with_whom = (terms.grantee.kind, terms.grantee.id)
            said = (terms.custodian, *with_whom, terms.starts, terms.ends, terms.counted)
    except TermsError:
        return False
    return said == (row.tenant_id, row.grantee_kind, row.grantee, row.starts, row.ends, row.counted)


def _stands(row: Contract, entry: Entry) -> bool:
    logged = (entry.audit["state"], entry.audit["code_hash"])
    return logged == (row.state, row.code_hash) and _is_about(row.person, entry)


def _emergencies(tenant: UUID) -> Iterator[Finding]:
    newest, erased = _newest(EMERGENCY, "session"), erased_parties()
    for row in EmergencySession.objects.filter(tenant_id=tenant).order_by("id").iterator(PAGE):
        entry = newest.pop(str(row.id), None)
        if row.person not in erased and (entry is None or not _is_as_logged(row, entry)):
            yield _finding("emergency-state", f"Emergency session {row.id} is not as the log left it.", entry)
    yield from _missing("emergency", newest)


def _is_as_logged(row: EmergencySession, entry: Entry) -> bool:
    who = {"clinician": str(row.actor), "organisation": str(row.organisation)}
    said = {**who, "starts": instants.iso(row.starts), "ends": instants.iso(row.ends)}
    logged = {name: entry.audit.get(name) for name in said}
    ended = (entry.type == "emergency.ended") == (row.ended_at is not None)
    return logged == said and ended and _is_about(row.person, entry)


def _restrictions(tenant: UUID) -> Iterator[Finding]:
    newest, erased = _newest(RESTRICTION, "restriction"), erased_parties()
    for row in Restriction.objects.filter(tenant_id=tenant).order_by("id").iterator(PAGE):
        entry = newest.pop(str(row.id), None)
        if row.person not in erased and (entry is None or not _is_as_placed(row, entry)):
            yield _finding("restriction-state", f"Restriction {row.id} is not as the log left it.", entry)
    yield from _missing("restriction", newest)


def _is_as_placed(row: Restriction, entry: Entry) -> bool:
    try:
        terms = restriction_from_json(row.terms)
    except RestrictionMalformed:
        return False
    said = (code_of(terms).hash, row.code_hash, terms.person)
    logged = (entry.audit.get("code_hash"), entry.audit.get("code_hash"), row.person)
    lifted = (entry.type == "restriction.lifted") == (row.lifted_at is not None)
    return said == logged and lifted and _is_about(row.person, entry)


def _base_policies(tenant: UUID) -> Iterator[Finding]:
    newest = _newest(POLICY, "version", policy="base")
    for row in BasePolicy.objects.filter(tenant_id=tenant).order_by("version"):
        entry = newest.pop(str(row.version), None)
        if entry is None or not _was_set(row, entry):
            sentence = f"Version {row.version} of the base policy is not what was set."
            yield _finding("base-policy-altered", sentence, entry)
    yield from _missing("base-policy", newest)


def _signature_rules(tenant: UUID) -> Iterator[Finding]:
    newest = _newest(POLICY, "version", policy="signatures")
    for row in SignatureRule.objects.filter(tenant_id=tenant).order_by("version"):
        entry = newest.pop(str(row.version), None)
        if entry is None or entry.audit.get("variant") != " ".join(row.kinds):
            sentence = f"Version {row.version} of the rule for signatures is not what was set."
            yield _finding("signature-rule-altered", sentence, entry)
    yield from _missing("signature-rule", newest)


def _was_set(row: BasePolicy, entry: Entry) -> bool:
    logged = (entry.audit.get("code_hash"), entry.audit.get("variant"))
    return logged == (row.code_hash, row.variant) and standing_code("base", row.cedar).hash == row.code_hash


def _is_about(person: UUID, entry: Entry) -> bool:
    try:
        return entry.subject is not None and entry.subject == known_pseudonym(person)
    except SealError:  # the person's name in the log is not what was drawn
        return False


def _missing(what: str, left: Newest) -> Iterator[Finding]:
    """What the log tells of, and no row was found for."""
    for key, entry in left.items():
        yield _finding(f"{what}-missing", f"The {what} {key} is in the log, but not stored.", entry)


def _newest(types: Collection[str], key: str, **said: str) -> Newest:
    """The newest entry about each thing that `key` names, of those that say this. What was erased cannot be held to
    account."""
    found: Newest = {}
    for entry in _newest_first(types):
        if key in entry.audit and said.items() <= entry.audit.items():
            found.setdefault(str(entry.audit[key]), entry)
    return found


def _newest_first(types: Collection[str]) -> Iterator[Entry]:
    yield from waiting_entries(types=types, limit=100 * PAGE)
    before: int | None = None
    while page := search_entries(types=types, before_index=before, limit=PAGE):
        yield from page
        before = page[-1].index


def _finding(kind: str, sentence: str, entry: Entry | None) -> Finding:
    return Finding(kind, sentence, entry.index if entry else None)
