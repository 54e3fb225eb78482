"""Campaigns: one mail, read once, for any number of recipients.

campaign = tracker.campaign(html=template)
for customer in customers:
    html = campaign.render({"customer": customer.id})
"""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from typing import Any, Generic, Protocol, TypeVar

from pytracking.bulk import Bulk, RecipientLinks
from pytracking.configuration import Configuration
from pytracking.email import check_message
from pytracking.mails import parts as mail_parts
from pytracking.mails.bodies import AnyMessage, Body, bodies_of, copied
from pytracking.mails.list_headers import put_headers, unsubscribe_headers
from pytracking.mails.options import Job
from pytracking.mails.plain import plan_text
from pytracking.mails.problems import (
    LONGEST_LINK_CHARACTERS,
    Problem,
    check_links,
    readable,
    too_long,
    warn,
)
from pytracking.mails.rewriting import Minting, Values, plan

__all__ = ["Campaign", "Values"]

Mail_co = TypeVar("Mail_co", covariant=True)


class Campaign(Generic[Mail_co]):
    """One mail for many recipients, as ``Tracker.campaign`` makes it.

    Any thread may use it, and process pools can pickle it. It mints with the keyring that the
    tracker had when it was made. A pickled campaign holds these keys: keep it as you keep them.
    """

    def __init__(self, template: MailTemplate[Mail_co], configuration: Configuration) -> None:
        self._template = template
        self._bulk = Bulk(configuration)

    def render(
        self, metadata: Mapping[str, Any] | None = None, values: Values | None = None
    ) -> Mail_co:
        """Return the mail of one recipient: byte for byte what ``Tracker`` makes of the template.

        Args:
            metadata: of each of the recipient's links.
            values: called with each placeholder as it stands in the template, ``{{ name }}``;
                the text that it returns takes its place, escaped in HTML, but for what has
                ``__html__``. Placeholders stay where it returns None, and without ``values``.

        Warns:
            MailWarning: links so long that programs cut them.

        Raises:
            InvalidPayload: JSON cannot hold ``metadata``, or it is too long for a link; or a
                value has a character that the charset of a mail's plain text lacks.
        """
        minting = _BulkMinting(self._bulk, metadata)
        mail = self._template.rendered(minting, values)
        if minting.longest > LONGEST_LINK_CHARACTERS:
            warn([Problem("", too_long(minting.longest))], stacklevel=2)
        return mail

    def __reduce__(self) -> tuple[Any, ...]:
        return Campaign, (self._template, self._bulk.configuration)


class MailTemplate(Protocol[Mail_co]):
    """What is the same for all recipients: a ``Plan``, or a ``MessageTemplate``."""

    def rendered(self, minting: Minting, values: Values | None = None, /) -> Mail_co:
        """Return the mail of one recipient."""


class MessageTemplate(Generic[AnyMessage]):
    """A whole mail, what is to change in its texts, and of which headers to unsubscribe by.

    Args:
        message: the mail.
        bodies: by the numbers of their parts.
        headers: the address and the list's name in them; None where there are to be none.
    """

    def __init__(
        self,
        message: AnyMessage,
        bodies: Mapping[int, Body],
        headers: tuple[str | None, str | None] | None,
    ) -> None:
        self._message = message
        self._bodies = bodies
        self._headers = headers

    def rendered(self, minting: Minting, values: Values | None = None) -> AnyMessage:
        """Return a copy with the links of one recipient."""
        message = copied(self._message)
        for number, part in enumerate(mail_parts.of_message(message)):
            body = self._bodies.get(number)
            if body and part.message is not None:
                body.put_into(part.message, message, minting, values)
        if self._headers:
            put_headers(message, unsubscribe_headers(minting.unsubscribe_url(), *self._headers))
        return message


def made(
    configuration: Configuration,
    html: str | bytes | None,
    text: str | None,
    message: Message | None,
    headers: tuple[str | None, str | None],
    keywords: Mapping[str, Any],
) -> Campaign[Any]:
    """Return the campaign of a template: for ``Tracker.campaign``, which has the parameters."""
    if [html, text, message].count(None) != 2:
        raise TypeError("a campaign is made of html, of text or of a message: give one of them")
    rest: dict[str, Any] = {**keywords}
    click, open_ = True, text is None
    if text is None:
        click, open_ = rest.pop("click_tracking", True), rest.pop("open_tracking", True)
    job = Job.of(configuration, rest, click, open_)
    if message is not None:
        return _of_message(message, job, headers if job.options.unsubscribe is True else None)
    if html is not None:
        planned = plan(readable(html).text if isinstance(html, bytes) else html, job)
    else:
        planned = plan_text(text or "", job)
    warn(check_links(planned.links, 0), stacklevel=3)
    return Campaign(planned, job.configuration)


def _of_message(
    message: AnyMessage, job: Job, headers: tuple[str | None, str | None] | None
) -> Campaign[AnyMessage]:
    template = copied(message)
    found = mail_parts.of_message(template)
    numbers = {id(part): number for number, part in enumerate(found)}
    bodies = {numbers[id(body.part)]: body for body in bodies_of(found, template, job)}
    problems = check_message(template)
    for body in bodies.values():
        problems += check_links(body.plan.links, 0, body.part.name)
    warn(problems, stacklevel=4)
    return Campaign(MessageTemplate(template, bodies, headers), job.configuration)


class _BulkMinting(Minting):
    def __init__(self, bulk: Bulk, metadata: Mapping[str, Any] | None) -> None:
        super().__init__(bulk.configuration, metadata)
        self._links = RecipientLinks(bulk, metadata)

    def open_url(self) -> str:
        return self._links.open_url()

    def click_url(self, target: str, added: Mapping[str, Any]) -> str:
        if added and self.configuration.include_default_metadata:  # which stands before it
            return super().click_url(target, added)
        return self._links.click_url(target, added)
