"""What all FHIR views share: whose server it is, who calls, what for, and in which words errors are answered."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from django.urls import reverse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from consent import vocabulary
from consent.errors import ConsentError, UnknownCategory, UnknownPurpose
from portal.accounts import limits, selectors
from portal.accounts.callers import caller_of_token
from portal.accounts.errors import (
    AccountsError,
    ActingForUnclear,
    ConfirmationNeeded,
    NotAMember,
    UnknownTenant,
)
from portal.accounts.identity import Caller
from portal.fhir.errors import NotJson
from portal.fhir.outcomes import outcome_response
from portal.fhir.parsers import SearchFormParser
from portal.records.errors import Denied, RecordsError
from portal.smart.services import AppToken, caller_at, owner_of

PURPOSE_HEADER = "Purpose-Of-Use"
NOT_JSON = ("xml", "turtle", "ttl")

# Of the call itself, before anybody is asked about a record.
REFUSALS = (
    NotAMember,
    UnknownTenant,
    ActingForUnclear,
    ConfirmationNeeded,
    UnknownPurpose,
    UnknownCategory,
)

Answer = TypeVar("Answer")


class OnlyJson(BaseContentNegotiation):
    """Always JSON. A client that asks for XML by name is told so; browsers and tools are served."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        wanted = (request.query_params.get("_format") or request.headers.get("Accept", "")).lower()
        if any(form in wanted for form in NOT_JSON) and "json" not in wanted and "*/*" not in wanted:
            raise NotJson("This server answers in JSON only. Ask for application/fhir+json.")
        return renderers[0], renderers[0].media_type


class FhirEndpoint(APIView):
    """`self.organisation`, the custodian, is there before a handler runs."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    content_negotiation_class = OnlyJson
    parser_classes = (SearchFormParser,)
    streams = False  # what is got here is sent while it is made, so that no bundle can carry it
    schema = None  # FHIR describes itself by its CapabilityStatement, not in OpenAPI
    organisation: Any

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Any]:
        return outcome_response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises what makes a call unwelcome before it is understood: form, token, unknown organisation."""
        super().initial(request, *args, **kwargs)
        self.organisation = selectors.organisation(kwargs["tenant"])

    @property
    def base(self) -> str:
        """The address of this organisation's server."""
        path = reverse("fhir:metadata", args=[self.organisation.slug]).removesuffix("/metadata")
        return self.request.build_absolute_uri(path)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """What is answered here is about people, so that no cache may keep it."""
        response["Cache-Control"] = "no-store"
        limits.tell(request._request, response)
        return super().finalize_response(request, response, *args, **kwargs)

    def ask(self, operation: Callable[[Caller, str | None], Answer], *, enters: bool = False) -> Answer:
        """Run an operation on records as this caller, for the purpose that the header names.

        `enters`: all that it does passes the gate before records. Where the call itself is refused (an organisation
        that one is not in, a purpose that does not exist), such an operation still runs, for a caller to whom
        nothing is given: so the denial stands in the person's ledger. Any other does not run then.
        """
        purpose = self.request.headers.get(PURPOSE_HEADER) or None
        try:
            caller = self._caller()
            if purpose is not None:
                vocabulary.purpose(purpose)
            return operation(caller, purpose)
        except REFUSALS as error:
            if enters:
                self._enter_refusal(error, operation)
            raise

    def on_records(self, operation: Callable[..., Answer], **given: Any) -> Answer:
        """Run an operation that passes the gate before this organisation's records, with what was `given`."""

        def gated(caller: Caller, purpose: str | None) -> Answer:
            return operation(caller=caller, tenant=self.organisation.id, purpose=purpose, **given)

        return self.ask(gated, enters=True)

    def _enter_refusal(
        self, error: AccountsError | ConsentError, operation: Callable[[Caller, str | None], Any]
    ) -> None:
        owner = owner_of(self.request._request, self._token())
        nobody = replace(owner, refused=(error.code, str(error)))
        try:
            operation(nobody, None)
        except Denied as denied:
            error.promise = denied.promise  # type: ignore[union-attr]
        except (AccountsError, ConsentError, RecordsError):
            pass  # no person's record was asked for, so there is nobody to tell

    def _caller(self) -> Caller:
        token = self._token()
        if isinstance(token, AppToken):
            return caller_at(self.request._request, token, self.organisation.id)
        return caller_of_token(self.request._request, token, role="clinician")

    def _token(self) -> Any:
        return self.request.auth
