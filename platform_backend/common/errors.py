"""The two error families: what a user can act on, and everything else."""


class UserError(Exception):
    """Shown as it is: what is wrong, where, and what to do. `fields` names errors per input field."""

    status = 400

    def __init__(self, message: str, *, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}


class Forbidden(UserError):
    """Who asks may not do this, whatever state the thing is in."""

    status = 403


class NotFound(UserError):
    """The thing named does not exist."""

    status = 404


class Conflict(UserError):
    """The thing is in a state that does not allow this now."""

    status = 409


class Gone(UserError):
    """The thing named has existed, and does no more."""

    status = 410


class TooLarge(UserError):
    """More was sent than is accepted."""

    status = 413


class Unavailable(UserError):
    """A part of the platform is out of reach for the moment; trying again may help."""

    status = 503
