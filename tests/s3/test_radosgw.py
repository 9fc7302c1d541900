import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.radosgw import RadosGateway
from infra.radosgw.packages import cache_folder

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = cache_folder()
"""Where the packages are, before a test is given an environment of its own."""
pytestmark = pytest.mark.s3


def _ours() -> set[str]:
    """Process ids of Ceph's daemons that were started from an unpacked folder."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith((b"/ceph-mon", b"/ceph-osd", b"/radosgw")):
            found.add(entry.name)
    return found


def test_a_command_runs_beside_the_server_and_nothing_stays_behind(radosgw: RadosGateway) -> None:
    before = _ours()
    script = (
        "import os, boto3; print(boto3.client('s3').list_buckets()['Buckets'][0]['Name'], os.environ['PRESSLAKE_LAKE'])"
    )
    done = subprocess.run(
        [sys.executable, "-m", "infra.radosgw", "--", sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env=os.environ | {"PRESSLAKE_RADOSGW": str(PACKAGES)},
    )
    assert (done.returncode, done.stdout) == (0, "lake s3://lake/news\n"), done.stderr
    assert before
    assert _ours() == before


def test_a_machine_without_the_packages_is_told_why(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.radosgw"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PATH": str(tmp_path), "PRESSLAKE_RADOSGW": str(tmp_path / "cache")},
    )
    assert done.returncode == 77
    assert "this machine has no apt-get" in done.stderr
