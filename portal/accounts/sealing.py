"""Sealing of what belongs to the node and to no tenant, such as the seeds of authenticator apps."""

import base64

from cryptography.fernet import Fernet

from ledger.vault import node_key


def fernet(label: str) -> Fernet:
    """A cipher for one purpose, under the node's key: that is not in the database, and outlives each SECRET_KEY."""
    return Fernet(base64.urlsafe_b64encode(node_key.secret(label)))
