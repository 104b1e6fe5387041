"""When the WAL is copied into the log's file."""

CHECKPOINT_FRAMES = 1000
"""About how many pages the WAL holds when it is copied into the file; as many as SQLite itself
would wait for."""

CHECKPOINT_CHARACTERS = 4 * 1024 * 1024
"""How many characters of records the WAL holds at most, whatever the commits before were like."""

FIRST_COMMITS = 8
"""After how many commits the WAL is copied for the first time. What they held then tells when the
next time is."""


class Pace:
    """Tells when the WAL holds about CHECKPOINT_FRAMES frames. SQLite tells how many it holds only
    when it is copied, so that is foretold from what the commits before held."""

    def __init__(self) -> None:
        self._commits = self._characters = self._frames = 0
        self._commits_due = FIRST_COMMITS

    def count(self, characters: int) -> None:
        """A commit appended records of so many characters."""
        self._commits += 1
        self._characters += characters

    @property
    def is_due(self) -> bool:
        return self._commits >= self._commits_due or self._characters >= CHECKPOINT_CHARACTERS

    def begin(self) -> int:
        """The WAL is copied now: how many commits it was since the last time."""
        commits, self._commits, self._characters = self._commits, 0, 0
        return commits

    def learn(self, commits: int, frames: int, copied: int) -> None:
        """So many `commits` left a WAL of so many `frames`, of which that many were `copied`. One
        that was copied as a whole begins anew; one that a reader needs grows."""
        new = frames - self._frames
        self._frames = frames if copied < frames else 0
        if new > 0:
            self._commits_due = max(1, min(commits * CHECKPOINT_FRAMES // new, CHECKPOINT_FRAMES))
