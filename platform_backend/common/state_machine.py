"""States of a thing and the moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from common.errors import Conflict, said

State = TypeVar("State", bound=str)


@dataclass(frozen=True, slots=True)
class StateMachine(Generic[State]):
    """`moves` has every state; a state without moves is final."""

    name: str
    moves: Mapping[State, frozenset[State]]

    def is_final(self, state: State) -> bool:
        return not self.moves[state]

    @property
    def open_states(self) -> tuple[State, ...]:
        return tuple(state for state in self.moves if not self.is_final(state))

    def check(self, current: State, to: State) -> None:
        """Raises Conflict when `current` does not lead to `to` in one move."""
        if to not in self.moves[current]:
            allowed = ", ".join(sorted(self.moves[current])) or "nothing, it is over"
            raise Conflict(
                said(
                    "state.no_such_move",
                    "{name} is {current} and can't become {to}; possible: {allowed}",
                    name=self.name,
                    current=current,
                    to=to,
                    allowed=allowed,
                )
            )
