"""Why a document is not taken."""


class DocumentRefused(Exception):
    """`str(error)` is a sentence without content of the record."""
