from django.db import migrations, models


def each_alone(apps, schema_editor):
    """Campaigns of before there were groups: every step by itself, with the pauses of their files."""
    for campaign in apps.get_model("campaigns", "Campaign").objects.all():
        pauses = campaign.content.get("warm_up", 0), campaign.content.get("cool_down", 0)
        for step in campaign.steps.all():
            step.group, step.pause_s = step.index, pauses[step.index > 0]
            step.save(update_fields=("group", "pause_s"))


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0002_step_unusable'),
    ]

    operations = [
        migrations.AddField(
            model_name='step',
            name='after_s',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='step',
            name='group',
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='step',
            name='pause_s',
            field=models.FloatField(default=0.0),
        ),
        migrations.RunPython(each_alone, migrations.RunPython.noop),
    ]
