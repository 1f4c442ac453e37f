"""How pages look: as the system does, light, or dark. The server reads the choice, so that no page flashes and no
script is needed."""

from django.http import HttpRequest

COOKIE = "assent-theme"
LASTS_SECONDS = 365 * 24 * 3600
THEMES = ("light", "dark")


def appearance(request: HttpRequest) -> dict[str, str]:
    """`theme`: light, dark, or "" for that of the system."""
    chosen = request.COOKIES.get(COOKIE, "")
    return {"theme": chosen if chosen in THEMES else ""}
