"""Inviting somebody to work at an organisation: a letter with a link that is good once, for a week, for one address.

The link proves that whoever follows it reads the mail of that address. What the database holds of it is a digest.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import services as ledger
from ledger.scope import current_tenant, lock, tenant_scope
from portal.accounts.errors import (
    AccountExists,
    InvitationOver,
    NotAMember,
    NotInvited,
    UnknownAccount,
    UnknownRole,
)
from portal.accounts.models import Invitation, Membership, Organisation, Role, User
from portal.accounts.selectors import user_by_email
from portal.accounts.services import add_member, create_account, token_digest
from portal.accounts.withdrawing import open_invitations

LASTS = timedelta(days=7)


def appoint(
    *, tenant: Organisation, email: str, role: str, title: str, actor: UUID, site: str
) -> Membership | Invitation:
    """Give a role to whoever has that address: at once where it has an account, else by an invitation.

    `site`: where this node is reached, such as `https://assent.example`. Raises UnknownRole.
    """
    try:
        user = user_by_email(email)
    except UnknownAccount:
        return invite(tenant=tenant, email=email, role=role, title=title, actor=actor, site=site)
    return add_member(tenant=tenant.id, user=user, role=role, title=title, actor=actor)


def invite(*, tenant: Organisation, email: str, role: str, title: str, actor: UUID, site: str) -> Invitation:
    """Write to that address; what was written to it before for the same role is not good any more.

    It is good while whoever made it may invite: see `services.remove_member`. `site`: where this node is reached, to
    which the link in the letter leads. Raises UnknownRole, NotAMember.
    """
    if role not in Role.values:
        raise UnknownRole(f"There is no role {role!r}. Choose from: {', '.join(Role.values)}.")
    token, address = secrets.token_urlsafe(32), email.strip().lower()
    with tenant_scope(tenant.id):
        _check_inviter(tenant.id, actor)
        lock("accounts.invite", f"{tenant.id}:{address}", exclusive=True)
        open_invitations().filter(email=address, role=role).update(withdrawn=timezone.now())
        made = Invitation.objects.create(
            tenant_id=tenant.id,
            email=address,
            role=role,
            title=title,
            digest=token_digest(token),
            invited_by=actor,
            expires=timezone.now() + LASTS,
        )
        audit = {"member": str(made.id), "role": role, "expires": made.expires.isoformat(timespec="seconds")}
        ledger.append(type="member.invited", actor=actor, subject=None, audit=audit)
        link = site.rstrip("/") + reverse("accounts:invitation_follow", args=[tenant.slug, token])
        transaction.on_commit(lambda: _send(address, tenant.name, link))
    return made


def waiting() -> list[Invitation]:
    """The invitations of the tenant in scope that nobody has accepted yet, newest first."""
    return list(open_invitations().order_by("-made"))


def invitation(key: UUID) -> Invitation:
    """One of the tenant in scope, whatever became of it. Raises InvitationOver."""
    found = Invitation.objects.filter(tenant_id=current_tenant(), id=key).first()
    if found is None:
        raise InvitationOver("There is no such invitation here.")
    return found


def invited(token: str) -> Invitation:
    """The invitation in the tenant in scope that this link is for. Raises NotInvited.

    It is good by the right of whoever made it, however they lost that: `remove_member` also withdraws it.
    """
    found = open_invitations().filter(digest=token_digest(token)).first()
    if found is None or not _may_invite(found.tenant_id, found.invited_by):
        raise NotInvited("This invitation was used, withdrawn, or is too old. Ask for a new one.")
    return found


def account_invited(found: Invitation) -> User | None:
    """The account that the invited address has already."""
    return User.objects.filter(email__iexact=found.email).first()


def accept(*, tenant: UUID, token: str, user: User) -> Invitation:
    """Take up the role, with the account of the invited address; what was taken up. Raises NotInvited."""
    with tenant_scope(tenant):
        lock("accounts.invitation", token_digest(token).hex(), exclusive=True)
        found = invited(token)
        if user.email.lower() != found.email:
            raise NotInvited("This invitation is for another address. Sign in with the account of that one.")
        if not open_invitations().filter(id=found.id).update(accepted=timezone.now(), accepted_by=user.id):
            raise NotInvited("This invitation was withdrawn in this moment. Ask for a new one.")
        add_member(tenant=tenant, user=user, role=found.role, title=found.title, actor=found.invited_by)
        return invitation(found.id)


def accept_anew(*, tenant: UUID, token: str, name: str, password: str) -> User:
    """Make the account that was invited, and take up the role. Raises NotInvited, AccountExists."""
    with transaction.atomic():
        with tenant_scope(tenant):
            email = invited(token).email
        if EmailAddress.objects.filter(email__iexact=email).exists():
            raise AccountExists("An account with that e-mail address exists. Sign in with it.")
        user = create_account(email=email, password=password, name=name)
        accept(tenant=tenant, token=token, user=user)
    return user


def _check_inviter(tenant: UUID, actor: UUID) -> None:
    """Whoever lost the role a moment ago leaves no invitation behind: who takes it from them waits for this."""
    lock("accounts.members", tenant, exclusive=False)
    if not _may_invite(tenant, actor):
        raise NotAMember("Only an administrator there invites others. Nobody was written to.")


def _may_invite(tenant: UUID, user: UUID) -> bool:
    return Membership.objects.filter(tenant_id=tenant, user_id=user, role=Role.ADMINISTRATOR).exists()


def _send(email: str, place: str, link: str) -> None:
    words = _(
        "%(place)s invites you to work with Assent.\n\n"
        "Follow this link to take it up. It is good once, for seven days:\n\n%(link)s\n\n"
        "If you do not know why you get this, do nothing: nobody can use it without this letter."
    ) % {"place": place, "link": link}
    send_mail(_("You are invited to Assent"), words, None, [email])
