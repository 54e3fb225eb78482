"""Minting links from anywhere in AWS: ready configured by the environment and the stack's secret.

    from pytracking.handlers.minter import Minter
    minter = Minter()

    body = minter.html(body, {"customer": 7})

The role of the function needs the stack's ReadLinkKeys policy.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytracking import Configuration
from pytracking.aws.secrets import LinkKeys
from pytracking.environment import Settings
from pytracking.errors import ConfigurationError, KeysUnavailable

if TYPE_CHECKING:
    from pytracking.email import AnyMessage

__all__ = ["KeysUnavailable", "Minter"]

FETCH_SECONDS = 5.0
"""Most that fetching the keys may take; unlike a visitor, a sender can wait."""

_BASES = {
    "base_open_tracking_url": "PYTRACKING_OPEN_BASE_URL",
    "base_click_tracking_url": "PYTRACKING_CLICK_BASE_URL",
}


class Minter:
    """Mints links, and rewrites mails, with the link keys of a stack.

    Make one per process, outside the handler: it fetches the keys once, and again every five
    minutes, so that a rotation reaches it. While they cannot be fetched it goes on with those it
    has.

    Args:
        environment: PYTRACKING_OPEN_BASE_URL and PYTRACKING_CLICK_BASE_URL (the stack's outputs)
            and PYTRACKING_LINK_KEYS_SECRET (the ARN), or PYTRACKING_LINK_KEYS with the keyring's
            JSON itself.
        kwargs: parameters of `Configuration` for all links, e.g. `webhook_url` with
            `include_webhook_url=True`.

    Raises:
        ConfigurationError: a variable is missing or cannot be meant.
        TypeError: an unknown keyword.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ, **kwargs: Any) -> None:
        bases = {name: environment.get(variable) for name, variable in _BASES.items()}
        bases |= {name: kwargs[name] for name in _BASES.keys() & kwargs.keys()}
        for name, url in bases.items():
            if not url:
                raise ConfigurationError(
                    f"{_BASES[name]} is not set: give it the stack's output of that name, "
                    "e.g. https://track.example.com/o/"
                )
        self._settings = Configuration(**{**kwargs, **bases})
        self._keys = LinkKeys.of(
            Settings.from_environment(environment), fetch_seconds=FETCH_SECONDS
        )
        self._configuration = self._settings

    def configuration(self) -> Configuration:
        """The configuration to mint with now: for every function of pytracking that takes one.

        Raises:
            KeysUnavailable: no keys could be fetched yet; try again in a few seconds.
        """
        keyring = self._keys.keyring()
        if self._configuration.keyring is not keyring:
            self._configuration = self._settings.merge_with_kwargs({"keyring": keyring})
        return self._configuration

    def open(self, metadata: Mapping[str, Any] | None = None, **kwargs: Any) -> str:
        """An open link; as `pytracking.get_open_tracking_url`."""
        return self._with(kwargs).get_open_tracking_url(metadata)

    def click(self, url: str, metadata: Mapping[str, Any] | None = None, **kwargs: Any) -> str:
        """A click link; as `pytracking.get_click_tracking_url`."""
        return self._with(kwargs).get_click_tracking_url(url, metadata)

    def html(self, html: str, metadata: Mapping[str, Any] | None, **kwargs: Any) -> str:
        """A mail's HTML with tracked links and the pixel; as `pytracking.html.adapt_html`."""
        from pytracking.html import adapt_html

        return adapt_html(html, metadata, configuration=self.configuration(), **kwargs)

    def text(self, text: str, metadata: Mapping[str, Any] | None, **kwargs: Any) -> str:
        """A plain text with tracked links; as `pytracking.text.adapt_text`."""
        from pytracking.text import adapt_text

        return adapt_text(text, metadata, configuration=self.configuration(), **kwargs)

    def message(
        self, message: AnyMessage, metadata: Mapping[str, Any] | None, **kwargs: Any
    ) -> AnyMessage:
        """A whole mail with tracked links and the pixel; as `pytracking.email.adapt_message`."""
        from pytracking.email import adapt_message

        return adapt_message(message, metadata, configuration=self.configuration(), **kwargs)

    def _with(self, kwargs: Mapping[str, Any]) -> Configuration:
        return self.configuration().merge_with_kwargs(kwargs)
