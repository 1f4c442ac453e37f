"""What a refusal says to a person, in their language: the one place where errors of the floors are translated.

The floors speak English and name no framework; each of their errors bears a stable code. In English its own sentence is
said, which may name a number or a field. In another language the sentence of its code is, if there is a translation of
it, and the error's own otherwise: a refusal is never left without words.

Codes that mean the same to whoever reads a page share one sentence. What only FHIR, commands and other logs are refused
has none here; tests/design/test_refusals.py names these.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

# What no form of ours asks for: it was changed on the way, or belongs to a page of yesterday.
_NO_CONTRACT = _("No contract can say that. Open the page again and choose anew; nothing is shared yet.")
# Faults that only we can mend.
_OUR_FAULT = _("This broke on our side, so it was not done. Nothing was lost. Try again in a minute.")

SENTENCES: Mapping[str, Any] = {
    **dict.fromkeys(
        (
            "terms-malformed",
            "unknown-action",
            "unknown-category",
            "unknown-event",
            "unknown-grantee-kind",
            "unknown-purpose",
            "unknown-resource-type",
            "unknown-sensitivity",
            "unknown-template",
        ),
        _NO_CONTRACT,
    ),
    **dict.fromkeys(
        (
            "accounts-error",
            "case-error",
            "consent-error",
            "ledger-error",
            "records-error",
            "smart-error",
            "tenant-scope",
            "unknown-entry-type",
        ),
        _OUR_FAULT,
    ),
    "access-denied": _(
        "The contracts in force do not allow this. Nothing was shown; the attempt stands in the log."
    ),
    "account-exists": _("This e-mail address has an account already. Nothing was changed."),
    "acting-for-unclear": _(
        "You work at several places. Choose one from the menu under your name. Nothing was done."
    ),
    "already-claimed": _("This patient belongs to another account already. Nothing was changed."),
    "already-registered": _("The number belongs to another patient here. Nothing was changed."),
    "asked-of-oneself": _("This was your own access, so that nobody else could answer. Nothing was sent."),
    "beyond-majority": _(
        "That reaches beyond the day on which the patient comes of age. Choose an earlier end."
    ),
    "case-closed": _("This was answered already. Nothing was changed."),
    "clock-behind": _("The clock of this node went back, so nothing was changed. Try again in a minute."),
    "content-too-large": _("The file is too large. Nothing was stored."),
    "content-unsupported": _("Files of this kind are not taken. Send a PDF, an image or a text."),
    "contract-changed": _(
        "The contract has changed since you read it. Read it again, then sign; nothing is shared yet."
    ),
    "contract-code-refused": _(
        "A contract or policy is not as it was put in force, so nothing is decided by it. Tell the organisation."
    ),
    "contract-ended": _("This contract has ended already. Nothing was changed."),
    "contract-not-waiting": _(
        "This contract does not wait for that any more. Open it again to see how it stands."
    ),
    "delegation-exceeded": _("You cannot share more than what the patient lets you decide about."),
    "emergency-closed": _("This emergency is over already. Nothing was changed."),
    "restriction-closed": _("This limit is over, or that was done already. Nothing was changed."),
    "restriction-malformed": _(
        "No limit can be placed like this. Say which records it is about, and choose an end in the future or none."
    ),
    "restriction-not-reviewable": _(
        "The law gives no review of this limit, or you placed it yourself. Nothing was changed."
    ),
    "unknown-restriction": _("There is no such limit here. Nothing was changed."),
    "emergency-not-covered": _(
        "No contract allows this, and the emergency access does not reach it. Nothing was shown."
    ),
    "emergency-quota-reached": _(
        "The emergency accesses that are allowed here are used up. Ask the privacy officer."
    ),
    "emergency-refused": _("Emergency access is not possible here. Nothing was shown."),
    "emergency-rule-malformed": _(
        "There can be no such emergency rule. Nothing was changed. Check the numbers, then save it again."
    ),
    "refusals-stand": _(
        "Patients refuse emergency access here, and that would give way at once. Nothing was changed. Say that it is"
        " meant, then save it again."
    ),
    "empty-list": _("Choose at least one part of the record. Nothing is shared yet."),
    "form-unsettled": _(
        "This was sent before, and nobody knows whether it took effect. Look before you send it again."
    ),
    "insufficient-scope": _("The application or token was not given this. Nothing was shown or changed."),
    "key-service": _(
        "The key of this node cannot be had just now, so nothing was opened. Nothing was lost. Try again in a minute."
    ),
    "invitation-over": _("This invitation is over: it was taken up, withdrawn, or is too old."),
    "last-administrator": _(
        "An organisation keeps at least one administrator. Give the role to somebody else first."
    ),
    "launch-ended": _("This launch is over. Open the application again from the patient's chart."),
    "ledger-overdue": _(
        "The log has stood still for too long, so nothing is shown or changed until it goes on. "
        "The operator has to look."
    ),
    "ledger-read-only": _(
        "The log has stopped after an alarm, so nothing is shown or changed. The operator has to look."
    ),
    "ledger-unavailable": _("The log did not take the entry, so nothing was done. Try again in a minute."),
    "malformed": _(
        "This is not written as it should be, or does not fit the other settings. Nothing was changed."
    ),
    "nobody-to-authorise": _(
        "Your account cannot give this application what it asks for. Clinicians open it from a chart."
    ),
    "not-a-member": _("You do not have the role that this page needs. Nothing was shown."),
    "not-author": _(
        "Here you change only what you report yourself. Nothing was changed. To correct anything else, report an error."
    ),
    "not-checkable": _(
        "What this would be checked against is not here, so nothing can be said about it. Nothing was lost."
    ),
    "not-invited": _("This invitation is over, or is for somebody else. Ask for a new one."),
    "not-yet-sequenced": _("The entry is being sealed. Ask again in a second."),
    "not-your-record": _("This is not your record, nor one that you look after. Nothing was shown."),
    "not-yours": _("Only the patient may ask this. Nothing was shown."),
    "nothing-to-correct": _(
        "There is no such entry in your record here. Nothing was sent. Open your record again."
    ),
    "outbound-refused": _("This address is not called from here. Give a public https address."),
    "own-access": _("This was your own access. Somebody else has to answer."),
    "own-membership": _("Nobody takes their own roles away. Ask another administrator."),
    "period-invalid": _(
        "That time is over already, or ends before it begins. Choose another; nothing is shared yet."
    ),
    "proof-fails": _("The proof does not hold. Nothing was lost. Keep it, and tell the auditor."),
    "purpose-not-allowed": _(
        "Nobody may state this purpose in your role here. Nothing was shown; the attempt stands in the log."
    ),
    "question-incomplete": _("Give the family name, a given name and the date of birth, or a record number."),
    "reason-needed": _("Write the reason. Nothing was done."),
    "record-deleted": _("This entry of the record was deleted."),
    "record-tampered": _(
        "What is stored does not fit its seal, so it is not shown. The alarm stands in the log."
    ),
    "request-closed": _("This request was answered already, or is over."),
    "request-malformed": _(
        "This cannot be sent or answered in that form. Nothing was changed. Open the page again."
    ),
    "resource-invalid": _(
        "This entry cannot be kept as it is written. Nothing was stored. Check each field, then send it again."
    ),
    "review-refused": _("You cannot close this review. Somebody else than who acted has to."),
    "role-needed": _("Your role does not allow this. Nothing was shown or changed."),
    "seal-broken": _(
        "What is stored does not open with its key, so it is not shown. Tell the organisation that keeps it."
    ),
    "search-invalid": _(
        "This cannot be looked for in that form. Nothing was shown. Change the filters, then look again."
    ),
    "share-code-refused": _(
        "The code or the date of birth is wrong, or the code is over. Nothing was shown."
    ),
    "signature-expired": _("The time to sign was over. Sign again; nothing is shared yet."),
    "signature-foreign": _(
        "That passkey is not one of yours. Sign with a passkey of this account; nothing is shared yet."
    ),
    "signature-over-another": _(
        "The passkey signed something else than this contract. Read it again, then sign; nothing is shared yet."
    ),
    "signature-refused": _("The signature does not fit what was shown. Sign again; nothing is shared yet."),
    "signature-replayed": _(
        "This signature was used already, so it was not taken again. Look at your contracts, then sign anew."
    ),
    "signature-too-weak": _("This organisation asks for a passkey. Nothing is shared yet."),
    "strong-authentication-needed": _("Confirm with your second factor first. Nothing was done."),
    "subject-erased": _("This patient was erased here. Nothing is written about them any more."),
    "terms-contradictory": _("These terms contradict each other. Change one of them; nothing is shared yet."),
    "too-many-calls": _("Too many tries. Wait a minute, then go on."),
    "too-many-found": _("Too many patients fit. Give all given names, or look by record number."),
    "type-unsupported": _("Entries of this kind are not kept here. Nothing was stored."),
    "unknown-account": _("No account has this e-mail address. Check its spelling."),
    "unknown-application": _(
        "The organisation does not admit this application. Nothing was given to it. Ask its administrator."
    ),
    "unknown-base-policy": _(
        "There is no such base policy. Nothing was changed. Choose one of those on the page."
    ),
    "unknown-case": _("There is no such question or correction here."),
    "unknown-circle": _("There is no such team or group here. Nothing was changed. Check its short name."),
    "unknown-connection": _("You have no such application connected any more. Nothing was changed."),
    "unknown-contract": _("There is no such contract that you may see."),
    "unknown-emergency": _("There is no such emergency access here."),
    "unknown-entry": _("This log has no such entry that you may see."),
    "unknown-grantee": _("Nobody here goes by that name or address. Check its spelling."),
    "unknown-key": _(
        "The key that opens this is not here. If the patient was erased, it stays closed for good."
    ),
    "unknown-log": _("There is no log of that name here. Check the address."),
    "unknown-member": _("Nobody with that account works here any more."),
    "unknown-person": _("No such patient is registered here. Check the number."),
    "unknown-record": _("There is no such entry in this record."),
    "unknown-request": _("There is no such request that you may answer."),
    "unknown-role": _("There is no such role. Nothing was changed. Choose one of those on the page."),
    "unknown-share": _(
        "This code is over, so nothing is shown by it any more. The patient can make a new one."
    ),
    "unknown-size": _("The log signed no checkpoint of that size. Ask for one that it published."),
    "unknown-tenant": _("There is no such organisation on this node. Check its name."),
    "unknown-token": _("You have no such token any more. Nothing was changed."),
    "unknown-witness": _("The log has no witness of that name."),
    "version-mismatch": _("Somebody changed it in the meantime. Open it again; nothing was overwritten."),
    "witness-ahead": _(
        "A witness has signed for more entries than the log has. Nothing was changed. The operator has to look."
    ),
    "witness-failed": _(
        "The witness did not answer as it should. Nothing was lost. Check its address and key, or try again later."
    ),
    "words-needed": _("Write a few words more. Nothing was sent."),
    "write-conflict": _("Somebody changed it in the meantime. Open it again; nothing was overwritten."),
    "wrong-custodian": _(
        "Another organisation keeps what this is about. Nothing was shown or changed. Open the page again."
    ),
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
