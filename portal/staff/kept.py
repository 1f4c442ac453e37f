"""What somebody typed while their session had ended: kept here, sealed, until they are signed in again.

It waits in the visitor's session, under a key of the node, for an hour, and is given back only to the account to which
the form was shown. Nothing is sent by itself: the form stands there again, with what was typed in it.
"""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.accounts import form_keys
from portal.accounts.identity import user_of
from portal.accounts.sealing import fernet

KEY, LABEL = "kept_form", "assent/kept-form/v1"
LASTS_SECONDS = 3600
MOST = 100_000  # characters; a form of ours is far shorter
NEVER = ("csrfmiddlewaretoken", "password", "code", form_keys.FIELD)


def keep(request: HttpRequest) -> None:
    """Put aside what a visitor sent with a form that was shown to an account."""
    form_key = request.POST.get(form_keys.FIELD, "")
    if not form_key:
        return
    fields = {
        name: request.POST.getlist(name)
        for name in request.POST
        if not any(name.startswith(each) for each in NEVER)
    }
    text = json.dumps({"path": request.path, "key": form_key, "fields": fields})
    if len(text) <= MOST:
        request.session[KEY] = fernet(LABEL).encrypt(text.encode()).decode()


def give_back(request: HttpRequest) -> None:
    """On the page of that form, let its fields stand as they were typed (see the template tag `field`)."""
    sealed = request.session.get(KEY)
    if not sealed:
        return
    kept = _opened(sealed)
    if kept is None or not form_keys.belongs(kept["key"], user_of(request).id):
        del request.session[KEY]
    elif kept["path"] == request.path:
        request.kept_fields = kept["fields"]  # type: ignore[attr-defined]
        messages.info(request, _("You had been signed out. What you typed is here again; nothing was sent."))


def let_go(request: HttpRequest) -> None:
    """The form was sent: nothing waits any more."""
    request.session.pop(KEY, None)


def _opened(sealed: str) -> Mapping[str, Any] | None:
    try:
        kept: Mapping[str, Any] = json.loads(fernet(LABEL).decrypt(sealed.encode(), ttl=LASTS_SECONDS))
    except InvalidToken:
        return None
    return kept
