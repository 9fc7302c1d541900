"""Shared rules against boilerplate, as data: phrases (`phrases`, `notices`, `promotion`) and places (`places.toml`)."""

from crawlers.extract.rules.data import PhraseRule, PlaceRule, Wording, load_phrases, load_places
from crawlers.extract.rules.match import Hit, match_phrase, match_place, normal

__all__ = [
    "Hit",
    "PhraseRule",
    "PlaceRule",
    "Wording",
    "load_phrases",
    "load_places",
    "match_phrase",
    "match_place",
    "normal",
]
