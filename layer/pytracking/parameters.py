"""What a ``Configuration`` is given: checked and prepared once, immutable, and cheap to derive."""

from __future__ import annotations

from functools import cache, lru_cache
from types import MappingProxyType

from pytracking.base_urls import bases, link_prefix
from pytracking.errors import ConfigurationError

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Never, Self

    from pytracking.tokens import Kind
    from pytracking.tokens.formats import Decode, Encode, Formats
    from pytracking.tokens.keyring import Keyring

DEFAULT_TIMEOUT_SECONDS = 5
"""How long ``send_webhook`` waits for a receiver, in seconds."""

PRIVACY_FLAGS = ("no_ip", "no_agent", "aggregate")
"""What a recipient may not have agreed to; in this order, that the address is kept, that the user
agent is kept, being told from other recipients."""


class Parameters:
    """The parameters of ``pytracking.Configuration``, which documents them."""

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
    clock: Callable[[], float] | None
    _is_subclass = False  # of Configuration: each step may be another's
    _tells_kind = True  # whether its step that encodes takes the kind
    # Prepared of these:
    _embedded: dict[str, Any]  # default metadata that goes into links
    _merged: dict[str, Any]  # default metadata that is added to what links say
    _nested: bool  # whether default metadata holds what can be changed
    _adds: bool  # whether links carry more than their URL and their own metadata
    _open_prefix: str  # what open links start with
    _click_prefix: str
    _end: str  # what links end with
    _bases: tuple[tuple[str, Kind | None], ...]  # to tell the kind of a link by
    _encode: Encode
    _decode: Decode
    _check_target: Callable[[str], str]

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
        clock: Callable[[], float] | None = None,
        **unknown: object,
    ) -> None:
        if unknown:
            _refuse_unknown(unknown)
        _check_expires_in(expires_in)
        open_prefix = link_prefix(base_open_tracking_url)
        click_prefix = link_prefix(base_click_tracking_url)
        # copies, so that what the caller does to its own, or to what it is shown, changes no link
        defaults = _defaults(default_metadata)
        if isinstance(encryption_bytestring_key, bytearray):
            encryption_bytestring_key = bytes(encryption_bytestring_key)
        shown = None if default_metadata is None else MappingProxyType(copied(defaults))
        flags = _privacy(privacy)
        if clock is not None and not callable(clock):
            raise ConfigurationError(f"clock is a function that returns seconds, not {clock!r}")
        formats = _formats_of()(keyring, encryption_bytestring_key, encoding, bool(compress))
        self._set(
            webhook_url=webhook_url,
            webhook_timeout_seconds=webhook_timeout_seconds,
            include_webhook_url=include_webhook_url,
            base_open_tracking_url=base_open_tracking_url,
            base_click_tracking_url=base_click_tracking_url,
            default_metadata=shown,
            include_default_metadata=include_default_metadata,
            encryption_bytestring_key=encryption_bytestring_key,
            encoding=encoding,
            append_slash=append_slash,
            keyring=keyring,
            expires_in=expires_in,
            include_issue_time=include_issue_time,
            privacy=flags,
            compress=compress,
            clock=clock,
            _embedded=defaults if include_default_metadata else {},
            _merged={} if include_default_metadata else defaults,
            _nested=any(isinstance(value, (dict, list, tuple)) for value in defaults.values()),
            _adds=bool(
                (include_default_metadata and defaults)
                or (include_webhook_url and webhook_url)
                or include_issue_time
                or expires_in is not None
                or flags
            ),
            _open_prefix=open_prefix,
            _click_prefix=click_prefix,
            _end="/" if append_slash else "",
            _bases=bases(open_prefix, click_prefix),
            _encode=formats.encode,
            _decode=formats.decode,
            _check_target=_target_checker()(open_prefix, click_prefix),
        )

    def _set(self, **values: object) -> None:
        # not by way of __dict__, whose use makes each attribute slower to reach (CPython 3.11)
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object = None) -> Never:
        raise AttributeError(
            f"a Configuration is immutable: derive one with merge_with_kwargs({{{name!r}: ...}})"
        )

    __delattr__ = __setattr__

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (type(self), self._given())

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

    def merge_with_kwargs(self, kwargs: Mapping[str, Any]) -> Self:
        """Return a configuration with ``kwargs`` in place of this one's values.

        Raises:
            TypeError: a name that is no parameter; the message names the nearest one.
        """
        if not kwargs:
            return self
        if not _KEYWORDS.keys() >= kwargs.keys():
            _refuse_unknown(kwargs.keys() - _KEYWORDS.keys())
        given = tuple(kwargs.items())
        # Callers pass the same few again and again. Metadata may be another each time, and its
        # 1 and True are equal and not the same.
        if "default_metadata" in kwargs or not _is_hashable(given):
            return self._derive(kwargs)
        derived: Self = _derived(self, given)
        return derived

    def _derive(self, kwargs: Mapping[str, Any]) -> Self:
        derived: Self = _made(type(self), {**self._given(), **kwargs})
        return derived

    def _defaults_to_merge(self) -> dict[str, Any]:
        """Return the default metadata that links do not carry, none of it shared with others."""
        merged: dict[str, Any] = copied(self._merged) if self._nested else self._merged
        return merged

    def _given(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in _KEYWORDS}
        if self.default_metadata is not None:  # which may have been changed
            given["default_metadata"] = self._embedded or self._merged
        return given


