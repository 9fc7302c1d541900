"""Every file in infra/ is held to a tool that knows its format; what can't be run here is said in infra/README.md.

| file | tool |
|---|---|
| Dockerfile | dockerfile-parse, and what an image of ours must fulfil |
| compose.yaml | compose-spec (the Compose specification's model) |
| aws/lake.yaml | cfn-lint; deployed to moto (test_files_aws.py) |
| kubernetes/ | kubernetes-validate (the API's own schemas); `kubectl kustomize` where there is one |
| prometheus/rules.yaml | its expressions name metrics that there are |
| prefect/automations.yaml | Prefect's own model of an automation |
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from flows.cli import cli
from flows.health import Health
from flows.health.model import Finding
from flows.metrics import exposition
from tests.conftest import ROOT
from tests.flows.health.conftest import END, health, weeks
from tests.flows.health.simulated import NEWSROOMS, Newsroom

__all__ = ["health", "weeks"]
"""Fixtures of the health tests that are used here, too."""

INFRA = ROOT / "infra"
KUBERNETES = sorted((INFRA / "kubernetes").glob("*.yaml"))


def _documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def _pods() -> list[tuple[str, dict[str, Any]]]:
    return [
        (document["metadata"]["name"], document["spec"]["template"]["spec"])
        for path in KUBERNETES
        for document in _documents(path)
        if document["kind"] in ("Deployment", "StatefulSet")
    ]


def test_dockerfile_is_understood_and_its_image_runs_as_nobody_special() -> None:
    parse = pytest.importorskip("dockerfile_parse")
    parser = parse.DockerfileParser(path=str(INFRA / "Dockerfile"), cache_content=True)
    steps = [(step["instruction"], step["value"]) for step in parser.structure if step["instruction"] != "COMMENT"]
    last = steps[[i for i, (name, _) in enumerate(steps) if name == "FROM"][-1] :]
    users = [value for name, value in last if name == "USER"]
    assert users == ["10001:10001"]
    assert [name for name, _ in last].index("USER") < [name for name, _ in last].index("ENTRYPOINT")
    assert any(name == "HEALTHCHECK" and "healthcheck.py" in value for name, value in last)
    assert all(value.split()[0] == "python:3.11-slim-bookworm" for name, value in steps if name == "FROM")
    assert not any(
        name == "ADD" or (name in ("ENV", "ARG") and re.search("SECRET|PASSWORD", value)) for name, value in steps
    )


def test_dockerfile_copies_only_what_there_is_and_is_not_ignored() -> None:
    ignore = (INFRA / "Dockerfile.dockerignore").read_text().splitlines()
    for line in (INFRA / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists()
                assert f"!{source.split('/')[0]}" in ignore


def test_the_images_lock_has_the_same_versions_as_the_repository_and_no_tools() -> None:
    ours, image = (
        dict(re.findall(r"(?m)^([a-z0-9._-]+)==([^ \\;]+)", (folder / "requirements.lock").read_text()))
        for folder in (ROOT, INFRA)
    )
    assert image.items() <= ours.items()
    assert not {"mypy", "pytest", "ruff", "moto"} & image.keys()
    assert {"scrapy", "prefect", "deltalake", "asyncpg", "prometheus-client"} <= image.keys()


def test_compose_file_keeps_the_specification() -> None:
    spec = pytest.importorskip("compose_spec")
    # Variables as they are without an .env; anchors and merges are YAML's, not the specification's.
    text = re.sub(
        r"\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}", lambda match: match[1] or "", (INFRA / "compose.yaml").read_text()
    )
    resolved = yaml.safe_load(text)
    compose = spec.PyCompose.from_yaml(yaml.safe_dump(resolved))
    compose.validate()
    assert set(compose.service_names()) == {
        "postgres", "prefect", "worker", "scheduler", "extractor", "metrics",
    }  # fmt: skip


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no docker-compose here")
def test_docker_compose_reads_the_file() -> None:
    command = [
        "docker-compose",
        "--project-directory",
        str(ROOT),
        "-f",
        str(INFRA / "compose.yaml"),
        "config",
        "--quiet",
    ]
    environment = {"PATH": os.environ["PATH"], "POSTGRES_PASSWORD": "x"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_compose_services_are_confined_and_watched() -> None:
    compose = yaml.safe_load((INFRA / "compose.yaml").read_text())
    for name, service in compose["services"].items():
        if name == "postgres":
            assert "ports" not in service
            continue
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert name == "worker" or "healthcheck" in service  # the worker has its image's
    used = set(re.findall(r"\$\{([A-Z_]+)", (INFRA / "compose.yaml").read_text()))
    told = set(re.findall(r"(?m)^#? ?([A-Z_]+)=", (INFRA / "example.env").read_text()))
    assert told <= used


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_kubernetes_manifests_keep_the_apis_schemas(path: Path) -> None:
    validate = pytest.importorskip("kubernetes_validate")
    for document in _documents(path):
        if document["apiVersion"].startswith("kustomize."):
            assert all((path.parent / name).exists() for name in document["resources"])
            assert {f"{name}.yaml" for name in ("kustomization",)} | set(document["resources"]) == {
                p.name for p in KUBERNETES
            }
            continue
        validate.validate(document, "1.33", strict=True)


def test_kubernetes_pods_keep_the_restricted_standard_that_the_namespace_enforces() -> None:
    """Pod Security Standards, "Restricted"."""
    assert len(_pods()) == 5
    for name, pod in _pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert {"requests", "limits"} <= container["resources"].keys()
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            claims = {"spool"} if name == "worker" else set()
            assert mounts == {volume["name"] for volume in pod["volumes"]} | claims


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")
def test_kustomize_builds_what_would_be_applied() -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", str(INFRA / "kubernetes")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    built = [document for document in yaml.safe_load_all(done.stdout) if document]
    assert {document["metadata"].get("namespace") for document in built if document["kind"] != "Namespace"} == {
        "presslake"
    }
    images = {
        c["image"]
        for d in built
        if "template" in d.get("spec", {})
        for c in d["spec"]["template"]["spec"]["containers"]
    }
    assert images == {"registry.example.org/presslake:0.1.0"}


def test_prometheus_rules_ask_for_metrics_that_there_are() -> None:
    text = exposition(Health("file:///x", END, [], [Finding("disk", "critical", None, "", "", "", "")])).decode()
    there = set(re.findall(r"(?m)^# TYPE (\w+)", text))
    (group,) = yaml.safe_load((INFRA / "prometheus" / "rules.yaml").read_text())["groups"]
    for rule in group["rules"]:
        asked = set(re.findall(r"presslake_\w+", rule["expr"]))
        assert asked
        assert asked <= there
        assert (ROOT / rule["annotations"]["runbook"]).exists()


def test_prefect_reads_the_automations() -> None:
    from prefect.events.schemas.automations import AutomationCore

    found = yaml.safe_load((INFRA / "prefect" / "automations.yaml").read_text())["automations"]
    automations = [AutomationCore.model_validate(automation) for automation in found]
    assert [automation.name for automation in automations] == [
        "presslake-alert",
        "presslake-run-failed",
        "presslake-no-run",
    ]
    assert automations[0].trigger.expect == {"presslake.alert.*"}  # type: ignore[union-attr]


def test_the_runbook_knows_every_rule() -> None:
    from flows.health.rules import DEFAULTS

    headings = set(re.findall(r"(?m)^## `(\w+)`", (INFRA / "RUNBOOK.md").read_text()))
    assert headings == {rule.id for rule in DEFAULTS}


def test_the_healthcheck_sees_no_worker_here(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(INFRA / "healthcheck.py")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) in ((1, "no worker process\n"), (1, "the Prefect server does not answer\n"))
    from infra.healthcheck import server_answers, worker_runs

    (tmp_path / "17").mkdir()
    (tmp_path / "17" / "cmdline").write_bytes(b"python\0-m\0flows.serve.child\0001\0server\0h\0001")
    assert not worker_runs(tmp_path)
    (tmp_path / "17" / "cmdline").write_bytes(b"python\0-m\0flows.serve.child\0001\0worker\0004\0shared")
    assert worker_runs(tmp_path)
    assert not server_answers("http://127.0.0.1:9/api")


@pytest.mark.parametrize("name", ["../README.md", "README.md", "RUNBOOK.md"])
def test_the_commands_that_are_told_exist(name: str) -> None:
    """Every `presslake …` at the beginning of a line of commands is one, with the options it is given."""
    lines = re.findall(r"(?m)^    (?:.*-- |.*worker |[A-Z_]+=\S+ )?presslake ([^#\n|]+)", (INFRA / name).read_text())
    assert lines
    for line in lines:
        words = [word for word in line.split() if word != "-v"]
        command = cli.get_command(click.Context(cli), words[0])
        assert command is not None, line
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), words[1])
            assert command is not None, line
        told = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= told, line


@pytest.mark.parametrize("room", [room for room in NEWSROOMS if room.event], ids=lambda room: room.site)
def test_the_commands_of_findings_exist(health: Health, room: Newsroom) -> None:
    finding = next(finding for finding in health.all_findings if finding.site == room.site)
    words = finding.look.split()
    assert words[0] == "presslake"
    assert cli.get_command(click.Context(cli), words[1]) is not None
