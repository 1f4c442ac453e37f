"""Ledgers and their entries in JSON."""

import base64
from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from ledger.selectors import AskedWitness, LogStatus
from ledger.selectors import Entry as Found
from portal.api.shapes.contracts import iso
from portal.records.services import audited

STATES = ["pending", "sequenced", "checkpointed"]


class Witness(serializers.Serializer[Any]):
    name = serializers.CharField()
    vkey = serializers.CharField(
        help_text="The key by which its cosignatures are verified (C2SP tlog-cosignature)."
    )
    size = serializers.IntegerField(min_value=0, help_text="Of the newest checkpoint that it cosigned.")
    cosigned = serializers.DateTimeField(allow_null=True, help_text="When it did.")
    failing = serializers.BooleanField(help_text="Whether it did not cosign when it was asked last.")


class Ledger(serializers.Serializer[Any]):
    origin = serializers.CharField(help_text="The name of the log, for ever.")
    vkey = serializers.CharField(
        help_text="The key by which its checkpoints are verified (C2SP signed-note)."
    )
    ml_dsa_vkey = serializers.CharField(
        allow_blank=True,
        help_text="The post-quantum key that signs beside it; empty before its first signature.",
    )
    promise_vkey = serializers.CharField(help_text="The key by which the header Ledger-Promise is verified.")
    size = serializers.IntegerField(min_value=0, help_text="Of the newest checkpoint.")
    root = serializers.CharField(  # type: ignore[assignment]
        help_text="Of the newest checkpoint, base64 of 32 bytes, as it stands there."
    )
    checkpoint_time = serializers.DateTimeField(allow_null=True)
    entries = serializers.IntegerField(min_value=0, help_text="How many have their index.")
    backlog = serializers.IntegerField(min_value=0, help_text="How many wait for it.")
    oldest_seconds = serializers.FloatField(min_value=0, help_text="How long the first of these has waited.")
    read_only = serializers.BooleanField(  # type: ignore[assignment]
        help_text="Whether it takes no entry because of an alarm."
    )
    alarm = serializers.CharField(allow_blank=True)
    quorum = serializers.IntegerField(
        min_value=0,
        help_text="How many witnesses must cosign a checkpoint before receipts are made against it.",
    )
    witnesses = Witness(many=True, help_text="Who is asked to cosign its checkpoints.")


class Entry(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="As in the header Ledger-Entry.")
    index = serializers.IntegerField(allow_null=True)
    time = serializers.DateTimeField(help_text="Of sequencing.")
    type = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    actor = serializers.CharField(help_text="As the log calls whoever acted.")
    subject = serializers.CharField(allow_null=True, help_text="As the log calls whom it is about.")
    subject_index = serializers.IntegerField(allow_null=True)
    leaf_hash = serializers.CharField(allow_null=True, help_text="Hexadecimal.")
    readable = serializers.BooleanField(help_text="Whether the sealed part opened.")
    audit = serializers.JSONField(help_text="What auditors may read of it; no clinical content.")


def ledger(status: LogStatus, asked: Sequence[AskedWitness], quorum: int) -> dict[str, Any]:
    """The state of a log as JSON."""
    return {
        "origin": status.origin,
        "vkey": status.vkey,
        "ml_dsa_vkey": status.log.ml_dsa_vkey,
        "promise_vkey": status.log.promise_vkey,
        "size": status.size,
        "root": base64.b64encode(status.root).decode(),
        "checkpoint_time": iso(status.checkpoint_time),
        "entries": status.entries,
        "backlog": status.backlog,
        "oldest_seconds": status.oldest_seconds,
        "read_only": status.log.read_only,
        "alarm": status.log.alarm,
        "quorum": quorum,
        "witnesses": [
            {
                "name": each.name,
                "vkey": each.vkey,
                "size": each.size,
                "cosigned": iso(each.cosigned),
                "failing": bool(each.error),
            }
            for each in asked
        ],
    }


def entry(found: Found) -> dict[str, Any]:
    """An entry as its auditor sees it."""
    return {
        "id": str(found.id),
        "index": found.index,
        "time": iso(found.time),
        "type": found.type,
        "state": found.state,
        "actor": found.actor,
        "subject": found.subject,
        "subject_index": found.subject_index,
        "leaf_hash": found.leaf_hash.hex() if found.leaf_hash else None,
        "readable": found.readable,
        "audit": audited(found).audit,
    }
