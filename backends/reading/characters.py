"""Characters that no text of an interview may hold."""

import re

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Everything of Unicode's Cc but tab and newline: terminal escapes, bells, NUL; and carriage
returns, so that lines end the same way wherever they are from."""
