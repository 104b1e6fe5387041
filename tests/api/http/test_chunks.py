"""Chunks mean the same however the network cuts them, and what is wrong among them is found."""

from hypothesis import given
from hypothesis import strategies as st

from api.http.chunks import Chunks, Malformed

EXTENSIONS = st.sampled_from([b"", b";x", b";x=y", b';x="0;1"', b";" + b"x" * 99])
TRAILERS = st.sampled_from([b"", b"X: y\r\n", b"Content-Length: 5\r\nHost:\r\nX: \xff\r\n"])
WRONG = st.sampled_from(
    [b"\r\n", b"\r", b"\n", b" ", b":", b";", b"0", b"f", b"-", b"0x", b"\x00", b"X: y\r\n z\r\n"]
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """What is sent, and what it means."""
    pieces = draw(st.lists(st.binary(min_size=1, max_size=40), max_size=5))
    sent = b"".join(b"%X%b\r\n%b\r\n" % (len(piece), draw(EXTENSIONS), piece) for piece in pieces)
    return sent + b"00%b\r\n%b\r\n" % (draw(EXTENSIONS), draw(TRAILERS)), b"".join(pieces)


def read(sent: bytes, size: int) -> tuple[bytes, int] | None:
    """The body, and how much of what was sent it takes; -1 where it is not whole. None where
    something is wrong."""
    chunks, body, end = Chunks(), b"", -1
    try:
        for start in range(0, len(sent), size):
            # As behind a head in the same packet.
            piece, taken = chunks.feed(b"head" + sent[start : start + size], 4)
            body += piece
            if chunks.is_whole:
                end = start + taken - 4
                break
    except Malformed:
        return None
    return body, end


@given(bodies(), st.binary(max_size=9), st.integers(1, 60))
def test_a_body_is_read_to_its_end_however_it_is_cut(
    drawn: tuple[bytes, bytes], behind: bytes, size: int
) -> None:
    sent, body = drawn
    assert read(sent + behind, size) == (body, len(sent))


@given(bodies(), st.data(), st.integers(1, 60))
def test_what_is_wrong_is_so_however_it_is_cut(
    drawn: tuple[bytes, bytes], data: st.DataObject, size: int
) -> None:
    sent, _ = drawn
    place = data.draw(st.integers(0, len(sent)))
    sent = sent[:place] + data.draw(WRONG) + sent[place + data.draw(st.integers(0, 2)) :]
    assert read(sent, size) == read(sent, len(sent))
