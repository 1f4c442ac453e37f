"""Why a message is not taken."""


class MessageRefused(Exception):
    """`str(error)` is a sentence without content of the record; `code` is MSA-1 of the answer: AE, or AR for what
    this node never takes."""

    def __init__(self, sentence: str, *, code: str = "AE") -> None:
        super().__init__(sentence)
        self.code = code
