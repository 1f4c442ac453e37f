"""Who the caller is, in JSON."""

from typing import Any

from rest_framework import serializers


class RegistrationShown(serializers.Serializer[Any]):
    tenant = serializers.CharField()
    mrn = serializers.CharField()
    patient = serializers.CharField(help_text="The FHIR Patient id at that tenant.")


class PersonShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    registrations = RegistrationShown(many=True)


class MembershipShown(serializers.Serializer[Any]):
    tenant = serializers.CharField()
    role = serializers.ChoiceField(["clinician", "administrator", "privacy_officer", "auditor"])


class Me(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    person = PersonShown(allow_null=True)
    memberships = MembershipShown(many=True)
    scopes = serializers.ListField(child=serializers.CharField())
