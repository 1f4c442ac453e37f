"""`/o/token/` and `/o/revoke_token/`: oauth-toolkit's own, open to scripts of any site: no cookie counts here."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views.base import RevokeTokenView, TokenView

LONGEST = 64 * 1024


class _Endpoint:
    """Answers scripts of other sites, and reads no more than any such request needs."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "POST"
            response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        elif int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
            response = HttpResponse(status=413)
        else:
            response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers.setdefault("Cache-Control", "no-store")
        return response


@method_decorator(csrf_exempt, name="dispatch")
class Token(_Endpoint, TokenView):
    """Codes, refresh tokens and assertions become access tokens."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answered: HttpResponse = self.authorization_flow_token_response(request, *args, **kwargs)
        return answered


@method_decorator(csrf_exempt, name="dispatch")
class Revoke(_Endpoint, RevokeTokenView):
    """RFC 7009."""

    http_method_names = ["post", "options"]
