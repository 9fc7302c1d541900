"""`python -m infra.demo`: serve the demo news web until interrupted."""

import argparse
import os
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

from infra.demo import SITES, DemoWeb
from infra.demo.newsrooms import newsrooms
from infra.demo.proxy import ADMIN_HOST


def main() -> int:
    """Parse the command line and serve; the first line printed is `http_proxy=http://127.0.0.1:PORT`."""
    args = _parser().parse_args()
    try:
        web = DemoWeb(now=args.now, moment=args.moment, port=args.port, log=args.log)
    except OSError as error:
        print(f"infra.demo: port {args.port}: {error.strerror}", file=sys.stderr)
        return 1
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if args.with_parent:
            threading.Thread(target=_follow_stdin, daemon=True).start()
        _announce(web, args.moment)
        web.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        web.close()
    return 0


def _announce(web: DemoWeb, moment: int) -> None:
    print(f"http_proxy={web.proxy_url}", flush=True)
    other = 3 - moment
    print(f"moment {moment} of 2; for the other: curl -x {web.proxy_url} -X POST http://{ADMIN_HOST}/moment/{other}")
    for room in newsrooms().values():
        print(f"  http://{room.host}/".ljust(42) + room.name)
    print(f"  declarations: {SITES}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.demo", description="Serve a small news web on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; a free one by default")
    parser.add_argument("--moment", type=int, choices=(1, 2), default=1, help="state of the web at the start")
    parser.add_argument("--now", type=_instant, help="the web's clock, ISO 8601 with time zone; the current minute")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write a JSON line for every request")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    return parser


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError("needs a time zone, e.g. 2026-03-01T12:00:00Z")
    return instant


def _follow_stdin() -> None:
    """Standard input ends when the parent does, however it ends."""
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
