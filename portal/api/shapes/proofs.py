"""Proofs about a whole log, in JSON."""

from typing import Any

from rest_framework import serializers

from ledger.encoding import base64_text
from ledger.selectors import Consistency as Found


class Consistency(serializers.Serializer[Any]):
    old = serializers.IntegerField(min_value=0)
    new = serializers.IntegerField(min_value=0)
    old_root = serializers.CharField(help_text="Base64 of 32 bytes, as in a checkpoint.")
    new_root = serializers.CharField(help_text="Base64 of 32 bytes, as in a checkpoint.")
    hashes = serializers.ListField(
        child=serializers.CharField(), help_text="RFC 6962, section 2.1.2; base64 of 32 bytes each."
    )


def consistency(found: Found) -> dict[str, Any]:
    return {
        "old": found.old,
        "new": found.new,
        "old_root": base64_text(found.old_root),
        "new_root": base64_text(found.new_root),
        "hashes": [base64_text(each) for each in found.hashes],
    }
