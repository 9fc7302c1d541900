"""What can go wrong between us and the operator; every message says what to do.

PresslakeError
├── SettingsError      a setting or an argument is wrong
├── LakeError          the lake can't be reached, read or written
└── PublishError       a batch was decided but could not be made visible; it is kept and resumable
"""

import re

_DRAWN = re.compile(r"\x1b\[[0-9;]*m")
_CAUSE = re.compile(r"\s*\n\s*↳\s*")
_LOOSE_END = re.compile(r"\s*\n\s*(?=[.;,:)]|\Z)")


class PresslakeError(Exception):
    """Base of all errors meant for the operator's eyes, wherever these read it: terminal, log, table, alert.

    The Rust libraries draw their causes as a coloured tree; it becomes part of the sentence.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(_LOOSE_END.sub("", _CAUSE.sub(": ", _DRAWN.sub("", message))))


class SettingsError(PresslakeError):
    """A setting or an argument is wrong."""


class LakeError(PresslakeError):
    """The lake can't be reached, read or written."""


class PublishError(PresslakeError):
    """A batch was decided but could not be made visible; it is kept and resumable."""
