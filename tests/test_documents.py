"""What README.md and ARCHITECTURE.md name is there."""

import re

import pytest

from tests.conftest import ROOT

PACKAGES = ("schemas", "crawlers", "flows")


def test_every_setting_is_in_the_readme() -> None:
    code = "".join(path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    table = re.findall(r"(?m)^\| `(PRESSLAKE_[A-Z_0-9]+)` \|", (ROOT / "README.md").read_text())
    assert sorted(table) == sorted(set(re.findall(r"PRESSLAKE_[A-Z0-9]+(?:_[A-Z0-9]+)*", code)))


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "infra/README.md", "infra/RUNBOOK.md"])
def test_every_file_named_is_there(name: str) -> None:
    told = set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|toml|md|ya?ml|lock|env))`", (ROOT / name).read_text()))
    roots = [ROOT, (ROOT / name).parent, *(ROOT / package for package in PACKAGES), ROOT / "crawlers" / "extract"]
    roots += [ROOT / "flows" / "lake"]
    assert not {file for file in told if not any((root / file).exists() for root in roots)}
