"""Who can speak in a re-run."""

from enum import StrEnum


class RerunWith(StrEnum):
    """Who speaks in a re-run: the recorded interviewer, and nobody else."""

    RECORDING = "recording"
