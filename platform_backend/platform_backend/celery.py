"""The Celery application: broker, limits, and what runs by the clock."""

import os
from typing import Final

from celery import Celery

from platform_backend.config import config

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_backend.settings")

TASK_LIMIT_S: Final = 3600
BROKER_TIMEOUT_S: Final = 5

app = Celery("microservo", broker=config().effective_broker_url)
app.conf.update(
    task_ignore_result=True,  # the database has the results; nobody waits for a task
    task_serializer="json",
    accept_content=["json"],
    enable_utc=True,
    timezone="UTC",
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_prefetch_multiplier=1,
    # A message is only gone once its task ended, so a killed worker's task runs again: tasks are idempotent.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # Enforced by the prefork pool alone. Under threads each service bounds its own calls and loops.
    task_time_limit=TASK_LIMIT_S,
    task_soft_time_limit=TASK_LIMIT_S - 60,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # the broker is restarted sooner or later: wait for it
    broker_connection_timeout=BROKER_TIMEOUT_S,
    broker_transport_options={
        # Longer than the longest task, or the broker would hand the same message out twice.
        "visibility_timeout": TASK_LIMIT_S + 600,
        "socket_timeout": BROKER_TIMEOUT_S,
        "retry_on_timeout": True,
        "health_check_interval": 10,
        "max_retries": 2,
        "interval_start": 0.1,
        "interval_step": 0.2,
        "interval_max": 0.5,
    },
    task_publish_retry_policy={"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5},
    beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
    beat_max_loop_interval=1,
    # Written to the database by beat at its start. Whatever a lost message left open, these find.
    beat_schedule={
        "faults: advance open injections": {
            "task": "faults.tasks.advance_open_injections",
            "schedule": 1.0,
            "options": {"expire_seconds": 5},
        },
        "faults: fire experiments": {
            "task": "faults.tasks.fire_experiments",
            "schedule": 1.0,
            "options": {"expire_seconds": 5},
        },
        "faults: reconcile the emergency stop": {
            "task": "faults.tasks.reconcile_emergency_stop",
            "schedule": 2.0,
            "options": {"expire_seconds": 5},
        },
        "events: advance open events": {
            "task": "events.tasks.advance_open_events",
            "schedule": 1.0,
            "options": {"expire_seconds": 5},
        },
        "campaigns: advance the open campaign": {
            "task": "campaigns.tasks.advance_campaign",
            "schedule": 1.0,
            "options": {"expire_seconds": 5},
        },
        "faults: check effects": {
            "task": "faults.tasks.check_effects",
            "schedule": 2.0,
            "options": {"expire_seconds": 4},
        },
        "datasets: resume stalled builds": {
            "task": "datasets.tasks.resume_stalled_builds",
            "schedule": 15.0,
            "options": {"expire_seconds": 15},
        },
        "datasets: delete what is too old": {
            "task": "datasets.tasks.expire_datasets",
            "schedule": 600.0,
            "options": {"expire_seconds": 60},
        },
    },
)
app.autodiscover_tasks(["accounts", "systems", "events", "faults", "telemetry", "datasets", "campaigns"])
