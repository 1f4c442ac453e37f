from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from ledger.registry import Erasing


class SubscriptionsConfig(AppConfig):
    name = "portal.subscriptions"
    label = "subscriptions"
    verbose_name = "Subscriptions"

    def ready(self) -> None:
        from ledger.registry import register_eraser  # noqa: PLC0415 - once the apps are ready

        register_eraser(erase_subscriptions)


def erase_subscriptions(erasing: "Erasing") -> None:
    """Whoever wanted to be told of a person's record."""
    erasing.delete("subscriptions_subscription")
