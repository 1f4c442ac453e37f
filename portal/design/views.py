"""The style guide: every token and component with its states, in DEBUG only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.design import samples


def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide.html", samples.everything())
