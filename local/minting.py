"""Links minted for the page, with the keyring of this run."""

import json
import re
from typing import Any

from pytracking import Tracker
from pytracking.errors import InvalidPayload
from pytracking.links import LinkSettings

# The form begins with them, too: index.html.
READY_MADE_TARGET = "https://example.com/welcome?from=mail"
READY_MADE_METADATA = {"customer_id": 1, "campaign": "spring"}

RATINGS = range(1, 6)  # what a link to rate lets choose from

# Explanations of outcomes for somebody who sees them for the first time
_REASONS = {
    "opted out": "an attribute of the link asks for it",
    "unsubscribe": "it unsubscribes: that must work without a tracker",
    "already tracked": "it is a tracking link already",
    "no page": "it leads to no page: only http and https links can be followed by a redirect",
}


class LocalMinter:
    """Mints links that this gateway answers."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self.ready_made = self.links(READY_MADE_TARGET, READY_MADE_METADATA)

    def links(
        self, target: Any = None, metadata: Any = None, expires_in: Any = None, kind: Any = None
    ) -> dict[str, Any]:
        """Mint what a form asks for, and return the links by name.

        When they expire, the answer says when: epoch seconds in ``expires_at``.

        Args:
            target: where a click leads.
            metadata: JSON, or its text.
            expires_in: seconds.
            kind: ``guarded``, or of ``ACTIONS``; None: an open link and, when there is a target, a
                click link to it.

        Raises:
            InvalidTarget, InvalidPayload, ConfigurationError: what was typed cannot be used.
        """
        settings: LinkSettings = {} if expires_in is None else {"expires_in": expires_in}
        if isinstance(metadata, str):
            metadata = _parsed(metadata)
        tracker = self._tracker
        minted: dict[str, Any] = {}
        if kind == "guarded":
            minted[kind] = tracker.click_url(target, metadata, guarded=True, **settings)
        elif kind is not None:
            values = RATINGS if kind == "rate" else None
            minted[kind] = tracker.action_url(kind, metadata, values=values, **settings)
        else:
            minted["open"] = tracker.open_url(metadata, **settings)
            if target is not None:
                minted["click"] = tracker.click_url(target, metadata, **settings)
        if settings:
            minted["expires_at"] = tracker.read(next(iter(minted.values()))).expires_at
        return minted

    def rewrite(self, html: str) -> dict[str, Any]:
        """Return a mail as it would be sent, and what becomes of its links.

        ``tracked`` are all links of ours, the pixel's too; ``clicks`` counts the mail's own;
        ``left`` are those that stay as they were, each with its reason.
        """
        from pytracking.html import find_links

        links = find_links(html, self._tracker.configuration())
        new = self._tracker.html(html, {"mail": "page"})
        bases = "|".join(map(re.escape, self._tracker.base_urls.prefixes.values()))
        ours = rf"(?:{bases})[\w-]+"  # http://127.0.0.1:8000/c/pLong-token_...
        left = [link for link in links if link.outcome != "tracked"]
        return {
            "html": new,
            "tracked": re.findall(ours, new),
            "clicks": len(links) - len(left),
            "left": [
                {"href": link.href, "reason": link.reason or _REASONS.get(link.outcome, "")}
                for link in left
            ],
        }


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError) as error:
        raise InvalidPayload(
            f'metadata is a JSON object, such as {{"customer_id": 1}}: {error}'
        ) from error
