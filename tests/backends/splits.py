"""A stream's bytes, cut into chunks anywhere."""

from hypothesis import strategies as st


def split_anywhere(data: st.DataObject, stream: bytes) -> list[bytes]:
    """The bytes in chunks of any length, some of them empty."""
    places = st.integers(0, len(stream))
    cuts = sorted(data.draw(st.lists(places, max_size=20)))
    return [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
