"""Applications, who lets them in, and the tokens that they hold.

oauth-toolkit's five models are swapped for these, so that each token leads to the connection that it belongs to. A
connection is owned by one organisation and hidden by its row-level security: a token that is shown to another one
finds nothing there.
"""

import hashlib
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.db import models
from django.db.models.functions import Now
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
    ApplicationManager,
)

from ledger.identity import new_id
from portal.accounts.models import Organisation, Person, User


class Application(AbstractApplication):
    """A program of somebody else. Known to the whole node; it works where an organisation has admitted it.

    `scopes`: the most that it may ever be given. `purposes`: what its accesses are for (HL7 v3 PurposeOfUse); where
    there are several it has to say which. `jwks`, `jwks_uri`: the keys of one that signs its assertions.
    """

    id = models.UUIDField(  # type: ignore[assignment]
        primary_key=True, default=new_id, editable=False
    )
    scopes = models.TextField()
    purposes = models.CharField(max_length=100, default="PATRQT")
    jwks = models.JSONField(null=True)
    jwks_uri = models.URLField(max_length=500, blank=True)
    launch_uri = models.URLField(max_length=500, blank=True)

    objects: ClassVar[Any] = ApplicationManager()

    def get_allowed_schemes(self) -> list[str]:
        """Registration lets in https, and http on the application's own machine (RFC 8252, section 7.3)."""
        return sorted({urlsplit(address).scheme for address in self.redirect_uris.split()})

    @property
    def signs(self) -> bool:
        """Whether it proves who it is by a signed assertion; then no secret will do."""
        return bool(self.jwks or self.jwks_uri)


class Admission(models.Model):
    """An administrator lets an application be used at the organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    admitted_by = models.UUIDField(null=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "application"], name="one_admission_per_application")
        ]


class Launch(models.Model):
    """A clinician starts an application from a patient's chart. The handle is kept as its SHA-256, and used once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)


class Connection(models.Model):
    """What an application was given at one organisation by one account, and is still given: single scopes are
    taken back here. `person`: the patient whose record `patient/` scopes reach. `contract`: the one she signed.
    `strong`: a second factor was shown when it was made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    by_patient = models.BooleanField()
    strong = models.BooleanField(default=False, db_default=False)
    scopes = models.TextField()
    contract = models.UUIDField(null=True)
    since = models.DateTimeField(db_default=Now())
    ended = models.DateTimeField(null=True)


class DigestField(models.CharField):  # type: ignore[type-arg]
    """Kept and looked up as the SHA-256 of what is given to it."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else hashlib.sha256(str(value).encode()).hexdigest()


class Grant(AbstractGrant):
    """An authorisation code, good for a minute and once."""

    code = DigestField(max_length=64, unique=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="+")


class AccessToken(AbstractAccessToken):
    # None for a token of a backend service, which acts for nobody.
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="+")

    @property
    def scopes(self) -> dict[str, str]:
        """oauth-toolkit looks them up in the list of all scopes, of which there is no end here."""
        return {word: word for word in self.scope.split()}


class RefreshToken(AbstractRefreshToken):
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="+")


class IDToken(AbstractIDToken):
    """Kept by its identifier only."""


class Assertion(models.Model):
    """The `jti` of a client's assertion that was accepted, so that it is not accepted again (RFC 7523, section 3)."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32)
    expires = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "digest"], name="each_assertion_is_used_once")
        ]
