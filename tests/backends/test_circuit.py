"""A circuit: who is worth asking, and when somebody is let through to find out."""

from backends.circuit import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, Circuit, CircuitState

PLAIN, STREAMED = 4.5, 60.0


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def circuit() -> tuple[Circuit, Clock]:
    clock = Clock()
    return Circuit(clock), clock


def failed_often() -> tuple[Circuit, Clock]:
    failing, clock = circuit()
    for _ in range(FAILURES):
        failing.failed("HTTP 500")
    return failing, clock


def test_one_failure_may_be_chance() -> None:
    once, _ = circuit()
    for _ in range(FAILURES - 1):
        once.failed("HTTP 500")
        assert once.refusal(PLAIN) is None
    once.succeeded(1.0)
    once.failed("HTTP 500")
    assert once.refusal(PLAIN) is None


def test_after_some_failures_in_a_row_nobody_asks_and_the_reason_says_when_again() -> None:
    failing, clock = failed_often()
    clock.at += 2
    expected = "it failed 3 times, last with “HTTP 500”; next try in 3 s"
    assert failing.refusal(PLAIN) == failing.refusal(STREAMED) == expected
    assert failing.detail(PLAIN) == "It failed 3 times, last with “HTTP 500”; next try in 3 s"


def test_after_the_pause_one_is_let_through_and_closes_the_circuit() -> None:
    failing, clock = failed_often()
    clock.at += FIRST_PAUSE
    assert failing.needs_trial(PLAIN)
    assert str(failing.detail(PLAIN)).endswith("; next try at the next reply")
    failing.begin_trial()
    assert failing.refusal(PLAIN) == (
        "it failed 3 times, last with “HTTP 500”; a trial is under way"
    )
    failing.succeeded(1.0)
    assert failing.refusal(PLAIN) is failing.detail(PLAIN) is None
    assert not failing.needs_trial(PLAIN)


def test_its_state_is_that_for_whoever_waits_so_long() -> None:
    failing, clock = failed_often()
    assert failing.state(PLAIN) is CircuitState.OPEN
    clock.at += FIRST_PAUSE
    failing.begin_trial()
    assert failing.state(PLAIN) is CircuitState.TRIAL
    failing.succeeded(10.0)
    assert (failing.state(PLAIN), failing.state(STREAMED)) == ("open", "closed")


def test_each_trial_that_fails_doubles_the_pause_up_to_a_minute() -> None:
    failing, clock = failed_often()
    pauses = []
    for _ in range(6):
        began = clock.at
        while not failing.needs_trial(PLAIN):
            clock.at += 1
        pauses.append(clock.at - began)
        failing.begin_trial()
        failing.failed("HTTP 500")
    assert pauses == [5, 10, 20, 40, 60, LONGEST_PAUSE]


def test_a_trial_that_shows_nothing_lets_the_next_one_through() -> None:
    failing, clock = failed_often()
    clock.at += FIRST_PAUSE
    failing.begin_trial()
    failing.abandon_trial()
    assert failing.needs_trial(PLAIN)


def test_who_is_too_slow_for_one_caller_is_asked_for_another() -> None:
    slow, _ = circuit()
    slow.was_late(PLAIN)
    assert slow.refusal(PLAIN) == "it needs more than 4.5 s; next try in 5 s"
    assert slow.refusal(STREAMED) is None
    assert not slow.needs_trial(STREAMED)


def test_what_somebody_needed_for_a_patient_caller_counts_for_the_others() -> None:
    slow, clock = circuit()
    slow.succeeded(20.0)
    assert slow.refusal(STREAMED) is None
    assert slow.refusal(PLAIN) == "it needs more than 20 s; next try in 5 s"
    clock.at += FIRST_PAUSE
    assert slow.needs_trial(PLAIN)
    slow.begin_trial()
    slow.succeeded(2.0)
    assert slow.refusal(PLAIN) is None


def test_who_had_less_time_than_there_is_now_may_try_again() -> None:
    cut_short, _ = circuit()
    cut_short.was_late(1.8)
    assert cut_short.refusal(PLAIN) is None


def test_one_that_is_held_open_lets_nobody_through_until_it_is_reset() -> None:
    held, clock = circuit()
    held.hold_open()
    for patience in (PLAIN, STREAMED):
        assert held.refusal(patience) == "an administrator switched it off"
        assert held.detail(patience) == "An administrator switched it off"
        assert held.state(patience) is CircuitState.OPEN
    clock.at += LONGEST_PAUSE + 1
    assert not held.needs_trial(PLAIN)
    held.succeeded(1.0)  # it was asked before
    assert held.refusal(PLAIN) is not None
    held.reset()
    assert held.refusal(PLAIN) is None
    assert held.state(PLAIN) is CircuitState.CLOSED


def test_a_reset_forgets_all_failures_and_how_slow_it_was() -> None:
    failing, _ = failed_often()
    failing.reset()
    assert failing.refusal(PLAIN) is None
    assert not failing.is_failing
    failing.was_late(30.0)
    failing.reset()
    assert failing.refusal(PLAIN) is None
    for _ in range(FAILURES - 1):
        failing.failed("HTTP 500")
    assert failing.refusal(PLAIN) is None
