"""What all REST views share: who calls, for which organisation, with which scope. Denied unless declared."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts import limits
from portal.accounts.callers import TENANT_HEADER
from portal.accounts.identity import Caller
from portal.api import idempotency
from portal.api.errors import BadParameter, BodyTooLarge, NotAClinician, NotAPatient
from portal.api.idempotency import Done
from portal.api.models import Attempt
from portal.api.parsers import LARGEST
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


def _id_of(response: Any) -> UUID | None:
    made = response.data.get("id") if isinstance(getattr(response, "data", None), dict) else None
    return UUID(str(made)) if made else None


class Endpoint(APIView):
    """`scopes` names the scope that each method needs; a method without one does not exist.

    `self.caller`, the account acting for nobody but itself, is there before a handler runs.
    """

    scopes: ClassVar[Mapping[str, str]] = {}
    http_method_names = ["get", "head", "post"]
    content_negotiation_class = OnlyOneForm
    caller: Caller
    # Whether an Idempotency-Key means something: not where nothing is changed.
    keeps_attempts: ClassVar[bool] = True
    _attempt: Attempt | None = None

    def shown_again(self, key: UUID) -> Response:
        """What a POST that was done before made, as it is by now, to whoever may see it."""
        raise NotImplementedError

    def _begin(self, request: Request) -> None:
        """Note the attempt; where it was done before, what it made is shown instead of doing it again."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
            raise BodyTooLarge(f"The body is longer than {LARGEST} bytes. Nothing was stored.")
        begun = idempotency.begin(
            request.headers[idempotency.HEADER],
            account=self.caller.user,
            tenant=request.headers.get(TENANT_HEADER, ""),
            route=request.path,
            body=request._request.body,
        )
        if not isinstance(begun, Done):
            self._attempt = begun
            return
        done = begun

        def again(*args: Any, **kwargs: Any) -> Response:
            response = self.shown_again(done.made) if done.made else Response(status=done.status)
            response.status_code = done.status
            response["Idempotent-Replayed"] = "true"
            return response

        self.post = again  # the handler of this one request

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
        if method == "POST" and idempotency.HEADER in request.headers and self.keeps_attempts:
            self._begin(request)

    def acting_as(self, role: str) -> Caller:
        """The caller in that role, at the organisation that X-Tenant names or at the only one.

        Raises NotAMember, UnknownTenant, ActingForUnclear. Where the account has no such role, it acts for nobody.
        """
        return caller_of(self.request._request, self.request.auth, role=role)  # type: ignore[arg-type]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """What is answered here is about people, so that no cache may keep it."""
        response["Cache-Control"] = "no-store"
        limits.tell(request._request, response)
        if self._attempt is not None:
            idempotency.end(self._attempt, status=response.status_code, made=_id_of(response))
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