_KEYWORDS = dict.fromkeys(name for name in Parameters.__annotations__ if not name.startswith("_"))


@lru_cache(maxsize=256)
def _derived(given: Parameters, kwargs: tuple[tuple[str, Any], ...]) -> Any:
    return given._derive(dict(kwargs))


@cache
def _formats_of() -> Callable[..., Formats]:
    from pytracking.tokens.formats import formats  # noqa: PLC0415 - importing us does not need it

    return formats


@cache
def _target_checker() -> Callable[..., Callable[[str], str]]:
    from pytracking.targets import target_checker  # noqa: PLC0415 - importing us does not need it

    return target_checker


_TOO_LONG = 1e11
"""Over three thousand years, in seconds: nobody means that."""


def _check_expires_in(seconds: float | None) -> None:
    if seconds is None:
        return
    is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    if not (is_number and 0 < seconds < _TOO_LONG):
        raise ConfigurationError(
            f"expires_in must be None or a positive number of seconds, not {seconds!r}"
        )


def _privacy(flags: Iterable[str]) -> tuple[str, ...]:
    allowed = ", ".join(PRIVACY_FLAGS)
    # a text would be taken for a list of characters
    if isinstance(flags, str) or not hasattr(flags, "__iter__"):
        raise ConfigurationError(f"privacy is a list, not {flags!r}; it may hold {allowed}")
    given = tuple(flags)
    for flag in given:
        if flag not in PRIVACY_FLAGS:
            raise ConfigurationError(f"privacy holds {flag!r}; it may hold {allowed}")
    return given


def _made(kind: type[Parameters], given: dict[str, Any]) -> Any:
    """Return a configuration of a ``kind`` that may take other parameters itself."""
    made = object.__new__(kind)
    Parameters.__init__(made, **given)
    return made


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _defaults(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        defaults: dict[str, Any] = copied(dict(metadata or {}))
    except (TypeError, ValueError) as error:
        kind = type(metadata).__name__
        raise ConfigurationError(f"default_metadata is a dict, not {kind}") from error
    except RecursionError as error:
        raise ConfigurationError("default_metadata is nested too deeply for JSON") from error
    return defaults


def copied(value: Any) -> Any:
    """Return JSON's kind of value with objects and arrays of its own."""
    if isinstance(value, dict):
        return {key: copied(member) for key, member in value.items()}
    if isinstance(value, list):
        return [copied(member) for member in value]
    return tuple(map(copied, value)) if isinstance(value, tuple) else value


def _refuse_unknown(names: Any) -> Never:
    import difflib  # noqa: PLC0415 - only an error needs it

    name = sorted(names)[0]
    nearest = difflib.get_close_matches(name, _KEYWORDS, n=1, cutoff=0)
    raise TypeError(f"unknown parameter {name!r}: did you mean {nearest[0]!r}?")
