"""Where allauth asks this house: accounts are made by organisations, and secrets are sealed at rest."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from portal.accounts import letters
from portal.accounts.sealing import fernet

SEEDS = "assent/mfa-secret/v1"


class ClosedSignup(DefaultAccountAdapter):
    """Nobody signs up by himself: a patient's account is linked to a record, a member's to an organisation.

    Whoever has a second factor confirms with it: beside it the password would be a weaker way to the same.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Of each change to how somebody signs in allauth tells here; the words and the addresses are our own."""
        letters.tell(account=user.id, change=template_prefix)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"].startswith("mfa")] or methods


class SealedSecrets(DefaultMFAAdapter):
    """TOTP seeds and recovery codes are encrypted under a key of the node."""

    def encrypt(self, text: str) -> str:
        return fernet(SEEDS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return fernet(SEEDS).decrypt(encrypted_text.encode()).decode()
