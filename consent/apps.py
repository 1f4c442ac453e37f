"""The consent floor."""

from django.apps import AppConfig

ENTRY_TYPES = (
    "access.emergency",
    "contract.proposed",
    "contract.signed",
    "contract.cosigned",
    "contract.activated",
    "contract.suspended",
    "contract.superseded",
    "contract.revoked",
    "contract.expired",
    "credential.introduced",
    "emergency.ended",
    "policy.changed",
    "refusal.bound",
    "refusal.yielded",
    "report.made",
    "request.made",
    "request.declined",
    "restriction.asked",
    "restriction.lifted",
    "restriction.placed",
    "restriction.reviewed",
    "review.closed",
    "share.offered",
    "share.asked",
    "share.refused",
    "share.admitted",
    "share.ended",
)


class ConsentConfig(AppConfig):
    name = "consent"

    def ready(self) -> None:
        from consent.erasing import erase_consent  # noqa: PLC0415 - they need the models
        from consent.verifying import verify_consent  # noqa: PLC0415
        from ledger.services import register_eraser, register_types, register_verifier  # noqa: PLC0415

        register_types(*ENTRY_TYPES)
        register_verifier(verify_consent)
        register_eraser(erase_consent)
