"""Writes of accounts: sign-in, tokens, passwords, profiles, people."""

from accounts.services.passwords import password_change, password_reset, password_reset_ask, password_reset_send
from accounts.services.people import (
    ADMIN,
    admin_ensure,
    invitation_create,
    invitation_delete,
    invitation_open,
    user_create,
    user_register,
    user_update,
)
from accounts.services.profiles import profile_update
from accounts.services.sessions import (
    session_end,
    session_revoke,
    session_start,
    session_start_by_link,
    sessions_end,
    signin_path,
)
from accounts.services.tokens import NewToken, token_create, token_delete

__all__ = [
    "ADMIN",
    "NewToken",
    "admin_ensure",
    "invitation_create",
    "invitation_delete",
    "invitation_open",
    "password_change",
    "password_reset",
    "password_reset_ask",
    "password_reset_send",
    "profile_update",
    "session_end",
    "session_revoke",
    "session_start",
    "session_start_by_link",
    "sessions_end",
    "signin_path",
    "token_create",
    "token_delete",
    "user_create",
    "user_register",
    "user_update",
]
