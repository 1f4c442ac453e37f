"""`/o/authorize/`: what an application asks for, in plain words; a patient who says yes signs a contract with it."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.views.base import BaseAuthorizationView
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidRequestError

from consent.compiler import ContractCode
from consent.errors import ConsentError
from consent.signature import Signature
from portal.accounts.confirming import confirmation_required, evidence, strong_lately
from portal.accounts.identity import user_of
from portal.design.refusals import said
from portal.smart import asking, connecting, launching, registering, words
from portal.smart.asking import Asked
from portal.smart.errors import SmartError
from portal.smart.models import Connection
from portal.smart.views.onward import onward

LASTS = ((1, _("One day")), (30, _("30 days")), (365, _("One year")))
DEFAULT_DAYS = 365
KEPT, MOST_KEPT = (
    "smart.asked",
    5,
)  # where the session keeps what applications asked for, and how many of them


class Consent(forms.Form):
    """Which of the scopes, for how long; and the fingerprint of what was shown."""

    until = forms.TypedChoiceField(choices=LASTS, coerce=int, initial=DEFAULT_DAYS, label=_("For how long"))
    given = forms.MultipleChoiceField(required=False)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked: Asked, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given"].choices = [(word, word) for word in asked.over_records]  # type: ignore[attr-defined]
        if not asked.by_patient:
            del self.fields["until"]


class Authorise(BaseAuthorizationView):
    """GET shows, POST decides. `request.GET` holds what is asked both times; the form adds only the answer."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self._answered(request, None)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        return self._answered(request, request.POST)

    def _answered(self, request: HttpRequest, posted: Any) -> HttpResponseBase:
        try:
            scopes, credentials = self._asked_for(request)
        except OAuthToolkitError as error:
            return self._error(error, None)
        application = registering.application_of(credentials["client_id"])
        try:
            asked = asking.read(request, application, scopes)
            if posted is not None:
                return self._decided(request, asked, credentials, Consent(asked, posted))
            code = _offered(asked)
        except SmartError as error:
            raised = CustomOAuth2Error(state=credentials.get("state"), **asking.refusal_of(error))
            failed = OAuthToolkitError(error=raised, redirect_uri=credentials["redirect_uri"])
            return self._error(failed, application)
        except OAuthToolkitError as error:
            return self._error(error, application)
        return _page(request, asked, Consent(asked), credentials, code=code)

    def _asked_for(self, request: HttpRequest) -> Any:
        """(scopes, credentials) of the address alone: what a form posts could name them twice."""
        alone = HttpRequest()
        alone.GET, alone.META, alone.user = request.GET, request.META, request.user
        alone.method, alone.path, alone.path_info = "GET", request.path, request.path_info
        alone._get_scheme = request._get_scheme  # type: ignore[attr-defined]
        scopes, credentials = self.validate_authorization_request(alone)
        if request.GET.get("code_challenge_method") != "S256":
            raised = InvalidRequestError(
                description="PKCE with code_challenge_method S256 is required.",
                state=credentials.get("state"),
            )
            raise OAuthToolkitError(error=raised, redirect_uri=credentials["redirect_uri"])
        return scopes, credentials

    def _decided(
        self, request: HttpRequest, asked: Asked, credentials: dict[str, Any], form: Consent
    ) -> HttpResponseBase:
        if not form.is_valid():
            return _page(request, asked, form, credentials, code=_offered(asked), status=422)
        given = [*asked.beside, *form.cleaned_data["given"]]
        ends = _ends(form.cleaned_data.get("until", DEFAULT_DAYS))
        allow = "allow" in request.POST and bool(given)
        if allow:
            code = _code(asked, given, ends)
            if (code.code_hash if code else "") != form.cleaned_data["shown"]:
                return _page(request, asked, form, credentials, code=code, changed=True)
            try:
                connection = _connected(request, asked, given, ends)
            except ConsentError as error:
                form.add_error(None, said(error))
                return _page(request, asked, form, credentials, code=code, status=422)
            credentials = {**credentials, "connection": connection}
        try:
            uri, _headers, _body, _status = self.create_authorization_response(
                request=request, scopes=" ".join(given), credentials=credentials, allow=allow
            )
        except OAuthToolkitError as error:
            _redirects, answer = OAuthLibMixin.error_response(self, error)
            uri = answer["url"]
        return onward(request, asked.application, uri)

    def _error(self, error: OAuthToolkitError, application: Any) -> HttpResponseBase:
        answered: HttpResponseBase = self.error_response(error, application)
        return answered

    def render_to_response(self, context: dict[str, Any], status: int = 400) -> HttpResponse:
        """A request so wrong that its application cannot be told. Its own reason is for whoever made it, in English."""
        refused = {
            "title": _("This application asked in a way that cannot be answered"),
            "sentence": _(
                "Nothing was given to it. Start again from the application; if this stays so, tell its maker."
            ),
            "code": context["error"].error,
            "detail": context["error"].description,
            "back_url": "/",
            "back": _("Go to the start"),
        }
        return render(self.request, "errors/refused.html", refused, status=status)


