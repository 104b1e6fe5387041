"""The balancer of docs/scale, as shown there, in front of two gateways of a test. Only the ports
and the files are other ones."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.docs.proxies import (
    AROUND_NGINX,
    PATIENCE,
    TEMPORARY,
    changed,
    command_of,
    wait_until_it_listens,
)
from tests.processes import free_port

EXAMPLE = Path(__file__).parents[1] / "docs/scale/balancer.conf"


@contextmanager
def balanced(first: str, second: str, folder: Path) -> Iterator[str]:
    """The URL of nginx in front of the gateways at these two URLs."""
    port, site, around = free_port(), folder / "balancer.conf", folder / "nginx.conf"
    changes = {
        "second-gateway:8009": urlsplit(second).netloc,
        " gateway:8009": f" {urlsplit(first).netloc}",
        "listen 8010;": f"listen 127.0.0.1:{port};",
        "/dev/stderr": str(folder / "balancer.log"),
    }
    site.write_text(changed(EXAMPLE.read_text("utf-8"), changes))
    temporary = "\n    ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    around.write_text(AROUND_NGINX.format(folder=folder, temporary=temporary, site=site))
    command, output = command_of("nginx"), folder / "balancer.out"
    assert command is not None
    with (
        output.open("wb") as sink,
        subprocess.Popen(
            [command, "-c", str(around), "-e", str(folder / "errors.log")], stdout=sink, stderr=sink
        ) as process,
    ):
        try:
            wait_until_it_listens(process, port, output)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE)
