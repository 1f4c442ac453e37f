"""Contract code for the eye: Cedar's words, strings, comments and clause marks, each in its own colour."""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_TOKENS = re.compile(
    r"""(?P<n>//[ ]*\d+[ ]*(?=\n|$))            # the mark that joins a line to the sentence
      | (?P<c>//[^\n]*)
      | (?P<s>"(?:[^"\\\n]|\\.)*")
      | (?P<k>\b(?:permit|forbid|when|unless)\b|@[A-Za-z_]+)""",
    re.VERBOSE,
)


def coloured(code: str) -> SafeString:
    """Escaped code with `<span class="c|k|n|s">` around what is coloured; the text itself is unchanged."""
    return format_html_join("", "{}", ((piece,) for piece in _pieces(code)))


def _pieces(code: str) -> list[str]:
    pieces: list[str] = []
    at = 0
    for found in _TOKENS.finditer(code):
        pieces.append(code[at : found.start()])
        pieces.append(format_html('<span class="{}">{}</span>', found.lastgroup, found.group()))
        at = found.end()
    return [*pieces, code[at:]]
