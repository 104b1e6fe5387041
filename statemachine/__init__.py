# A package of interview-gateway; its command knows it by this line.
"""The interview itself: its states, its rules, its events.

This package lives by two rules:

1. It does no I/O and reads no clock and no randomness. Times, ids and words come in
   as arguments, so the same events always give the same interview.
2. Every rule of what may follow what stands in one table, `rules.RULES`. The machine,
   the diagram in `docs/` and the tests all read that table.

State is a fold: `interview.replay` makes an interview of its events, and
`interview.rebuild` makes the same interview of a session that a client posts.
"""
