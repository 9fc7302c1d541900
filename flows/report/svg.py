"""Small inline SVG charts. Lengths are units of each chart's own view box; colours are CSS classes (`style.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, FOOT, HEAD = 320, 94, 14, 12
_PLOT = HEIGHT - FOOT
_RISE = _PLOT - HEAD


@dataclass(frozen=True)
class Bar:
    """One bar: value (None: not measured), what is usual, CSS class, tooltip."""

    value: float | None
    usual: float | None = None
    kind: str = "fine"
    tip: str = ""


def bars(items: Sequence[Bar], labels: tuple[str, str], *, name: str, break_at: int | None = None) -> str:
    """Bars with a step line at what is usual; `break_at` shades from that bar on."""
    most = max([*(i.value or 0 for i in items), *(i.usual or 0 for i in items)], default=0) or 1
    step = WIDTH / max(1, len(items))
    body = [_shade(break_at, step, len(items))]
    line: list[str] = []
    for n, item in enumerate(items):
        height = (item.value or 0) / most * _RISE
        # A day without anything still shows that it was there.
        body.append(
            f'<rect class="{item.kind}" x="{n * step + step * 0.14:.1f}" y="{_PLOT - max(height, 1.5):.1f}" '
            f'width="{step * 0.72:.1f}" height="{max(height, 1.5):.1f}">{_tip(item.tip)}</rect>'
        )
        if item.usual is not None:
            y = _PLOT - item.usual / most * _RISE
            line.append(f"{'L' if line else 'M'}{n * step:.1f} {y:.1f}H{(n + 1) * step:.1f}")
    if line:
        body.append(f'<path class="usual" d="{"".join(line)}"/>')
    return _chart(name, body, labels, f"{most:.0f}")


def line(
    values: Sequence[float | None],
    labels: tuple[str, str],
    *,
    name: str,
    top: float | None = None,
    top_label: str | None = None,
    tips: Sequence[str] = (),
    break_at: int | None = None,
    kind: str = "line",
) -> str:
    """A line with dots; gaps where a value is None. `top`: the scale's end (the largest value)."""
    most = top or max((value for value in values if value is not None), default=0) or 1
    step = WIDTH / max(1, len(values))
    body, path, pen = [_shade(break_at, step, len(values))], [], "M"
    for n, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = (n + 0.5) * step, _PLOT - min(value, most) / most * (_RISE - 2) - 2
        path.append(f"{pen}{x:.1f} {y:.1f}")
        tip = _tip(tips[n]) if n < len(tips) else ""
        body.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.2">{tip}</circle>')
        pen = "L"
    body.insert(1, f'<path class="{kind}" d="{"".join(path)}"/>')
    return _chart(name, body, labels, top_label if top_label is not None else f"{most:.0f}")


def stacks(
    items: Sequence[Mapping[str, float]],
    kinds: Sequence[str],
    labels: tuple[str, str],
    *,
    name: str,
    tips: Sequence[str] = (),
    break_at: int | None = None,
) -> str:
    """A stacked bar for each item; the keys are CSS classes, `kinds` their order from the ground up."""
    most = max((sum(item.values()) for item in items), default=0) or 1
    step = WIDTH / max(1, len(items))
    body = [_shade(break_at, step, len(items))]
    for n, item in enumerate(items):
        y = float(_PLOT)
        parts = []
        for kind in kinds:
            height = item.get(kind, 0) / most * _RISE
            if height:
                y -= height
                parts.append(
                    f'<rect class="{kind}" x="{n * step + step * 0.14:.1f}" y="{y:.1f}" width="{step * 0.72:.1f}" '
                    f'height="{height:.1f}"/>'
                )
        tip = _tip(tips[n]) if n < len(tips) else ""
        body.append(f"<g>{tip}{''.join(parts)}</g>")
    return _chart(name, body, labels, f"{most:.0f}")


def strip(cells: Sequence[tuple[str, str]], *, name: str, marked: tuple[int, str] | None = None) -> str:
    """A row of cells (CSS class, tooltip): a site's days at a glance.

    `marked` underlines the cells from a position on, with a CSS class.
    """
    side, gap = 16, 2
    width = len(cells) * (side + gap) - gap
    body = "".join(
        f'<rect class="{kind}" x="{n * (side + gap) + 1}" y="1" width="{side - 2}" height="18" rx="3">'
        f"{_tip(tip)}</rect>"
        for n, (kind, tip) in enumerate(cells)
    )
    if marked:
        start = marked[0] * (side + gap)
        body += f'<rect class="mark {marked[1]}" x="{start + 1}" y="21" width="{width - start - 2}" height="2.5"/>'
    return (
        f'<svg class="strip" viewBox="0 0 {width} 24" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(name)}">{body}</svg>'
    )


def share(parts: Sequence[tuple[str, float, str]], *, name: str) -> str:
    """One horizontal bar of shares (CSS class, amount, tooltip)."""
    whole = sum(amount for _, amount, _ in parts) or 1
    body, x = [], 0.0
    for kind, amount, tip in parts:
        width = amount / whole * 100
        body.append(
            f'<rect class="{kind}" x="{x:.2f}" y="0" width="{width:.2f}" height="8"><title>{escape(tip)}</title></rect>'
        )
        x += width
    return (
        f'<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{escape(name)}">'
        f"{''.join(body)}</svg>"
    )


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _shade(break_at: int | None, step: float, count: int) -> str:
    if break_at is None:
        return ""
    width = (count - break_at) * step
    return f'<rect class="broken" x="{break_at * step:.1f}" y="0" width="{width:.1f}" height="{_PLOT}"/>'


def _chart(name: str, body: Sequence[str], labels: tuple[str, str], most: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(name)}">'
        f'{"".join(body)}<path class="ground" d="M0 {_PLOT}H{WIDTH}"/>'
        f'<text x="0" y="{HEIGHT - 2}">{escape(labels[0])}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 2}" text-anchor="end">{escape(labels[1])}</text>'
        f'<text x="0" y="8" class="most">{escape(most)}</text></svg>'
    )
