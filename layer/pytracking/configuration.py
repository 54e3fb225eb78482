"""``Configuration``: how links are minted and decoded. Immutable, and cheap to derive."""

from __future__ import annotations

import time
from functools import cache, lru_cache
from types import MappingProxyType

from pytracking.errors import ConfigurationError, InvalidLink
from pytracking.results import TrackingResult

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Never

    from pytracking.tokens import Kind
    from pytracking.tokens.formats import Formats
    from pytracking.tokens.keyring import Keyring

DEFAULT_TIMEOUT_SECONDS = 5
"""How long ``send_webhook`` waits for a receiver, in seconds."""

PRIVACY_FLAGS = ("no_ip", "no_agent", "aggregate")
"""What a recipient may not have agreed to: keeping the address, keeping the user agent, being told
from other recipients."""


class Configuration:
    """How links are minted and decoded.

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

    Raises:
        ConfigurationError: ``expires_in`` or ``privacy`` is not what it may be.
        TypeError: an unknown keyword; the message names the nearest one.
        InvalidKey: a key cannot be used.
        MissingDependency: a key was given and ``cryptography`` is not installed.
    """

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
    privacy: tuple[str, ...]
    compress: bool
    _defaults: dict[str, Any]
    _open_prefix: str
    _click_prefix: str
    _bases: tuple[tuple[str, Kind | None], ...]
    _formats: Formats

    def __init__(
        self,
        webhook_url: str | None = None,
        webhook_timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
        include_webhook_url: bool = False,
        base_open_tracking_url: str | None = None,
        base_click_tracking_url: str | None = None,
        default_metadata: Mapping[str, Any] | None = None,
        include_default_metadata: bool = False,
        encryption_bytestring_key: bytes | str | None = None,
        encoding: str = "utf-8",
        append_slash: bool = False,
        keyring: Keyring | None = None,
        expires_in: float | None = None,
        include_issue_time: bool = False,
        privacy: Iterable[str] = (),
        compress: bool = True,
        **unknown: object,
    ) -> None:
        if unknown:
            _refuse_unknown(unknown)
        self.__dict__.update(
            webhook_url=webhook_url,
            webhook_timeout_seconds=webhook_timeout_seconds,
            include_webhook_url=include_webhook_url,
            base_open_tracking_url=base_open_tracking_url,
            base_click_tracking_url=base_click_tracking_url,
            default_metadata=default_metadata,
            include_default_metadata=include_default_metadata,
            encryption_bytestring_key=encryption_bytestring_key,
            encoding=encoding,
            append_slash=append_slash,
            keyring=keyring,
            expires_in=expires_in,
            include_issue_time=include_issue_time,
            privacy=privacy,
            compress=compress,
        )
        self._prepare()

    def _prepare(self) -> None:
        """Check what was given, and derive once what every link of this configuration needs."""
        _check_expires_in(self.expires_in)
        open_prefix = _link_prefix(self.base_open_tracking_url)
        click_prefix = _link_prefix(self.base_click_tracking_url)
        # a copy, so that what the caller does to its dict later changes no link
        defaults = dict(self.default_metadata or {})
        self.__dict__.update(
            default_metadata=self.default_metadata and MappingProxyType(defaults),
            privacy=_privacy(self.privacy),
            _defaults=defaults,
            _open_prefix=open_prefix,
            _click_prefix=click_prefix,
            _bases=_bases(open_prefix, click_prefix),
            _formats=_formats_of()(
                self.keyring, self.encryption_bytestring_key, self.encoding, self.compress
            ),
        )

    def __setattr__(self, name: str, value: object = None) -> Never:
        raise AttributeError(
            f"a Configuration is immutable: derive one with merge_with_kwargs({{{name!r}: ...}})"
        )

    __delattr__ = __setattr__

    def __copy__(self) -> Configuration:
        return self

    def __deepcopy__(self, memo: object) -> Configuration:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        given = {name: getattr(self, name) for name in _KEYWORDS}
        given["default_metadata"] = self.default_metadata and self._defaults
        return _make, (given,)

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
        from pytracking.tokens.fernet import stock_fernet  # noqa: PLC0415 - loads cryptography

        return stock_fernet(self.encryption_bytestring_key)

    def merge_with_kwargs(self, kwargs: Mapping[str, Any]) -> Configuration:
        """Return a configuration with ``kwargs`` in place of this one's values.

        Raises:
            TypeError: a name that is no parameter; the message names the nearest one.
        """
        if not kwargs:
            return self
        if not _KEYWORDS.keys() >= kwargs.keys():
            _refuse_unknown(kwargs.keys() - _KEYWORDS.keys())
        derived = object.__new__(Configuration)
        derived.__dict__.update(self.__dict__)
        derived.__dict__.update(kwargs)
        derived._prepare()
        return derived

    # Minting

    def get_data_to_embed(
        self, url_to_track: str | None, extra_metadata: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the document a link carries: ``url``, ``metadata``, ``webhook``, when set.

        Also ``iat``, ``exp`` (seconds since the epoch) and ``privacy``, when asked for.
        """
        data: dict[str, Any] = {}
        if url_to_track:
            data["url"] = url_to_track
        metadata = self._defaults.copy() if self.include_default_metadata else {}
        if extra_metadata:
            metadata.update(extra_metadata)
        if metadata:
            data["metadata"] = metadata
        if self.include_webhook_url and self.webhook_url:
            data["webhook"] = self.webhook_url
        if self.include_issue_time:
            data["iat"] = int(time.time())
        if self.expires_in is not None:
            data["exp"] = -int(-(time.time() + self.expires_in) // 1)  # rounded up
        if self.privacy:
            data["privacy"] = self.privacy
        return data

    def get_url_encoded_data_str(self, data_to_embed: dict[str, Any], kind: Kind = "open") -> str:
        """Return the token of a document made by ``get_data_to_embed``."""
        return self._formats.encode(data_to_embed, kind)

    def get_open_tracking_url_from_data_str(self, data_str: str) -> str:
        """Return the open link of a token."""
        link = self._open_prefix + data_str
        return link + "/" if self.append_slash else link

    def get_click_tracking_url_from_data_str(self, data_str: str) -> str:
        """Return the click link of a token."""
        link = self._click_prefix + data_str
        return link + "/" if self.append_slash else link

    def get_open_tracking_url(self, extra_metadata: Mapping[str, Any] | None) -> str:
        """Return an open link that carries ``extra_metadata``."""
        data = self.get_data_to_embed(None, extra_metadata)
        return self.get_open_tracking_url_from_data_str(self._formats.encode(data, "open"))

    def get_click_tracking_url(
        self, url_to_track: str, extra_metadata: Mapping[str, Any] | None
    ) -> str:
        """Return a click link to ``url_to_track`` that carries ``extra_metadata``.

        Raises:
            InvalidTarget: ``url_to_track`` is not a URL that a redirect may go to.
        """
        _check_target()(url_to_track, own_bases=(self._open_prefix, self._click_prefix))
        data = self.get_data_to_embed(url_to_track, extra_metadata)
        return self.get_click_tracking_url_from_data_str(self._formats.encode(data, "click"))

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
            if path_or_url.startswith(prefix):
                # what others append to links (campaign parameters, an anchor) is not ours
                path_or_url = path_or_url[len(prefix) :].split("?", 1)[0].split("#", 1)[0]
                kind = kind_of_base or kind
                break
        return self.decode(path_or_url, request_data, kind)

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
        """Decode a token, with or without slashes around it.

        ``now`` is the time of the request, in seconds since the epoch: by default the clock's.

        Raises:
            InvalidLink: damaged, forged, or not of the format this configuration accepts.
        """
        now = time.time() if now is None else now
        data, token = self._formats.decode(token.strip("/"), kind, now)
        metadata = data.get("metadata", {})
        if self._defaults and not self.include_default_metadata:
            metadata = {**self._defaults, **metadata}

        # A webhook inside the link serves where the configuration names none, so that a link
        # which carries its webhook needs no further setting to be decoded.
        webhook_url = data.get("webhook")
        if not self.include_webhook_url and self.webhook_url:
            webhook_url = self.webhook_url

        return TrackingResult(
            kind == "open",
            kind == "click",
            data.get("url"),
            webhook_url,
            metadata,
            request_data,
            int(now),
            issued_at=data.get("iat"),
            expires_at=data.get("exp"),
            privacy=tuple(data["privacy"]) if "privacy" in data else (),
            token=token,
        )


_KEYWORDS = dict.fromkeys(
    name for name in Configuration.__annotations__ if not name.startswith("_")
)


def get_configuration(
    configuration: Configuration | None, kwargs: Mapping[str, Any]
) -> Configuration:
    """Return ``configuration`` (or the default one) with ``kwargs`` in place of its values."""
    return (configuration or _default()).merge_with_kwargs(kwargs)


@lru_cache(maxsize=256)
def _link_prefix(base_url: str | None) -> str:
    """Return what links under ``base_url`` start with.

    A base without a final slash keeps its last segment (``https://a.example/t`` gives
    ``https://a.example/t/``), where plain ``urljoin`` would drop it.
    """
    if not base_url:
        return ""
    from urllib.parse import urljoin  # noqa: PLC0415 - importing us does not need it

    if not base_url.endswith("/") and "?" not in base_url and "#" not in base_url:
        base_url += "/"
    return urljoin(base_url, "x")[:-1]


@cache
def _formats_of() -> Callable[..., Formats]:
    from pytracking.tokens.formats import formats  # noqa: PLC0415 - importing us does not need it

    return formats


@cache
def _check_target() -> Callable[..., str]:
    from pytracking.targets import check_target  # noqa: PLC0415 - importing us does not need it

    return check_target


def _bases(open_prefix: str, click_prefix: str) -> tuple[tuple[str, Kind | None], ...]:
    """Return the prefixes to look for, the longer one first, and the kind each tells."""
    if open_prefix == click_prefix:
        return ((open_prefix, None),) if open_prefix else ()
    bases: list[tuple[str, Kind | None]] = [(open_prefix, "open"), (click_prefix, "click")]
    return tuple(sorted((base for base in bases if base[0]), key=lambda base: -len(base[0])))


_FOREVER = float("inf")


def _check_expires_in(seconds: float | None) -> None:
    if seconds is not None and not (isinstance(seconds, (int, float)) and 0 < seconds < _FOREVER):
        raise ConfigurationError(
            f"expires_in must be None or a positive number of seconds, not {seconds!r}"
        )


def _privacy(flags: Iterable[str]) -> tuple[str, ...]:
    given = tuple(flags)
    for flag in given:
        if flag not in PRIVACY_FLAGS:
            raise ConfigurationError(f"privacy holds {flag!r}; it may hold {PRIVACY_FLAGS}")
    return given


def _make(given: dict[str, Any]) -> Configuration:
    return Configuration(**given)


def _refuse_unknown(names: Any) -> Never:
    import difflib  # noqa: PLC0415 - only an error needs it

    name = sorted(names)[0]
    nearest = difflib.get_close_matches(name, _KEYWORDS, n=1, cutoff=0)
    raise TypeError(f"unknown parameter {name!r}: did you mean {nearest[0]!r}?")


@cache
def _default() -> Configuration:
    return Configuration()
