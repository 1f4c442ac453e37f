"""Roles in words."""

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Role

ROLES = {
    Role.CLINICIAN.value: _("Clinician"),
    Role.ADMINISTRATOR.value: _("Administrator"),
    Role.PRIVACY_OFFICER.value: _("Privacy officer"),
    Role.AUDITOR.value: _("Auditor"),
}
