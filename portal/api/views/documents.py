"""The interface's own description: OpenAPI at `/api/schema/`, pages at `/api/docs/`, codes at `/api/problems/`."""

from typing import Any, Never

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from portal.api import problems
from portal.api.endpoint import Endpoint


class Pages(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files, its start-up script apart, so that the page needs no inline code."""

    template_name = "api/docs.html"
    url_name = "api:schema"


@require_safe
def problem_codes(request: HttpRequest) -> JsonResponse:
    """Every `code` that a problem document can carry, with its HTTP status and meaning."""
    return JsonResponse({"problems": problems.documented()})


@extend_schema(exclude=True)
class NotHere(Endpoint):
    """Any other address below /api/: a problem document, as everywhere."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> Never:
        raise NotFound
