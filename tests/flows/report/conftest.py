"""The report is tested on the same simulated weeks as health."""

from tests.flows.health.conftest import health, weeks

__all__ = ["health", "weeks"]
