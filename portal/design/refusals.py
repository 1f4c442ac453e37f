"""What a refusal says to a person, in their language: the one place where errors of the floors are translated.

The floors speak English and name no framework; each of their errors bears a stable code. In English its own sentence is
said, which may name a number or a field. In another language the sentence of its code is, if there is a translation of
it, and the error's own otherwise: a refusal is never left without words.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Any] = {
    "access-denied": _(
        "The contracts in force do not allow this. Nothing was shown; the attempt stands in the log."
    ),
    "account-exists": _("This e-mail address has an account already. Nothing was changed."),
    "already-claimed": _("This patient belongs to another account already. Nothing was changed."),
    "already-registered": _("The number belongs to another patient here. Nothing was changed."),
    "beyond-majority": _(
        "That reaches beyond the day on which the patient comes of age. Choose an earlier end."
    ),
    "case-closed": _("This was answered already. Nothing was changed."),
    "content-too-large": _("The file is too large. Nothing was stored."),
    "content-unsupported": _("Files of this kind are not taken. Send a PDF, an image or a text."),
    "contract-ended": _("This contract has ended already. Nothing was changed."),
    "contract-not-waiting": _(
        "This contract does not wait for that any more. Open it again to see how it stands."
    ),
    "delegation-exceeded": _("You cannot share more than what the patient lets you decide about."),
    "emergency-closed": _("This emergency is over already. Nothing was changed."),
    "emergency-quota-reached": _(
        "The emergency accesses that are allowed here are used up. Ask the privacy officer."
    ),
    "emergency-refused": _("Emergency access is not possible here. Nothing was shown."),
    "form-unsettled": _(
        "This was sent before, and nobody knows whether it took effect. Look before you send it again."
    ),
    "last-administrator": _(
        "An organisation keeps at least one administrator. Give the role to somebody else first."
    ),
    "ledger-read-only": _(
        "The log has stopped after an alarm, so nothing is shown or changed. The operator has to look."
    ),
    "ledger-unavailable": _("The log did not take the entry, so nothing was done. Try again in a minute."),
    "not-a-member": _("You do not have the role that this page needs. Nothing was shown."),
    "not-invited": _("This invitation is over, or is for somebody else. Ask for a new one."),
    "not-yet-sequenced": _("The entry is being sealed. Ask again in a second."),
    "not-your-record": _("This is not your record, nor one that you look after. Nothing was shown."),
    "not-yours": _("Only the patient may ask this. Nothing was shown."),
    "outbound-refused": _("This address is not called from here. Give a public https address."),
    "own-access": _("This was your own access. Somebody else has to answer."),
    "own-membership": _("Nobody takes their own roles away. Ask another administrator."),
    "question-incomplete": _("Give the family name, a given name and the date of birth, or a record number."),
    "reason-needed": _("Write the reason. Nothing was done."),
    "record-deleted": _("This entry of the record was deleted."),
    "record-tampered": _(
        "What is stored does not fit its seal, so it is not shown. The alarm stands in the log."
    ),
    "request-closed": _("This request was answered already, or is over."),
    "review-refused": _("You cannot close this review. Somebody else than who acted has to."),
    "role-needed": _("Your role does not allow this. Nothing was shown or changed."),
    "share-code-refused": _(
        "The code or the date of birth is wrong, or the code is over. Nothing was shown."
    ),
    "signature-refused": _("The signature does not fit what was shown. Sign again; nothing is shared yet."),
    "signature-too-weak": _("This organisation asks for a passkey. Nothing is shared yet."),
    "strong-authentication-needed": _("Confirm with your second factor first. Nothing was done."),
    "subject-erased": _("This patient was erased here. Nothing is written about them any more."),
    "terms-contradictory": _("These terms contradict each other. Change one of them; nothing is shared yet."),
    "too-many-calls": _("Too many tries. Wait a minute, then go on."),
    "too-many-found": _("Too many patients fit. Give all given names, or look by record number."),
    "unknown-account": _("No account has this e-mail address. Check its spelling."),
    "unknown-case": _("There is no such question or correction here."),
    "unknown-contract": _("There is no such contract that you may see."),
    "unknown-emergency": _("There is no such emergency access here."),
    "unknown-entry": _("This log has no such entry that you may see."),
    "unknown-grantee": _("Nobody here goes by that name or address. Check its spelling."),
    "unknown-member": _("Nobody with that account works here any more."),
    "unknown-person": _("No such patient is registered here. Check the number."),
    "unknown-record": _("There is no such entry in this record."),
    "unknown-request": _("There is no such request that you may answer."),
    "unknown-tenant": _("There is no such organisation on this node. Check its name."),
    "unknown-witness": _("The log has no witness of that name."),
    "version-mismatch": _("Somebody changed it in the meantime. Open it again; nothing was overwritten."),
    "words-needed": _("Write a few words more. Nothing was sent."),
    "write-conflict": _("Somebody changed it in the meantime. Open it again; nothing was overwritten."),
}


def said(error: Exception) -> str:
    """The sentence for people."""
    own = str(error)
    if (translation.get_language() or "en").startswith("en"):
        return own
    general = SENTENCES.get(getattr(error, "code", ""))
    if general is None:
        return own
    translated = str(general)
    with translation.override("en"):
        return own if translated == str(general) else translated
