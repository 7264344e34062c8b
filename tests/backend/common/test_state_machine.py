"""Moves are those of the table, whatever the sequence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Conflict
from common.state_machine import StateMachine
from faults.models import LIFECYCLE, State


@given(st.lists(st.sampled_from(State), max_size=12))
def test_only_the_moves_of_the_table_happen(wishes: list[State]) -> None:
    state = State.PLANNED
    seen = [state]
    for wish in wishes:
        try:
            LIFECYCLE.check(state, wish)
        except Conflict:
            assert wish not in LIFECYCLE.moves[state]
            continue
        assert wish in LIFECYCLE.moves[state]
        state = wish
        seen.append(state)
    assert len(seen) == len(set(seen)), "no state comes twice"
    assert not any(LIFECYCLE.is_final(passed) for passed in seen[:-1]), "nothing follows a final state"


def test_every_state_can_come_to_an_end() -> None:
    ending = {state for state in State if LIFECYCLE.is_final(state)}
    assert ending == {State.RECOVERED, State.RECOVERY_FAILED, State.FAILED}
    for _ in State:
        ending |= {state for state in State if LIFECYCLE.moves[state] & ending}
    assert ending == set(State)


def test_refusal_names_the_choices() -> None:
    machine = StateMachine("lamp", {"off": frozenset({"on"}), "on": frozenset({"off"})})
    with pytest.raises(Conflict, match="lamp is off and can't become red; possible: on"):
        machine.check("off", "red")
    assert machine.open_states == ("off", "on")
