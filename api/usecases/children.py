"""Processes of the gateway's own, for what must not hold up or endanger the gateway itself."""

import os
import subprocess
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

# Ctrl-C in a terminal is for the gateway alone, which stops the process then.
APART: dict[str, Any]
if sys.platform == "win32":
    APART = {
        "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP
        | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    }
else:
    APART = {"start_new_session": True}

_LINE_BYTES = 64 * 1024


@asynccontextmanager
async def child(
    *arguments: str,
    env: Mapping[str, str] = os.environ,
    stderr: int | None = None,
    limit: int = _LINE_BYTES,
) -> AsyncIterator[Process]:
    """A process of Python with these arguments and variables, whose input and output are pipes; at
    the end it is gone. `limit`: the most bytes in a line of its output. Raises OSError."""
    process = await create_subprocess_exec(
        *(sys.executable, "-P", *arguments),
        stdin=PIPE,
        stdout=PIPE,
        stderr=stderr,
        limit=limit,
        # It finds what it imports where this process found it, and not in the working folder.
        env={**env, "PYTHONPATH": os.pathsep.join(folder or "." for folder in sys.path)},
        **APART,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):  # it has ended by itself
            process.kill()
        await process.communicate()  # to the end of what others print that it began
