"""Every environment variable that is read, in one place: ``Settings.from_environment``.

docs/variables.md is generated from it: ``python -m tools.variables``.
"""
# ruff: noqa: RUF009 - each field is made by one call, and what it makes is immutable

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal

from pytracking.errors import ConfigurationError

PrivacyMode = Literal["full", "truncated", "none"]
DoNotTrack = Literal["aggregate", "anonymous", "ignore"]

_Read = Callable[[str, str], Any]


def _text(name: str, value: str) -> str | None:
    return value or None


def _flag(name: str, value: str) -> bool:
    if value.lower() not in ("", "true", "false"):
        raise ConfigurationError(f"{name} is {value!r}: expected true or false")
    return value.lower() == "true"


def _one_of(allowed: tuple[str, ...]) -> _Read:
    def read(name: str, value: str) -> str:
        if value and value not in allowed:
            expected = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
            raise ConfigurationError(f"{name} is {value!r}: expected {expected}")
        return value or allowed[0]

    return read


def _names(name: str, value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


# ABCDE12345.com.example.shop: ten characters of a team, and a bundle's identifier
_APPLE_APP_ID = r"[A-Z0-9]{10}\.[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
# com.example.shop=14:6D:...: a package, and the SHA-256 of a certificate it is signed with
_ANDROID_APP = (
    r"([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+)="
    r"((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{64})"
)


def _apple_apps(name: str, value: str) -> tuple[str, ...]:
    for one in (found := _names(name, value)):
        if not re.fullmatch(_APPLE_APP_ID, one):
            raise ConfigurationError(f"{name}: invalid {one!r}: expected TEAM.bundle.identifier")
    return found


def _android_apps(name: str, value: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, tuple[str, ...]] = {}
    for one in _names(name, value):
        parts = re.fullmatch(_ANDROID_APP, one)
        if not parts:
            raise ConfigurationError(
                f"{name}: invalid {one!r}: expected PACKAGE=FINGERPRINT, the SHA-256 of the "
                "certificate in hexadecimal, with or without colons"
            )
        digits = parts[2].replace(":", "").upper()  # as Google writes them: 14:6D:E9:...
        fingerprint = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
        found[parts[1]] = (*found.get(parts[1], ()), fingerprint)
    return tuple(found.items())


def _env(meaning: str, read: _Read = _text, *, name: str = "", secret: bool = False) -> Any:
    """Return a field that is read from a variable; a secret one is never shown.

    Args:
        name: the variable's, where it is not ``PYTRACKING_`` and the field's.
    """
    metadata = {"variable": name, "meaning": meaning, "read": read}
    return field(default=read(name, ""), repr=not secret, metadata=metadata)


def _endpoint(service: str) -> Any:
    name = f"AWS_ENDPOINT_URL_{service.upper().replace(' ', '_')}"
    return _env(f"calls {service} at this address instead", name=name)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, each variable under a name of ours; empty counts as absent.

    The meaning of each stands beside it, and in docs/variables.md.
    """

    link_keys_secret: str | None = _env("ARN or name of the secret that holds the link keys")
    link_keys: str | None = _env(
        "the link keys' JSON itself, for use without a secret", secret=True
    )
    open_base_url: str | None = _env("what open links start with, `https://track.example.com/o/`")
    click_base_url: str | None = _env("what click links start with, `https://track.example.com/c/`")
    webhook_url: str | None = _env("webhook URL of hits whose link names none")
    fallback_url: str | None = _env(
        "where a click on a link that cannot be used goes; without it, a neutral page"
    )
    sender_name: str | None = _env("who the mails are from, on the pages of action links")
    sender_url: str | None = _env(
        "where the pages of action links say the sender is reached, `https:` or `mailto:`"
    )
    apple_app_ids: tuple[str, ...] = _env(
        "apps on Apple's systems that open links made for them, `TEAMID1234.com.example.shop`",
        _apple_apps,
    )
    android_apps: tuple[tuple[str, tuple[str, ...]], ...] = _env(
        "apps on Android that open links made for them, `com.example.shop=` and the SHA-256 of "
        "their certificate",
        _android_apps,
    )
    hosts: tuple[str, ...] = _env(
        "domains of links, separated by commas: events name the one that was used", _names
    )
    viewer_address_secret: str | None = _env(
        "what CloudFront sends as `X-Origin-Secret`, so that its `CloudFront-Viewer-Address` is "
        "believed; without it, that header never is",
        secret=True,
    )
    queue_url: str | None = _env(
        "SQS queue of hits; without it, open and click call the webhook themselves"
    )
    slow_queue_url: str | None = _env(
        "SQS queue for the hits of slow receivers; without it, they share the queue of all"
    )
    slow_lane: bool = _env("`true`: deliver is fed from the queue of slow receivers", _flag)
    dead_letter_queue_url: str | None = _env("SQS queue of hits that could not be delivered")
    event_stream: str | None = _env(
        "Firehose stream that writes every event to the event store; without it, there is none"
    )
    event_bus: str | None = _env(
        "ARN or name of the EventBridge bus that every event is put on; without it, none is"
    )
    webhook_secrets_secret: str | None = _env(
        "ARN or name of the secret that holds the webhook secrets"
    )
    webhook_secrets: str | None = _env(
        "the webhook secrets' JSON itself, for use without a secret", secret=True
    )
    allow_http_webhooks: bool = _env("`true`: webhooks may be http, not only https", _flag)
    allowed_webhook_networks: str | None = _env(
        "private networks that webhooks may be in, `10.1.0.0/16, 10.2.0.0/16`"
    )
    privacy_mode: PrivacyMode = _env(
        "what is kept of visitors: `full`, `truncated` or `none`",
        _one_of(("full", "truncated", "none")),
        name="PYTRACKING_PRIVACY",
    )
    do_not_track: DoNotTrack = _env(
        "how an open whose browser asks not to be tracked is recorded: `aggregate`, `anonymous` "
        "or `ignore`",
        _one_of(("aggregate", "anonymous", "ignore")),
    )
    shadow_signals: bool = _env(
        "`true`: events carry signals whose precision is not known yet, and which decide nothing",
        _flag,
    )
    campaign_keys: tuple[str, ...] = _env(
        "metadata that aggregate events keep, separated by commas", _names
    )
    cloudevents_headers: bool = _env(
        "`true`: webhooks carry the headers of CloudEvents 1.0 as well", _flag
    )
    local: bool = _env(
        "`true` under `sam local` and `make run`: the sample key serves",
        _flag,
        name="AWS_SAM_LOCAL",
    )
    region: str | None = _env("region of the calls to AWS; set by Lambda", name="AWS_REGION")
    default_region: str | None = _env(
        "the same where AWS_REGION is unset", name="AWS_DEFAULT_REGION"
    )
    access_key: str | None = _env("signs calls to AWS; set by Lambda", name="AWS_ACCESS_KEY_ID")
    secret_key: str | None = _env(
        "signs calls to AWS; set by Lambda", secret=True, name="AWS_SECRET_ACCESS_KEY"
    )
    session_token: str | None = _env(
        "signs calls to AWS; set by Lambda", secret=True, name="AWS_SESSION_TOKEN"
    )
    aws_domain: str | None = _env(
        "domain of AWS's services, `AWS::URLSuffix` of CloudFormation; `amazonaws.com` where unset"
    )
    aws_endpoint: str | None = _env(
        "calls every AWS service at this address instead", name="AWS_ENDPOINT_URL"
    )
    sqs_endpoint: str | None = _endpoint("SQS")
    secrets_manager_endpoint: str | None = _endpoint("Secrets Manager")
    firehose_endpoint: str | None = _endpoint("Firehose")
    eventbridge_endpoint: str | None = _endpoint("EventBridge")
    service: str | None = _env(
        "`service` of log lines and metrics: the stack's name", name="POWERTOOLS_SERVICE_NAME"
    )
    namespace: str | None = _env("namespace of the metrics", name="POWERTOOLS_METRICS_NAMESPACE")

    @property
    def event_destinations(self) -> tuple[str, ...]:
        """The destinations that every event is owed to, whatever its webhook."""
        configured = {"store": self.event_stream, "bus": self.event_bus}
        return tuple(name for name, value in configured.items() if value)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ, **defaults: str
    ) -> Settings:
        """Return the settings in ``environment``.

        Raises:
            ConfigurationError: a value that cannot be used.
        """
        found: dict[str, Any] = {}
        for one in fields(cls):
            variable = variable_of(one)
            text = environment.get(variable) or defaults.get(variable, "")
            found[one.name] = one.metadata["read"](variable, text)
        return cls(**found)


def variable_of(setting: Field[Any]) -> str:
    """Return the name of the variable that a field of ``Settings`` is read from."""
    return setting.metadata["variable"] or f"PYTRACKING_{setting.name.upper()}"
