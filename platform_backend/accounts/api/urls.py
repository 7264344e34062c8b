"""Addresses of accounts."""

from django.urls import path

from accounts.api import own_views, people_views, views

urlpatterns = [
    path("session", views.SessionView.as_view(), name="session"),
    path("tokens", views.TokensView.as_view(), name="tokens"),
    path("tokens/<uuid:token_id>", views.TokenView.as_view(), name="token"),
    path("registration", own_views.RegistrationView.as_view(), name="registration"),
    path("profile", own_views.ProfileView.as_view(), name="profile"),
    path("password", own_views.PasswordView.as_view(), name="password"),
    path("password/reset", own_views.PasswordResetView.as_view(), name="password-reset"),
    path("password/reset/ask", own_views.PasswordResetAskView.as_view(), name="password-reset-ask"),
    path("sessions", own_views.SessionsView.as_view(), name="sessions"),
    path("sessions/<uuid:session_id>", own_views.OneSessionView.as_view(), name="one-session"),
    path("users", people_views.UsersView.as_view(), name="users"),
    path("users/<int:user_id>", people_views.UserView.as_view(), name="user"),
    path("invitations", people_views.InvitationsView.as_view(), name="invitations"),
    path("invitations/<uuid:invitation_id>", people_views.InvitationView.as_view(), name="invitation"),
    path("audit", views.AuditView.as_view(), name="audit"),
]
