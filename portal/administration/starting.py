"""First steps of an organisation: what remains before its patients are well looked after, each with its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent import selectors as consent
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts import invitations
from portal.accounts import selectors as accounts
from portal.accounts.models import Role
from portal.staff.desk import Desk, Place, desk
from portal.staff.words import ROLES

NEEDED = (Role.CLINICIAN, Role.PRIVACY_OFFICER, Role.AUDITOR)


@dataclass(frozen=True)
class Step:
    """One thing to have: whether it is there, what is, why it matters, and where it is done."""

    title: str
    done: bool
    says: str
    url: str
    act: str


@desk(Role.ADMINISTRATOR)
def first_steps(desk: Desk) -> HttpResponseBase:
    """What an administrator of a new organisation has to see to."""
    with tenant_scope(desk.place.id):
        steps = list(_steps(desk))
    done = sum(step.done for step in steps)
    context = {"here": "first", "steps": steps, "done": done, "all": len(steps)}
    return desk.page("administration/first_steps.html", context)


def _steps(desk: Desk) -> Iterator[Step]:
    place = desk.place
    staff = reverse("administration:staff", args=[place.slug])
    members, invited = accounts.members(), {item.role for item in invitations.waiting()}
    held = {item.role for item in members}
    strong = accounts.with_second_factor({item.user_id for item in members} | {desk.caller.user})
    yield Step(
        _("Your own second factor"),
        desk.caller.user in strong,
        _("Whoever gives roles should need more than a password."),
        reverse("mfa_index"),
        _("Set one up"),
    )
    for role in NEEDED:
        yield _of_role(role, role in held, role in invited, staff)
    without = len({item.user_id for item in members} - strong)
    missing = ngettext("%(n)d member has none yet.", "%(n)d members have none yet.", without) % {"n": without}
    yield Step(
        _("A second factor for everybody"),
        place.strong,
        _("Who works here is led to set one up.") if place.strong or not without else missing,
        f"{staff}#sign-in",
        _("Require it"),
    )
    yield from _of_the_log(place)


def _of_role(role: Role, held: bool, invited: bool, staff: str) -> Step:
    why = {
        Role.CLINICIAN: _("Without one nobody here can read or write a record."),
        Role.PRIVACY_OFFICER: _("Reviews each emergency access and answers what patients ask."),
        Role.AUDITOR: _("Verifies the log and accounts for disclosures. Best somebody from outside."),
    }
    says = _("Somebody is invited and has not come yet.") if invited and not held else why[role]
    return Step(str(ROLES[role.value]), held, says, f"{staff}#add", _("Invite"))


def _of_the_log(place: Place) -> Iterator[Step]:
    version, _variant = consent.base_policy()
    yield Step(
        _("Base policy"),
        version > 0,
        _("What applies before any contract. Until you choose, nobody reads without one."),
        reverse("administration:policy", args=[place.slug]),
        _("Choose"),
    )
    asked, quorum = ledger.witnesses(), ledger.quorum()
    yield Step(
        _("Witnesses and a quorum"),
        bool(asked) and quorum > 0,
        _("Somebody outside who sees that the log only grows; receipts wait for them."),
        reverse("administration:keys", args=[place.slug]) + "#witnesses",
        _("Ask one"),
    )
