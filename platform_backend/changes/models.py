"""A counter for each topic."""

from django.db import models


class Topic(models.TextChoices):
    """What clients list; each names the view that has to be fetched anew when it moves."""

    INJECTIONS = "injections"  # and their labels
    EXPERIMENTS = "experiments"
    EVENTS = "events"
    CAMPAIGNS = "campaigns"
    DATASETS = "datasets"
    USERS = "users"  # sessions and tokens too
    SYSTEM = "system"  # load, quarantine, emergency stop


class Revision(models.Model):
    topic = models.CharField(max_length=20, primary_key=True, choices=Topic.choices)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.topic} {self.number}"
