"""The labels of speakers, such as `Interviewer:` and `**Candidate (Alice):**`.

They stand where a line begins. Models that write a whole dialogue on one line put them where a
sentence begins; there only those count that no sentence begins with.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from functools import cached_property

from backends.reading.fences import CodeFence
from backends.reading.speakers import ASSISTANTS, CANDIDATES, INTERVIEWERS, USERS


class Label(Enum):
    """Who speaks after a label."""

    OWN = auto()
    """The interviewer, whose turn this is."""
    FOREIGN = auto()
    """Somebody else."""
    THOUGHT = auto()
    """The model, to itself."""
    SPEECH = auto()
    """The model, when it is done with its thoughts."""


_OWN = (
    "interviewer|ai interviewer|opentalent interviewer|the interviewer|opentalent|ai|ai assistant"
    "|assistant|bot|chatbot|model|recruiter|hiring manager|response|answer|reply|output|q"
)
_FOREIGN = (
    "candidate|the candidate|user|human|applicant|interviewee|you|me|job seeker|instruction"
    "|instructions|input|candidate's answer|candidate's response|candidate answer|end of turn"
    "|candidate response|user response|user's response|your answer|your response|sample answer"
    "|sample response|example answer|example response|possible answer|expected answer"
)
_THOUGHT = "here is my thought process|here's my thought process|thought process|thoughts|thinking"
# A summary may have lines for these.
_THOUGHT_IN_TURNS = (
    "thought|my thought|my thoughts|reasoning|my reasoning|internal thought|internal thoughts"
    "|internal monologue|inner monologue"
)
_SPEECH = "here is my response|here's my response|final answer|final response"


class Labels(dict[str, Label]):
    """Labels by their names, which are in small letters."""

    @cached_property
    def begun(self) -> frozenset[str]:
        """All that a name can begin with, up to the whole name."""
        return frozenset(name[:length] for name in self for length in range(len(name) + 1))

    @cached_property
    def in_mid_line(self) -> "Labels":
        """Those that count where a sentence begins inside a line."""
        return Labels((name, self[name]) for name in _IN_MID_LINE if name in self)


IN_TURNS = Labels(
    (name, label)
    for names, label in (
        (f"{_OWN}|{INTERVIEWERS}|{ASSISTANTS}", Label.OWN),
        (f"{_FOREIGN}|{CANDIDATES}|{USERS}", Label.FOREIGN),
        (f"{_THOUGHT}|{_THOUGHT_IN_TURNS}", Label.THOUGHT),
        (_SPEECH, Label.SPEECH),
    )
    for name in names.split("|")
)
_OF_A_DIALOGUE = {
    name for names in (INTERVIEWERS, ASSISTANTS, CANDIDATES, USERS) for name in names.split("|")
} | {"candidate", "the candidate", "user", "human", "applicant", "interviewee", "you", "me"}
IN_SUMMARIES = Labels(
    (name, label)
    for name, label in IN_TURNS.items()
    if name in (*_THOUGHT.split("|"), *_SPEECH.split("|"))
    or name.endswith(("interviewer", "assistant"))
    or name in _OF_A_DIALOGUE
)
"""A summary has lines such as "Output:". One for "Candidate:" may be a heading, too: those who read
it decide."""

_IN_MID_LINE = (
    *("candidate", "interviewer", "interviewee", "applicant"),
    *CANDIDATES.split("|"),
    *INTERVIEWERS.split("|"),
)

# "Candidate: a word that many people misspell." speaks of the word, and nobody speaks after it.
_PERSONS = frozenset({
    "candidate", "interviewer", "interviewee", "applicant", "recruiter", "user", "human", "model",
    "assistant", "bot", "chatbot", "hiring manager", "job seeker",
})  # fmt: skip
_DEFINITION = re.compile(
    r"[ \t]{1,3}(?:an?|the|one|any|every)[ \t]+(?:[\w-]+[ \t]+){1,5}"
    r"(?:that|which|who|whose|where|used|meaning)[ \t]+(?!(?:I|we|my|our)\b)\w+\W"
)
_DEFINES_SO_FAR = re.compile(
    r"[ \t]{0,3}|[ \t]{1,3}(?:a|an|t|th|the|o|on|one|an|any|e|ev|eve|ever|every)"
    r"|[ \t]{1,3}(?:an?|the|one|any|every)[ \t]+(?:[\w-]+[ \t]+){0,7}[\w-]*"
)
MAX_DEFINITION = 80
_QUOTES = ("", '"', "“")

# "Input: [1, 2]" and "Output: 3" belong to a question; "### Input:" is a template's.
_ONLY_AS_HEADING = frozenset({"output", "input", "instruction", "instructions", "end of turn"})

# What is left of a template whose tokens were lost: "assistant\n".
_ROLES = frozenset({"assistant", "model"})

MAX_LEAD = 8
_WIDE_ENDS = "。！？"  # no blank follows them
_LEAD = re.compile(r"[>*_#\"“\[(\-][\s>*_#\"“\[(\-]*")
_TAIL_SO_FAR = re.compile(r"\s?(?:[\[(][^\])\n:]{0,40}[\])]?)?[*_\]) ]{0,6}")


class LabelReader:
    """Splits characters into text and labels: those of `kinds`."""

    def __init__(self, kinds: Labels = IN_TURNS) -> None:
        self._kinds = kinds
        self._held = ""
        self._holding = True
        self._has_text = False
        self._in_mid_line = False
        self._last = "\n"
        self._stars = ""
        self._fence = CodeFence()
        self.spelled = ""
        """The newest label, as it was written."""
        self._subject: Label | None = None
        self._after = ""

    @property
    def in_code(self) -> bool:
        """Whether the text is inside a code fence now."""
        return self._fence.is_open

    def passes(self, character: str) -> bool:
        """Take a character that is certain text, and none that a label can follow. Most are."""
        if (
            self._holding
            or self._stars
            or not self._fence.is_settled
            or character in _WIDE_ENDS
            or (character.isspace() and (character == "\n" or self._last in ".!?"))
        ):
            return False
        self._has_text = True
        self._last = character
        return True

    def passes_word(self, letters: str, blank: str) -> bool:
        """Take letters in a row, and the blank behind them, that are certain text. Most are: no
        name begins with them."""
        if self._stars or self._held or self._subject is not None:
            return False
        if self._holding and letters.lower() in self._names().begun:
            return False
        self._fence.push(letters[0])
        self._holding = False
        self._has_text = True
        self._last = blank or letters[-1]
        return True

    def push(self, character: str) -> Iterator[str | Label]:
        """The text and the labels that are certain now."""
        self._fence.push(character)
        yield from self._push(character)

    def _push(self, character: str) -> Iterator[str | Label]:
        if self._subject is not None:
            yield from self._settle(self._subject, character)
            return
        if self._stars:
            if character == self._stars[0]:
                self._stars = self._stars[1:]
                return
            if not character.isspace():
                # The label was bold with what follows it, which stays so.
                stars, self._stars = self._stars, ""
                self._holding = False
                yield stars
        if not self._holding:
            yield from self._pass(character)
        elif not self._held and character.isspace():
            yield character
        else:
            yield from self._hold(character)

    def finish(self) -> Iterator[str | Label]:
        """What was held back: the reply ended in it, so it was no label."""
        if self._subject is not None:
            yield from self._of_label(self._subject, self._after)
        if self._held:
            yield self._held
        self._held = self._stars = ""
        self._holding = False

    def _pass(self, character: str) -> Iterator[str]:
        ends = (character.isspace() and self._last in ".!?") or character in _WIDE_ENDS
        if (character == "\n" or ends) and not self._fence.is_open:
            self._holding, self._in_mid_line = True, character != "\n"
        self._has_text = True
        self._last = character
        yield character

    def _hold(self, character: str) -> Iterator[str | Label]:
        held = self._held + character
        lead, rest = _parted(held)
        label = self._label(lead, rest)
        if label is not None:
            stars = lead.count("*") - rest.count("*")
            self._stars = "*" * max(0, stars) if label is Label.OWN else ""
            self._held = ""
            self.spelled = held
            if rest[:-1] in _PERSONS and rest[-1] != "\n" and lead in _QUOTES:
                self._subject = label
                return
            self._last = "\n"
            yield label
        elif self._could_be(lead, rest):
            self._held = held
        else:
            self._held, self._holding = "", False
            for one in held:
                # A held line break begins a line, at which another label may stand.
                if self._holding:
                    yield from self._hold_again(one)
                else:
                    yield from self._pass(one)

    def _settle(self, label: Label, character: str) -> Iterator[str | Label]:
        """A label of a person, by what follows it: it may be what a sentence is about."""
        after = self._after + character
        if _DEFINITION.fullmatch(after):
            self._subject, self._after, self._holding = None, "", False
            for one in self.spelled + after:
                yield from self._pass(one)
        elif len(after) < MAX_DEFINITION and _DEFINES_SO_FAR.fullmatch(after):
            self._after = after
        else:
            yield from self._of_label(label, after)

    def _of_label(self, label: Label, after: str) -> Iterator[str | Label]:
        self._subject, self._after = None, ""
        self._last = "\n"
        yield label
        for one in after:
            yield from self._push(one)

    def _hold_again(self, character: str) -> Iterator[str | Label]:
        if not self._held and character.isspace():
            yield character
        else:
            yield from self._hold(character)

    def _names(self) -> Labels:
        return self._kinds.in_mid_line if self._in_mid_line else self._kinds

    def _could_be(self, lead: str, rest: str) -> bool:
        if len(lead) > MAX_LEAD:
            return False
        names = self._names()
        return rest in names.begun or any(
            rest[:length] in names and _TAIL_SO_FAR.fullmatch(rest[length:])
            for length in range(1, len(rest))
        )

    def _label(self, lead: str, rest: str) -> Label | None:
        if not rest or rest[-1] not in ":：\n":
            return None
        if rest[-1] == "\n" and not self._has_text and rest[:-1] in _ROLES:
            return Label.OWN
        if rest[-1] == "\n" and ("#" not in lead and "*" not in lead):
            return None
        names = self._names()
        for name in names:
            if rest.startswith(name) and _TAIL_SO_FAR.fullmatch(rest[len(name) : -1]):
                if name in _ONLY_AS_HEADING and "#" not in lead:
                    return None
                return names[name]
        return None


def _parted(held: str) -> tuple[str, str]:
    """The marks of emphasis before a name, and the name with what follows, in small letters."""
    lead = _LEAD.match(held)
    at = lead.end() if lead else 0
    return held[:at], held[at:].lower().replace("’", "'")
