"""The installed version of presslake."""

from importlib.metadata import version

VERSION = version("presslake")
