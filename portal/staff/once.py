"""Answering a form once, however often it is sent (portal.accounts.form_keys)."""

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from portal.accounts import form_keys
from portal.accounts.identity import user_of


def once(request: HttpRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer to what was sent. Only one that leads on has used the form up; after a fault it may be sent again.

    Raises FormUnsettled where the same was sent before and never came to an end.
    """
    form = _form(request)
    if form is None:
        return answer()
    if used := form_keys.use(form):
        return HttpResponseRedirect(used.location)
    try:
        response = answer()
    except BaseException:
        form_keys.failed(form)
        raise
    if response.status_code in (301, 302, 303):
        form_keys.succeeded(form, response.headers["Location"])
    else:
        form_keys.failed(form)
    return response


def _form(request: HttpRequest) -> form_keys.Sent | None:
    key = request.POST.get(form_keys.FIELD, "")
    fields = [(name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    files = [(name, file.name, file.size) for name in request.FILES for file in request.FILES.getlist(name)]
    content = json.dumps([request.path, sorted(fields), files])
    return form_keys.sent(key, user_of(request).id, content) if key else None
