"""A document's text."""

from pydantic import BaseModel, Field

from api.usecases.documents import DocumentText


class DocumentReply(BaseModel):
    """Show the text, let a person correct it, and post it with a start: as `jobDescription` or as
    `cv`."""

    text: str = Field(description="1 to 20,000 characters, without any that nobody sees.")
    pages: int | None = Field(None, description="How many pages a PDF has.")
    truncated: bool = Field(
        description="True when the document has more text, or pages that cannot be read."
    )

    @classmethod
    def of(cls, found: DocumentText) -> "DocumentReply":
        return cls(text=found.text, pages=found.pages, truncated=found.truncated)
