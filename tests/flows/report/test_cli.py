"""`presslake status` and `presslake report` at the command line; metrics as Prometheus reads them."""

import json
import threading
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flows.cli import main
from flows.health import Health
from flows.jsonlog import JsonFormatter, JsonHandler, configure
from flows.metrics import exposition, serve, write_textfile
from flows.settings import Settings
from tests.flows.health.simulated import NEWSROOMS, simulate


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A lake whose weeks end now."""
    from flows.lake import open_lake

    folder = str(tmp_path_factory.mktemp("now") / "lake")
    simulate(open_lake(folder), datetime.now(UTC), newsrooms=NEWSROOMS[-7:-4], days=16)
    return folder


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_status_tells_the_worst_first_with_cause_and_command(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "--lake", root, "status")
    assert code == 1
    assert out.index("Quiet for") < out.index("The layout changed")
    assert "look:   presslake sites check quiet-courier" in out
    assert "slowest stages of a run: " in out
    code, out, _ = _run(capsys, "--lake", root, "status", "quiet-courier")
    assert "a run takes: fetch " in out


def test_status_of_one_site_as_json(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "--lake", root, "status", "quiet-courier", "--json")
    found = json.loads(out)
    assert code == 1
    assert [site["site"] for site in found["sites"]] == ["quiet-courier"]
    assert found["findings"][0]["rule"] == "quiet"


def test_status_of_an_unknown_site_and_of_no_lake(
    root: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = _run(capsys, "--lake", root, "status", "nobody")
    assert (code, "presslake ingest" in err) == (1, True)
    code, out, _ = _run(capsys, "--lake", str(tmp_path / "new"), "status")
    assert (code, "begin with: presslake ingest" in out) == (0, True)
    code, out, _ = _run(capsys, "--lake", "/dev/null/lake", "status")
    assert (code, "The lake can't be used" in out) == (1, True)


def test_report_to_a_file_and_into_the_lake(root: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "report.html"
    assert _run(capsys, "--lake", root, "report", "-o", str(target))[0] == 0
    assert "quiet-courier" in target.read_text()
    _, out, _ = _run(capsys, "--lake", root, "report")
    assert out.strip().endswith("/reports/latest.html")
    assert (Path(root) / "reports" / "latest.html").exists()


def test_metrics_are_read_by_prometheus_own_parser(health: Health, tmp_path: Path) -> None:
    write_textfile(health, tmp_path / "presslake.prom")
    families = {f.name: f for f in text_string_to_metric_families((tmp_path / "presslake.prom").read_text())}
    fired = {(s.labels["rule"], s.labels["site"]) for s in families["presslake_finding"].samples}
    assert ("quiet", "quiet-courier") in fired
    assert {s.labels["site"] for s in families["presslake_site_articles"].samples} == {r.site for r in NEWSROOMS}
    assert [path.name for path in tmp_path.iterdir()] == ["presslake.prom"]
    took = {(s.labels["site"], s.labels["stage"]): s.value for s in families["presslake_site_stage_seconds"].samples}
    assert max(took, key=lambda key: took[key]) == ("slow-standard", "extract")
    assert exposition(health) == (tmp_path / "presslake.prom").read_bytes()


def test_the_exporter_answers_also_for_a_lake_that_fails(root: str, tmp_path: Path) -> None:
    for lake, word in ((root, "presslake_site_articles{"), ("/dev/null/lake", 'rule="storage"')):
        with serve(Settings(lake, tmp_path), 0, "127.0.0.1") as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            at = f"http://127.0.0.1:{server.server_address[1]}"
            assert word in urllib.request.urlopen(f"{at}/metrics", timeout=30).read().decode()
            assert urllib.request.urlopen(f"{at}/healthz", timeout=5).read() == b"ok\n"
            server.shutdown()


def test_logs_as_json_keep_extras_and_exceptions() -> None:
    import logging

    try:
        raise ValueError("no")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("flows.x", logging.ERROR, "f", 1, "site %s\nbroke", ("bbc",), info)
    record.site = "bbc"
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "site bbc\nbroke"
    assert (entry["level"], entry["logger"], entry["site"]) == ("error", "flows.x", "bbc")
    assert "ValueError: no" in entry["exception"]
    assert datetime.fromisoformat(entry["time"]).tzinfo


def test_prefects_processes_log_as_json_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import logging
    from logging.config import DictConfigurator

    from prefect.logging.configuration import DEFAULT_LOGGING_SETTINGS_PATH, load_logging_config

    environ: dict[str, str] = {"PRESSLAKE_LOG": "json"}
    before = logging.root.handlers[:], logging.root.level
    configure(logging.WARNING, environ)
    logging.root.handlers[:], logging.root.level = before
    for name in environ:
        monkeypatch.setenv(name, environ[name])
    configuration = load_logging_config(DEFAULT_LOGGING_SETTINGS_PATH)
    configurator = DictConfigurator(configuration)
    configuration["formatters"]["standard"] = logging.Formatter()
    handler = configurator.configure_handler(dict(configuration["handlers"]["console"]))
    assert isinstance(handler, JsonHandler)
    handler.setStream(stream := io.StringIO())
    record = logging.LogRecord("prefect.flow_runs", logging.INFO, "f", 1, "window 1", (), None)
    record.flow_run_name = "backfill"
    handler.emit(record)
    entry = json.loads(stream.getvalue())
    assert (entry["message"], entry["flow_run_name"], entry["level"]) == ("window 1", "backfill", "info")
