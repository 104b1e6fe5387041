"""How long something took, for a person. All packages show durations, so this is in the lowest."""

SECOND_MS = 1000


def duration_text(milliseconds: float) -> str:
    """250 as "250 ms", 1234 as "1.2 s", 3000 as "3 s"."""
    if milliseconds < SECOND_MS:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / SECOND_MS:,.1f}".removesuffix(".0") + " s"
