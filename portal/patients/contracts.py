"""Contracts and requests as patients read them. Run where their rows may be read, or on what was read there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from consent.sentence import until as until_in_sentence
from consent.share_codes import called
from portal.accounts import selectors as accounts
from portal.design.shapes import Contract, Fact, Phrase, Task
from portal.design.times import words as time_words
from portal.design.vocabulary import PURPOSES
from portal.patients import words

ENDS_SOON_DAYS = 30
RUNNING = ("active", "planned", "waiting", "paused")
"""The states of a contract that is not over."""
IN_THE_SENTENCE = ("team", "group", "application", "consent")
Names = Mapping[UUID, str]
Row = Any  # a contract or a request, as consent.selectors returns it


def names_for(
    rows: Iterable[Row], *, people: Collection[UUID] = (), places: Collection[UUID] = ()
) -> dict[UUID, str]:
    """The names of everybody whom these contracts and requests mention, and of these accounts and organisations."""
    people, places = set(people), set(places)
    for row in rows:
        places |= {row.tenant_id, getattr(row, "organisation", None) or row.tenant_id}
        if getattr(row, "grantee_kind", "") in ("organisation", "role"):
            places.add(row.grantee)
        elif getattr(row, "grantee_kind", "") in IN_THE_SENTENCE:
            continue
        else:
            people.add(getattr(row, "grantee", None) or row.requester)
    return accounts.names_of(people, places) if people or places else {}


def shown(row: Row, names: Names, *, code: bool = False) -> Contract:
    """A contract for a card, or with its code for a page of its own."""
    state = _state(row)
    running = state in ("active", "planned")
    days = (row.ends - timezone.now()).days
    return Contract(
        id=str(row.id),
        grantee=names.get(row.grantee) or called(row.sentence) or _with_whom(row),
        sentence=row.sentence,
        phrases=phrases(row, names),
        state=state,
        signed=_signed(row),
        ends=row.ended_at or row.ends,
        days_left=max(days, 0) if state == "active" and days < ENDS_SOON_DAYS else None,
        code=row.cedar if code else "",
        code_hash=row.code_hash if code else "",
        url="" if code else reverse("patients:contract", args=[row.id]),
        # Whoever came by a share code has no account, and a new contract could not name them.
        change_url=reverse("patients:contract_change", args=[row.id])
        if running and row.grantee in names and changeable(row)
        else "",
        stop_url=reverse("patients:contract_stop", args=[row.id])
        if running or state in ("paused", "waiting")
        else "",
        resume_url=reverse("patients:contract_resume", args=[row.id])
        if state == "paused" and not (row.suspended_by_custodian and row.is_delegation)
        else "",
    )


def changeable(row: Row) -> bool:
    """Whether the pages can say all that this contract does, so that changing one part keeps the others."""
    terms = row.terms
    more = ("types", "records", "excluded", "during", "cosigner", "starts")
    return (
        row.grantee_kind in ("practitioner", "organisation", "person")
        and terms.get("effect") == "permit"
        and bool(terms.get("categories"))
        and not any(terms.get(name) for name in more)
    )


def _with_whom(row: Row) -> str:
    """Of whom the sentence alone says the name."""
    known = {
        "team": _("A care team"),
        "group": _("A group of organisations"),
        "application": _("An application"),
        "consent": _("Those whom a consent from elsewhere names"),
    }
    return str(known.get(row.grantee_kind, _("Somebody whose account is gone")))


def phrases(row: Row, names: Names) -> list[Phrase]:
    """The sentence exactly as it was signed, with what varies in it made strong."""
    terms = row.terms
    return emphasised(
        row.sentence,
        [
            names.get(row.grantee, ""),
            words.listed(words.parts(terms.get("categories", ()))) if terms.get("categories") else "",
            names.get(row.tenant_id, ""),
            words.listed([said for code, said in PURPOSES.items() if code in terms.get("purposes", ())]),
            until_in_sentence(row.ends),
        ],
    )


def emphasised(sentence: str, strong: Sequence[str]) -> list[Phrase]:
    """The sentence in parts: those that occur in it, in this order, are strong. Joined again they are the sentence."""
    found: list[Phrase] = []
    rest = sentence
    for wanted in filter(None, strong):
        before, hit, after = rest.partition(wanted)
        if hit:
            found += [Phrase(text=before), Phrase(text=hit, strong=True)]
            rest = after
    return [phrase for phrase in [*found, Phrase(text=rest)] if phrase.text]


def task(row: Row, names: Names) -> Task:
    """A request that waits for an answer."""
    said = {
        "place": names.get(row.organisation or row.tenant_id, ""),
        "parts": words.listed(words.parts(row.categories)),
        "purpose": words.listed([words.purpose(code) for code in row.purposes]),
        "until": time_words(last_day(row.ends), "day"),
        "custodian": names.get(row.tenant_id, ""),
    }
    detail = _("%(place)s. Your %(parts)s held by %(custodian)s, for %(purpose)s, until %(until)s.") % said
    who = {"who": names.get(row.requester, _("Somebody"))}
    return Task(
        title=_("%(who)s asks to see your record") % who,
        detail=detail,
        url=reverse("patients:request", args=[row.id]),
    )


def asked_facts(row: Row, names: Names) -> list[Fact]:
    """What a request asks for, line by line."""
    return [
        Fact(name=_("What"), value=capitalised(words.listed(words.parts(row.categories)))),
        Fact(name=_("Held by"), value=names.get(row.tenant_id, "")),
        Fact(
            name=_("What for"),
            value=capitalised(words.listed([words.purpose(code) for code in row.purposes])),
        ),
        Fact(name=_("Until"), value=time_words(last_day(row.ends), "day")),
    ]


def last_day(ends: datetime) -> date:
    """The last whole or begun day of a period that is half-open."""
    return (ends - timedelta(microseconds=1)).astimezone(UTC).date()


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _state(row: Row) -> Any:
    if row.state == "revoked":
        return "stopped"
    now = timezone.now()
    if row.state == "suspended" and row.ends > now:
        return "paused"
    if row.state == "signed" and row.ends > now:
        return "waiting"
    if row.state != "active" or row.ends <= now:
        return "ended"
    return "planned" if row.starts and row.starts > now else "active"


def _signed(row: Row) -> str:
    if row.signed_at is None:
        return ""
    day = formats.date_format(timezone.localtime(row.signed_at), "DATE_FORMAT")
    if row.signature_kind == "token":
        return _("You signed this through an app on %(day)s.") % {"day": day}
    if row.signature_kind == "passkey":
        return _("You signed this with your passkey on %(day)s. Anyone can check that.") % {"day": day}
    return _("You signed this on %(day)s by confirming who you are, without a passkey.") % {"day": day}
