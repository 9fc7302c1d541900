"""Is the worker of this container alive? For Docker's HEALTHCHECK and Kubernetes' probes; standard library alone.

The supervisor (`presslake serve`) starts a dead worker again with growing pauses; this tells whether it succeeds: a
worker process is there, and the Prefect server that it works for answers.
"""

import os
import sys
import urllib.request
from pathlib import Path

ROLE = b"flows.serve.child"
TIMEOUT = 5.0


def worker_runs(proc: Path = Path("/proc")) -> bool:
    """Whether a process of this container is the worker."""
    for path in proc.glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile
            continue
        if ROLE in arguments and b"worker" in arguments:
            return True
    return False


def server_answers(api: str) -> bool:
    """Whether the Prefect server is there, past any proxy meant for the crawl."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{api.rstrip('/')}/health", timeout=TIMEOUT) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def main() -> int:
    """0: healthy; 1: not, with the reason on standard error."""
    if not worker_runs():
        print("no worker process", file=sys.stderr)
        return 1
    if not server_answers(os.environ.get("PREFECT_API_URL") or "http://127.0.0.1:4200/api"):
        print("the Prefect server does not answer", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
