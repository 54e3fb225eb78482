"""Links minted for the page, with the keyring of this run."""

import re
from typing import Any

from pytracking import Configuration, get_click_tracking_url, get_open_tracking_url
from pytracking.errors import ConfigurationError
from pytracking.tokens.keyring import Keyring

from local.template import Template


class Minter:
    """Mints open and click links that this gateway answers."""

    def __init__(self, template: Template, keyring: Keyring, origin: str) -> None:
        """`origin` is where the gateway listens: `http://127.0.0.1:8000`."""
        self.configuration = Configuration(
            base_open_tracking_url=origin + base_path(template, "open"),
            base_click_tracking_url=origin + base_path(template, "click"),
            keyring=keyring,
            include_issue_time=True,
        )
        self.ready_made = self.links("https://example.com/welcome?from=mail", {"customer_id": 1})

    def links(
        self,
        target: str | None = None,
        metadata: dict[str, Any] | None = None,
        expires_in: int | None = None,
    ) -> dict[str, str]:
        """Mint an open link and, when there is a target, a click link to it.

        `expires_in` is in seconds. Raises the library's ValueErrors for what no link can carry.
        """
        if metadata is not None and not isinstance(metadata, dict):
            raise ValueError(f"metadata is a JSON object, not a {type(metadata).__name__}")
        if expires_in is not None and (not isinstance(expires_in, int) or expires_in <= 0):
            raise ValueError(f"expires_in is a number of seconds above 0, not {expires_in!r}")
        configuration = self.configuration
        if expires_in is not None:
            configuration = configuration.merge_with_kwargs({"expires_in": expires_in})
        minted = {"open": get_open_tracking_url(metadata, configuration)}
        if target:
            minted["click"] = get_click_tracking_url(target, metadata, configuration)
        return minted

    def rewrite(self, html: str) -> tuple[str, list[str]]:
        """Return a mail with tracked links and a pixel, and our links in it in their order."""
        from pytracking.html import adapt_html  # noqa: PLC0415 - the gateway starts without it

        rewritten = adapt_html(html, {"mail": "page"}, configuration=self.configuration)
        bases = (
            self.configuration.base_open_tracking_url,
            self.configuration.base_click_tracking_url,
        )
        # http://127.0.0.1:8000/c/pLong-token_...
        ours = "|".join(re.escape(base) for base in bases if base)
        return rewritten, re.findall(rf"(?:{ours})[\w-]+", rewritten)


def base_path(template: Template, folder: str) -> str:
    """Return what links of a function's route start with: `/o/` of `GET /o/{token}`."""
    for route in template.routes:
        function = template.functions[route.function]
        if function.folder.name == folder and "{" in route.path:
            return route.path.partition("{")[0]
    raise ConfigurationError(
        f"the template has no route with a path variable for the function in functions/{folder}"
    )
