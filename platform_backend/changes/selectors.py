"""How often each topic has moved."""

from collections.abc import Mapping

from changes.models import Revision, Topic


def revisions() -> Mapping[str, int]:
    """Of every topic, 0 for those that never moved."""
    told = dict(Revision.objects.values_list("topic", "number"))
    return {topic.value: told.get(topic.value, 0) for topic in Topic}
