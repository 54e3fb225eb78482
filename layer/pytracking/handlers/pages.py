"""The pages of action links and guarded clicks: a button without a script, in ten languages.

Nothing on them names the recipient. Their words stand in ``page_texts.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from pytracking.handlers.http import RETRY_AFTER_SECONDS, Answer, Request, page_headers
from pytracking.targets import check_target

DEFAULT_LANGUAGE = "en"

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})

FROM_PAGE = "page"
"""The field by which a POST says that a person pressed the button of a page."""

UNDO = "undo"
"""The field that holds the token of "That was a mistake"."""

VALUE = "value"
"""The field that holds which of the values of a rating was chosen, by its number from 0."""

# Contrast at least 7:1 for text and 4.5:1 for the button, in light and in dark; a button is 44 CSS
# pixels high and wide (WCAG 2.2, 1.4.6 and 2.5.5).
_STYLE = (
    ":root{--ink:#1b1b1f;--paper:#fff;--button:#0b57d0;--label:#fff;--soft:#46464f}"
    "@media(prefers-color-scheme:dark){:root{--ink:#f2f2f5;--paper:#16161a;--button:#a8c7fa;"
    "--label:#062e6f;--soft:#c9c9d1}}"
    "body{margin:0;background:var(--paper);color:var(--ink);font:1.1rem/1.5 system-ui,sans-serif}"
    "main{max-width:32rem;margin:0 auto;padding:15vh 1.5rem 2rem}"
    "h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}"
    "p{margin:0 0 1.5rem;overflow-wrap:anywhere}"
    "form{display:flex;flex-wrap:wrap;gap:.75rem;margin:0 0 2rem}"
    "button{font:inherit;font-weight:600;min-height:44px;min-width:44px;padding:.5rem 1.25rem;"
    "border:1px solid transparent;border-radius:.5rem;background:var(--button);"
    "color:var(--label);cursor:pointer}"
    "button:focus-visible,a:focus-visible{outline:3px solid var(--ink);outline-offset:3px}"
    ".soft,.soft a{color:var(--soft)}"
)
_OWN_FORM = page_headers(_STYLE, "; form-action 'self'")
# Chromium holds the redirect behind a POST to form-action as well, and the target is elsewhere.
_ANY_FORM = page_headers(_STYLE)


def check_sender_url(url: str) -> str:
    """Return an address that a page may link to: a ``mailto:``, or what ``check_target`` takes.

    Raises:
        InvalidTarget: it is neither.
    """
    if re.fullmatch(r"mailto:[!-~]+@[!-~]+", url):  # mailto:team@example.com
        return url
    return check_target(url)


@cache
def texts() -> Mapping[str, Mapping[str, list[str]]]:
    """Return the words of each page by language: its title, its text, maybe its button's label."""
    path = Path(__file__).with_name("page_texts.json")
    found: dict[str, dict[str, list[str]]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def language(sealed: str | None, accept_language: str) -> str:
    """Return the language of a page: the link's own (``de-AT``), or one that a browser asks for."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        name, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        wanted.append((-quality, name))
    wanted.sort(key=lambda item: item[0])
    for name in (sealed or "", *(name for quality, name in wanted if quality < 0)):
        known = name.strip().lower().replace("_", "-").partition("-")[0]
        if known in texts():
            return known
    return DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one deployment.

    Attributes:
        sender_name: who the mails are from, as the pages say it; None: nobody is named.
        sender_url: where to reach them, ``https:`` or ``mailto:``; None: no link.
    """

    sender_name: str | None = None
    sender_url: str | None = None

    def ask(
        self, what: str, lang: str, values: Iterable[str | int] = (), *, status: int = 200
    ) -> Answer:
        """Return the page with the button that acts; for a rating, one for each value."""
        title, text, label = texts()[lang][what]
        text, labels = escape(text), [label]
        choices = [str(value) for value in values]
        if len(choices) == 1:
            text += f" <strong><bdi>{escape(choices[0])}</bdi></strong>"
        elif choices:
            labels = choices
        form = _form(labels, numbered=bool(choices))
        return self._page(lang, title, text, form, status=status)

    def done(
        self, what: str, lang: str, *, undo: str = "", value: str | int | None = None
    ) -> Answer:
        """Return the page that says what was recorded; ``undo`` is the token that takes it back."""
        title, text = texts()[lang][f"{what} done"][:2]
        text = escape(text)
        if value is not None:
            text += f" <strong><bdi>{escape(str(value))}</bdi></strong>"
        if not undo:
            return self._page(lang, title, text)
        _, question, label = texts()[lang]["resubscribe"]
        body = f'<p class="soft">{escape(question)}</p>{_form([label], undo=undo)}'
        return self._page(lang, title, text, body)

    def guarded(self, target: str, request: Request) -> Answer:
        """Return the page before a guarded click's target, of which it shows the host."""
        host = urlsplit(target).hostname or ""
        lang = language(None, request.headers.get("accept-language", ""))
        title, text, label = texts()[lang]["guarded"]
        text = f'{escape(text)} <strong><bdi dir="ltr">{escape(host)}</bdi></strong>'
        return self._page(lang, title, text, _form([label]), headers=_ANY_FORM)

    def plain(self, status: int, name: str, lang: str) -> Answer:
        """Return a page without a button: ``broken``, ``again``, ``resubscribe over``."""
        title, text = texts()[lang][name]
        later = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {}
        return self._page(lang, title, escape(text), status=status, headers=_OWN_FORM | later)

    def _page(
        self,
        lang: str,
        title: str,
        text: str,
        body: str = "",
        *,
        status: int = 200,
        headers: Mapping[str, str] = _OWN_FORM,
    ) -> Answer:
        direction = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
        title = escape(title)
        html = (
            f'<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            f'<meta name="robots" content="noindex"><title>{title}</title>'
            f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1><p>{text}</p>{body}"
            f"{self._sender()}</main></body></html>\n"
        )
        return Answer(status, headers, html)

    def _sender(self) -> str:
        name = escape(self.sender_name or self.sender_url or "")
        if not name:
            return ""
        if self.sender_url:
            name = f'<a href="{escape(self.sender_url)}" rel="noreferrer">{name}</a>'
        return f'<p class="soft"><bdi>{name}</bdi></p>'


def _form(labels: Iterable[str], *, numbered: bool = False, undo: str = "") -> str:
    fields = f'<input type="hidden" name="{FROM_PAGE}" value="1">'
    if undo:
        fields += f'<input type="hidden" name="{UNDO}" value="{escape(undo)}">'
    for number, label in enumerate(labels):
        choice = f' name="{VALUE}" value="{number}"' if numbered else ""
        fields += f"<button{choice}>{escape(label)}</button>"
    return f'<form method="post">{fields}</form>'  # to the very address of the page
