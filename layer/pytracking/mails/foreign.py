"""SVG and MathML inside HTML, where no element's content is raw text: `<title/>` is really empty.

The rules are those of the HTML Standard, 13.2.6.5 "The rules for parsing tokens in foreign
content", as far as tags alone can tell: what HTML elements are open is not known here.
"""

ROOTS = frozenset({"svg", "math"})

# Elements whose content is HTML again, by the root that they are of.
_HTML_INSIDE = {
    "svg": frozenset({"foreignobject", "desc", "title"}),
    "math": frozenset({"mi", "mo", "mn", "ms", "mtext"}),
}
# HTML elements that end foreign content where they stand.
_BREAKING_OUT = frozenset(
    """
    b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li
    listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var
    """.split()  # noqa: SIM905
)


class Foreign:
    """The foreign elements that are open at one place of a text."""

    def __init__(self) -> None:
        self.open: list[tuple[str, str, bool]] = []
        """For each: its name, its kind ("svg", "math" or "html"), whether it contains HTML."""
        self._counts: dict[str, int] = {}

    def take(self, name: str, *, empty: bool) -> bool:
        """Take note of a tag, an end tag by its slash; return whether it is of HTML."""
        is_html = not self.open or self.open[-1][2]
        if name[0] == "/":
            if name in ("/p", "/br") and not is_html:
                self._leave()
            elif self._counts.get(name[1:]):
                while self._close() != name[1:]:
                    pass
            return is_html
        if is_html and name not in ROOTS:
            if self._counts.get(name):  # an element of HTML, whose end tag must not close another
                self._push(name, "html", html_inside=True)
            return True
        if name in _BREAKING_OUT:
            self._leave()
            return True
        if not empty:
            root = name if is_html else self.open[-1][1]
            self._push(name, root, html_inside=name in _HTML_INSIDE[root])
        return False

    def _leave(self) -> None:
        while self.open and not self.open[-1][2]:
            self._close()

    def _push(self, name: str, root: str, *, html_inside: bool) -> None:
        self.open.append((name, root, html_inside))
        self._counts[name] = self._counts.get(name, 0) + 1

    def _close(self) -> str:
        name = self.open.pop()[0]
        self._counts[name] -= 1
        return name
