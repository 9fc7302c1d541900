"""Logs as JSON, a line a record, for collectors (Loki, CloudWatch, Elastic): PRESSLAKE_LOG=json."""

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """time (ISO 8601, UTC), level, logger, message; whatever was given as `extra`; exception as one string."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)


def configure(level: int, environ: Mapping[str, str] = os.environ) -> None:
    """Log to standard error: lines for people, or JSON where PRESSLAKE_LOG asks for it."""
    handler = logging.StreamHandler(sys.stderr)
    wants_json = environ.get("PRESSLAKE_LOG", "").lower() == "json"
    handler.setFormatter(JsonFormatter() if wants_json else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
