"""Figures as people read them."""

from datetime import datetime


def duration(hours: float) -> str:
    """Hours as `40 minutes`, `5 hours`, `2.5 days`."""
    if hours < 1.5:
        return _counted(round(hours * 60), "minute")
    if hours < 48:
        return _counted(round(hours), "hour")
    return f"{hours / 24:.1f}".removesuffix(".0") + " days"


def minutes(value: float | None) -> str:
    """Minutes as `12 min`, `3.5 h`, `2.1 d`; a dash where unknown."""
    if value is None:
        return "–"
    if value < 100:
        return f"{value:.0f} min"
    return f"{value / 60:.1f} h" if value < 48 * 60 else f"{value / 1440:.1f} d"


def seconds(value: float) -> str:
    """Seconds as `<0.1 s`, `0.4 s`, `12 s`, `3.5 min`."""
    if value < 0.05:
        return "<0.1 s"
    return f"{number(value)} s" if value < 100 else f"{number(value / 60)} min"


def percent(share: float) -> str:
    """A share from 0 to 1 as `45 %`."""
    return f"{share * 100:.0f} %"


def number(value: float) -> str:
    """At most one decimal, and none from ten on."""
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def moment(instant: datetime) -> str:
    """An instant as `Mon 3 Aug, 14:05 UTC`."""
    return f"{instant:%a} {instant.day} {instant:%b, %H:%M} UTC"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"
