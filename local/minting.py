"""Links minted for the page, with the keyring of this run."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from pytracking import (
    Configuration,
    get_click_tracking_url,
    get_open_tracking_result,
    get_open_tracking_url,
)
from pytracking.errors import (
    ConfigurationError,
    InvalidPayload,
    InvalidTarget,
    PytrackingError,
)
from pytracking.tokens.keyring import Keyring

from local.template import Template

Field = Literal["target", "metadata", "expiry"]

# The form begins with them, too: index.html.
READY_MADE_TARGET = "https://example.com/welcome?from=mail"
READY_MADE_METADATA = {"customer_id": 1, "campaign": "spring"}


class Unmintable(PytrackingError, ValueError):
    """What no link can carry; the message speaks of JSON, since it is shown beside a form."""

    def __init__(self, message: str, field: Field) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class RewrittenMail:
    """A mail as it would be sent, and what became of its links."""

    html: str
    ours: list[str]  # every link of ours in it, in order; the pixel's among them
    clicks: int  # how many of them are the mail's own links, tracked
    left: list[dict[str, str]]  # href and reason of each link that was left as it was


class LocalMinter:
    """Mints open and click links that this gateway answers."""

    def __init__(self, template: Template, keyring: Keyring, origin: str) -> None:
        """`origin` is where the gateway listens: `http://127.0.0.1:8000`."""
        self.configuration = Configuration(
            base_open_tracking_url=origin + base_path(template, "open"),
            base_click_tracking_url=origin + base_path(template, "click"),
            keyring=keyring,
            include_issue_time=True,
        )
        self.ready_made = self.links(READY_MADE_TARGET, READY_MADE_METADATA)

    def links(
        self,
        target: Any = None,
        metadata: Any = None,
        expires_in: Any = None,
    ) -> dict[str, Any]:
        """Mint an open link and, when there is a target, a click link to it.

        All three come as JSON from a form; `expires_in` is in seconds. When the links expire, the
        answer says when: epoch seconds in `expires_at`. Raises Unmintable.
        """
        if metadata is not None and not isinstance(metadata, dict):
            raise Unmintable(f"metadata is a JSON object, not {json_name(metadata)}", "metadata")
        if target is not None and not isinstance(target, str):
            raise Unmintable(f"a target is a string, not {json_name(target)}", "target")
        configuration = self.configuration
        if expires_in is not None:
            # True and False are whole numbers to Python, and none to JSON.
            if type(expires_in) is not int or expires_in <= 0:
                given = json.dumps(expires_in)
                raise Unmintable(f"expires_in is whole seconds above 0, not {given}", "expiry")
            configuration = configuration.merge_with_kwargs({"expires_in": expires_in})
        minted: dict[str, Any] = {}
        try:
            minted["open"] = get_open_tracking_url(metadata, configuration)
            if target:
                minted["click"] = get_click_tracking_url(target, metadata, configuration)
        except InvalidTarget as error:
            raise Unmintable(str(error), "target") from error
        except InvalidPayload as error:
            raise Unmintable(_unlike_metadata(error), "metadata") from error
        if expires_in is not None:
            result = get_open_tracking_result(minted["open"], configuration=configuration)
            minted["expires_at"] = result.expires_at
        return minted

    def rewrite(self, html: str) -> RewrittenMail:
        """Return a mail with tracked links and a pixel, and what became of its links."""
        from pytracking.html import (
            adapt_html,
            find_links,
        )

        rewritten = adapt_html(html, {"mail": "page"}, configuration=self.configuration)
        links = find_links(html, self.configuration)
        outcomes = Counter(link.outcome for link in links)
        bases = (
            self.configuration.base_open_tracking_url,
            self.configuration.base_click_tracking_url,
        )
        # http://127.0.0.1:8000/c/pLong-token_...
        ours = "|".join(re.escape(base) for base in bases if base)
        return RewrittenMail(
            html=rewritten,
            ours=re.findall(rf"(?:{ours})[\w-]+", rewritten),
            clicks=outcomes["tracked"],
            left=[
                {"href": link.href, "reason": link.reason or _REASONS.get(link.outcome, "")}
                for link in links
                if link.outcome != "tracked"
            ],
        )


# What the library's outcome alone does not say to somebody who sees it for the first time.
_REASONS = {
    "opted out": "an attribute of the link asks for it",
    "unsubscribe": "it unsubscribes: that must work without a tracker",
    "already tracked": "it is a tracking link already",
    "no page": "it leads to no page: only http and https links can be followed by a redirect",
}


def json_name(value: Any) -> str:
    """Return what JSON calls a value, with its article: `an array` of a list."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    names: dict[type, str] = {dict: "an object", list: "an array", str: "a string"}
    return names.get(type(value), "a number")


def _unlike_metadata(error: InvalidPayload) -> str:
    """Say what the library says of a payload in the words of somebody who typed JSON."""
    cause = error.__cause__
    if isinstance(cause, UnicodeError):
        return "metadata holds half of a character (a lone surrogate), which no link can carry"
    if cause is not None:
        return f"metadata cannot be carried by a link: {cause}"
    return str(error).replace("the link's content", "metadata")


def base_path(template: Template, folder: str) -> str:
    """Return what links of a function's route start with: `/o/` of `GET /o/{token}`."""
    for route in template.routes:
        function = template.functions[route.function]
        if function.folder.name == folder and "{" in route.path:
            return route.path.partition("{")[0]
    raise ConfigurationError(
        f"the template has no route with a path variable for the function in functions/{folder}"
    )
