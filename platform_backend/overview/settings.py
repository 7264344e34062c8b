"""What a client must know of the settings, and may: nothing secret."""

from typing import Any

from django.contrib.auth.models import User

from accounts.models import LANGUAGES
from campaigns.loading import LARGEST_BYTES
from common.roles import Role
from dataset_builder.formats import FORMATS
from datasets.selectors import bytes_stored
from platform_backend.config import Config, config
from platform_backend.public import own_url, url_of
from platform_backend.version import VERSION

GIGABYTE = 1_000_000_000


def shown(user: User) -> dict[str, Any]:
    """Of the caller, too: how much of their quota is used."""
    settings = config()
    return {
        "version": VERSION,
        "mode": "embedded" if settings.adapters.system == "local" else "cluster",
        "adapters": settings.adapters.model_dump(),
        "url": settings.web.public_url or own_url(settings.web),
        "shop_url": url_of(settings.shop.host, settings.shop.port),
        "telemetry": {
            "sample_interval_s": settings.telemetry.sample_interval_s,
            "retention_hours": settings.telemetry.retention_hours,
            "retention_bytes": int(settings.telemetry.retention_gb * GIGABYTE),
        },
        "faults": settings.faults.model_dump(),
        "campaigns": {"largest_bytes": LARGEST_BYTES},
        "datasets": _datasets(settings, user),
        "accounts": {
            "registration": settings.accounts.registration,
            "languages": [name for name, _ in LANGUAGES],
            "roles": [role.value for role in Role if role is not Role.ANYONE],
            "mails": bool(settings.accounts.email.host),
        },
    }


def _datasets(settings: Config, user: User) -> dict[str, Any]:
    section = settings.datasets
    quota = section.quota_gigabytes_per_user
    return {
        "formats": sorted(FORMATS),
        "licence": section.licence,
        "max_window_hours": section.max_window_hours,
        "keep_days": section.keep_days or None,
        "quota_bytes": int(quota * GIGABYTE) if quota else None,
        "used_bytes": bytes_stored(user),
        "max_upload_bytes": int(section.max_upload_gigabytes * GIGABYTE),
        "max_unpacked_bytes": int(section.max_unpacked_gigabytes * GIGABYTE),
    }
