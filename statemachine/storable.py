"""What every text of an interview must be: such that the log can hold it."""


def has_words(text: str) -> str:
    """Return `text`. Raises ValueError if it is blank or cannot be stored."""
    if not text or text.isspace():
        raise ValueError("must not be blank")
    return is_storable(text)


def is_storable(text: str) -> str:
    """Return `text`. Raises ValueError if it cannot be stored."""
    # JSON can escape half of a surrogate pair; UTF-8, and so the log, cannot hold it.
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("must not contain half of a surrogate pair") from None
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text
