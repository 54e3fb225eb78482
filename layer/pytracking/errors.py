"""Every error this package raises on purpose, under one root."""


class PytrackingError(Exception):
    """Root of all errors of this package: catch it to catch them all."""


class InvalidLink(PytrackingError, ValueError):
    """A link or token could not be decoded.

    Raised for every kind of damage and forgery alike, so that an answer built from it tells a
    stranger nothing; the cause is chained (``__cause__``) for the operator's own eyes.
    """


class LinkExpired(InvalidLink):
    """A link that is authentic, and whose time is over."""


class InvalidPayload(PytrackingError, ValueError):
    """What was to be put into a link cannot be carried by JSON (NaN, lone surrogates, ...)."""


class InvalidTarget(PytrackingError, ValueError):
    """A URL that a redirect or a webhook must not go to."""


class InvalidKey(PytrackingError, ValueError):
    """A key, secret or keyring that cannot be used."""


class ConfigurationError(PytrackingError, ValueError):
    """A setting is missing or contradicts another one."""


class MissingDependency(PytrackingError, ImportError):
    """A feature was used whose optional dependency is not installed."""


class WebhookError(PytrackingError):
    """A webhook could not be called: no answer arrived that could be returned."""


class OutOfDescriptors(PytrackingError):
    """This process may open no further file or connection: it is of no more use."""


class ReportError(PytrackingError):
    """A report could not be made: the disk is full, or AWS refused or did not answer."""


class KeysUnavailable(PytrackingError):
    """No link keys could be fetched yet, so no link can be read or minted now."""


class SecretsUnavailable(PytrackingError):
    """No webhook secrets could be fetched yet, so nothing can be signed now."""
