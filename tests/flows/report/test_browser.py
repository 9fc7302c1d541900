"""The report in a real browser, wide and on a phone's width; skipped where there is no Chromium."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from flows.health import Health
from flows.report import render

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PROBE = """<script>addEventListener("load",()=>{
const over=[...document.querySelectorAll("main *")].filter(e=>!e.closest("svg"))
.filter(e=>e.getBoundingClientRect().right>innerWidth+1);
location.hash="#site-quiet-courier";
setTimeout(()=>{document.title=[document.documentElement.scrollWidth<=innerWidth,over.length,
[...document.querySelectorAll(".card svg.chart")].filter(e=>e.getBoundingClientRect().height>40).length,
[...document.querySelectorAll(".row svg.strip")].filter(e=>e.getBoundingClientRect().width>150).length,
document.querySelector("#site-quiet-courier").getBoundingClientRect().height>100].join(" ")},100)})</script>"""
"""Measures the page: fits the width, elements beyond it, charts drawn, strips drawn, a link unfolds the details."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")


def _chromium(folder: Path, url: str, *options: str) -> str:
    assert CHROMIUM
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
               f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=3000", *options, url]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "phone"])
def test_it_fits_and_everything_is_drawn(health: Health, tmp_path: Path, width: int) -> None:
    # The policy of the page forbids scripts; the copy that is measured has none.
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", render(health)).replace(
        "</body>", PROBE + "</body>"
    )
    (tmp_path / "page.html").write_text(page)
    # A window of Chromium's is at least 500 wide, so a phone is a frame in it.
    frame = (
        f'<body style="margin:0"><iframe id=f src="page.html" style="width:{width}px;height:900px;border:0"></iframe>'
    )
    script = "<script>setTimeout(()=>document.title=document.getElementById('f').contentDocument.title,1500)</script>"
    (tmp_path / "frame.html").write_text(f"<!doctype html><title>waiting</title>{frame}{script}")
    url = (tmp_path / "frame.html").as_uri()
    dom = _chromium(tmp_path, url, "--allow-file-access-from-files", "--window-size=1400,1000", "--dump-dom")
    title = re.search(r"<title>([^<]*)</title>", dom)
    assert title is not None
    troubled = sum(bool(site.findings) for site in health.sites)
    assert title[1] == f"true 0 {troubled} {len(health.sites)} true"


def test_its_own_policy_lets_the_styles_and_charts_through(health: Health, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(render(health))
    picture = tmp_path / "page.png"
    _chromium(tmp_path, (tmp_path / "page.html").as_uri(), "--window-size=1280,1000", f"--screenshot={picture}")
    # A page without its style sheet or charts is far smaller as a picture.
    assert picture.stat().st_size > 80_000
