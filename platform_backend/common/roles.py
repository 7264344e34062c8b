"""Who may do what: four roles, each of which may do all that the ones before it may."""

from enum import StrEnum


class Role(StrEnum):
    """What an operation asks for. `ANYONE` is for operations that need no sign-in; nobody has it as a role."""

    ANYONE = "anyone"
    VIEWER = "viewer"  # reads, and presses the emergency stop
    RESEARCHER = "researcher"  # also builds, imports and keeps datasets
    OPERATOR = "operator"  # also injects, plans, sets load, releases
    ADMIN = "admin"  # also manages users, reads the audit log

    def may(self, needed: "Role") -> bool:
        """Whether who has this role may do what `needed` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)

    def at_least(self, floor: "Role") -> "Role":
        return self if self.may(floor) else floor

    def at_most(self, ceiling: "Role") -> "Role":
        return ceiling if self.may(ceiling) else self
