"""Start and stop: one monitor, one object store in memory, one gateway, all on loopback."""

import contextlib
import http.client
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType

from infra.radosgw.packages import UnavailableError, unpacked

ACCESS_KEY, SECRET_KEY = "presslake", "presslake-secret"

_CONF = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon_port}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
# Without this the gateway hangs where daemons have no keys.
ms mon client mode = crc
ms mon service mode = crc
ms mon cluster mode = crc
run dir = {work}/run
admin socket = {work}/run/$name.$pid.asok
pid file = {work}/run/$name.pid
log file = {work}/log/$name.log
mon cluster log file = {work}/log/cluster.log
crash dir = {work}/run
plugin dir = {lib}/ceph
erasure code dir = {lib}/ceph/erasure-code
osd class dir = {lib}/rados-classes
keyring = {work}/keyring
mon data = {work}/mon
osd data = {work}/osd
mon allow pool size one = true
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
# The monitor would gather changes for a second each time; a start has ten of them.
paxos propose interval = 0.02
paxos min wait = 0.01
# By default what happened is written down in memory for the case of a crash: a third of the processor's time.
debug rgw = 0/0
debug osd = 0/0
debug ms = 0/0
debug objecter = 0/0
debug rados = 0/0
debug memstore = 0/0
debug mon = 0/0
debug paxos = 0/0
[client.rgw.a]
rgw thread pool size = 32
rgw data = {work}/rgw
rgw frontends = beast endpoint=127.0.0.1:{port} tcp_nodelay=1
"""


class RadosGateway:
    """Context manager around a running gateway; `environment` holds the AWS variables that reach it.

    Takes some 2 s and 350 MB of memory. Raises UnavailableError where the packages can't be had or won't start.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._daemons: list[subprocess.Popen[bytes]] = []
        self._work = Path()
        self.port = 0

    @property
    def address(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The standard AWS variables for this server."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
        }

    def __enter__(self) -> "RadosGateway":
        self._root = unpacked(self._cache)
        self._work = Path(tempfile.mkdtemp(prefix="radosgw-"))
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The gateway first: it waits for the others when it ends.
        for daemon in reversed(self._daemons):
            daemon.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(3)
                continue
            daemon.kill()
            daemon.wait()
        self._daemons.clear()
        shutil.rmtree(self._work, ignore_errors=True)

    def _start(self) -> None:
        self._prepare()
        self._run("monmaptool", "--create", "--fsid", self._fsid, "--addv", "a", f"[v2:127.0.0.1:{self._mon_port}]",
                  "--enable-all-features", str(self._work / "monmap"))  # fmt: skip
        self._run("ceph-mon", "-i", "a", "--mkfs", "--monmap", str(self._work / "monmap"))
        self._daemon("ceph-mon", "-i", "a", "-f")
        osd = str(uuid.uuid4())
        self._run("ceph", "osd", "new", osd)
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._daemon("ceph-osd", "-i", "0", "-f")
        for command in ("add-bucket h1 host", "move h1 root=default", "set osd.0 1.0 host=h1 root=default"):
            self._run("ceph", "osd", "crush", *command.split())
        self._daemon("radosgw", "-n", "client.rgw.a", "-f")
        self._run("radosgw-admin", "user", "create", "--uid=presslake", "--display-name=presslake",
                  f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")  # fmt: skip
        self._wait()

    def _prepare(self) -> None:
        for name in ("run", "log", "mon", "osd", "rgw"):
            (self._work / name).mkdir()
        (self._work / "keyring").touch()
        self._fsid, self._mon_port, self.port = str(uuid.uuid4()), _free_port(), _free_port()
        libraries = sorted((self._root / "usr/lib").glob("*-linux-gnu*"))
        if not libraries:
            raise UnavailableError(f"no libraries below {self._root}; remove that folder to fetch the packages again")
        lib = libraries[0]
        conf = self._work / "ceph.conf"
        conf.write_text(
            _CONF.format(fsid=self._fsid, work=self._work, lib=lib, mon_port=self._mon_port, port=self.port)
        )
        self._environ = {
            "PATH": f"{self._root}/usr/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "LD_LIBRARY_PATH": f"{lib}:{lib}/ceph:{self._root}/lib/{lib.name}",
            "PYTHONPATH": f"{self._root}/usr/lib/python3/dist-packages",
            "CEPH_CONF": str(conf),
            "HOME": str(self._work),
            "LC_ALL": "C.UTF-8",
        }

    def _program(self, name: str) -> list[str]:
        path = str(self._root / "usr/bin" / name)
        # Debian's `ceph` is a script for the system's Python, which has the version its bindings were built for.
        return ["/usr/bin/python3", path] if name == "ceph" else [path]

    def _daemon(self, name: str, *arguments: str) -> None:
        # The kernel ends them when we die, however we die.
        command = ["setpriv", "--pdeathsig", "KILL", *self._program(name), *arguments]
        with (self._work / "log" / f"{name}.out").open("wb") as out:
            self._daemons.append(
                subprocess.Popen(
                    command, env=self._environ, cwd=self._work, stdin=subprocess.DEVNULL, stdout=out, stderr=out
                )
            )

    def _run(self, name: str, *arguments: str) -> None:
        command = [*self._program(name), *arguments]
        try:
            done = subprocess.run(
                command, env=self._environ, cwd=self._work, capture_output=True, text=True, timeout=60, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise UnavailableError(
                f"radosgw did not start: {name} {arguments[0]} hung for a minute{self._last()}"
            ) from error
        if done.returncode:
            raise UnavailableError(
                f"radosgw did not start: {name} {' '.join(arguments[:3])}: {done.stderr.strip()[-500:]}"
            )

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if gone := [daemon for daemon in self._daemons if daemon.poll() is not None]:
                raise UnavailableError(f"radosgw did not start: {gone[0].args!r} ended{self._last()}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/")
                if connection.getresponse().status < 500:
                    connection.close()
                    return
            time.sleep(0.1)
        raise UnavailableError(f"radosgw did not answer for a minute{self._last()}")

    def _last(self) -> str:
        """The last lines of each daemon's output."""
        told = [path.read_text("utf-8", "replace").strip()[-300:] for path in sorted(self._work.glob("log/*.out"))]
        return "".join(f"\n{text}" for text in told if text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
