"""A template for a person to read."""

from crawlers.extract.templates.spots import ROLES
from crawlers.extract.templates.template import SiteTemplate, carries_story

SHOWN = 12


def render(template: SiteTemplate) -> str:
    """The template in words: how well it is known, where the story stands, what is left out."""
    state = "trusted" if template.trusted else "learning"
    agreement = sum(template.agreement) / len(template.agreement) if template.agreement else 0.0
    lines = [
        f"{template.site}, version {template.number}: {state}; agrees with the generic way to {agreement:.0%}",
        f"{template.pages} pages, fetched {template.first:%Y-%m-%d} to {template.last:%Y-%m-%d}",
        f"usual story: {template.usual_story():.0f} characters; texts that repeat: {len(template.repeated())}",
        "",
        "prints (pages that agreed of those that have the place):",
        *_spots(template),
        "",
        "story stands in (characters kept of those met):",
    ]
    judged = [
        (carries_story(place, tally.chars, tally.kept_chars), place, tally) for place, tally in template.places.items()
    ]
    story = [(place, tally) for carries, place, tally in judged if carries]
    other = [(place, tally) for carries, place, tally in judged if not carries]
    story.sort(key=lambda item: -item[1].kept_chars)
    other.sort(key=lambda item: -item[1].chars)
    lines += [f"  {tally.kept_chars:>8} of {tally.chars:<8} {_readable(place)}" for place, tally in story[:SHOWN]]
    if len(story) > SHOWN:
        lines.append(f"  … and {len(story) - SHOWN} more places")
    lines += ["", "left out, largest first:"]
    lines += [f"  {tally.kept_chars:>8} of {tally.chars:<8} {_readable(place)}" for place, tally in other[:SHOWN]]
    if len(other) > SHOWN:
        lines.append(f"  … and {len(other) - SHOWN} more places")
    return "\n".join(lines)


def _spots(template: SiteTemplate) -> list[str]:
    """By role the places that are used; where none is, the best known one and that it isn't used yet."""
    trusted, lines = template.trusted_spots(), []
    for role in ROLES:
        for place in trusted.get(role, ()):
            spot = template.spots[role][place]
            lines.append(f"  {role:>8} {spot.agreed} of {spot.met:<6} {place}")
        if role not in trusted:
            best = max(template.spots.get(role, {}).items(), key=lambda item: item[1].agreed, default=None)
            known = (
                f"{best[1].agreed} of {best[1].met:<6} {best[0]} (not used)" if best and best[1].agreed else "unknown"
            )
            lines.append(f"  {role:>8} {known}")
    return lines


def _readable(place: str) -> str:
    traits = {"@": " (all link)", "*": " (all emphasis)"}
    marks = "".join(traits[mark] for mark in place[-2:] if mark in traits)
    return place.rstrip("@*") + marks
