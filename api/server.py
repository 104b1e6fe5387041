"""uvicorn, but that it always finishes what is under way."""

from types import FrameType

import uvicorn


class Server(uvicorn.Server):
    """A server that a signal stops in good order, however often it comes: requests under way
    are answered (for `timeout_graceful_shutdown` seconds at most) and the log is closed.

    uvicorn itself drops everything at a second Ctrl-C, and raises the signal again when it
    has stopped, so that nothing after it in the process would run.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True
