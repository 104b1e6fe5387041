"""How long something took, for a person."""

SECOND_MS = 1000


def duration_text(milliseconds: int) -> str:
    """250 as "250 ms", 1234 as "1.2 s"."""
    if milliseconds < SECOND_MS:
        return f"{milliseconds} ms"
    return f"{milliseconds / SECOND_MS:,.1f} s"
