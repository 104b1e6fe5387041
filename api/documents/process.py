"""The process that reads a document for the gateway: `python -m api.documents.process TYPE MOST`,
with the document on its standard input. TYPE is its content type, MOST how many characters of its
text are wanted.

It prints one object of JSON. Whatever a document makes it do, it ends: by its own
limits on processor time and memory, or killed by the gateway, which limits the time. (On Windows no
process can limit itself so; there the gateway's limit on time is all.)
"""

import json
import logging
import sys
from dataclasses import asdict

from api.documents.errors import TOO_HEAVY, LibraryMissing, Unreadable

PROCESSOR_SECONDS = 8
MEMORY_BYTES = 384 * 1024 * 1024
"""Of addresses, of which Python and its libraries take a quarter."""


def limit_itself() -> None:
    """Let this process have only so much of the processor and of memory, and no file to write."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        resource.RLIMIT_CPU: PROCESSOR_SECONDS,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
    }
    if sys.platform != "darwin":  # which does not let a process set it
        limits[resource.RLIMIT_AS] = MEMORY_BYTES
    for limit, wanted in limits.items():
        _, hard = resource.getrlimit(limit)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (most, most))


def answer_for(document: bytes, declared: str, most: int) -> dict[str, object]:
    """What is printed of the document: `text`, `truncated` and `pages`; or why there is none, as
    `unreadable`; or the kind of documents for which a library is `missing`."""
    try:
        from api.documents.reading import read

        return asdict(read(document, declared, most))
    except Unreadable as error:
        return {"unreadable": str(error)}
    except LibraryMissing as error:
        return {"missing": str(error)}
    except (MemoryError, RecursionError):
        return {"unreadable": TOO_HEAVY}


def main(declared: str, most: str) -> None:
    limit_itself()
    logging.disable()  # a reader's remarks hold parts of the document
    print(json.dumps(answer_for(sys.stdin.buffer.read(), declared, int(most))))


if __name__ == "__main__":
    main(*sys.argv[1:])
