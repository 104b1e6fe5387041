"""What an interview can be written down as."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """A transcript for people, or the evidence as a bundle."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


class RerunWith(StrEnum):
    """Who speaks in a re-run: the recorded interviewer, and nobody else."""

    RECORDING = "recording"
