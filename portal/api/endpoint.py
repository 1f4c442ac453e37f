"""What all REST views share: who calls, for which organisation, with which scope. Denied unless declared."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.identity import Caller
from portal.api.errors import BadParameter, NotAClinician, NotAPatient
from portal.smart.services import caller_of

# No membership has this role: whoever acts as it acts for nobody but himself.
ONESELF = "oneself"


class OnlyOneForm(BaseContentNegotiation):
    """Each address answers in one form, whatever the client would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(
            (p for p in parsers if p.media_type == (request.content_type or "").split(";")[0].lower()), None
        )

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """`scopes` names the scope that each method needs; a method without one does not exist.

    `self.caller`, the account acting for nobody but itself, is there before a handler runs.
    """

    scopes: ClassVar[Mapping[str, str]] = {}
    http_method_names = ["get", "head", "post"]
    content_negotiation_class = OnlyOneForm
    caller: Caller

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises what makes a call unwelcome before its body is read: token, organisation, scope."""
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in self.scopes:
            self.http_method_not_allowed(request)
        if any("\0" in value for values in request.query_params.lists() for value in (values[0], *values[1])):
            raise BadParameter("A parameter of the address holds a character that no value has.")
        self.caller = self.acting_as(ONESELF)
        self.caller.requires(self.scopes[method])

    def acting_as(self, role: str) -> Caller:
        """The caller in that role, at the organisation that X-Tenant names or at the only one.

        Raises NotAMember, UnknownTenant, ActingForUnclear. Where the account has no such role, it acts for nobody.
        """
        return caller_of(self.request._request, self.request.auth, role=role)  # type: ignore[arg-type]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """What is answered here is about people, so that no cache may keep it."""
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    def clinician(self) -> Caller:
        """The caller as a clinician. Raises NotAClinician."""
        caller = self.acting_as("clinician")
        if caller.organisation is None:
            raise NotAClinician("This account is not a clinician of the organisation that it acts for.")
        return caller

    def own_person(self) -> UUID:
        """The patient that the caller is. Raises NotAPatient."""
        if self.caller.person is None:
            raise NotAPatient(
                "No patient's record belongs to this account, so it has none to share or look at."
            )
        return self.caller.person
