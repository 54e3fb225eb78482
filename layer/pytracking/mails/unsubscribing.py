"""Links by which recipients unsubscribe, recognised by URL or by text, in many languages."""

import re
import unicodedata
from urllib.parse import unquote

# Written without accents, and in lower case, as `_plain` makes them. A gap may be anything that
# sets words apart in URLs and texts.
_GAP = r"[-_ .+/]?"
_SPELLINGS = rf"""
unsub(?:scri|(?![a-z])) | (?<![a-z])opt{_GAP}(?:ing{_GAP})?out(?![a-z])
| (?<![a-z])(?:e{_GAP}mail|subscription|notification|newsletter|communication){_GAP}
  (?:preferences?|settings)(?![a-z])
| (?<![a-z])preferences?{_GAP}cent(?:er|re)(?![a-z])
| (?<![a-z])(?:manage|update|change|edit){_GAP}(?:my{_GAP}|your{_GAP})?
  (?:e{_GAP}mail{_GAP})?(?:subscription|preference|newsletter)
| (?<![a-z])(?:leave|remove{_GAP}me){_GAP}(?:from{_GAP})?
  (?:this{_GAP}|the{_GAP})?(?:mailing{_GAP})?list
| abbestell | abmeld | austragen | (?<![a-z])afmeld | uitschrijv | abonnement{_GAP}opzeggen
| de?sinscri | desabonn | desuscri | (?<![a-z])darse{_GAP}de{_GAP}baja | dar{_GAP}de{_GAP}baja
| (?<![a-z])baja{_GAP}(?:de{_GAP})?(?:newsletter|boletin|suscripcion|lista)
| (?:cancelar?|anular|remover|annulla|cancella|gerir|gestionar|gestisci|gerer){_GAP}
  (?:a{_GAP}|la{_GAP}|l{_GAP}|minha{_GAP}|mi{_GAP}|tu{_GAP}|su{_GAP}|mes{_GAP}|votre{_GAP})?
  (?:suscri|subscri|inscri|iscri|assinatura|abonn)
| descadastr | desiscri | disiscri | wypis(?:z|a) | anuluj{_GAP}subskrypcj | zrezygnuj
| rezygnacj | wyrejestr
| avprenumerer | avregistrer | avsluta{_GAP}prenumer | (?<![a-z])avmeld | frameld | odhlas | odhlask
| otpis(?:at|ka|hit) | отпис | відпис | отказаться{_GAP}от | leiratkoz | dezabon
| abonelik(?:ten|i|ligi)?{_GAP}(?:cik|iptal) | aboneligi{_GAP}iptal | uyelikten{_GAP}cik
| listeden{_GAP}cik
| peruuta{_GAP}tilaus | 退订 | 退訂 | 取消订阅 | 取消訂閱 | tuiding
| 配信停止 | 配信解除 | 購読解除 | 購読を?(?:停止|中止|解除)
| メルマガ(?:を)?(?:解除|退会) | 退会 | 수신{_GAP}거부 | 구독{_GAP}(?:취소|해지)
"""
_UNSUBSCRIBE = re.compile("".join(_SPELLINGS.replace(_GAP, "\0").split()).replace("\0", _GAP))
# One of these is in all that _UNSUBSCRIBE finds, with and without accents; looking for them first
# is many times as fast.
_HINTS = (
    "unsub", "opt", "prefer", "setting", "newsletter", "subscri", "leave", "remove", "listeden",
    "abbe", "abme", "austrag", "afme", "uitsch", "opzegg", "sinscri", "sabon", "desusc", "baja",
    "inscri", "iscri", "assinat", "abonn", "suscri", "scadas", "wypis", "anuluj", "rezygn",
    "wyrej", "avpren", "avreg", "prenum", "avmeld", "fram", "odhl", "otpis", "leirat", "dezab",
    "abonel", "yelikten", "tilaus", "tuiding",
)  # fmt: skip
_WIDE_HINTS = ("отпис", "відпис", "отказ", "退", "取消", "配信", "購読", "メルマガ", "수신", "구독")
# A longer text is prose; it does not name what a click does.
_MAX_LABEL_CHARACTERS = 100
_DOTLESS = str.maketrans(
    {"\u0131": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "\u2019": "-", "'": "-"}
)


def is_unsubscribe(url: str) -> bool:
    """Whether a URL speaks of unsubscribing."""
    return _says_so(unquote(url) if "%" in url else url)


def says_unsubscribe(label: str) -> bool:
    """Whether a link's text names unsubscribing as what the link is for."""
    return len(label) <= _MAX_LABEL_CHARACTERS and _says_so(label)


def may_say_unsubscribe(markup: str) -> bool:
    """Whether there may be a text in some markup that says so: a quick look, before it is read."""
    markup = markup.lower()
    for hint in _HINTS if markup.isascii() else _HINTS + _WIDE_HINTS:
        if hint in markup:
            return True
    return "&#" in markup


def same_page(url: str) -> tuple[str, str, str]:
    """What two spellings of one URL share: host, path and query.

    Scheme, case of the host, the default port, percent-encoding, a final slash and the fragment
    do not count.
    """
    rest = url.partition("://")[2].partition("#")[0]
    before_query, _, query = rest.partition("?")
    host, _, path = before_query.partition("/")
    host = host.lower().removesuffix(":443").removesuffix(":80").removesuffix(".")
    return host, unquote(path).rstrip("/"), unquote(query)


def _says_so(text: str) -> bool:
    text = text.lower()
    if not text.isascii():
        return _UNSUBSCRIBE.search(_plain(text)) is not None
    for hint in _HINTS:  # a plain loop: any() would double the time of a whole verdict
        if hint in text:
            return _UNSUBSCRIBE.search(_plain(text)) is not None
    return False


def _plain(text: str) -> str:
    """Without accents, and with single gaps: "se désabonner" as "se desabonner"."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_DOTLESS))
        text = unicodedata.normalize(
            "NFC", "".join(c for c in decomposed if ord(c) not in _ACCENTS)
        )
    else:
        text = text.replace("'", "-")
    return _GAPS.sub(" ", text)


_ACCENTS = range(0x300, 0x370)
_GAPS = re.compile(r"[-_ \s.+]+")
