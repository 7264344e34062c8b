"""Roles. Whoever could sign in before could do all but read the audit log, and keeps that as an operator."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = [("viewer", "viewer"), ("researcher", "researcher"), ("operator", "operator"), ("admin", "admin")]


def keep_what_users_could_do(apps, schema_editor):
    profile = apps.get_model("accounts", "Profile")
    users = apps.get_model("auth", "User").objects.filter(is_superuser=False)
    profile.objects.bulk_create(profile(user=user, role="operator") for user in users)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to=settings.AUTH_USER_MODEL)),
                ("role", models.CharField(choices=ROLES, default="viewer", max_length=16)),
            ],
        ),
        migrations.AddField(
            model_name="apitoken",
            name="role",
            field=models.CharField(choices=ROLES, default="admin", max_length=16),
        ),
        migrations.RunPython(keep_what_users_could_do, migrations.RunPython.noop),
    ]
