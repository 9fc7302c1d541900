"""The programs of Ceph without an installation: Debian packages, unpacked into a folder of ours."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOTS = ("radosgw", "ceph-mon", "ceph-osd", "ceph-base", "ceph-common")
_WANTED = re.compile(r"^(lib[^:]*|ceph-[^:]*|radosgw|python3-[^:]*)$")
"""Of all they depend on, what the daemons need to run; cron, logrotate and the like belong to an installation."""
_TOOLS = ("apt-get", "apt-cache", "dpkg", "dpkg-query", "setpriv")
_DEPENDS = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")


class UnavailableError(Exception):
    """Radosgw can't be had on this machine; the message says why."""


def cache_folder() -> Path:
    """`$PRESSLAKE_RADOSGW`, else `presslake/radosgw` in the user's cache directory."""
    if chosen := os.environ.get("PRESSLAKE_RADOSGW"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "presslake" / "radosgw"


def unpacked(folder: Path | None = None) -> Path:
    """The root of the unpacked packages, downloaded (some 65 MB) where missing. Raises UnavailableError."""
    folder = folder or cache_folder()
    root = folder / "root"
    if (root / "usr/bin/radosgw").exists():
        return root
    if missing := [tool for tool in _TOOLS if not shutil.which(tool)]:
        raise UnavailableError(f"radosgw comes from Debian packages, and this machine has no {', '.join(missing)}")
    if not Path("/usr/bin/python3").exists():
        raise UnavailableError("Ceph's own tools need the system's /usr/bin/python3, and there is none")
    downloads, fresh = folder / "downloads", folder / f"root-{os.getpid()}"
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir(parents=True)
    try:
        _run(["apt-get", "-qq", "download", *_packages()], cwd=downloads)
        for package in sorted(downloads.glob("*.deb")):
            _run(["dpkg", "-x", str(package), str(fresh)], cwd=folder)
        fresh.rename(root)
    finally:
        shutil.rmtree(downloads, ignore_errors=True)
        shutil.rmtree(fresh, ignore_errors=True)
    return root


def _packages() -> list[str]:
    flags = [f"--no-{kind}" for kind in _DEPENDS]
    listed = _run(["apt-cache", "depends", "--recurse", *flags, *ROOTS]).splitlines()
    needed = {line.partition(":")[0] for line in listed if line and not line[0].isspace() and not line.startswith("<")}
    installed = {
        line.split()[0].partition(":")[0]
        for line in _run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n"]).splitlines()
        if line.endswith(" installed")
    }
    return sorted(name for name in needed - installed if _WANTED.match(name))


def _run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise UnavailableError(
            f"Debian's packages of radosgw can't be had here: `{' '.join(command[:3])} …` says: {last} "
            "(apt-get update may help; another release or distribution may not carry them)"
        )
    return done.stdout
