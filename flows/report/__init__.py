"""The report: the lake's health as one self-contained HTML page, without scripts or anything from elsewhere."""

from flows.report.page import render
from flows.report.write import LATEST, write_report

__all__ = ["LATEST", "render", "write_report"]
