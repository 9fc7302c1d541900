"""A child of the supervisor: `python -m flows.serve.child PARENT (server HOST PORT | worker RUNS alone|shared)`.

It ends with its parent, however that ends.
"""

import os
import signal
import sys
import threading
import time

PARENT_SECONDS = 1.0


def main() -> None:
    """Watch the parent, then become what was asked for."""
    parent, role, *arguments = sys.argv[1:]
    threading.Thread(target=_end_with, args=(int(parent),), daemon=True).start()
    if role == "server":
        from prefect.cli import app as prefect

        host, port = arguments
        sys.argv = ["prefect", "server", "start", "--host", host, "--port", port]
        prefect()
    elif role == "worker":
        from flows.serve.worker import serve

        serve(int(arguments[0]), alone=arguments[1] == "alone")
    else:
        sys.exit(f"no such role: {role}")


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
