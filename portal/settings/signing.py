"""The node's key for ID tokens: a file, made on first use where the node is LOCAL."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 3072


def oidc_key(path: Path, *, make: bool) -> str:
    """The PEM, or "" where there is none: then the node's checks name the setting that is missing."""
    if not path.exists():
        if not make:
            return ""
        _make(path)
    return path.read_text()


def _make(path: Path) -> None:
    """Two first commands may run at once; both end with the same key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft.touch(mode=0o600)
    draft.write_bytes(pem)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
