"""Why a document's text cannot be read."""


class Unreadable(Exception):
    """There is no text to be had from the document. The message says why, and what to do."""


class LibraryMissing(Exception):
    """The document needs a library that is not installed. The message names its kind."""


BROKEN = "The document is broken, or no {kind}. Save it anew, or paste the text."
PROTECTED = "The document is protected by a password. Remove it, or paste the text."
SCAN = (
    "The document has no text: perhaps its pages are pictures (a scan). Let a program recognise "
    "the text, or paste it."
)
TOO_HEAVY = "The document needs more time or memory than one may. Paste the text."
EMPTY = "The document is empty. Hand in one that has text, or paste the text."
UNKNOWN_KIND = "The document is {what}. Hand in a PDF, a DOCX or plain text, or paste the text."
