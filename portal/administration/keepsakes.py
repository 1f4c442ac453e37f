"""What the page of keys and witnesses says, in words. Runs in the tenant's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger import selectors as ledger
from ledger.selectors import Keys, LogStatus
from ledger.witness import witnessed_logs
from portal.administration.amiss import Amiss, amiss
from portal.administration.watching import Watching, watched
from portal.design.shapes import Fact, Gauge
from portal.design.templatetags.assent import figure
from portal.design.times import words as moment
from portal.staff.desk import Place


@dataclass(frozen=True)
class Signing:
    """A key by its public half. `id` is for the button that copies it."""

    id: str
    kind: str
    vkey: str
    state: str
    tone: str
    detail: str


@dataclass(frozen=True)
class Kept:
    """All of the page."""

    amiss: Sequence[Amiss]
    gauges: Sequence[Gauge]
    witnesses: Sequence[Watching]
    quorum: int
    signing: Sequence[Signing]
    sealing: Sequence[Fact]
    outside: Sequence[Fact]
    commands: Sequence[tuple[str, str]]


def kept(place: Place) -> Kept:
    state, asked, keys, quorum = ledger.log_status(), ledger.witnesses(), ledger.keys(), ledger.quorum()
    watching = [watched(each, state, place) for each in asked]
    return Kept(
        amiss=list(amiss(place, state, asked, keys, quorum)),
        gauges=_gauges(state, watching, quorum),
        witnesses=watching,
        quorum=quorum,
        signing=_signing(keys, state),
        sealing=_sealing(keys),
        outside=_outside(keys),
        commands=_commands(place),
    )


def _gauges(state: LogStatus, watching: Sequence[Watching], quorum: int) -> list[Gauge]:
    well = sum(each.tone == "holds" for each in watching)
    return [
        Gauge(name=_("Entries"), value=figure(state.entries), detail=_("in the chain")),
        Gauge(
            name=_("Last checkpoint"),
            value=moment(state.checkpoint_time, "clock") if state.checkpoint_time else _("None"),
            detail=moment(state.checkpoint_time, "day") if state.checkpoint_time else "",
        ),
        Gauge(
            name=_("Witnesses"),
            value=_("%(n)s of %(of)s") % {"n": figure(well), "of": figure(len(watching))},
            detail=_("cosign"),
        ),
        Gauge(
            name=_("Quorum"),
            value=figure(quorum) if quorum else _("None"),
            detail=_("must cosign") if quorum else _("none is waited for"),
        ),
    ]


def _signing(keys: Keys, state: LogStatus) -> list[Signing]:
    words = {
        "signs": (_("Signs"), "holds"),
        "waits": (_("Waits for its entry"), "needs"),
        "beside": (_("Signs beside the new one"), "holds"),
        "retired": (_("Retired"), "line"),
    }
    found = [
        Signing(f"key-{at}", key.kind, key.vkey, *words[key.state], _span(key.since, key.until))
        for at, key in enumerate(keys.signing)
    ]
    promise = Signing(
        "key-promise",
        "Ed25519",
        state.log.promise_vkey,
        _("Promises"),
        "holds",
        _("Signs promises of entries."),
    )
    return [*found, promise]


def _span(since: int | None, until: datetime | None) -> str:
    if until:
        return _("Until %(day)s.") % {"day": moment(until, "day")}
    if since:
        return _("Since the checkpoint of %(n)s entries.") % {"n": figure(since)}
    return _("Since the log was opened.") if since == 0 else ""


def _sealing(keys: Keys) -> list[Fact]:
    service = {"vault": "HashiCorp Vault", "aws-kms": "AWS KMS"}.get(settings.ASSENT_KEY_SERVICE, "")
    holds = ", ".join(f"{each.code} ({moment(each.placed, 'day')})" for each in keys.holds)
    return [
        Fact(
            name=_("Key of the organisation"),
            value=_("Made on %(day)s") % {"day": moment(keys.since, "day")}
            if keys.since
            else _("Not made yet"),
            detail=_wrapping(keys),
        ),
        Fact(
            name=_("Key of the node"),
            value=_("Kept by %(service)s") % {"service": service}
            if service
            else _("Kept in a file of the node"),
            detail=_("wraps the keys of all organisations; its backup is as needful as that of the database"),
        ),
        Fact(
            name=_("Erased patients"),
            value=figure(keys.destroyed),
            detail=_("their keys are destroyed, their entries stay and open no more"),
        ),
        Fact(
            name=_("Legal holds"),
            value=holds or _("None"),
            detail=_("while one stands, the patient is not erased"),
        ),
    ]


def _wrapping(keys: Keys) -> str:
    wraps = ngettext("wraps %(n)s key", "wraps %(n)s keys", keys.wrapped) % {"n": figure(keys.wrapped)}
    if not keys.retired:
        return wraps
    older = ngettext("%(n)s older one only opens", "%(n)s older ones only open", keys.retired)
    return f"{wraps}; {older % {'n': figure(keys.retired)}}"


def _outside(keys: Keys) -> list[Fact]:
    found = [
        Fact(
            name=_("Published checkpoint")
            if each.kind == "publication"
            else _("Timestamp of %(who)s") % {"who": each.authority},
            value=moment(each.time, "moment"),
            detail=_("covers %(n)s entries") % {"n": figure(each.size)},
        )
        for each in keys.outside
    ]
    kinds = {each.kind for each in keys.outside}
    if "publication" not in kinds:
        found.append(
            Fact(
                name=_("Published checkpoint"),
                value=_("None yet"),
                detail=_("a line that is printed cannot be taken back, and needs no key to be believed"),
            )
        )
    if "timestamp" not in kinds:
        asked = bool(settings.ASSENT_TIMESTAMP_AUTHORITIES)
        found.append(
            Fact(
                name=_("Timestamp"),
                value=_("None yet") if asked else _("No authority is asked"),
                detail="" if asked else _("whoever runs the node names them in its settings"),
            )
        )
    witnessed = witnessed_logs()
    if witnessed:
        found.append(
            Fact(
                name=_("This node is a witness"),
                value=ngettext("for %(n)d log", "for %(n)d logs", len(witnessed)) % {"n": len(witnessed)},
                detail=", ".join(each.origin for each in witnessed),
            )
        )
    return found


def _commands(place: Place) -> list[tuple[str, str]]:
    """What the operator does, as it is typed."""
    return [
        (
            _("New keys to sign with; the old ones sign beside them for 30 days"),
            f"manage.py rotate_keys --log --tenant {place.slug}",
        ),
        (
            _("A new key of the organisation, under which all others are wrapped anew"),
            f"manage.py rotate_keys --sealing --tenant {place.slug}",
        ),
        (_("A new key of the node"), "manage.py rotate_keys --node"),
        (_("Publish the newest checkpoint for print"), f"manage.py publish_checkpoint --tenant {place.slug}"),
        (_("Have the newest checkpoint dated"), f"manage.py anchor --tenant {place.slug}"),
        (_("Witness a log of somebody else"), "manage.py witness_log ORIGIN VKEY"),
    ]
