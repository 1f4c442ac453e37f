"""Share codes: 128 random bits as people type them, and what is kept of them. Pure.

The code itself is shown once and kept nowhere; a row is found by 128 bits of its hash.
"""

import secrets
from base64 import b32encode
from datetime import timedelta
from uuid import UUID

from ledger.hashing import sha256

LASTS = timedelta(minutes=10)
SESSION = timedelta(hours=1)
TRIES = 5
LONGEST_NAME = 120
LET_IN = ", let in by a share code"
_BYTES, _GROUP = 16, 4
_MISREAD = str.maketrans("018", "OIB")


def draw() -> str:
    """A new code, in groups: ABCD-EFGH-... (26 letters and digits of base 32)."""
    text = b32encode(secrets.token_bytes(_BYTES)).decode("ascii").rstrip("=")
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def lookup_of(code: str) -> UUID:
    """By what its row is found, however the code is spelled."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum()).translate(_MISREAD)
    return UUID(bytes=sha256(b"assent/share-code/v1\n" + plain.encode())[:16])


def called(sentence: str) -> str:
    """What whoever was let in calls themselves, from the sentence that was signed; "" of any other contract."""
    name, found, _rest = sentence.removeprefix("Permitted by a contract: ").partition(LET_IN)
    return name if found else ""
