"""What only a FHIR call can get wrong; every other refusal comes from the floor that holds the rule."""


class FhirError(Exception):
    """The root of the tree; `str(error)` is the sentence, `expression` names the parameter at fault."""

    code = "bad-request"
    status = 400

    def __init__(self, sentence: str, *, expression: str = "") -> None:
        super().__init__(sentence)
        self.expression = expression


class NotJson(FhirError):
    """A client that takes only a form in which this server does not answer."""

    code = "not-acceptable"
    status = 406


class BadParameter(FhirError):
    """A parameter of the answer's form that cannot be served."""

    code = "search-invalid"


class BadHeader(FhirError):
    """A header that cannot be understood."""

    code = "header-invalid"


class BodyTooLarge(FhirError):
    """More bytes than are taken."""

    code = "body-too-large"
    status = 413


class FormTooLarge(BodyTooLarge):
    """The form of a search that is longer than any search needs."""
