"""Every error that this package raises on purpose.

The tree, with the exceptions of Python itself that each one is besides:

    PytrackingError
      InvalidLink (ValueError)
        LinkExpired
        MalformedToken
      InvalidPayload (ValueError)
      InvalidTarget (ValueError)
      InvalidKey (ValueError)
      InvalidMessage (ValueError)
      InvalidRequest (ValueError)
      InvalidWebhook (ValueError)
      ConfigurationError (ValueError)
      MissingDependency (ImportError)
      KeysUnavailable
      SecretsUnavailable
      WebhookError
        ForbiddenAddress
      AwsError
      OutOfDescriptors
      BatchFailed
      UnreadableBody
      CheckFailed
      NotReplayable
      ReplayError
      RotationError
      ReportError
    MailWarning (UserWarning)
"""

from collections.abc import Iterator
from contextlib import contextmanager


class PytrackingError(Exception):
    """Root of all errors of this package: catch it to catch them all."""


class InvalidLink(PytrackingError, ValueError):
    """A link or token could not be decoded.

    Raised for every kind of damage and forgery alike, so that an answer built from it reveals
    nothing to a stranger; the cause is chained (``__cause__``) for the operator's own eyes.
    """


class LinkExpired(InvalidLink):
    """An authentic link whose lifetime is over."""


class MalformedToken(InvalidLink):
    """A text that is not a token's canonical spelling."""


class InvalidPayload(PytrackingError, ValueError):
    """What was to be put into a link cannot be carried by JSON (NaN, lone surrogates, ...)."""


class InvalidTarget(PytrackingError, ValueError):
    """A URL that a redirect or a webhook must not go to."""


class InvalidKey(PytrackingError, ValueError):
    """A key, secret or keyring that cannot be used."""


class InvalidMessage(PytrackingError, ValueError):
    """A text that is not a message of a version known here."""


class InvalidRequest(PytrackingError, ValueError):
    """An invalid request to the links function; the message says what was expected."""


class InvalidWebhook(PytrackingError, ValueError):
    """A request that is not a genuine, recent webhook of a known event; the text says why."""


class ConfigurationError(PytrackingError, ValueError):
    """A setting is missing or contradicts another one."""


class MissingDependency(PytrackingError, ImportError):
    """A feature was used whose optional dependency is not installed."""


@contextmanager
def dependency(missing: str) -> Iterator[None]:
    """Let what is imported within raise MissingDependency, with that message, for ImportError."""
    try:
        yield
    except ImportError as error:
        raise MissingDependency(missing) from error


class KeysUnavailable(PytrackingError):
    """No link keys could be fetched yet, so no link can be read or minted now."""


class SecretsUnavailable(PytrackingError):
    """No webhook secrets could be fetched yet, so nothing can be signed now."""


class WebhookError(PytrackingError):
    """A webhook could not be called: no answer arrived that could be returned."""


class ForbiddenAddress(WebhookError):
    """A host whose address is not one that webhooks may be sent to."""


class AwsError(PytrackingError):
    """A call to AWS failed.

    Attributes:
        code: AWS's name of the error, e.g. ``AccessDenied``; ``NoAnswer`` when none arrived.
        retryable: the same call may succeed a moment later.
    """

    def __init__(self, message: str, *, code: str, retryable: bool) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class OutOfDescriptors(PytrackingError):
    """This process has no file descriptors left: it must be replaced."""


class BatchFailed(PytrackingError):
    """A message without an id failed, so it cannot be reported: the whole batch must come again."""


class UnreadableBody(PytrackingError):
    """A part of a mail whose body cannot be decoded for certain; the message says why."""


class MailWarning(UserWarning):
    """Something about a mail that will keep readers from seeing it as intended."""


class CheckFailed(PytrackingError):
    """A check of the doctor failed; the message says what to do."""


class NotReplayable(PytrackingError):
    """A hit that stays where it is; the message is the reason."""


class ReplayError(PytrackingError):
    """A replay that could not go on. What was replayed before it stays replayed."""


class RotationError(PytrackingError):
    """A secret that could not be read or written. What it held before is still in use."""


class ReportError(PytrackingError):
    """A report could not be made: the disk is full, or AWS refused or did not answer."""
