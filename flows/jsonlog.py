"""Logs as JSON, a line a record, for collectors (Loki, CloudWatch, Elastic): PRESSLAKE_LOG=json."""

import json
import logging
import os
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import TextIO

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


class JsonHandler(logging.StreamHandler[TextIO]):
    """Prefect's console in this form: PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS=flows.jsonlog.JsonHandler."""

    def __init__(self, stream: TextIO | None = None, **_: object) -> None:
        """What else Prefect's configuration has for its console (colours) is left out."""
        super().__init__(stream)

    def setFormatter(self, _: logging.Formatter | None) -> None:  # noqa: N802 - logging's name
        """The format is this one, whatever the configuration says."""
        super().setFormatter(JsonFormatter())


def configure(level: int, environ: MutableMapping[str, str] = os.environ) -> None:
    """Log to standard error: lines for people, or JSON where PRESSLAKE_LOG asks for it, also of Prefect's processes."""
    handler = logging.StreamHandler(sys.stderr)
    wants_json = environ.get("PRESSLAKE_LOG", "").lower() == "json"
    if wants_json:
        environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS", f"{__name__}.{JsonHandler.__name__}")
    handler.setFormatter(JsonFormatter() if wants_json else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
