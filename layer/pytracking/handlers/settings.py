"""The functions' settings, read once from the environment variables that the template sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pytracking.errors import ConfigurationError
from pytracking.privacy import Policy

HOW_TO_MAKE_A_KEY = (
    "Deployed from the template, the function finds its keys in the secret that the template "
    "generates. To run it elsewhere, make a keyring with `python -m pytracking keys new` and set "
    "PYTRACKING_LINK_KEYS to the JSON it prints; the sample events of events/ need "
    "`--env-vars events/env.json`"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the open and click functions are told.

    Attributes:
        webhook_url: who is told of hits whose link names no webhook; None when only links say.
        fallback_url: where a click on an unusable link goes; None for the built-in page.
        queue_url: the SQS queue of hits; None: the function calls the webhook itself.
        link_keys_secret: ARN or name of the secret with the keyring's JSON.
        link_keys: the keyring's JSON itself, for local use.
        privacy: what is kept of a visitor.
        local: running under `sam local` or the local gateway, where the sample key is welcome.
        allow_http_webhooks: webhooks may be http, not only https.
    """

    webhook_url: str | None
    fallback_url: str | None
    queue_url: str | None
    link_keys_secret: str | None
    link_keys: str | None
    privacy: Policy
    local: bool
    allow_http_webhooks: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Return the settings in ``environment``; a variable that is empty counts as absent.

        Raises:
            ConfigurationError: no link keys, or a value that cannot be meant.
        """
        settings = cls(
            webhook_url=environment.get("PYTRACKING_WEBHOOK_URL") or None,
            fallback_url=environment.get("PYTRACKING_FALLBACK_URL") or None,
            queue_url=environment.get("PYTRACKING_QUEUE_URL") or None,
            link_keys_secret=environment.get("PYTRACKING_LINK_KEYS_SECRET") or None,
            link_keys=environment.get("PYTRACKING_LINK_KEYS") or None,
            privacy=Policy.from_environment(environment),
            local=flag(environment, "AWS_SAM_LOCAL"),
            allow_http_webhooks=flag(environment, "PYTRACKING_ALLOW_HTTP_WEBHOOKS"),
        )
        if not (settings.link_keys or settings.link_keys_secret):
            raise ConfigurationError(
                "no link keys: neither PYTRACKING_LINK_KEYS_SECRET nor PYTRACKING_LINK_KEYS is "
                f"set, and links are never read without a key. {HOW_TO_MAKE_A_KEY}"
            )
        return settings


def flag(environment: Mapping[str, str], name: str) -> bool:
    """Return whether a variable is "true"; unset and empty are "false".

    Raises:
        ConfigurationError: it is neither.
    """
    value = environment.get(name) or "false"
    if value.lower() not in ("true", "false"):
        raise ConfigurationError(f"{name} is {value!r}: expected true or false")
    return value.lower() == "true"
