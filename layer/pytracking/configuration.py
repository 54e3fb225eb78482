"""``Configuration``: how links are minted and decoded."""

from __future__ import annotations

import time
from functools import cache

from pytracking.errors import ConfigurationError, InvalidLink, InvalidPayload
from pytracking.parameters import Parameters, copied
from pytracking.results import TrackingResult

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pytracking.tokens import Kind


class Configuration(Parameters):
    """How links are minted and decoded. Immutable, and cheap to derive.

    Args:
        webhook_url: the webhook to notify of opens and clicks.
        webhook_timeout_seconds: how long ``send_webhook`` waits for an answer.
        include_webhook_url: put ``webhook_url`` into each link; when decoding, take it from there.
        base_open_tracking_url: what an open link starts with, e.g. ``https://t.example.com/o/``.
        base_click_tracking_url: what a click link starts with.
        default_metadata: metadata of every link.
        include_default_metadata: put ``default_metadata`` into each link; otherwise it is merged
            in when decoding.
        encryption_bytestring_key: a Fernet key: links are encrypted in the Fernet format.
        encoding: the encoding of the JSON text inside plain and Fernet links.
        append_slash: end links with ``/`` (it is stripped when decoding, always).
        keyring: links are sealed with its newest secret; all its secrets and Fernet keys open.
            With any key, plain links are refused.
        expires_in: seconds after which a link made now stops working.
        include_issue_time: put the time a link is made into it.
        privacy: what the recipient does not agree to, of ``PRIVACY_FLAGS``; put into each link.
        compress: make sealed links shorter; without it they are minted in less time.
        clock: returns the present in seconds since the epoch; ``time.time`` when None.

    Raises:
        ConfigurationError: ``default_metadata``, ``encoding``, ``expires_in`` or ``privacy`` is not
            what it may be.
        TypeError: an unknown keyword; the message names the nearest one.
        InvalidKey: a key cannot be used.
        MissingDependency: a key was given and ``cryptography`` is not installed.
    """

    def __init_subclass__(cls) -> None:
        import inspect  # noqa: PLC0415 - few make subclasses

        cls._is_subclass = True
        # in 0.2.2 the document was its only parameter
        cls._tells_kind = "kind" in inspect.signature(cls.get_url_encoded_data_str).parameters

    def check_target(self, url: str) -> str:
        """Return ``url`` as ``targets.check_target`` does, with the base URLs as ``own_bases``.

        Raises:
            InvalidTarget: a click link to it would be refused.
        """
        return self._check_target(url)

    # Minting

    def get_data_to_embed(
        self, url_to_track: str | None, extra_metadata: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the document a link carries: ``url``, ``metadata``, ``webhook``, when set.

        Also ``iat``, ``exp`` (seconds since the epoch) and ``privacy``, when asked for.

        Raises:
            InvalidPayload: ``extra_metadata`` is no mapping.
        """
        data: dict[str, Any] = {"url": url_to_track} if url_to_track else {}
        try:
            if self._embedded:
                embedded = self._embedded
                data["metadata"] = copied(embedded) if self._nested else embedded.copy()
                data["metadata"].update(extra_metadata or ())
            elif extra_metadata:
                data["metadata"] = dict(extra_metadata)
        except (TypeError, ValueError) as error:
            kind = type(extra_metadata).__name__
            raise InvalidPayload(f"a link's metadata is a dict, not {kind}") from error
        if not self._adds:
            return data
        if self.include_webhook_url and self.webhook_url:
            data["webhook"] = self.webhook_url
        if self.include_issue_time:
            data["iat"] = int(self._now())
        if self.expires_in is not None:
            data["exp"] = -int(-(self._now() + self.expires_in) // 1)  # rounded up
        if self.privacy:
            data["privacy"] = self.privacy
        return data

    def _now(self) -> float:
        return time.time() if self.clock is None else self.clock()

    def get_url_encoded_data_str(
        self, data_to_embed: dict[str, Any], kind: Kind | None = None
    ) -> str:
        """Return the token of a document made by ``get_data_to_embed``.

        What has a ``url`` is a click, what has none an open, unless ``kind`` says otherwise.
        """
        return self._encode(data_to_embed, kind or ("click" if "url" in data_to_embed else "open"))

    def get_open_tracking_url_from_data_str(self, data_str: str) -> str:
        """Return the open link of a token."""
        return f"{self._open_prefix}{data_str}{self._end}"

    def get_click_tracking_url_from_data_str(self, data_str: str) -> str:
        """Return the click link of a token."""
        return f"{self._click_prefix}{data_str}{self._end}"

    def get_open_tracking_url(self, extra_metadata: Mapping[str, Any] | None) -> str:
        """Return an open link that carries ``extra_metadata``.

        Raises:
            InvalidPayload: ``extra_metadata`` is no mapping, or JSON cannot hold it.
        """
        data = self.get_data_to_embed(None, extra_metadata)
        if self._is_subclass:
            return self.get_open_tracking_url_from_data_str(self._token_by_steps(data, "open"))
        encode = self._encode
        return f"{self._open_prefix}{encode(data, 'open')}{self._end}"

    def get_click_tracking_url(
        self, url_to_track: str, extra_metadata: Mapping[str, Any] | None
    ) -> str:
        """Return a click link to ``url_to_track`` that carries ``extra_metadata``.

        Raises:
            InvalidPayload: ``extra_metadata`` is no mapping, or JSON cannot hold it.
            InvalidTarget: ``url_to_track`` is not a URL that a redirect may go to.
        """
        if self._is_subclass:
            self.check_target(url_to_track)
            data = self.get_data_to_embed(url_to_track, extra_metadata)
            return self.get_click_tracking_url_from_data_str(self._token_by_steps(data, "click"))
        check_target, encode = self._check_target, self._encode
        target = check_target(url_to_track)
        if target is not url_to_track:
            token = encode(self.get_data_to_embed(url_to_track, extra_metadata), "click")
        elif self._adds or type(extra_metadata) is not dict:
            token = encode(self.get_data_to_embed(None, extra_metadata), "click", target)
        else:  # what most links are, made without a copy
            token = encode({"metadata": extra_metadata} if extra_metadata else {}, "click", target)
        return f"{self._click_prefix}{token}{self._end}"

    def _token_by_steps(self, data: dict[str, Any], kind: Kind) -> str:
        if self._tells_kind:
            return self.get_url_encoded_data_str(data, kind=kind)
        return self.get_url_encoded_data_str(data)

    # Decoding

    def get_open_tracking_url_path(self, url: str) -> str:
        """Return the part of a full open link that ``get_open_tracking_result`` takes.

        Raises:
            InvalidLink: ``url`` is not under ``base_open_tracking_url``.
            ConfigurationError: there is no ``base_open_tracking_url``.
        """
        return self._path(url, "base_open_tracking_url", self._open_prefix)

    def get_click_tracking_url_path(self, url: str) -> str:
        """Return the part of a full click link that ``get_click_tracking_result`` takes.

        Raises:
            InvalidLink: ``url`` is not under ``base_click_tracking_url``.
            ConfigurationError: there is no ``base_click_tracking_url``.
        """
        return self._path(url, "base_click_tracking_url", self._click_prefix)

    def _path(self, url: str, base_name: str, prefix: str) -> str:
        if not prefix:
            raise ConfigurationError(f"to take a link apart, {base_name} is needed")
        if not url.startswith(prefix):
            raise InvalidLink(f"the link is not under {base_name} ({prefix})")
        return url[len(prefix) :]

    def get_result(
        self,
        path_or_url: str,
        request_data: Mapping[str, Any] | None,
        kind: Kind,
    ) -> TrackingResult:
        """Decode a full link or its path.

        A full link is of the kind whose base it is under (the longer one, if one base starts with
        the other), whatever ``kind`` says; a path alone is of the ``kind`` asked for.

        Raises:
            InvalidLink: not a link of this configuration.
        """
        for prefix, kind_of_base in self._bases:
            token = path_or_url.removeprefix(prefix)
            if len(token) < len(path_or_url):
                kind = kind_of_base or kind
                break
        else:
            token = path_or_url
            if "://" in token:  # what its mail put around it may hide its base
                from pytracking.tokens.repair import unwrap  # noqa: PLC0415 - damage is rare

                link = unwrap(token)
                if link != token and any(link.startswith(prefix) for prefix, _ in self._bases):
                    return self.get_result(link, request_data, kind)
        if self._is_subclass:
            return self.get_tracking_result(token, request_data, kind == "open")
        return self.decode(token, request_data, kind)

    def get_tracking_result(
        self,
        encoded_url_path: str,
        request_data: Mapping[str, Any] | None,
        is_open: bool,
    ) -> TrackingResult:
        """As ``decode``, with the kind told as pytracking 0.2.2 did."""
        return self.decode(encoded_url_path, request_data, "open" if is_open else "click")

    def decode(
        self,
        token: str,
        request_data: Mapping[str, Any] | None,
        kind: Kind,
        now: float | None = None,
    ) -> TrackingResult:
        """Decode a token, whatever known damage mail did to it.

        ``now`` is the time of the request, in seconds since the epoch: by default the clock's.

        Raises:
            InvalidLink: forged, damaged beyond repair, or not of the format this configuration
                accepts.
        """
        if now is None:
            now = time.time() if self.clock is None else self.clock()
        decode = self._decode
        data, token = decode(token, kind, now)
        get = data.get
        metadata = get("metadata", {})
        if self._merged:
            metadata = {**self._defaults_to_merge(), **metadata}
        # A webhook inside the link serves where the configuration names none, so that a link
        # which carries its webhook needs no further setting to be decoded.
        webhook_url = get("webhook")
        if self.webhook_url and not self.include_webhook_url:
            webhook_url = self.webhook_url
        return TrackingResult(
            kind == "open",
            kind == "click",
            get("url"),
            webhook_url,
            metadata,
            request_data,
            int(now),
            get("iat"),
            get("exp"),
            tuple(data["privacy"]) if "privacy" in data else (),
            token,
        )


def get_configuration(
    configuration: Configuration | None, kwargs: Mapping[str, Any]
) -> Configuration:
    """Return ``configuration`` (or the default one) with ``kwargs`` in place of its values."""
    if not configuration:
        configuration = _default()
    return configuration.merge_with_kwargs(kwargs) if kwargs else configuration


@cache
def _default() -> Configuration:
    return Configuration()
