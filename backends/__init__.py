# A package of interview-gateway; its command knows it by this line.
"""Who asks the questions: adapters, their chain, templates.

The gateway asks other services three things: are they up, which models do they offer, and what does
the interviewer say next.

A backend gives words; it never decides state. `chain.Chain` asks them in order within one
time budget and always has an answer, since the built-in templates always answer.
"""
