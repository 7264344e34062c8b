"""Experiments: make, look at, pause, resume, stop, delete; and the preview of any fault."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import user_of
from common.paging import NewestFirst
from common.roles import Role
from common.schema import page_example
from common.views import ApiView, ListView, operation
from faults import experiments, selectors
from faults.api.examples import ASKED, EXPERIMENT, OCCURRENCE, PREVIEW, SCHEDULE, VERSION
from faults.api.serializers import (
    ExperimentCreateSerializer,
    ExperimentSerializer,
    ExperimentUpdateSerializer,
    ExperimentVersionSerializer,
    OccurrenceSerializer,
    PreviewRequestSerializer,
    PreviewSerializer,
)
from faults.experiment_changes import experiment_update
from faults.models import Experiment, ExperimentVersion, Occurrence


class PreviewView(ApiView):
    bodies = {"post": PreviewRequestSerializer}

    @operation(
        "faults_preview",
        role=Role.VIEWER,
        tags=["faults"],
        responses=PreviewSerializer,
        examples=[
            OpenApiExample("a slow cart", ASKED | {"count": 1}, request_only=True),
            OpenApiExample("refused", PREVIEW, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """What an injection or experiment would do: its pods, its next occurrences, and all that speaks against it.

        Nothing is done.
        """
        found = experiments.preview(
            request=self.body.injection_request, when=self.body.schedule_request, count=self.asked["count"]
        )
        return Response(PreviewSerializer(found).data)


class ExperimentPages(NewestFirst):
    columns = ("created_at", "id")


class ExperimentsView(ListView[Experiment]):
    bodies = {"post": ExperimentCreateSerializer}
    serializer_class = ExperimentSerializer
    pagination_class = ExperimentPages
    sorts = {"created_at": "created_at", "name": "name", "kind": "kind"}
    search_in = ("name", "kind")
    queryset = selectors.experiments()

    @operation("experiments_list", role=Role.VIEWER, tags=["experiments"], examples=[page_example(EXPERIMENT)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Experiments, newest first."""
        return self.list(request, *args, **kwargs)

    @operation(
        "experiments_create",
        role=Role.OPERATOR,
        tags=["experiments"],
        responses={201: ExperimentSerializer},
        examples=[
            OpenApiExample("a slow cart", ASKED, request_only=True),
            OpenApiExample("scheduled", EXPERIMENT, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Schedule a fault: now, at a time, or by cron. Its pods are resolved anew each time."""
        made = experiments.experiment_create(request=self.body.experiment_request, by=user_of(request))
        return Response(_body(made.id), status=status.HTTP_201_CREATED)


class ExperimentView(ApiView):
    bodies = {"patch": ExperimentUpdateSerializer}

    @operation(
        "experiments_get",
        role=Role.VIEWER,
        tags=["experiments"],
        responses=ExperimentSerializer,
        examples=[OpenApiExample("scheduled", EXPERIMENT)],
    )
    def get(self, request: Request, experiment_id: UUID) -> Response:
        """One experiment."""
        return Response(_body(experiment_id))

    @operation(
        "experiments_update",
        role=Role.OPERATOR,
        tags=["experiments"],
        responses=ExperimentSerializer,
        examples=[
            OpenApiExample("slower", {"parameters": {"latency_ms": 400}, "revision": 1}, request_only=True),
            OpenApiExample("changed", EXPERIMENT | {"revision": 2}, response_only=True),
        ],
    )
    def patch(self, request: Request, experiment_id: UUID) -> Response:
        """Change what follows of a planned experiment. What it has done keeps what it was done with; see `versions`.

        For who made it and admins (403).
        """
        experiment_update(experiment_id=experiment_id, change=self.body.change, by=user_of(request))
        return Response(_body(experiment_id))

    @operation("experiments_delete", role=Role.OPERATOR, tags=["experiments"], responses={204: None})
    def delete(self, request: Request, experiment_id: UUID) -> Response:
        """Delete an experiment without a running fault. Its injections and labels stay.

        For who made it and admins (403).
        """
        experiments.experiment_delete(experiment_id=experiment_id, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExperimentPauseView(ApiView):
    @operation(
        "experiments_pause",
        role=Role.OPERATOR,
        tags=["experiments"],
        responses=ExperimentSerializer,
        examples=[OpenApiExample("paused", EXPERIMENT | {"state": "paused"})],
    )
    def post(self, request: Request, experiment_id: UUID) -> Response:
        """No occurrence until it is resumed. A fault that runs goes on. For who made it and admins (403)."""
        experiments.experiment_pause(experiment_id=experiment_id, by=user_of(request))
        return Response(_body(experiment_id))


class ExperimentResumeView(ApiView):
    @operation(
        "experiments_resume",
        role=Role.OPERATOR,
        tags=["experiments"],
        responses=ExperimentSerializer,
        examples=[OpenApiExample("resumed", EXPERIMENT)],
    )
    def post(self, request: Request, experiment_id: UUID) -> Response:
        """Go on with the next occurrence from now. For who made it and admins (403)."""
        experiments.experiment_resume(experiment_id=experiment_id, by=user_of(request))
        return Response(_body(experiment_id))


class ExperimentStopView(ApiView):
    @operation(
        "experiments_stop",
        role=Role.OPERATOR,
        tags=["experiments"],
        responses={202: ExperimentSerializer},
        examples=[
            OpenApiExample("stopped", EXPERIMENT | {"state": "stopped", "schedule": SCHEDULE | {"next_at": None}})
        ],
    )
    def post(self, request: Request, experiment_id: UUID) -> Response:
        """No further occurrence, and end its running faults. Stopping again changes nothing.

        For who made it and admins (403).
        """
        experiments.experiment_stop(experiment_id=experiment_id, by=user_of(request))
        return Response(_body(experiment_id), status=status.HTTP_202_ACCEPTED)


class VersionPages(NewestFirst):
    columns = ("revision", "id")


class ExperimentVersionsView(ListView[ExperimentVersion]):
    serializer_class = ExperimentVersionSerializer
    pagination_class = VersionPages
    sorts = {"revision": "revision"}
    queryset = ExperimentVersion.objects.all()

    @operation("experiments_versions", role=Role.VIEWER, tags=["experiments"], examples=[page_example(VERSION)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What it ordered since when, who changed it and what of it; latest first."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return ExperimentVersion.objects.none()
        return selectors.versions(selectors.experiment(self.kwargs["experiment_id"]))


class OccurrencePages(NewestFirst):
    columns = ("scheduled_for", "id")


class OccurrencesView(ListView[Occurrence]):
    serializer_class = OccurrenceSerializer
    pagination_class = OccurrencePages
    sorts = {"scheduled_for": "scheduled_for"}
    queryset = Occurrence.objects.all()

    @operation("experiments_history", role=Role.VIEWER, tags=["experiments"], examples=[page_example(OCCURRENCE)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What came of each occurrence, latest first: its injection, or why it was skipped."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Occurrence.objects.none()
        found = selectors.experiment(self.kwargs["experiment_id"])
        return selectors.occurrences(found)


def _body(experiment_id: UUID) -> dict[str, Any]:
    return dict(ExperimentSerializer(selectors.experiment(experiment_id)).data)
