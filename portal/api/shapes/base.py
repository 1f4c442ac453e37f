"""Bodies that hold what the schema names and nothing else, and the frame of every list."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class Text(serializers.CharField):
    """A JSON string; a number is none."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Words(serializers.ListField):
    """A list of words of a vocabulary, which the services know."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=Text(max_length=64), allow_empty=False, max_length=64, **kwargs)


class Body(serializers.Serializer[Any]):
    """Refuses keys that it does not know: a misspelled one would be a rule that nobody set."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({name: ["This key is not known here."] for name in unknown})
        return super().to_internal_value(data)


def page_of(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of one page of a list of these."""
    fields = {
        "next": serializers.URLField(allow_null=True, help_text="The older ones after these."),
        "previous": serializers.URLField(allow_null=True, help_text="The newer ones before these."),
        "results": shape(many=True),
    }
    return type(f"PageOf{shape.__name__}", (serializers.Serializer,), fields)
