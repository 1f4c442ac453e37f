from django.apps import AppConfig

ENTRY_TYPES = (
    "circle.joined",
    "circle.left",
    "credential.added",
    "credential.removed",
    "member.added",
    "member.invited",
    "member.removed",
    "person.claimed",
    "token.issued",
    "token.revoked",
)


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "Accounts and organisations"

    def ready(self) -> None:
        from consent.sources import register_parties, register_places  # noqa: PLC0415
        from ledger.registry import register_eraser, register_types  # noqa: PLC0415 - once the apps are ready
        from portal.accounts import circles, credentials  # noqa: PLC0415
        from portal.accounts.erasing import erase_registration  # noqa: PLC0415

        register_types(*ENTRY_TYPES)
        register_eraser(erase_registration)
        register_parties(circles.parties_of)
        register_places(circles.places_of)
        credentials.connect()
