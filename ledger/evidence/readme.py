"""README.txt of an evidence archive: what it is and how to check it, for someone who is no engineer."""

TEXT = """EVIDENCE FROM A LEDGER
======================

What this is
    This file holds entries of the ledger named

        {log}

    {what}
    The ledger is a list to which entries can only be added. Each entry names the fingerprint
    (SHA-256) of the entry before it, and one fingerprint over all entries, the root, was signed
    by the ledger's key when it had {size} entries. Whoever changes, removes, adds or reorders a
    single entry gets another root, which that signature does not cover.

What it proves, if the check below says "holds"
    * Each entry stands in the ledger exactly as it stands here, at the place and time it names.
    * Nothing was inserted between the entries or taken out.
    * {complete}

What it does not prove
    * What never was written to the ledger leaves no trace in it.
    * People are called by random names (40 letters and digits). Only the organisation that keeps
      the ledger can say whom a name belongs to. What an entry says in detail is sealed; this
      file opens {opened}to whoever holds it. Keep it accordingly.
    * This README is not covered by the ledger's signature. What counts is what the check says.

How to check it, without us and without a network
    1. Get the ledger's verifier key from a source that you trust, best not from this file: the
       organisation's published key, a court filing, a witness. keys.json names the key that the
       ledger published when this file was made, as a hint.
    2. Install Python 3.11 or newer and its package `cryptography`, and get Assent's source code.
    3. Run:   python -m ledger.verify THIS-FILE.zip --vkey "KEY"
       It answers holds, fails or inconclusive, with the reason in a sentence. Add --reveal to
       list the entries with what they say. A line that was printed (--publication) or the root
       certificate of a timestamping authority (--tsa-root, with the package `rfc3161-client`)
       shows more: when the ledger had this content, whoever holds its keys today.

What is in it
    scope.json          which entries these are
    keys.json           the keys that the ledger publishes (a hint only)
    checkpoint.txt      the signed root, with the signatures of witnesses if there are some
    entries/            the entries, one a line: the entry as it was hashed, its sealed content, its
                        proof where it needs one of its own, and the key that opens it if disclosed
    completeness.json   in a person's file: proof that no logged entry about the person was left out
    anchors/            earlier signed roots with timestamps of independent authorities, if there
                        are some: the ledger's content existed at that time
    manifest.json       the fingerprint of each part of this file
"""

SPAN = "It holds entries number {first} to {last} of that ledger, all of them, without exception."
NOTHING = "It holds no entry: nothing was entered in the time that was asked for."
PERSON = (
    "It holds {count} entries about the person whom the ledger calls\n\n        {subject}\n\n"
    "    Other entries, about other people, are not in this file."
)
ALL = "completeness.json shows that no logged entry about the person was left out, up to the\n      size it names."
NOT_ALL = "That there are no further entries about somebody is not shown by this file."
SOME, NONE = "those entries that bring a key, ", "none of it "
SPAN_ALL = "In the span of the ledger that this file covers, no entry is missing."


def readme(
    *, log: str, subject: str | None, first: int, end: int, size: int, complete: bool, disclosing: bool
) -> str:
    if subject is not None:
        what = PERSON.format(count=end - first, subject=subject)
    else:
        what = SPAN.format(first=first, last=end - 1) if end > first else NOTHING
    statement = (ALL if complete else NOT_ALL) if subject is not None else SPAN_ALL
    return TEXT.format(log=log, what=what, size=size, complete=statement, opened=SOME if disclosing else NONE)
