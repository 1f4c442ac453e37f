"""Bodies that hold what the schema names and nothing else, and the frame of every list."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

# `$` would let a newline follow; the OpenAPI schema says \Z as `$`, which is as strict there (ECMA 262).
SLUG = r"^[-a-zA-Z0-9_]+\Z"
FHIR_ID = r"^[A-Za-z0-9.-]{1,64}\Z"
NO_NUL = r"^[^\u0000]*\Z"


class Text(serializers.CharField):
    """A JSON string; a number is none."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("allow_blank"):
            kwargs.setdefault("min_length", 1)
        super().__init__(**kwargs)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Slug(Text):
    """The short name of an organisation."""

    def __init__(self, **kwargs: Any) -> None:
        rules = {"max_length": 63, "trim_whitespace": False, "validators": [RegexValidator(SLUG)]}
        super().__init__(**rules, **kwargs)


class FhirId(Text):
    """The logical id of a resource (FHIR R4, 2.24.0.1)."""

    def __init__(self, **kwargs: Any) -> None:
        rules = {"max_length": 64, "trim_whitespace": False, "validators": [RegexValidator(FHIR_ID)]}
        super().__init__(**rules, **kwargs)


class Second(serializers.DateTimeField):
    """An instant to the second. What is finer is cut off: it would stand in the sentence that a patient signs."""

    def to_internal_value(self, value: Any) -> datetime:
        return super().to_internal_value(value).replace(microsecond=0)


class Prose(Text):
    """What people write to people."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[RegexValidator(NO_NUL)], **kwargs)


class Word(Text):
    """A word of a vocabulary. The schema shows its spelling; the services know it, and other spellings."""

    def __init__(self, known: Collection[str], **kwargs: Any) -> None:
        self.known = tuple(known)
        super().__init__(max_length=64, **kwargs)


class Words(serializers.ListField):
    """A list of words of a vocabulary."""

    def __init__(self, known: Collection[str], **kwargs: Any) -> None:
        super().__init__(child=Word(known), max_length=64, **kwargs)


class Body(serializers.Serializer[Any]):
    """Refuses keys that it does not know: a misspelled one would be a rule that nobody set.

    `alternatives`: JSON Schemas, of which exactly one must fit; for the OpenAPI schema.
    """

    alternatives: Sequence[Mapping[str, Any]] = ()

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({name: ["This key is not known here."] for name in unknown})
        return super().to_internal_value(data)


@cache
def page_of(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of one page of a list of these; the same one wherever these are listed."""
    fields = {
        "next": serializers.URLField(allow_null=True, help_text="The older ones after these."),
        "previous": serializers.URLField(allow_null=True, help_text="The newer ones before these."),
        "results": shape(many=True),
    }
    return type(f"PageOf{shape.__name__}", (serializers.Serializer,), fields)
