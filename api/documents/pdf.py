"""The text of a PDF, page by page, by pypdf: the extra `documents`."""

from collections.abc import Callable, Iterator
from io import BytesIO
from time import process_time

from api.documents.errors import BROKEN, PROTECTED, TOO_HEAVY, LibraryMissing, Unreadable

ENOUGH_SECONDS = 5.0
"""Of the processor, after which no further page is begun: what was read by then is better than
nothing."""


class Pages:
    """The pages of a PDF. Raises Unreadable or LibraryMissing."""

    def __init__(self, document: bytes) -> None:
        try:
            from pypdf import PdfReader
        except ModuleNotFoundError as error:
            raise LibraryMissing("PDF") from error
        try:
            self._reader = PdfReader(BytesIO(document))
            if self._reader.is_encrypted and not _opens(self._reader.decrypt):
                raise Unreadable(PROTECTED)
            self.count = len(self._reader.pages)
        except Unreadable:
            raise
        except Exception as error:  # a hostile PDF makes its reader raise anything
            raise Unreadable(BROKEN.format(kind="PDF")) from error
        self.trouble: str | None = None
        """Why there are pages that were not read; None when there are none."""

    def __iter__(self) -> Iterator[str]:
        """The text of each page. A broken one is passed over."""
        began = process_time()
        for number in range(self.count):
            if process_time() - began > ENOUGH_SECONDS:
                self.trouble = TOO_HEAVY
                return
            try:
                text = self._reader.pages[number].extract_text()
            except Exception:
                self.trouble = BROKEN.format(kind="PDF")
                continue
            yield text


def _opens(decrypt: Callable[[str], object]) -> bool:
    """Whether it can be read without a password: many are encrypted only against changes."""
    try:
        return bool(decrypt(""))
    except Exception:  # in a way that pypdf does not know
        return False
