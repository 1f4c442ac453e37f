"""Applications that run in browsers call from pages of other sites (Fetch standard, CORS)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

OPEN = "/fhir/"
TOLD = (
    "ETag, Last-Modified, Location, Content-Location, Ledger-Entry, Ledger-Promise, Request-Id, Retry-After"
)
TAKEN = "Authorization, Content-Type, Accept, If-Match, If-None-Exist, If-None-Match, Prefer, Purpose-Of-Use"
PREFLIGHT_SECONDS = "600"


class CrossOrigin:
    """Opens FHIR to every site. No cookie counts there, so that a page reaches nothing that its token does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OPEN):
            return self.get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, POST, PUT, DELETE, PATCH"
            response["Access-Control-Allow-Headers"] = TAKEN
            response["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
        else:
            response = self.get_response(request)
            response["Access-Control-Expose-Headers"] = TOLD
        response["Access-Control-Allow-Origin"] = "*"
        return response
