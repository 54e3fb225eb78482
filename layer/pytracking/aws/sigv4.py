"""AWS Signature Version 4 for the one kind of request made here: a POST of JSON to ``/``.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
botocore has a signer, but loading it doubles what a cold start costs; a test holds this one
against it.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping

from pytracking.environment import Settings
from pytracking.errors import ConfigurationError


def signed_headers(
    headers: Mapping[str, str],
    body: bytes,
    *,
    settings: Settings,
    region: str,
    service: str,
    now: float,
) -> dict[str, str]:
    """Return ``headers`` and those that authenticate a POST of ``body`` to ``/``.

    Args:
        headers: lower-case names, ``host`` among them; all of them are signed.
        now: seconds since the epoch; AWS accepts a signature for five minutes.

    Raises:
        ConfigurationError: there is no access key.
    """
    if not (settings.access_key and settings.secret_key):
        raise ConfigurationError(
            "no AWS credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the "
            "environment, where Lambda puts those of the function's role"
        )
    timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    headers = {**headers, "x-amz-date": timestamp}
    if settings.session_token:
        headers["x-amz-security-token"] = settings.session_token
    names = sorted(headers)
    signed = ";".join(names)
    canonical = "\n".join(
        (
            "POST",
            "/",
            "",  # no query
            *(f"{name}:{headers[name].strip()}" for name in names),
            "",
            signed,
            hashlib.sha256(body).hexdigest(),
        )
    )
    date = timestamp[:8]
    scope = f"{date}/{region}/{service}/aws4_request"
    to_sign = "\n".join(
        ("AWS4-HMAC-SHA256", timestamp, scope, hashlib.sha256(canonical.encode()).hexdigest())
    )
    key = _signing_key(settings.secret_key, date, region, service)
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={settings.access_key}/{scope}, "
        f"SignedHeaders={signed}, Signature={_hmac(key, to_sign).hex()}"
    )
    return headers


def _signing_key(secret_key: str, date: str, region: str, service: str) -> bytes:
    """Derive the key of one day, region and service: the same for every request of that day."""
    key = f"AWS4{secret_key}".encode()
    for part in (date, region, service, "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
