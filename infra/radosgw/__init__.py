"""A real S3 server on loopback for tests and trials: Ceph's object gateway from Debian's packages.

Nothing is installed: the packages are downloaded with `apt-get download` and unpacked into a cache folder, data
is held in memory, and all daemons end with the process that started them. `python -m infra.radosgw` runs it.
"""

from infra.radosgw.packages import UnavailableError, unpacked
from infra.radosgw.server import RadosGateway

__all__ = ["RadosGateway", "UnavailableError", "unpacked"]
