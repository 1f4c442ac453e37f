"""Identifiers drawn by our services, never by a client."""

import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): unique without coordination and ordered by time, so that indexes stay dense."""
    return uuid_utils.compat.uuid7()
