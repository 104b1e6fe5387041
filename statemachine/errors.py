"""Errors of the interview.

InterviewError
├── IllegalMove      an event that the rules do not allow here
└── IllegalSession   a posted session that no interview could have produced
"""


class InterviewError(Exception):
    """The base of everything this package raises."""


class IllegalMove(InterviewError):
    """An event that may not follow what has happened so far."""


class IllegalSession(InterviewError):
    """A session whose words, number and completion do not fit each other.

    `place` names where, as a path into the session: "messages[3]", "currentQuestion".
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason
