"""``Configuration``: the settings and steps of pytracking 0.2.2, over ``links`` and ``tokens``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self, TypedDict

from pytracking.base_urls import BaseUrls
from pytracking.errors import ConfigurationError, InvalidLink
from pytracking.links import check_lifetime, check_privacy, content_of, metadata_of
from pytracking.results import TrackingResult
from pytracking.targets import check_target, check_webhook_url
from pytracking.tokens import Kind
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring

DEFAULT_TIMEOUT_SECONDS = 5
"""Timeout of ``send_webhook``, in seconds."""


class Keywords(TypedDict, total=False):
    """The parameters of ``Configuration``, as keywords of every function of pytracking 0.2.2."""

    webhook_url: str | None
    webhook_timeout_seconds: float | None
    include_webhook_url: bool
    base_open_tracking_url: str | None
    base_click_tracking_url: str | None
    default_metadata: Mapping[str, Any] | None
    include_default_metadata: bool
    encryption_bytestring_key: bytes | str | None
    encoding: str
    append_slash: bool
    keyring: Keyring | None
    expires_in: float | None
    include_issue_time: bool
    privacy: Iterable[str]
    compress: bool
    clock: Callable[[], float] | None


@dataclass(frozen=True)
class Configuration:
    """How links are minted and decoded. Immutable.

    Args:
        webhook_url: webhook URL to notify of opens and clicks.
        webhook_timeout_seconds: timeout of ``send_webhook``; None waits without an end.
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
        expires_in: lifetime of the links in seconds; no expiry when None.
        include_issue_time: put the time of minting into each link.
        privacy: consent flags of the recipient, of ``PRIVACY_FLAGS``; put into each link.
        compress: make sealed links shorter; without it they are minted in less time.
        clock: returns the present in seconds since the epoch; ``time.time`` when None.

    Raises:
        ConfigurationError: ``default_metadata``, ``encoding``, ``expires_in`` or ``privacy`` is
            invalid.
        TypeError: an unknown keyword; the message names the nearest one.
        InvalidKey: a key cannot be used.
        MissingDependency: a key was given and ``cryptography`` is not installed.
    """

    webhook_url: str | None = None
    webhook_timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    include_webhook_url: bool = False
    base_open_tracking_url: str | None = None
    base_click_tracking_url: str | None = None
    default_metadata: Mapping[str, Any] | None = field(default=None, hash=False)
    include_default_metadata: bool = False
    encryption_bytestring_key: bytes | str | None = field(default=None, repr=False)
    encoding: str = "utf-8"
    append_slash: bool = False
    keyring: Keyring | None = None
    expires_in: float | None = None
    include_issue_time: bool = False
    privacy: Iterable[str] = ()
    compress: bool = True
    clock: Callable[[], float] | None = None
    _defaults: dict[str, Any] = field(init=False, repr=False, compare=False)
    _formats: Formats = field(init=False, repr=False, compare=False)

    def __new__(cls, *_: object, **kwargs: object) -> Self:
        """Refuse unknown keywords with the nearest known one."""
        if cls.__init__ is Configuration.__init__:  # a subclass may take what it likes
            _refuse_unknown(kwargs)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        if self.clock is not None and not callable(self.clock):
            raise ConfigurationError(
                f"clock is a function that returns seconds, not {self.clock!r}"
            )
        # copies, so that what the caller does to its own, or to what it is shown, changes no link
        defaults = _defaults(self.default_metadata)
        shown = None if self.default_metadata is None else MappingProxyType(deepcopy(defaults))
        key = self.encryption_bytestring_key
        key = bytes(key) if isinstance(key, bytearray) else key
        vars(self).update(
            default_metadata=shown,
            encryption_bytestring_key=key,
            expires_in=check_lifetime(self.expires_in),
            privacy=check_privacy(self.privacy),
            _defaults=defaults,
            _formats=Formats(self.keyring, key, self.encoding, bool(self.compress)),
        )

    def __getstate__(self) -> dict[str, Any]:
        # with the attributes of a subclass, and without what __post_init__ makes
        given = {name: value for name, value in vars(self).items() if name not in _MADE}
        if self.default_metadata is not None:  # what is shown may have been changed
            given["default_metadata"] = self._defaults
        return given

    def __setstate__(self, given: dict[str, Any]) -> None:
        vars(self).update(given)
        self.__post_init__()

    def __str__(self) -> str:
        return (
            "<pytracking.Configuration> "
            f"Open Tracking URL: {self.base_open_tracking_url} "
            f"Click Tracking URL: {self.base_click_tracking_url} "
            f"Webhook URL: {self.webhook_url}"
        )

    @property
    def encryption_key(self) -> Any:
        """The ``cryptography.fernet.Fernet`` of ``encryption_bytestring_key``, as in 0.2.2."""
        if not self.encryption_bytestring_key:
            return None
        from pytracking.tokens.fernet import fernet

        return fernet(self.encryption_bytestring_key)

    def merge_with_kwargs(self, kwargs: Mapping[str, Any]) -> Self:
        """Return a configuration with ``kwargs`` in place of this one's values.

        Raises:
            TypeError: an unknown parameter; the message names the nearest one.
        """
        if not kwargs:
            return self
        _refuse_unknown(kwargs)
        merged = object.__new__(type(self))  # a subclass may have parameters of its own
        merged.__setstate__({**self.__getstate__(), **kwargs})
        return merged

    @cached_property
    def base_urls(self) -> BaseUrls:
        """The base URLs of open links and click links."""
        return BaseUrls(
            self.base_open_tracking_url or "",
            self.base_click_tracking_url or "",
            None if self.keyring else "",  # action links are sealed
        )

    # Minting

    def check_target(self, url: str) -> str:
        """As ``targets.check_target``, with the base URLs as ``own_bases``."""
        return check_target(url, own_bases=self.base_urls.addresses)

    def get_data_to_embed(
        self, url_to_track: str | None, extra_metadata: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the document that a link carries; of 0.2.2, ``url``, ``metadata``, ``webhook``.

        Raises:
            InvalidPayload: ``extra_metadata`` is not a mapping.
            InvalidTarget: ``webhook_url`` is to be embedded, and is not a URL to post to.
        """
        if self.include_default_metadata:
            extra_metadata = {**_copied(self._defaults), **metadata_of(extra_metadata)}
        return content_of(
            url_to_track,
            extra_metadata,
            self._now(),
            webhook_url=self._webhook_to_embed,
            expires_in=self.expires_in,
            privacy=self.privacy,
            issue_time=self.include_issue_time,
        )

    @cached_property
    def _webhook_to_embed(self) -> str | None:
        webhook = self.webhook_url if self.include_webhook_url else None
        if not webhook:
            return None
        checked = check_webhook_url(webhook, allow_http=True)
        # as given, so that plain links are those of 0.2.2 byte for byte; but an IDN host in ASCII
        return webhook if webhook.partition("://")[2].partition("/")[0].isascii() else checked

    def _now(self) -> float:
        return time.time() if self.clock is None else self.clock()

    def get_url_encoded_data_str(self, data_to_embed: dict[str, Any]) -> str:
        """Return the token of a document: a click's where it has a ``url``, else an open's."""
        return self._formats.encode(data_to_embed, "click" if "url" in data_to_embed else "open")

    def get_open_tracking_url_from_data_str(self, data_str: str) -> str:
        """Return the open link of a token."""
        return f"{self.base_urls.prefixes['open']}{data_str}{'/' if self.append_slash else ''}"

    def get_click_tracking_url_from_data_str(self, data_str: str) -> str:
        """Return the click link of a token."""
        return f"{self.base_urls.prefixes['click']}{data_str}{'/' if self.append_slash else ''}"

    def get_open_tracking_url(self, extra_metadata: Mapping[str, Any] | None) -> str:
        """As the function of that name."""
        data = self.get_data_to_embed(None, extra_metadata)
        return self.get_open_tracking_url_from_data_str(self.get_url_encoded_data_str(data))

    def get_click_tracking_url(
        self, url_to_track: str, extra_metadata: Mapping[str, Any] | None
    ) -> str:
        """As the function of that name."""
        # 0.2.2 minted links to nowhere as well, which its views answer with 404
        if url_to_track != "" or self.keyring:
            self.check_target(url_to_track)  # embedded as given; what redirects checks it again
        data = self.get_data_to_embed(url_to_track, extra_metadata)
        return self.get_click_tracking_url_from_data_str(self.get_url_encoded_data_str(data))

    # Decoding

    def get_open_tracking_url_path(self, url: str) -> str:
        """As the function of that name."""
        return self._path(url, "open")

    def get_click_tracking_url_path(self, url: str) -> str:
        """As the function of that name."""
        return self._path(url, "click")

    def _path(self, url: str, kind: Kind) -> str:
        base = getattr(self, f"base_{kind}_tracking_url")
        if not base:
            raise ConfigurationError(f"to take a link apart, base_{kind}_tracking_url is needed")
        token, kind_of_base = BaseUrls(**{kind: base}).split(url)
        if kind_of_base != kind:
            raise InvalidLink(f"the link is not under base_{kind}_tracking_url ({base})")
        return token

    def get_tracking_result(
        self, encoded_url_path: str, request_data: Mapping[str, Any] | None, is_open: bool
    ) -> TrackingResult:
        """Decode a token, whatever known damage mail did to it.

        Raises:
            InvalidLink: forged, damaged beyond repair, or of a format that is not accepted.
        """
        now = self._now()
        content, token = self._formats.decode(encoded_url_path, "open" if is_open else "click", now)
        metadata = content.get("metadata", {})
        if self._defaults and not self.include_default_metadata:
            metadata = {**_copied(self._defaults), **metadata}
        # the link's own, where the configuration names none
        ours = self.webhook_url if not self.include_webhook_url else None
        return TrackingResult(
            is_open_tracking=is_open,
            is_click_tracking=not is_open,
            tracked_url=content.get("url"),
            webhook_url=ours or content.get("webhook"),
            metadata=metadata,
            request_data=request_data,
            timestamp=int(now),
            issued_at=content.get("iat"),
            expires_at=content.get("exp"),
            privacy=tuple(content.get("privacy", ())),
            token=token,
        )


