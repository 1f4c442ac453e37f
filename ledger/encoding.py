"""Text encodings that have exactly one spelling: each parser here refuses every other one."""

import base64
import binascii
import re

from ledger.errors import FormatError

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_LARGEST = 2**63 - 1


def base64_text(content: bytes) -> str:
    """Standard base64 with padding, RFC 4648 section 4."""
    return base64.b64encode(content).decode("ascii")


def parse_base64(text: str, *, what: str, length: int | None = None) -> bytes:
    """The bytes of `text`; `length` in bytes, if only one is right."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(f"The {what} is not base64.") from error
    # b64decode ignores the unused low bits of the last digit, so that one value would have several spellings.
    if base64_text(content) != text:
        raise FormatError(f"The {what} is not in the canonical form of base64.")
    if length is not None and len(content) != length:
        raise FormatError(f"The {what} has {len(content)} bytes instead of {length}.")
    return content


def parse_decimal(text: str, *, what: str) -> int:
    """A number from 0 to 2^63 - 1 in ASCII digits without leading zeros."""
    if not _DECIMAL.fullmatch(text) or int(text) > _LARGEST:
        raise FormatError(f"The {what} is not a decimal number in its canonical form.")
    return int(text)
