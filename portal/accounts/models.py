"""People who log in, organisations, patients, and how they belong together."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now

from ledger.identity import new_id


class Role(models.TextChoices):
    """What a member does at an organisation."""

    CLINICIAN = "clinician"
    ADMINISTRATOR = "administrator"
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str, *, name: str = "") -> User:
        user = self.model(email=email.strip().lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """An account that logs in by e-mail. What it may do comes from its memberships and its person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True)
    # In which language it is written to; "" is that of the node. Pages are in that of the browser.
    language = models.CharField(max_length=10, blank=True, default="")
    is_active = models.BooleanField(default=True)
    # allauth and django.contrib.auth ask for these two; Assent has no Django admin.
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now())

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


class Organisation(models.Model):
    """A tenant: an organisation that runs on this node. Its id is the `tenant_id` of all that it owns."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=120)
    created = models.DateTimeField(db_default=Now())
    # Whether whoever works here needs a second factor before any page of the desk.
    strong = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role of a user at an organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    title = models.CharField(max_length=120, blank=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user", "role"], name="one_membership_per_role"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]


class Invitation(models.Model):
    """Somebody is asked to work at an organisation. Only the SHA-256 of the link is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=Role.choices)
    title = models.CharField(max_length=120, blank=True)
    digest = models.BinaryField(max_length=32, unique=True)
    invited_by = models.UUIDField()
    made = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField()
    accepted = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("tenant", "email", name="accounts_invited_address")]


class Person(models.Model):
    """A patient, once per node. May be without an account until somebody claims it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="person")
    # HMAC of a national identifier and the birth date: two organisations' patients are one person.
    identity = models.BinaryField(max_length=32, null=True, unique=True)
    created = models.DateTimeField(db_default=Now())


class Registration(models.Model):
    """A person as a patient of one organisation: its medical record number and its FHIR Patient."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="registrations")
    mrn = models.CharField(max_length=64)
    patient = models.CharField(max_length=64)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "mrn"], name="one_patient_per_mrn"),
            models.UniqueConstraint(fields=["tenant", "patient"], name="one_registration_per_fhir_patient"),
            models.UniqueConstraint(fields=["tenant", "person"], name="one_registration_per_person"),
        ]


STRONG = "strong"


class PersonalToken(models.Model):
    """A personal access token: only its SHA-256 is kept, so that it is shown once and never again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    prefix = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = models.CharField(max_length=500)
    # How strongly its owner was authenticated when it was made: "command" (by an operator), "password" or STRONG.
    strength = models.CharField(max_length=10, default="command")
    created = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)


class FormKey(models.Model):
    """A form that was sent, so that it takes effect once (portal.accounts.form_keys). `location`: where it led."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    mark = models.UUIDField()
    made = models.DateTimeField(db_default=Now(), db_index=True)
    done = models.BooleanField(default=False)
    location = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "mark"], name="accounts_form_once")]


class Circle(models.Model):
    """A care team (of people) or a group of organisations, with whom a contract can be. Of the node."""

    TEAM, GROUP = "team", "group"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=5, choices=[(TEAM, TEAM), (GROUP, GROUP)])
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=120)
    created = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class CircleMember(models.Model):
    """Somebody in a team, or an organisation in a group: `member` is the id of either."""

    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="members")
    member = models.UUIDField(db_index=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["circle", "member"], name="accounts_once_in_a_circle")]
