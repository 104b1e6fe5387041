"""Code fences in a text that comes one character at a time: three or more of "`" or "~".

A fence is closed by as many of the same marks, or more, where a line begins.
"""

MARKS = "`~"
LEAST = 3
"""How many marks open a fence at least."""


class CodeFence:
    """Follows a text and knows whether it is inside a fence."""

    def __init__(self) -> None:
        self.is_open = False
        self.is_settled = False
        """Whether nothing in this line can open or close a fence any more."""
        self._opens_here = False
        self._mark = ""
        self._length = 0
        self._run = 0
        self._run_mark = ""

    def push(self, character: str) -> None:
        """Take the next character. Where the line is settled, only line breaks matter."""
        if character == "\n":
            self.is_settled = self._opens_here = False
            self._run = 0
        elif self.is_settled:
            return
        elif self._opens_here:
            self._read_on(character)
        elif character in MARKS and (not self._run or character == self._run_mark):
            self._run += 1
            self._run_mark = character
            self._note_run()
        elif self._run or not character.isspace():
            self.is_settled = True

    def _note_run(self) -> None:
        if self.is_open:
            if self._run_mark == self._mark and self._run == self._length:
                self.is_open, self.is_settled = False, True
        elif self._run == LEAST:
            self.is_open = self._opens_here = True
            self._mark, self._length = self._run_mark, LEAST

    def _read_on(self, character: str) -> None:
        """In the line that opens a fence: more marks, the name of a language, or the end of what
        was only code in a line: "```x``` and ```y```"."""
        if self._run and character == self._mark:
            self._length += 1
        else:
            self._run = 0
            if character == self._mark == "`":
                self.is_open, self._opens_here, self.is_settled = False, False, True
