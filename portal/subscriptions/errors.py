"""What can be wrong with a subscription."""


class SubscriptionError(Exception):
    """The root of the tree; `str(error)` is the sentence, `expression` a FHIRPath to the element at fault."""

    code = "subscription-error"
    status = 400

    def __init__(self, sentence: str, *, expression: str = "") -> None:
        super().__init__(sentence)
        self.expression = expression


class InvalidSubscription(SubscriptionError):
    """Something is asked for that is not served."""

    code = "subscription-invalid"
    status = 422


class TooManySubscriptions(SubscriptionError):
    """More than one account may have at one organisation."""

    code = "too-many-subscriptions"
    status = 409


class UnknownSubscription(SubscriptionError):
    """None of the caller's."""

    code = "unknown-subscription"
    status = 404


class InvalidBinding(SubscriptionError):
    """A token for a socket that is not good (any more)."""

    code = "binding-invalid"
    status = 401
