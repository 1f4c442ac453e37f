"""What administrators and privacy officers are shown, from what the services know. Runs in the tenant's scope."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from consent.base_variants import code_of
from consent.emergency_rule import Rule as EmergencyRule
from consent.emergency_rule import code_of as emergency_code_of
from consent.policy_sets import standing_code, standing_text
from portal.accounts import selectors as accounts
from portal.accounts.models import Membership
from portal.design.vocabulary import BASE_POLICIES, SENSITIVITIES
from portal.staff.desk import Place
from portal.staff.words import ROLES


@dataclass(frozen=True)
class Member:
    """Somebody who works here, in all of their roles."""

    name: str
    email: str
    title: str
    roles: Sequence[str]
    strong: bool
    remove_url: str  # "" for the one who looks


@dataclass(frozen=True)
class Rule:
    """A rule of the organisation: in words, and as the code that runs."""

    name: str
    says: str
    code: str
    code_hash: str


def members(place: Place, viewer: UUID) -> list[Member]:
    """The staff, each once, by name. Who looks can remove everybody else."""
    by_user: dict[UUID, list[Membership]] = {}
    for membership in accounts.members():
        by_user.setdefault(membership.user_id, []).append(membership)
    strong = accounts.with_second_factor(by_user)
    others = by_user.keys() - {viewer}
    ways_out = {user: reverse("administration:staff_remove", args=[place.slug, user]) for user in others}
    return [_member(held, strong, ways_out.get(user, "")) for user, held in by_user.items()]


def _member(held: Sequence[Membership], strong: Collection[UUID], remove_url: str) -> Member:
    user = held[0].user
    title = next((item.title for item in held if item.title), "")
    roles = [str(ROLES[item.role]) for item in held]
    return Member(str(user), user.email, title, roles, user.id in strong, remove_url)


def rules(variant: str, rule: EmergencyRule) -> list[Rule]:
    """What applies before any contract, the parts that can be chosen first."""
    base = code_of(variant)
    emergency = emergency_code_of(rule)
    law = standing_code("law", standing_text("law"))
    return [
        Rule(_("Without a contract"), BASE_POLICIES[variant], base.cedar, base.hash),
        Rule(
            _("In an emergency"),
            " ".join(_in_an_emergency(rule)),
            emergency.cedar,
            emergency.hash,
        ),
        Rule(
            _("By law"),
            _("A patient may read and take a copy of their own record."),
            law.cedar,
            law.hash,
        ),
    ]


def _in_an_emergency(rule: EmergencyRule) -> Iterator[str]:
    yield _(
        "A clinician who gave a reason may read for four hours at most, never write or copy. "
        "The patient is told at once, and a privacy officer reviews it."
    )
    if rule.excluded:
        marks = [str(words) for code, words in SENSITIVITIES.items() if code in rule.excluded]
        yield _("What is marked as one of these stays closed: %(marks)s.") % {"marks": ", ".join(marks)}
    if rule.a_day is not None:
        yield _("Each clinician can do so %(count)s times a day at most.") % {"count": rule.a_day}
    if rule.a_month is not None:
        yield _("Each clinician can do so %(count)s times in 30 days at most.") % {"count": rule.a_month}
    if rule.refusals:
        yield _("What a patient refuses in emergencies, too, stays closed.")
