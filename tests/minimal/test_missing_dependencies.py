"""What is not installed is missed only where it is used, and then named.

tox runs these without cryptography and without urllib3; where both are there, the other half.
"""

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec

import pytest
import pytracking
from pytracking.html import adapt_html

BASES = {
    "base_open_tracking_url": "https://track.example.com/o/",
    "base_click_tracking_url": "https://track.example.com/c/",
}
KEY = "VGhpcnR5LXR3byBieXRlcywgZm9yIHRoZSB0ZXN0cy4="  # a Fernet key: 32 bytes in base64

with_cryptography = pytest.mark.skipif(not find_spec("cryptography"), reason="no cryptography")
without_cryptography = pytest.mark.skipif(
    bool(find_spec("cryptography")), reason="cryptography is installed"
)
with_urllib3 = pytest.mark.skipif(not find_spec("urllib3"), reason="no urllib3")
without_urllib3 = pytest.mark.skipif(bool(find_spec("urllib3")), reason="urllib3 is installed")


def result_with_webhook() -> pytracking.TrackingResult:
    link = pytracking.get_open_tracking_url(
        {"customer": 1}, webhook_url="http://127.0.0.1:9/", include_webhook_url=True, **BASES
    )
    return pytracking.get_open_tracking_result(link, webhook_url="http://127.0.0.1:9/", **BASES)


def test_plain_links_need_nothing() -> None:
    link = pytracking.get_click_tracking_url("https://example.com/", {"customer": 1}, **BASES)
    result = pytracking.get_click_tracking_result(link, **BASES)
    assert (result.tracked_url, result.metadata) == ("https://example.com/", {"customer": 1})


def test_rewriting_a_mail_needs_nothing() -> None:
    html = '<html><body><a href="https://example.com/">x</a></body></html>'
    assert "https://track.example.com/c/" in adapt_html(html, {"customer": 1}, **BASES)


def test_importing_every_public_name_loads_no_heavy_package() -> None:
    code = (
        "import sys\n"
        "from pytracking import *\n"
        "heavy = {'aws_lambda_powertools', 'boto3', 'cryptography', 'duckdb', 'lxml', 'urllib3'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(next(iter(pytracking.__path__)) + "/..")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"


@with_cryptography
def test_encrypted_links_work_with_cryptography() -> None:
    link = pytracking.get_open_tracking_url({"a": 1}, encryption_bytestring_key=KEY, **BASES)
    result = pytracking.get_open_tracking_result(link, encryption_bytestring_key=KEY, **BASES)
    assert result.metadata == {"a": 1}


@without_cryptography
def test_encrypted_links_name_cryptography_as_missing() -> None:
    with pytest.raises(pytracking.MissingDependency, match="pip install cryptography"):
        pytracking.get_open_tracking_url({"a": 1}, encryption_bytestring_key=KEY, **BASES)


@without_cryptography
def test_sealed_links_name_cryptography_as_missing() -> None:
    with pytest.raises(pytracking.MissingDependency, match="pip install cryptography"):
        pytracking.get_open_tracking_url({"a": 1}, keyring=pytracking.Keyring.generate(), **BASES)


@with_urllib3
def test_a_webhook_is_posted_with_urllib3() -> None:
    from pytracking.webhook import send_webhook

    with pytest.raises(pytracking.WebhookError):  # nobody listens at that port
        send_webhook(result_with_webhook())


@without_urllib3
def test_webhooks_name_urllib3_as_missing() -> None:
    with pytest.raises(pytracking.MissingDependency, match="pip install urllib3"):
        import_module("pytracking.webhook")


@pytest.mark.skipif(find_spec("aws_lambda_powertools") is not None, reason="powertools are there")
def test_the_lambda_side_names_powertools_as_missing() -> None:
    with pytest.raises(pytracking.MissingDependency, match="pip install aws-lambda-powertools"):
        import_module("pytracking.handlers.answering")
