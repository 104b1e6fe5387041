"""How much processor time each command takes, and how many times that of `python -c pass`.

`python -m tests.bench.bench_commands [ROUNDS]` prints the least of some rounds. The ratio is
what to compare: it hardly depends on the machine or on what else runs there.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from tests.api.cli.conftest import write
from tests.eventlog.interviews import WHOLE, new_id
from tests.processes import COMMAND, environment

COMMANDS = (
    "--help",
    "interviews",
    "replay last",
    "session last",
    "audit export last",
    "audit verify",
    "audit key",
)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "interviews.db", new_id(), *WHOLE)
        nothing = [sys.executable, "-c", "pass"]
        commands = {"python -c pass": nothing} | {
            command: [*COMMAND, *command.split()] for command in COMMANDS
        }
        least = dict.fromkeys(commands, float("inf"))
        for _ in range(rounds):
            for shown, command in commands.items():
                least[shown] = min(least[shown], cpu_seconds(command, folder))
    for shown, seconds in least.items():
        print(f"{shown:20} {seconds:6.3f} s {seconds / least['python -c pass']:6.1f}")


def cpu_seconds(command: list[str], folder: Path) -> float:
    """Run the command, and return the processor time that it took."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(
        command, env=environment(folder), cwd=folder, stdout=subprocess.DEVNULL, check=True
    )
    after = getrusage(RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


if __name__ == "__main__":
    main()
