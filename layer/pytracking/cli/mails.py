"""`rewrite` and `check`."""

import argparse
import base64
import codecs
import json
import sys
import warnings
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pytracking import Configuration
from pytracking.cli.configuring import (
    add_minting_options,
    configuration_from,
    metadata_from,
    require_to_mint,
)
from pytracking.cli.files import read_bytes, write_bytes
from pytracking.cli.parsing import Subparsers
from pytracking.email import MailWarning, Problem, adapt_message_bytes, check_message, check_size
from pytracking.email import find_links as find_mail_links
from pytracking.errors import ConfigurationError
from pytracking.html import adapt_html_bytes
from pytracking.html import find_links as find_html_links
from pytracking.mails.charset import Reading, read, read_html
from pytracking.mails.markup import readable
from pytracking.mails.options import LINK_METADATA
from pytracking.mails.parts import headers_of
from pytracking.mails.policy import MailLink
from pytracking.mails.problems import LONGEST_LINK_CHARACTERS, too_long
from pytracking.mails.unsubscribe_header import check_headers, check_host, check_visible
from pytracking.text import adapt_text
from pytracking.text import find_links as find_text_links
from pytracking.tokens.keyring import Keyring

Form = Literal["html", "text", "mail"]
_FORMS: dict[str, Form] = {".html": "html", ".htm": "html", ".txt": "text", ".eml": "mail"}


class _Input(NamedTuple):
    """A mail, or one body of it, as it was given."""

    form: Form
    data: bytes


def add_rewrite(commands: Subparsers) -> None:
    """Add ``rewrite``."""
    parser = commands.add_parser(
        "rewrite",
        help="replace a mail's links by tracking links, and add the pixel",
        description="Rewrites HTML, plain text or a whole mail; only tracked links change.",
        examples=[
            "rewrite mail.html --keys keys.json --output tracked.html",
            "rewrite mail.eml --keys keys.json --utm source=news > tracked.eml",
        ],
    )
    _add_input(parser)
    parser.add_argument("--output", metavar="FILE", help="default: standard output")
    parser.add_argument("--no-click", action="store_true", help="leave the links as they are")
    parser.add_argument("--no-open", action="store_true", help="add no pixel")
    parser.add_argument(
        "--json", action="store_true", help="print the result, and what could not be tracked"
    )
    parser.set_defaults(run=_run_rewrite)


def add_check(commands: Subparsers) -> None:
    """Add ``check``."""
    parser = commands.add_parser(
        "check",
        help="show which links of a mail would be tracked, and what is wrong with it",
        description="Changes nothing. Exits with 1 where something needs the sender's eyes, and "
        "with 2 where the mail could not be checked.",
        examples=["check mail.html", "check mail.eml --json"],
    )
    _add_input(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_run_check, status_on_error=2)


def _add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="default: standard input, as HTML"
    )
    parser.add_argument(
        "--as",
        dest="form",
        choices=["html", "text", "mail"],
        help="what FILE is, where its name (.html, .htm, .txt, .eml) does not say",
    )
    parser.add_argument(
        "--unsubscribe", choices=["leave", "track"], default="leave", help="default: leave"
    )
    parser.add_argument(
        "--utm",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a UTM parameter for every target, e.g. source=news; may be repeated",
    )
    parser.add_argument(
        "--link-metadata",
        action="append",
        default=[],
        choices=sorted(LINK_METADATA),
        help="what a link's metadata says about the link; may be repeated",
    )
    parser.add_argument(
        "--conditional-comments", action="store_true", help="track links for Outlook alone, too"
    )
    parser.add_argument("--decoy", action="store_true", help="add one link that only programs find")
    parser.add_argument(
        "--pixel", choices=["bottom", "top"], default="bottom", help="where; default: bottom"
    )
    parser.add_argument(
        "--pixel-placeholder", metavar="TEXT", help="a text in the HTML in whose place it goes"
    )
    parser.add_argument(
        "--parts",
        action="append",
        choices=["html", "text"],
        help="what of a mail is tracked; may be repeated; default: both",
    )
    parser.add_argument(
        "--shown-urls",
        choices=["track", "leave", "report"],
        default="track",
        help="links whose text is a URL itself, which may look like phishing; default: track",
    )
    add_minting_options(parser)


