"""The identity of one request, by which its ledger entry, its log lines and its answer are found together."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ledger.identity import new_id


class RequestIdentity:
    """Draws `request.request_id` (never taken from the client) and answers it as `Request-Id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = str(new_id())  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response