def _connected(request: HttpRequest, asked: Asked, given: list[str], ends: datetime) -> Connection:
    user = user_of(request)
    if not asked.by_patient:
        if asked.launch:
            launching.use(asked.launch, tenant=asked.place.id, user=user.id, application=asked.application)
        return connecting.connect_member(
            application=asked.application,
            place=asked.place,
            account=user.id,
            person=asked.person,
            scopes=given,
            strong=strong_lately(request),
        )
    assert asked.person is not None  # noqa: S101 - a patient authorises her own record
    return connecting.connect_patient(
        application=asked.application,
        place=asked.place,
        account=user.id,
        person=asked.person,
        scopes=given,
        ends=ends,
        signature=Signature("reauthenticated", user.id, evidence(request)),
    )


def _page(
    request: HttpRequest,
    asked: Asked,
    form: Consent,
    credentials: dict[str, Any],
    *,
    code: ContractCode | None,
    changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page with the contract as it would be signed. `changed`: it is not the one that was shown before."""
    context = {
        "asked": asked,
        "form": form,
        "lines": [words.line(word, chosen=form.data.getlist("given") if form.is_bound else None)  # type: ignore[attr-defined]
                  for word in asked.over_records],
        "beside": [said for word in asked.beside if (said := words.beside(word))],
        "sentence": code.sentence if code else "",
        "code": code.cedar if code else "",
        "shown": code.code_hash if code else "",
        "changed": changed,
        "decide_at": request.decide_at,  # type: ignore[attr-defined]
        "returns_to": urlsplit(credentials["redirect_uri"]).netloc,
    }  # fmt: skip
    return render(request, "smart/authorise.html", context, status=status)


def _offered(asked: Asked) -> ContractCode | None:
    """The contract of the page as it opens: over all that is asked, for the time that is chosen already."""
    return _code(asked, asked.scopes, _ends(DEFAULT_DAYS))


def _code(asked: Asked, given: Sequence[str], ends: datetime) -> ContractCode | None:
    """The contract over these scopes; None where they reach no record, or nobody gives her own."""
    if not asked.by_patient or asked.person is None:
        return None
    terms = connecting.terms_of(asked.application, asked.place.id, given, ends=ends)
    if terms is None:
        return None
    return connecting.code_of(terms, asked.application, asked.place, person=asked.person)


def _ends(days: int) -> datetime:
    """The first instant after so many days from today."""
    return datetime.combine(timezone.now().date() + timedelta(days=days + 1), time(), UTC)


_view = Authorise.as_view()


@never_cache
@login_required
@require_safe
def authorise(request: HttpRequest) -> HttpResponseBase:
    """The page. What is asked is kept in the session, so that the answer goes to an address without it: a
    confirmation of who one is comes back to an address only if that has no query."""
    key = secrets.token_hex(8)
    kept = [*request.session.get(KEPT, []), [key, request.META.get("QUERY_STRING", "")]]
    request.session[KEPT] = kept[-MOST_KEPT:]
    request.decide_at = reverse("oauth2_provider:decide", args=[key])  # type: ignore[attr-defined]
    return _view(request)


@never_cache
@login_required
@confirmation_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, key: str) -> HttpResponseBase:
    """The answer. Looked at, it is the page again."""
    query = dict(request.session.get(KEPT, [])).get(key)
    if query is None:
        raise Http404
    page = reverse("oauth2_provider:authorize")
    if request.method != "POST":
        return redirect(f"{page}?{query}")
    request.META["QUERY_STRING"], request.GET = query, QueryDict(query)
    request.path = request.path_info = page
    request.decide_at = reverse("oauth2_provider:decide", args=[key])  # type: ignore[attr-defined]
    return _view(request)