def _run_rewrite(arguments: argparse.Namespace) -> int:
    given = _input(arguments)
    configuration, options = configuration_from(arguments), _options(arguments)
    if not arguments.no_click:
        require_to_mint(arguments, configuration, "click", "--no-click")
    if not arguments.no_open and given.form != "text":
        require_to_mint(arguments, configuration, "open", "--no-open")
    with warnings.catch_warnings(record=True) as problems:
        warnings.simplefilter("always", MailWarning)
        data = _rewritten(
            given,
            metadata_from(arguments),
            not arguments.no_click,
            not arguments.no_open,
            configuration,
            options,
        )
    for problem in problems:
        print(f"warning: {problem.message}", file=sys.stderr)
    links = [] if arguments.no_click else _links(given, configuration, options)
    untrackable = [link for link in links if link.untrackable]
    if arguments.json:
        data = _as_json(given.form, data, untrackable)
    else:
        for link in untrackable:
            print(
                f"warning: {link.part}: not tracked: {link.href} ({link.reason})", file=sys.stderr
            )
    write_bytes(arguments.output, data)
    return 0


def _run_check(arguments: argparse.Namespace) -> int:
    given, options = _input(arguments), _options(arguments)
    configuration = _some_configuration(configuration_from(arguments))
    links = _links(given, configuration, options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MailWarning)  # they are asked for below
        data = _rewritten(given, metadata_from(arguments), True, True, configuration, options)
    tracked = _Input(given.form, data)
    problems = _problems(given, tracked, _links(tracked, configuration, options), configuration)
    # tracked, and its sender is to look at it all the same
    reported = [link for link in links if link.outcome == "tracked" and link.reason]
    problems += [f"{link.part}: {link.reason}" for link in reported]
    untrackable = [link for link in links if link.untrackable]
    if arguments.json:
        report = {
            "links": [*map(_as_dict, links)],
            "bytes": len(given.data),
            "bytes_tracked": len(data),
            "problems": problems,
        }
        print(json.dumps(report))
    else:
        for link in links:
            print(f"{link.part}: {link.outcome}: {link.href}{link.reason and f' ({link.reason})'}")
        print(f"links: {len(links)}; cannot be tracked: {len(untrackable)}")
        print(f"bytes: {len(given.data)}; once tracked: {len(data)}")
        print("".join(f"problem: {problem}\n" for problem in problems), end="")
    return 1 if untrackable or problems else 0


def _input(arguments: argparse.Namespace) -> _Input:
    form = arguments.form or _FORMS.get(Path(arguments.file).suffix.lower())
    if arguments.file == "-":
        form = form or "html"
    if form is None:
        raise ConfigurationError(f"unknown type of {arguments.file!r}: say --as html, text or mail")
    return _Input(form, read_bytes(arguments.file, "the mail"))


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    utm = {}
    for pair in arguments.utm:
        name, equals, value = pair.partition("=")
        if not name.removeprefix("utm_") or not equals:
            raise ConfigurationError(f"--utm takes NAME=VALUE, e.g. source=news, not {pair!r}")
        utm[name] = value
    names = (
        *("unsubscribe", "shown_urls", "pixel_placeholder", "link_metadata"),
        *("conditional_comments", "decoy", "pixel"),
    )
    given = {name: getattr(arguments, name) for name in names}
    return {**given, "utm": utm, "parts": arguments.parts or ("html", "text")}


def _some_configuration(configuration: Configuration) -> Configuration:
    """What is missing to mint is made up: a check is to show sizes before there is a stack."""
    made_up: dict[str, Any] = {}
    for kind in ("open", "click"):
        if not getattr(configuration, f"base_{kind}_tracking_url"):
            made_up[f"base_{kind}_tracking_url"] = f"https://track.example.com/{kind[0]}/"
    if configuration.keyring is None:
        made_up["keyring"] = Keyring.generate()
    return configuration.merge_with_kwargs(made_up)


