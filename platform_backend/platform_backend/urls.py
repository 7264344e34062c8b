"""Every address of the platform. Each app has its part under /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts.api.views import SignInLinkView
from common.docs import DocsView, SchemaView
from common.health import HealthView
from overview.dashboard import DashboardView

handler400 = "common.api.bad_request"
handler403 = "common.api.forbidden"
handler404 = "common.api.not_found"
handler500 = "common.api.server_error"

api: list[URLPattern | URLResolver] = [
    path("health", HealthView.as_view(), name="health"),
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", DocsView.as_view(url_name="schema"), name="docs"),
    path("", include("accounts.api.urls")),
    path("", include("changes.api.urls")),
    path("", include("overview.api.urls")),
    path("system/", include("systems.api.urls")),
    path("faults/", include("faults.api.urls")),
    path("telemetry/", include("telemetry.api.urls")),
    path("datasets", include("datasets.api.urls")),
    path("events", include("events.api.urls")),
    path("campaigns", include("campaigns.api.urls")),
]

urlpatterns = [
    path("signin", SignInLinkView.as_view(), name="signin"),
    path("api/v1/", include(api)),
    re_path(r"^(?!api/|static/)(?P<path>.*)$", DashboardView.as_view(), name="dashboard"),
]
