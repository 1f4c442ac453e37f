"""Pages of administrators and privacy officers: who works here, what applies here, and was it right."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from consent import selectors as consent
from consent.errors import EmergencyClosed, RefusalsStand, ReviewRefused
from consent.services import review_emergency, set_base_policy, set_emergency_rule
from consent.standing_refusals import refusals_here
from ledger.scope import tenant_scope
from portal.accounts import invitations, withdrawing
from portal.accounts import selectors as accounts
from portal.accounts.confirming import confirmation_required
from portal.accounts.errors import AccountsError
from portal.accounts.models import Membership, Role
from portal.accounts.services import remove_member, require_strong
from portal.administration import judging, presenters
from portal.administration.forms import AddMember, ChooseEmergencyRule, ChoosePolicy, CloseReview, SignIn
from portal.design.refusals import said
from portal.staff.answering import ACT, FORM
from portal.staff.desk import Desk, desk
from portal.staff.entrance import first_desk
from portal.staff.words import ROLES

WORKS = {Role.ADMINISTRATOR: "administration:first_steps", Role.PRIVACY_OFFICER: "administration:reviews"}


def entrance(request: HttpRequest) -> HttpResponseBase:
    return first_desk(request, WORKS)


@confirmation_required
@desk(Role.ADMINISTRATOR, methods=FORM)
def staff(desk: Desk) -> HttpResponseBase:
    """Who works here; an administrator gives roles."""
    form = AddMember(desk.request.POST or None)
    if form.is_valid() and _add(desk, form):
        return redirect("administration:staff", desk.place.slug)
    with tenant_scope(desk.place.id):
        shown, invited = presenters.members(desk.place, desk.caller.user), invitations.waiting()
    context = {
        "members": shown,
        "invited": [(each, ROLES[each.role]) for each in invited],
        "form": form,
        "sign_in": SignIn(initial={"strong": desk.place.strong}),
    }
    return desk.page("administration/staff.html", {"here": "staff", **context})


@confirmation_required
@desk(Role.ADMINISTRATOR, methods=ACT)
def sign_in(desk: Desk) -> HttpResponseBase:
    """Whether everybody here needs a second factor."""
    form = SignIn(desk.request.POST)
    if form.is_valid():
        require_strong(tenant=desk.place.id, strong=form.cleaned_data["strong"], actor=desk.caller.user)
        messages.success(desk.request, _("That is in force. The change stands in the log."))
    return redirect("administration:staff", desk.place.slug)


@desk(Role.ADMINISTRATOR, methods=ACT)
def withdraw(desk: Desk, invitation: UUID) -> HttpResponseBase:
    """End an invitation that nobody has taken up."""
    with tenant_scope(desk.place.id):
        withdrawing.withdraw(invitation=invitation, actor=desk.caller.user)
    messages.success(desk.request, _("The invitation is withdrawn."))
    return redirect("administration:staff", desk.place.slug)


@desk(Role.ADMINISTRATOR, methods=FORM)
def remove(desk: Desk, member: UUID) -> HttpResponseBase:
    """Ask once more, then take every role here from somebody."""
    with tenant_scope(desk.place.id):
        found = accounts.member(member)
    if desk.request.method != "POST":
        return desk.page("administration/remove.html", {"here": "staff", "member": found})
    remove_member(tenant=desk.place.id, user=member, actor=desk.caller.user)
    messages.success(desk.request, _("%(name)s does not work here any more.") % {"name": found})
    return redirect("administration:staff", desk.place.slug)


@confirmation_required
@desk(Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, methods=FORM)
def policy(desk: Desk) -> HttpResponseBase:
    """What applies before any contract, in words and as the code that runs."""
    form = ChoosePolicy(desk.request.POST or None)
    if form.is_valid():
        with tenant_scope(desk.place.id):
            set_base_policy(variant=form.cleaned_data["variant"], actor=desk.caller.user)
        messages.success(desk.request, _("The base policy is in force. The change stands in the log."))
        return redirect("administration:policy", desk.place.slug)
    return _policies(desk, base=form if form.is_bound else None)


@confirmation_required
@desk(Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, methods=ACT)
def emergency_rule(desk: Desk) -> HttpResponseBase:
    """What breaking the glass reaches here."""
    with tenant_scope(desk.place.id):
        form = ChooseEmergencyRule(desk.request.POST, standing=_standing_refusals())
    if not form.is_valid():
        return _policies(desk, emergency=form)
    try:
        with tenant_scope(desk.place.id):
            set_emergency_rule(rule=form.rule, actor=desk.caller.user, give_way=form.give_way)
    except RefusalsStand as error:
        form = ChooseEmergencyRule(desk.request.POST, standing=error.count)
        form.refuse()
        return _policies(desk, emergency=form)
    messages.success(desk.request, _("The emergency rule is in force. The change stands in the log."))
    return redirect("administration:policy", desk.place.slug)


def _policies(
    desk: Desk, *, base: ChoosePolicy | None = None, emergency: ChooseEmergencyRule | None = None
) -> HttpResponseBase:
    with tenant_scope(desk.place.id):
        version, variant = consent.base_policy()
        emergency_version, rule = consent.emergency_rule()
        emergency = emergency or ChooseEmergencyRule(initial=rule.to_json(), standing=_standing_refusals())
    context = {
        "here": "policy",
        "rules": presenters.rules(variant, rule),
        "version": version,
        "form": base or ChoosePolicy(initial={"variant": variant}),
        "emergency_version": emergency_version,
        "emergency": emergency,
    }
    return desk.page("administration/policy.html", context)


def _standing_refusals() -> int:
    """How many refusals bind here, and would not if patients might refuse emergencies no longer."""
    _version, rule = consent.emergency_rule()
    return len(refusals_here()) if rule.refusals else 0


@desk(Role.PRIVACY_OFFICER)
def reviews(desk: Desk) -> HttpResponseBase:
    """Emergency accesses that wait for a finding."""
    with tenant_scope(desk.place.id):
        shown = judging.waiting(desk.place, desk.caller.user)
    return desk.page("administration/reviews.html", {"here": "reviews", "reviews": shown})


@desk(Role.PRIVACY_OFFICER, methods=FORM)
def review(desk: Desk, session: UUID) -> HttpResponseBase:
    """One emergency access, and the finding on it by somebody else than its actor."""
    form = CloseReview(desk.request.POST or None)
    if form.is_valid() and _close(desk, session, form):
        return redirect("administration:reviews", desk.place.slug)
    with tenant_scope(desk.place.id):
        shown = judging.judged(session, desk.place, desk.caller.user)
    return desk.page("administration/review.html", {"here": "reviews", "form": form, "session": shown})


def _add(desk: Desk, form: AddMember) -> bool:
    try:
        made = invitations.appoint(
            tenant=accounts.organisation(desk.place.slug),
            actor=desk.caller.user,
            site=desk.request.build_absolute_uri("/"),
            **form.cleaned_data,
        )
    except AccountsError as error:
        form.add_error("email", said(error))
        return False
    if isinstance(made, Membership):
        messages.success(desk.request, _("%(name)s has the role now.") % {"name": made.user})
    else:
        messages.success(desk.request, _("An invitation is on its way to %(email)s.") % {"email": made.email})
    return True


def _close(desk: Desk, session: UUID, form: CloseReview) -> bool:
    given = form.cleaned_data
    try:
        with tenant_scope(desk.place.id):
            review_emergency(
                session=session, reviewer=desk.caller.user, outcome=given["outcome"], note=given["note"]
            )
    except EmergencyClosed as error:
        messages.info(desk.request, said(error))
    except ReviewRefused as error:
        form.add_error(None, said(error))
        return False
    else:
        messages.success(desk.request, _("The review is closed. The patient can read your finding."))
    return True
