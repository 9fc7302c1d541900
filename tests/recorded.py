"""The recorded corpora beside the repository, and the scorer that stands with them."""

import importlib.util
from types import ModuleType

from tests.conftest import SHARED

CORPORA = SHARED / "corpora"


def scorer() -> ModuleType:
    """The corpora's `score.py` as a module."""
    spec = importlib.util.spec_from_file_location("corpora_score", CORPORA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
