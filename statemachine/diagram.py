"""The state machine's picture, drawn by `transitions` from the table that it runs on.

python -m statemachine.diagram > docs/statemachine.mmd
"""

from transitions.extensions import GraphMachine

from statemachine.machine import transition_table
from statemachine.states import State


def mermaid() -> str:
    """The diagram as Mermaid text."""
    machine = GraphMachine(
        states=[state.value for state in State],
        initial=State.NEW.value,
        transitions=[
            {
                **row,
                "source": row["source"].value,
                "dest": row["dest"].value,
                "conditions": [guard.__name__ for guard in row["conditions"]],
            }
            for row in transition_table()
        ],
        auto_transitions=False,
        graph_engine="mermaid",
        title="title: An interview",  # `transitions` writes it as the whole front matter
        show_conditions=True,
    )
    return str(machine.get_combined_graph().draw(None)) + "\n"


if __name__ == "__main__":
    print(mermaid(), end="")
