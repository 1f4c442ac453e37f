"""Leading a browser on to an application after a form."""

from urllib.parse import urlsplit

from django.core.exceptions import DisallowedRedirect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.smart.models import Application


def onward(request: HttpRequest, application: Application, address: str) -> HttpResponse:
    """A page that goes on by itself (RFC 6749, 1.7: by a redirect or any other means of the browser).

    A redirect would do after the form of our own page; but whoever is asked to confirm who they are comes from that
    form, and the policy of its page (form-action) lets nothing lead away from here.
    """
    if urlsplit(address).scheme not in ("https", "http"):
        raise DisallowedRedirect("An application is at an https:// address.")
    context = {"address": address, "name": application.name}
    return render(request, "smart/onward.html", context)
