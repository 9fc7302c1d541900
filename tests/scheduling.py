"""Which tests run in one process: those that share what is set up once for them.

xdist gives each test to any process, so that each of these sets up what a module needs (a server, a cluster, a run to
compare with) again. Its own `--dist loadgroup` doesn't group with pytest 9.2 (pytest-xdist 3.8, issue 1386).
"""

import re
from functools import cache

from xdist.scheduler import LoadScopeScheduling

from tests.conftest import ROOT

SHARED_START = re.compile(r'scope="module"|\bprefect_server\b')
"""In the source of a module: what all of its tests have in common takes long to begin."""
WEEKS = re.compile(r"\bweeks: Lake\b|\bhealth: Health\b")
"""The simulated weeks, which tests of several modules read."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Test by test, but one process for what shares a start."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return group(module) or nodeid


@cache
def group(module: str) -> str:
    """The name of the group that a module's tests belong to; empty where each may go its own way."""
    source = (ROOT / module).read_text("utf-8")
    if WEEKS.search(source):
        return "weeks"
    return module if SHARED_START.search(source) else ""
