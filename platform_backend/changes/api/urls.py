"""Address of the revisions."""

from django.urls import path

from changes.api import views

urlpatterns = [path("changes", views.ChangesView.as_view(), name="changes")]