def _rewritten(
    given: _Input,
    metadata: dict[str, Any],
    click_tracking: bool,
    open_tracking: bool,
    configuration: Configuration,
    options: dict[str, Any],
) -> bytes:
    tracked = (click_tracking, open_tracking)
    if given.form == "html":
        return adapt_html_bytes(given.data, metadata, *tracked, configuration, **options)
    if given.form == "mail":
        mail, spelling = _mail(given.data)
        new = adapt_message_bytes(mail, metadata, *tracked, configuration, **options)
        return spelling.written(new)
    reading = _text(given)
    if not click_tracking or reading.problem:
        return given.data
    new_text = adapt_text(reading.text, metadata, configuration, **options)
    return new_text.encode(reading.codec, "surrogateescape")


def _links(given: _Input, configuration: Configuration, options: dict[str, Any]) -> list[MailLink]:
    """Every link of a mail, and as its part, where it stands: "line 3", "part 2 text/html"."""
    if given.form == "mail":
        return [*find_mail_links(_mail(given.data)[0], configuration, **options)]
    text = _text(given).text
    find = find_html_links if given.form == "html" else find_text_links
    found, line, position = [], 1, 0
    for link in find(text, configuration, **options):
        line += text.count("\n", position, link.start)
        position = link.start
        found.append(link._replace(part=f"line {line}"))
    return found


def _text(given: _Input) -> Reading:
    return read_html(given.data) if given.form == "html" else read(given.data, None)


class _Spelling(NamedTuple):
    """How a file spells the bytes of a mail: Windows' shells write UTF-16, editors a mark."""

    mark: bytes = b""
    codec: str = ""

    def written(self, mail: bytes) -> bytes:
        if self.codec:
            mail = mail.decode("utf-8", "surrogateescape").encode(self.codec, "surrogatepass")
        return self.mark + mail


def _mail(data: bytes) -> tuple[bytes, _Spelling]:
    """The bytes of a mail as they travel, and how the file spells them."""
    if data.startswith(codecs.BOM_UTF8):
        return data.removeprefix(codecs.BOM_UTF8), _Spelling(codecs.BOM_UTF8)
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark) and len(data) % 2 == 0:
            text = data.removeprefix(mark).decode(codec, "surrogatepass")
            return text.encode("utf-8", "surrogatepass"), _Spelling(mark, codec)
    return data, _Spelling()


def _problems(
    given: _Input, tracked: _Input, links: list[MailLink], configuration: Configuration
) -> list[str]:
    bases = configuration.base_urls

    def acts(url: str) -> bool:
        return bases.split(url)[1] == "action"

    problems: list[Problem] = []
    if tracked.form == "mail":
        problems += check_message(_mail(tracked.data)[0])
        headers = headers_of(_mail(given.data)[0])
        problems += check_headers(headers, lambda url: bases.holds(url) and not acts(url))
        problems += check_visible(
            headers,
            [("unsubscribe" if acts(link.href) else link.outcome, link.reason) for link in links],
        )
    elif tracked.form == "html":
        problems += check_size(tracked.data)
    if problem := "" if tracked.form == "mail" else _text(given).problem:
        problems.append(Problem("", f"nothing in it is tracked: {problem}"))
    for base in {configuration.base_open_tracking_url, configuration.base_click_tracking_url}:
        problems += check_host(base or "", "of the links")
    for link in links:
        if link.outcome == "already tracked" and len(link.href) > LONGEST_LINK_CHARACTERS:
            problems.append(Problem(link.part, too_long(len(link.href))))
    return [*map(str, problems)]


def _as_dict(link: MailLink) -> dict[str, Any]:
    names = ("href", "outcome", "target", "reason")
    return {"place": link.part, **{name: getattr(link, name) for name in names}}


def _as_json(form: Form, data: bytes, untrackable: list[MailLink]) -> bytes:
    """The result as text; of a mail, which may hold any bytes, as base64."""
    if form == "mail":
        body = base64.b64encode(data).decode()
    else:
        body = readable(_text(_Input(form, data)).text)
    report = {"form": form, "body": body, "untrackable": [*map(_as_dict, untrackable)]}
    return json.dumps(report).encode() + b"\n"
