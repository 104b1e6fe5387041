# A package of interview-gateway; its command knows it by this line.
"""The append-only log of all events, its proofs and its check.

Every move of every interview is written here, in order, before it is acknowledged.

`protocol.EventLog` is all that the layers above know of it. `sqlite.SqliteEventLog` keeps
it in one append-only file, `memory.MemoryEventLog` in the process; both pass the one
contract suite in `tests/eventlog/`. `open.open_log` makes the one that a URL names.
"""
