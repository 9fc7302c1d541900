"""The cloud template: linted, deployed to moto, and its roles held to what they may do."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from flows.lake import open_lake
from tests.conftest import ROOT

TEMPLATE = ROOT / "infra" / "aws" / "lake.yaml"
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS..S3..BucketPolicy")

PARAMETERS = {"BucketName": "press-lake-test", "WriterPrincipal": "arn:aws:iam::123456789012:role/worker",
              "ReaderPrincipal": "arn:aws:iam::123456789012:root"}  # fmt: skip


def test_cfn_lint_has_nothing_to_say() -> None:
    api = pytest.importorskip("cfnlint.api")
    assert [str(match) for match in api.lint_file(TEMPLATE)] == []


def test_the_bucket_is_private_versioned_and_has_a_lifecycle() -> None:
    """Read from the template: moto's CloudFormation leaves these out."""
    decode = pytest.importorskip("cfnlint.decode.cfn_yaml")
    resources = decode.load(str(TEMPLATE))["Resources"]
    bucket = resources["Bucket"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert all(bucket["Properties"]["PublicAccessBlockConfiguration"].values())
    assert bucket["Properties"]["VersioningConfiguration"]["Status"] == "Enabled"
    rules = {rule["Id"] for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]}
    assert rules == {"archive-gets-cold", "reports-go", "removed-versions-go", "torn-uploads-go"}
    (deny,) = resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Principal"]) == ("Deny", "*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    for who in ("Writer", "Reader"):
        assert resources[f"{who}Role"]["Properties"]["ManagedPolicyArns"] == [{"Ref": f"{who}Policy"}]


def _account(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("AWS_ENDPOINT_URL", server), ("AWS_ACCESS_KEY_ID", "t"), ("AWS_SECRET_ACCESS_KEY", "t"),
                        ("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1")):  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def account() -> Iterator[str]:
    """The address of a moto server with all its services."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def stack(deployed: dict[str, str], account: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The outputs of the stack, with the environment of its account."""
    _account(account, monkeypatch)
    return deployed


@pytest.fixture(scope="module")
def deployed(account: str) -> Iterator[dict[str, str]]:
    """The template as a stack in moto; gives its outputs."""
    pytest.importorskip("cfnlint", reason="moto's CloudFormation needs cfn-lint")
    with pytest.MonkeyPatch.context() as monkeypatch:
        _account(account, monkeypatch)
        yield from _deployed()


def _deployed() -> Iterator[dict[str, str]]:
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


def test_the_deployed_bucket_is_an_encrypted_lake(stack: dict[str, str]) -> None:
    lake = open_lake(stack["Lake"])
    assert lake.store.put_if_absent("state/probe", b"x")
    assert not lake.store.put_if_absent("state/probe", b"y")
    found = boto3.client("s3").get_bucket_encryption(Bucket=PARAMETERS["BucketName"])
    (rule,) = found["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert {"WriterRoleArn", "ReaderRoleArn"} <= stack.keys()


@pytest.mark.parametrize(
    ("who", "action", "name", "allowed"),
    [
        ("Writer", "s3:PutObject", "archive/site=a/x.warc.gz", True),
        ("Writer", "s3:GetObject", "tables/articles/_delta_log/0.json", True),
        ("Writer", "s3:DeleteObject", "state/rows/x.parquet", True),
        ("Writer", "s3:DeleteObject", "archive/site=a/x.warc.gz", False),
        ("Writer", "s3:DeleteObjectVersion", "tables/x", False),
        ("Writer", "s3:PutBucketPolicy", "", False),
        ("Reader", "s3:GetObject", "tables/articles/x.parquet", True),
        ("Reader", "s3:GetObject", "reports/latest.html", True),
        ("Reader", "s3:GetObject", "state/alerts.json", False),
        ("Reader", "s3:PutObject", "tables/articles/x.parquet", False),
        ("Reader", "s3:DeleteObject", "tables/articles/x.parquet", False),
    ],
)
def test_roles_may_do_what_they_must_and_nothing_else(
    stack: dict[str, str], who: str, action: str, name: str, allowed: bool
) -> None:
    """Judged by the deployed policies themselves, with their resources as deployed."""
    resource = f"arn:aws:s3:::{PARAMETERS['BucketName']}" + (f"/news/{name}" if name else "")
    assert any(_allows(statement, action, resource) for statement in _statements(who)) is allowed


def _statements(who: str) -> list[dict[str, Any]]:
    iam = boto3.client("iam")
    policies = iam.list_policies(Scope="Local")["Policies"]
    # moto keeps the policies of stacks that were deleted.
    named = [policy for policy in policies if policy["PolicyName"].startswith(f"lake-{who}Policy")]
    policy = max(named, key=lambda policy: policy["CreateDate"])
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    statements: list[dict[str, Any]] = version["Document"]["Statement"]  # type: ignore[index, assignment]
    return statements


def _allows(statement: dict[str, Any], action: str, resource: str) -> bool:
    assert statement["Effect"] == "Allow"
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    actions = any(fnmatchcase(action, pattern) for pattern in statement["Action"])
    return actions and any(fnmatchcase(resource, pattern) for pattern in resources)
