"""How the account of a session is read: with the patient that it is and what it wants to be told, in one statement."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from portal.accounts.models import User


class WithPerson(AuthenticationBackend):
    """allauth's own, for log-ins by e-mail and password; every page then asks one thing less."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("person", "notices").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
