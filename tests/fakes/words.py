"""What the moods say: the words that stand in for a service's own."""

from tests.fakes.moods import Mood

CLOSING = "Thank you for taking part. This concludes the interview."
MEGABYTE = 1_000_000

_WORDS = {
    Mood.EMPTY_TEXT: "",
    Mood.BLANK_TEXT: " \t\r\n\x00\x07\x1b\x7f\x85\xa0\u2028",
    Mood.HUGE_TEXT: "And why? " * (MEGABYTE // 9 + 1),
    Mood.CONTROL_TEXT: "\x1b[2J\x1b]0;owned\x07Why\x00 \u202eyhw\u202c?",
    Mood.LONE_SURROGATE: "Half a pair \ud800, and why?",
    Mood.WRONG_ENCODING: "Your résumé says café: why?",  # the wire has only to turn é into Latin-1
    # Long enough for something to go wrong on the way.
    Mood.STOPS: "Thank you for that answer. Imagine that your team has to move a database. How?",
    Mood.ERROR_MIDWAY: "Thank you for that answer. Imagine that your team has to move. How?",
    Mood.HALF_UTF8: "Grüße, 世界: why is your résumé in a café?",
    Mood.BAD_LINE: "Imagine this" + " and that" * 30 + ". How?",
    Mood.SIXTH_QUESTION: "Question 6 of 5: and one more thing?",
    Mood.CLOSES_EARLY: CLOSING,
}


def words_of(mood: Mood, question: int | None) -> str | None:
    """The mood's own words, or None when it leaves them to the service.

    `question` is the number of the question being asked; None for a closing or a summary.
    """
    if mood is Mood.THANKS and question is not None:
        return f"Thank you for your answer. Question {question}: Why?"
    return _WORDS.get(mood)
