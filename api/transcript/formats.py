"""The formats that an interview can be exported in."""

from enum import StrEnum


class Format(StrEnum):
    """Markdown, HTML and PDF for people; JSON for programs."""

    JSON = "json"
    MARKDOWN = "md"
    HTML = "html"
    PDF = "pdf"
