"""When a deployment's next run is due, and whether one was missed. All instants are UTC."""

import math
from datetime import UTC, datetime, timedelta

from flows.deployments import Deployment


async def next_after(deployment: Deployment, instant: datetime) -> datetime | None:
    """The first instant of the schedule after another; None without a schedule."""
    cadence = deployment.cadence
    if cadence is None:
        return None
    if cadence.every is not None:
        steps = math.floor((instant - deployment.anchor) / cadence.every) + 1
        return deployment.anchor + steps * cadence.every
    assert cadence.cron is not None
    from prefect.server.schemas.schedules import CronSchedule  # the server's own reading of cron, slow to import

    after = instant.replace(microsecond=0) + timedelta(seconds=1)
    (found,) = await CronSchedule(cron=cadence.cron, timezone=deployment.zone).get_dates(1, start=after)
    return datetime.fromtimestamp(found.timestamp(), UTC)


async def missed(deployment: Deployment, last: datetime | None, now: datetime) -> datetime | None:
    """The instant at which a run was due and none began; None where none was missed.

    `last` is when the last run that began was due, None where none ever did. However many were missed, this is one:
    a single run finds what each of them would have found.
    """
    if deployment.cadence is None:
        return None
    if last is None:
        return now
    due = await next_after(deployment, last)
    return due if due is not None and due < now else None
