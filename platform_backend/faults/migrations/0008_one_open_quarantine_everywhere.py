"""MariaDB never made the constraint with a condition: close what it let through, then keep it in a way that it has."""

from django.db import migrations, models
from django.utils import timezone


def close_doubles(apps, schema_editor):
    """Of several open quarantines of a pod the first one stays."""
    open_ones = apps.get_model("faults", "PodQuarantine").objects.filter(cleared_at=None)
    seen = set()
    for row in open_ones.order_by("since", "pk"):
        if row.pod in seen:
            row.cleared_at = timezone.now()
            row.save(update_fields=("cleared_at",))
        seen.add(row.pod)


class Migration(migrations.Migration):

    dependencies = [
        ("faults", "0007_groups_and_recreation"),
    ]

    operations = [
        migrations.RunPython(close_doubles, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="podquarantine",
            name="quarantine_open_once_a_pod",
        ),
        migrations.AddField(
            model_name="podquarantine",
            name="held",
            field=models.GeneratedField(
                db_persist=False,
                expression=models.Case(models.When(cleared_at=None, then=models.F("pod")), default=None),
                output_field=models.CharField(max_length=253, null=True),
            ),
        ),
        migrations.AddConstraint(
            model_name="podquarantine",
            constraint=models.UniqueConstraint(fields=("held",), name="quarantine_held_once"),
        ),
    ]
