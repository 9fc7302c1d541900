"""The cloud template: linted, deployed to moto, and its roles held to what they may do."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest

from flows.lake import open_lake
from tests.conftest import ROOT

TEMPLATE = ROOT / "infra" / "aws" / "lake.yaml"
PARAMETERS = {"BucketName": "press-lake-test", "WriterPrincipal": "arn:aws:iam::123456789012:role/worker",
              "ReaderPrincipal": "arn:aws:iam::123456789012:root"}  # fmt: skip


def test_cfn_lint_has_nothing_to_say() -> None:
    api = pytest.importorskip("cfnlint.api")
    assert [str(match) for match in api.lint_file(TEMPLATE)] == []


@pytest.fixture
def stack(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The template as a stack in moto; gives its outputs."""
    pytest.importorskip("cfnlint", reason="moto's CloudFormation needs cfn-lint")
    for name, value in (("AWS_ENDPOINT_URL", s3_server), ("AWS_ACCESS_KEY_ID", "t"), ("AWS_SECRET_ACCESS_KEY", "t"),
                        ("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1")):  # fmt: skip
        monkeypatch.setenv(name, value)
    formation = boto3.client("cloudformation")
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()]
    formation.create_stack(
        StackName="lake", TemplateBody=TEMPLATE.read_text(), Parameters=parameters, Capabilities=["CAPABILITY_IAM"]
    )
    (found,) = formation.describe_stacks(StackName="lake")["Stacks"]
    assert found["StackStatus"] == "CREATE_COMPLETE"
    yield {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    formation.delete_stack(StackName="lake")
    boto3.resource("s3").Bucket(PARAMETERS["BucketName"]).object_versions.delete()
    boto3.client("s3").delete_bucket(Bucket=PARAMETERS["BucketName"])


def test_the_deployed_bucket_is_a_lake_private_encrypted_and_with_a_lifecycle(stack: dict[str, str]) -> None:
    lake = open_lake(stack["Lake"])
    assert lake.store.put_if_absent("state/probe", b"x")
    assert not lake.store.put_if_absent("state/probe", b"y")
    s3 = boto3.client("s3")
    bucket = PARAMETERS["BucketName"]
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert rules["archive-gets-cold"]["Transitions"][0]["Days"] == 60
    (deny,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


@pytest.mark.parametrize(
    ("role", "action", "name", "allowed"),
    [
        ("WriterRoleArn", "s3:PutObject", "archive/site=a/x.warc.gz", True),
        ("WriterRoleArn", "s3:GetObject", "tables/articles/_delta_log/0.json", True),
        ("WriterRoleArn", "s3:DeleteObject", "state/rows/x.parquet", True),
        ("WriterRoleArn", "s3:DeleteObject", "archive/site=a/x.warc.gz", False),
        ("WriterRoleArn", "s3:DeleteObjectVersion", "tables/x", False),
        ("WriterRoleArn", "s3:PutBucketPolicy", "", False),
        ("ReaderRoleArn", "s3:GetObject", "tables/articles/x.parquet", True),
        ("ReaderRoleArn", "s3:GetObject", "reports/latest.html", True),
        ("ReaderRoleArn", "s3:GetObject", "state/alerts.json", False),
        ("ReaderRoleArn", "s3:PutObject", "tables/articles/x.parquet", False),
        ("ReaderRoleArn", "s3:DeleteObject", "tables/articles/x.parquet", False),
    ],
)
def test_roles_may_do_what_they_must_and_nothing_else(
    stack: dict[str, str], role: str, action: str, name: str, allowed: bool
) -> None:
    """Judged by the deployed policies themselves, with their resources as deployed."""
    resource = f"arn:aws:s3:::{PARAMETERS['BucketName']}" + (f"/news/{name}" if name else "")
    assert any(_allows(statement, action, resource) for statement in _statements(stack[role])) is allowed


def _statements(role: str) -> list[dict[str, Any]]:
    iam = boto3.client("iam")
    found = []
    for policy in iam.list_attached_role_policies(RoleName=role.split("/")[-1])["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=policy["PolicyArn"])["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
        found += document["Statement"]
    return found


def _allows(statement: dict[str, Any], action: str, resource: str) -> bool:
    assert statement["Effect"] == "Allow"
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    actions = any(fnmatchcase(action, pattern) for pattern in statement["Action"])
    return actions and any(fnmatchcase(resource, pattern) for pattern in resources)
