"""Every way in which a question or a correction is refused."""


class CasesError(Exception):
    """The root of the tree; `str(error)` says what happened, that nothing was lost, and what to do."""

    code = "case-error"
    status = 400


class UnknownCase(CasesError):
    """No such question or correction, or none that the asker may know of."""

    code = "unknown-case"
    status = 404


class NothingToCorrect(CasesError):
    """No such entry in this person's record."""

    code = "nothing-to-correct"
    status = 404


class WordsNeeded(CasesError):
    """A question, a correction or an answer without enough words to judge it by."""

    code = "words-needed"
    status = 422


class CaseClosed(CasesError):
    """It was answered already, or disagreed with, or extended."""

    code = "case-closed"
    status = 409


class AskedOfOneself(CasesError):
    """A question about an access of one's own."""

    code = "asked-of-oneself"
    status = 422


class OwnAccess(CasesError):
    """The one who is asked about does not answer."""

    code = "own-access"
    status = 403
