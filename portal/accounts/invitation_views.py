"""Taking up an invitation."""

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ledger.scope import tenant_scope
from portal.accounts import invitations, selectors
from portal.accounts.errors import AccountsError, NotInvited
from portal.accounts.models import Invitation, Organisation, User
from portal.design.refusals import said
from portal.staff.words import ROLES

KEY = "invitation"


class TakeUp(forms.Form):
    """A new account. Its address is the one that was invited."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As patients are to read it, such as “Dr Jonas Okafor”."),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


@require_safe
@never_cache
def follow(request: HttpRequest, place: str, link: str) -> HttpResponse:
    """The link of the letter. It is taken out of the address at once, so that it stays in no history."""
    request.session[KEY] = [place, link]
    return redirect("accounts:invitation")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    """With the account of the invited address, or with a new one."""
    try:
        place, link = request.session.get(KEY) or ("", "")
        tenant = _place(place)
        with tenant_scope(tenant.id):
            found = invitations.invited(link)
        return _answer(request, tenant, found, link)
    except NotInvited as error:
        return render(request, "account/invitation.html", {"over": said(error)}, status=error.status)


def _answer(request: HttpRequest, tenant: Organisation, found: Invitation, link: str) -> HttpResponse:
    owner = invitations.account_invited(found)
    form = TakeUp(request.POST if request.method == "POST" and owner is None else None)
    if request.method == "POST" and _taken(request, tenant, owner, form, link):
        del request.session[KEY]
        messages.success(request, gettext("The role is yours. Sign in to begin."))
        return redirect("/" if request.user.is_authenticated else "account_login")
    context = {
        "invited": found,
        "role": ROLES[found.role],
        "place": tenant.name,
        "owner": owner,
        "own": owner is not None and request.user == owner,
        "form": None if owner else form,
    }
    return render(request, "account/invitation.html", context)


def _taken(request: HttpRequest, tenant: Organisation, owner: User | None, form: TakeUp, link: str) -> bool:
    if owner is not None:
        if request.user != owner:
            return False
        invitations.accept(tenant=tenant.id, token=link, user=owner)
        return True
    if not form.is_valid():
        return False
    given = form.cleaned_data
    try:
        invitations.accept_anew(tenant=tenant.id, token=link, name=given["name"], password=given["password"])
    except (AccountsError, ValidationError) as error:
        form.add_error(None, said(error))
        return False
    return True


def _place(slug: str) -> Organisation:
    try:
        return selectors.organisation(slug)
    except AccountsError:
        raise NotInvited("This invitation was used, withdrawn, or is too old. Ask for a new one.") from None
