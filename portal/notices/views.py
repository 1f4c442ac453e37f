"""What one wants to be told, and how."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from portal.accounts.identity import user_of
from portal.notices.models import Mail
from portal.notices.services import set_wishes, wishes_of


class Wishes(forms.Form):
    """The two ways of telling."""

    in_page = forms.BooleanField(
        label=_("Show a note on the page I am reading"),
        required=False,
        help_text=_("The list of who has looked shows everything either way."),
    )
    mail = forms.ChoiceField(
        label=_("Write me an e-mail"),
        choices=[
            (Mail.EMERGENCY, _("When somebody overrides my choices in an emergency")),
            (Mail.EVERYTHING, _("For all new activity, at most once an hour")),
            (Mail.NOTHING, _("Never")),
        ],
        widget=forms.RadioSelect,
        help_text=_("It says that there is new activity, and never what."),
    )


@login_required
@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """See and change it."""
    user = user_of(request)
    wishes = wishes_of(user)
    start = {"in_page": wishes.in_page, "mail": wishes.mail}
    form = Wishes(request.POST, initial=start) if request.method == "POST" else Wishes(initial=start)
    if form.is_valid():
        set_wishes(user=user, **form.cleaned_data)
        messages.success(request, gettext("Kept."))
        return redirect("notices:notices")
    return render(request, "account/notices.html", {"form": form}, status=422 if form.is_bound else 200)
