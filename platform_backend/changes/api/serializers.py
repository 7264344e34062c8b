"""Revisions in JSON."""

from rest_framework import serializers

from changes.models import Topic


class RevisionsSerializer(serializers.Serializer):
    def get_fields(self) -> dict[str, serializers.Field]:
        return {topic.value: serializers.IntegerField(min_value=0) for topic in Topic}
