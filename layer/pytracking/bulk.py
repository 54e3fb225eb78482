"""Links for many recipients: what all links share is checked and written once.

The links are byte for byte those of ``Tracker.click_url`` and ``Tracker.open_url``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytracking.configuration import Configuration
from pytracking.errors import ConfigurationError
from pytracking.tokens import document
from pytracking.tokens.sealed import SealedCodec

_METADATA = b'{"metadata":{'


class Bulk:
    """Mints the links of many recipients.

    Any thread may use it. It mints with the keyring that it was made with.

    Args:
        configuration: one with base URLs and a keyring.

    Raises:
        ConfigurationError: it has no keyring.
    """

    def __init__(self, configuration: Configuration) -> None:
        if configuration.keyring is None:
            raise ConfigurationError("to mint links in bulk, a keyring is needed")
        self.configuration = configuration
        self.codec = SealedCodec(configuration.keyring, bool(configuration.compress))
        self._beginnings: dict[str, bytes] = {}

    def beginning(self, target: str) -> bytes:
        """Return how the document of a click to ``target`` begins; kept for the next recipient.

        Raises:
            InvalidTarget: not a URL that a redirect may go to.
        """
        if target not in self._beginnings:
            self.configuration.check_target(target)
            self._beginnings[target] = document.dump_compact({"url": target})[:-1]
        return self._beginnings[target]


class RecipientLinks:
    """The links of one recipient, all of one time.

    Args:
        bulk: mints them.
        metadata: of each link.

    Raises:
        InvalidPayload: JSON cannot hold ``metadata``, or it is not a mapping.
    """

    def __init__(self, bulk: Bulk, metadata: Mapping[str, Any] | None) -> None:
        self._bulk = bulk
        # what a click says beside its target is what an open says
        content = bulk.configuration.get_data_to_embed(None, metadata)
        self._open = document.dump_compact(content)

    def open_url(self) -> str:
        """Return the open link."""
        token = self._bulk.codec.seal(self._open, "open")
        return self._bulk.configuration.get_open_tracking_url_from_data_str(token)

    def click_url(self, target: str, first: Mapping[str, Any] | None = None) -> str:
        """Return the click link to ``target``.

        Args:
            target: where it leads.
            first: metadata of this link alone, which stands before the recipient's.

        Raises:
            InvalidTarget: not a URL that a redirect may go to.
            InvalidPayload: JSON cannot hold ``first``, or it all is too long.
        """
        rest = self._open[1:]
        if first:
            members = document.dump_compact({"metadata": {**first}})[1:-2]
            if self._open.startswith(_METADATA):
                rest = members + b"," + self._open[len(_METADATA) :]
            else:
                rest = members + (b"}}" if rest == b"}" else b"}," + rest)
        joint = b"" if rest == b"}" else b","
        token = self._bulk.codec.seal(self._bulk.beginning(target) + joint + rest, "click")
        return self._bulk.configuration.get_click_tracking_url_from_data_str(token)
