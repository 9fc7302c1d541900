"""`python -m infra.radosgw [-- command …]`: run the server until Ctrl-C, or while a command runs.

Prints the environment variables that reach it, with a bucket `lake`. With a command, these are set for it and its
exit status is ours. Exit status 77 where the server can't be had on this machine.
"""

import os
import signal
import subprocess
import sys
import threading

import boto3

from infra.radosgw import RadosGateway, UnavailableError

SKIPPED = 77


def main(arguments: list[str]) -> int:
    """Run, and give the exit status."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        with RadosGateway() as gateway:
            variables = gateway.environment
            client = boto3.client(
                "s3",
                endpoint_url=gateway.address,
                region_name="us-east-1",
                aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            )
            client.create_bucket(Bucket="lake")
            variables |= {"PRESSLAKE_LAKE": "s3://lake/news"}
            if command:
                return subprocess.run(command, env=os.environ | variables, check=False).returncode
            print("\n".join(f"export {name}={value}" for name, value in variables.items()), flush=True)
            print("# radosgw is running; Ctrl-C stops it", file=sys.stderr)
            stop.wait()
            return 0
    except UnavailableError as problem:
        print(f"radosgw: {problem}", file=sys.stderr)
        return SKIPPED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
