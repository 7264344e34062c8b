"""Addresses of faults."""

from django.urls import path

from faults.api import experiments, safety, views

urlpatterns = [
    path("kinds", views.KindsView.as_view(), name="fault-kinds"),
    path("injections", views.InjectionsView.as_view(), name="injections"),
    path("injections/<uuid:injection_id>", views.InjectionView.as_view(), name="injection"),
    path("injections/<uuid:injection_id>/stop", views.InjectionStopView.as_view(), name="injection-stop"),
    path("preview", experiments.PreviewView.as_view(), name="fault-preview"),
    path("experiments", experiments.ExperimentsView.as_view(), name="experiments"),
    path("experiments/<uuid:experiment_id>", experiments.ExperimentView.as_view(), name="experiment"),
    path("experiments/<uuid:experiment_id>/pause", experiments.ExperimentPauseView.as_view(), name="experiment-pause"),
    path(
        "experiments/<uuid:experiment_id>/resume", experiments.ExperimentResumeView.as_view(), name="experiment-resume"
    ),
    path("experiments/<uuid:experiment_id>/stop", experiments.ExperimentStopView.as_view(), name="experiment-stop"),
    path("experiments/<uuid:experiment_id>/history", experiments.OccurrencesView.as_view(), name="experiment-history"),
    path(
        "experiments/<uuid:experiment_id>/versions",
        experiments.ExperimentVersionsView.as_view(),
        name="experiment-versions",
    ),
    path("emergency-stop", safety.EmergencyStopView.as_view(), name="emergency-stop"),
    path("emergency-stop/release", safety.EmergencyReleaseView.as_view(), name="emergency-release"),
    path("quarantine", safety.QuarantineView.as_view(), name="quarantine"),
    path("quarantine/<str:pod>/clear", safety.QuarantineClearView.as_view(), name="quarantine-clear"),
    path("labels", views.LabelsView.as_view(), name="labels"),
    path("labels/<int:label_id>", views.LabelView.as_view(), name="label"),
]
