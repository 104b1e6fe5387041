"""The state machine: its states, and its rules as transitions."""

from pydantic import Field

from statemachine.events import KIND_OF
from statemachine.rules import RULES, Rule
from statemachine.session import Value
from statemachine.states import State


class Transition(Value):
    """An event that may happen in a state, if all guards agree, and the state it leads to."""

    event: str = Field(description="Its kind, as the log has it.")
    from_: State = Field(alias="from")
    to: State
    guards: list[str] = Field(description="The names of what is asked first.")
    requires: list[str] = Field(
        description="For each guard, in a sentence, what must be so: the event is refused unless …"
    )

    @classmethod
    def of(cls, rule: Rule) -> "Transition":
        return cls(
            event=KIND_OF[rule.event],
            from_=rule.source,
            to=rule.target,
            guards=[guard.__name__ for guard in rule.guards],
            requires=[guard.__doc__ or "" for guard in rule.guards],
        )


class StateMachineReply(Value):
    """`new` is before an interview's first event: no interview is ever shown in it."""

    initial: State
    states: list[State]
    transitions: list[Transition]

    @classmethod
    def of_rules(cls) -> "StateMachineReply":
        return cls(
            initial=State.NEW,
            states=list(State),
            transitions=[Transition.of(rule) for rule in RULES],
        )
