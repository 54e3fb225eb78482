"""What stands on a page with a button, as the standard library's parser finds it."""

from html.parser import HTMLParser
from urllib.parse import urlencode


class Page(HTMLParser):
    """A page; ``submissions`` are the bodies that its buttons send, urlencoded."""

    def __init__(self, html):
        super().__init__()
        self.buttons, self.methods, self.targets, self.links = [], [], [], []
        self.attributes, self.tags = {}, []
        self._hidden, self._pairs, self._reads = [], [], ""
        self.title = self.heading = ""
        self.feed(html)

    @property
    def submissions(self):
        return [urlencode([*self._hidden, *pair]) for pair in self._pairs]

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "html":
            self.attributes = given
        elif tag == "form":
            self.methods.append(given["method"])
            self.targets.append(given.get("action", ""))
        elif tag == "input":
            self._hidden.append((given["name"], given["value"]))
        elif tag == "button":
            self._pairs.append([(given["name"], given["value"])] if "name" in given else [])
            self.buttons.append("")
        elif tag == "a":
            self.links.append(given["href"])
        self._reads = tag

    def handle_endtag(self, tag):
        self._reads = ""

    def handle_data(self, data):
        if self._reads == "title":
            self.title += data
        elif self._reads == "h1":
            self.heading += data
        elif self._reads == "button":
            self.buttons[-1] += data


def page_of(answer):
    """Return the page in an answer."""
    return Page(answer["body"])
