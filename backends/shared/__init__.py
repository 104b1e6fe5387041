"""What the gateways of one log tell each other while they run.

Which services are up, which models there are, which backends fail, and that there is more to see
of a reply. None of it is evidence, and all of it may be lost: a gateway that hears nothing from the
others finds out by itself. `board.py` says what can be shared, and `redis.py` shares it.
"""
