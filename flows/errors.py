"""What can go wrong between us and the operator; every message says what to do.

PresslakeError
├── SettingsError      a setting or an argument is wrong
├── LakeError          the lake can't be reached, read or written
└── PublishError       a batch was decided but could not be made visible; it is kept and resumable
"""


class PresslakeError(Exception):
    """Base of all errors meant for the operator's eyes."""


class SettingsError(PresslakeError):
    """A setting or an argument is wrong."""


class LakeError(PresslakeError):
    """The lake can't be reached, read or written."""


class PublishError(PresslakeError):
    """A batch was decided but could not be made visible; it is kept and resumable."""
