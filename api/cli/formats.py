"""What the values of options can be."""

from enum import StrEnum


class RerunWith(StrEnum):
    """Who speaks in a re-run: the recorded interviewer, and nobody else."""

    RECORDING = "recording"
