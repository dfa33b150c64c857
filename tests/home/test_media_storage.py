"""Media lie on the local disk or in S3-compatible storage, by one setting."""

import os
import socket
import subprocess
import sys
import time

import pytest

PROGRAM = """
import django; django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
name = default_storage.save("esitteet/testi.pdf", ContentFile(b"%PDF-1.7 testi"))
print(type(default_storage._wrapped).__name__, name, default_storage.open(name).read().decode())
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def s3_server():
    """A real S3 over HTTP on this machine (moto's server), with an empty bucket."""
    import boto3

    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-north-1"}
    address = f"http://127.0.0.1:{port}"
    client = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-north-1"
    )
    client.create_bucket(Bucket="aineistot", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    yield keys | {"MEDIA_S3_BUCKET": "aineistot", "MEDIA_S3_ENDPOINT": address}
    server.terminate()
    server.wait(10)


def run_with(environment):
    base = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=base | environment, capture_output=True, text=True, timeout=60
    )


def test_a_file_goes_to_s3_and_comes_back_when_a_bucket_is_set(s3_server):
    result = run_with(s3_server)
    assert result.stdout.split(maxsplit=2)[::2] == ["S3Storage", "%PDF-1.7 testi\n"], result.stderr


def test_a_file_goes_to_the_disk_otherwise(tmp_path):
    result = run_with({"MEDIA_ROOT": str(tmp_path)})
    assert result.stdout.split(maxsplit=2)[::2] == ["FileSystemStorage", "%PDF-1.7 testi\n"], result.stderr
    assert list(tmp_path.rglob("*.pdf"))
