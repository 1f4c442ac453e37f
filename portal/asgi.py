"""HTTP, sockets and the live pump in one ASGI application. Composition only."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import re_path

http = get_asgi_application()

from portal.live.lifespan import Lifespan
from portal.live.urls import program_urlpatterns, websocket_urlpatterns

of_browsers: Any = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter([*program_urlpatterns, re_path("", of_browsers)]),
        "lifespan": Lifespan(),
    }
)
