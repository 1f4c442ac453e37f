"""Who could see what, in the words of a page: names for ids, parts for categories, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from consent.services import Change, Onlooker, Sight
from consent.share_codes import called
from portal.accounts import selectors as accounts
from portal.patients import words

Names = Mapping[UUID, str]
Gathered = dict[tuple[Onlooker, str], list[Sight]]


@dataclass(frozen=True)
class Look:
    """One onlooker: the name, what they could see, and by which words."""

    who: str
    parts: Sequence[str]
    purposes: Sequence[str]
    why: str
    contract: UUID | None


@dataclass(frozen=True)
class Difference:
    """What changes for one onlooker."""

    who: str
    gains: Sequence[str]
    loses: Sequence[str]


def looks(places: Iterable[Iterable[Sight]]) -> list[list[Look]]:
    """For each place one for each onlooker and reason."""
    gathered = [_gathered(sights) for sights in places]
    names = _names(onlooker for each in gathered for onlooker, _sentence in each)
    return [_looks(each, names) for each in gathered]


def _gathered(sights: Iterable[Sight]) -> Gathered:
    gathered: Gathered = {}
    for sight in sights:
        gathered.setdefault((sight.onlooker, sight.sentence), []).append(sight)
    return gathered


def _looks(gathered: Gathered, names: Names) -> list[Look]:
    return [
        Look(
            who=called(sentence) or _named(onlooker, names),
            parts=words.parts({sight.category for sight in found}),
            purposes=[words.purpose(code) for code in dict.fromkeys(_purposes(found))],
            why=sentence,
            contract=found[0].contract,
        )
        for (onlooker, sentence), found in gathered.items()
    ]


def differences(changes: Sequence[Change]) -> list[Difference]:
    """What signing would change, one for each onlooker."""
    names = _names(change.onlooker for change in changes)
    return [
        Difference(_named(each.onlooker, names), words.parts(each.gains), words.parts(each.loses))
        for each in changes
    ]


def _purposes(found: Iterable[Sight]) -> list[str]:
    return [purpose for sight in found for purpose in sight.purposes]


def _names(onlookers: Iterable[Onlooker]) -> Names:
    ids = {key for each in onlookers for key in (each.id, each.organisation) if key is not None}
    return accounts.names_of(ids, ids) if ids else {}


def _named(onlooker: Onlooker, names: Names) -> str:
    if onlooker.kind == "own-staff":
        return _("Clinicians who work there, without a contract")
    if onlooker.kind == "emergency":
        return _("A clinician in an emergency, who says why and is reviewed")
    name = names.get(onlooker.id, _("Somebody whose account is gone"))
    if onlooker.kind == "organisation":
        return _("Any clinician of %(name)s") % {"name": name}
    return name