_MADE = ("_defaults", "_formats", "_webhook_to_embed", "base_urls")


def get_configuration(
    configuration: Configuration | None, kwargs: Mapping[str, Any]
) -> Configuration:
    """Return ``configuration`` (or the default one) with ``kwargs`` in place of its values."""
    return (configuration or Configuration()).merge_with_kwargs(kwargs)


def _defaults(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        return deepcopy(dict(metadata or {}))
    except (TypeError, ValueError) as error:
        if isinstance(metadata, Mapping):
            raise ConfigurationError(f"default_metadata cannot be copied: {error}") from error
        kind = type(metadata).__name__
        raise ConfigurationError(f"default_metadata is a dict, not {kind}") from error
    except RecursionError as error:
        raise ConfigurationError("default_metadata is nested too deeply for JSON") from error


def _copied(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy, of what can change too: half the time of ``deepcopy`` for plain values."""
    return {
        key: value if value is None or isinstance(value, str | int | float) else deepcopy(value)
        for key, value in metadata.items()
    }


def _refuse_unknown(kwargs: Iterable[str]) -> None:
    unknown = sorted(set(kwargs) - Keywords.__annotations__.keys())
    if unknown:
        import difflib

        nearest = difflib.get_close_matches(unknown[0], Keywords.__annotations__, n=1, cutoff=0)
        raise TypeError(f"unknown parameter {unknown[0]!r}: did you mean {nearest[0]!r}?")
