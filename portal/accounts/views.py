"""Pages of one's own account that allauth has none for."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import selectors, services
from portal.accounts.errors import UnknownToken
from portal.accounts.identity import user_of


@login_required
@require_safe
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """Which programs act in one's name."""
    return render(request, "account/tokens.html", {"tokens": selectors.tokens(user_of(request).id)})


@login_required
@require_POST
def revoke(request: HttpRequest, token: UUID) -> HttpResponse:
    """End one of one's own tokens."""
    user = user_of(request)
    try:
        own = selectors.token(token, owner=user.id)
    except UnknownToken:
        raise Http404 from None
    services.revoke_token(token=own.id, actor=user.id)
    messages.success(request, _("The token %(prefix)s has ended.") % {"prefix": own.prefix})
    return redirect("accounts:tokens")
