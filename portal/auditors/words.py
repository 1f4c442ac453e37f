"""Kinds of entries in words, for people who read logs."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS = {
    "access.permitted": _("Access"),
    "access.denied": _("Access refused"),
    "access.repeated": _("Access refused again"),
    "access.emergency": _("Emergency access opened"),
    "access.failed": _("Access failed afterwards"),
    "emergency.ended": _("Emergency access ended"),
    "review.closed": _("Emergency access reviewed"),
    "question.asked": _("Patient does not recognise an access"),
    "question.answered": _("Question of a patient answered"),
    "correction.requested": _("Correction asked for"),
    "correction.extended": _("Correction put off"),
    "correction.accepted": _("Correction accepted"),
    "correction.denied": _("Correction denied"),
    "correction.disagreed": _("Patient disagrees with a denial"),
    "contract.proposed": _("Contract proposed"),
    "contract.signed": _("Contract signed"),
    "contract.activated": _("Contract in force"),
    "contract.suspended": _("Contract suspended"),
    "contract.revoked": _("Contract revoked"),
    "contract.expired": _("Contract expired"),
    "refusal.bound": _("Refusal holds in emergencies"),
    "refusal.yielded": _("Refusal gives way to emergencies"),
    "report.made": _("Report made to the patient"),
    "restriction.asked": _("Review of a limit by law asked for"),
    "restriction.lifted": _("Limit by law lifted"),
    "restriction.placed": _("Limit by law placed"),
    "restriction.reviewed": _("Limit by law reviewed"),
    "request.made": _("Access asked for"),
    "request.declined": _("Request declined"),
    "disclosures.accounted": _("Disclosures accounted for"),
    "evidence.exported": _("Evidence handed out"),
    "patterns.viewed": _("Patterns looked at"),
    "patterns.changed": _("Thresholds of patterns changed"),
    "share.offered": _("Share code made"),
    "share.asked": _("Share code used"),
    "share.refused": _("Share code with a wrong birth date"),
    "share.admitted": _("Let in by a share code"),
    "share.ended": _("Share code ended"),
    "record.created": _("Record created"),
    "record.updated": _("Record changed"),
    "record.deleted": _("Record deleted"),
    "record.imported": _("Records imported"),
    "record.exported": _("Records exported"),
    "record.tampered": _("Record found altered"),
    "member.added": _("Role given"),
    "member.invited": _("Somebody invited"),
    "member.removed": _("Role taken back"),
    "person.claimed": _("Account linked to a patient"),
    "credential.added": _("Way to sign in added"),
    "credential.introduced": _("Passkey of an account signs here for the first time"),
    "credential.removed": _("Way to sign in removed"),
    "policy.changed": _("Base policy changed"),
    "token.issued": _("Token made"),
    "token.revoked": _("Token ended"),
    "key.rotated": _("Keys changed"),
    "padding": _("Padding, which says nothing"),
    "witness.added": _("Witness added"),
    "witness.removed": _("Witness removed"),
    "quorum.changed": _("Quorum of witnesses changed"),
    "subject.erased": _("Person erased"),
}
GROUPS = {
    "accesses": (
        _("Accesses, permitted or refused"),
        ("access.permitted", "access.denied", "access.repeated", "access.failed"),
    ),
    "refused": (_("Refused accesses"), ("access.denied", "access.repeated")),
    "emergencies": (
        _("Emergency access and its reviews"),
        ("access.emergency", "emergency.ended", "review.closed"),
    ),
    "sharing": (
        _("Contracts, requests, limits by law and share codes"),
        tuple(
            kind
            for kind in KINDS
            if kind.startswith(("contract.", "refusal.", "report.", "request.", "restriction.", "share."))
        ),
    ),
    "cases": (
        _("Questions and corrections"),
        tuple(kind for kind in KINDS if kind.startswith(("question.", "correction."))),
    ),
    "records": (_("Changes of records"), tuple(kind for kind in KINDS if kind.startswith("record."))),
    "organisation": (
        _("Roles, accounts, policies, keys"),
        tuple(
            kind
            for kind in KINDS
            if kind.startswith(
                ("member.", "person.", "credential.", "token.", "policy.", "key.", "witness.", "quorum.")
            )
        ),
    ),
}
ALARMS = frozenset({"access.emergency", "record.tampered"})
REFUSALS = frozenset({"access.denied", "access.repeated", "access.failed"})


def kind(name: str, audit: Mapping[str, Any]) -> str:
    """The kind of an entry in words; its own name where we have none."""
    if name == "access.emergency" and "interaction" in audit:
        return str(_("Access in an emergency"))
    if name == "access.permitted" and audit.get("interaction") == "find":
        return str(_("Looked for by name or number"))
    return str(KINDS.get(name, name))


def tone(name: str) -> str:
    return "alarm" if name in ALARMS else "refused" if name in REFUSALS else ""
