"""The system under test in JSON."""

from rest_framework import serializers

from common import fields
from common.forms import Form


class ServiceSerializer(serializers.Serializer):
    name = serializers.CharField()
    replicas = serializers.IntegerField()
    protocol = serializers.CharField(help_text="http, grpc, tcp, or empty for a service that nobody calls")
    calls = serializers.ListField(child=serializers.CharField(), help_text="services it calls")
    protected = serializers.BooleanField(help_text="no fault may target it")
    volumes = serializers.ListField(
        child=serializers.CharField(), help_text="where each of its pods has files that faults can reach; empty: none"
    )
    containers = serializers.ListField(child=serializers.CharField(), help_text="of each of its pods")


class PodSerializer(serializers.Serializer):
    name = serializers.CharField()
    service = serializers.CharField()
    node = serializers.CharField()
    phase = serializers.CharField(help_text="Pending, Running or Failed")
    ready = serializers.BooleanField()
    restarts = serializers.IntegerField()
    started = serializers.IntegerField(allow_null=True, help_text="UTC microseconds; null while it does not run")
    pid = serializers.IntegerField(allow_null=True)
    cpu_limit = serializers.FloatField(allow_null=True, help_text="cores")
    memory_limit = serializers.IntegerField(allow_null=True, help_text="bytes")
    cpu_seconds = serializers.FloatField(allow_null=True, help_text="used since its start")
    memory_bytes = serializers.IntegerField(allow_null=True, help_text="resident now")
    version = serializers.CharField(help_text="of its service; may be empty")


class LoadSerializer(Form):
    rate = fields.Number(min_value=0, max_value=1000, help_text="requests per second; 0 stops the load")
