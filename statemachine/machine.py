"""The `transitions` machine, made of the table in `rules.py`.

Tried and found with transitions 0.9.3: a guard that fails makes a trigger return False
without a word, so a False is an error here; by default every state gets a `to_<state>`
that bypasses the rules, so `auto_transitions` is off; a queued machine returns True
whatever happened, so it is not queued. No callback does anything: the machine answers
where an event leads, and whoever asked acts on the answer.
"""

from typing import Any

from transitions import Machine, MachineError

from statemachine.errors import IllegalMove
from statemachine.events import KIND_OF, Event
from statemachine.rules import RULES, InterviewProgress
from statemachine.states import State


class _Place:
    """The little that a machine needs of a model: somewhere to keep the state."""

    def __init__(self, state: State) -> None:
        self.state = state


def transition_table() -> list[dict[str, Any]]:
    """`RULES` as `transitions` takes it."""
    return [
        {
            "trigger": KIND_OF[rule.event],
            "source": rule.source,
            "dest": rule.target,
            "conditions": list(rule.guards),
        }
        for rule in RULES
    ]


# Shared by all interviews: a machine of one's own costs each of them 68 µs. It keeps
# nothing between two calls, since models are passed to it and not registered with it.
_machine = Machine(
    model=None,
    states=State,
    initial=State.NEW,
    transitions=transition_table(),
    auto_transitions=False,
    queued=False,
)


def next_state(interview: InterviewProgress, event: Event) -> State:
    """The state that `event` leads to. Raises IllegalMove where the rules forbid it."""
    place = _Place(interview.state)
    kind = KIND_OF[type(event)]
    try:
        moved = _machine.events[kind].trigger(place, interview, event)
    except MachineError:
        moved = False
    if not moved:
        raise IllegalMove(why_not(interview, event))
    return place.state


def why_not(interview: InterviewProgress, event: Event) -> str:
    """Why the rules forbid `event`, for a person."""
    kind = KIND_OF[type(event)]
    rules = [r for r in RULES if r.event is type(event) and r.source is interview.state]
    unmet = [
        guard.__doc__ or guard.__name__
        for rule in rules
        for guard in rule.guards
        if not guard(interview, event)
    ]
    if unmet:
        return f"{kind} is refused unless {unmet[0]}"
    return f"{kind} cannot happen to an interview that is {interview.state}"
