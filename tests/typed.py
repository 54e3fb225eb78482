"""The public keywords, right and wrong, for `make types` to read: nobody runs this.

A mistake that was taken would leave its comment unused, which is an error too.
"""

import email.message

import pytracking
from pytracking.email import adapt_message, adapt_message_bytes
from pytracking.html import adapt_html, adapt_html_bytes, find_links
from pytracking.text import adapt_text

tracker = pytracking.Tracker("https://t.example", pytracking.Keyring.generate())
mail = email.message.EmailMessage()
pytracking.get_open_tracking_url({}, base_open_tracking_url="https://t.example/")
pytracking.Configuration(base_open_tracking_url="https://t.example/")
tracker.open_url({}, expires_in=60)
tracker.html("", {}, open_tracking=False, shown_urls="leave")
tracker.html("", {}, privacy=["no_ip"], expires_in=60)
tracker.text("", {}, link_metadata=("label",), issue_time=False)
tracker.message(mail, {}, parts=("html",)).get_content()
adapt_html("", {}, conditional_comments=True, base_open_tracking_url="https://t.example/")
adapt_html_bytes(b"", {}, pixel="top")
find_links("", utm={"source": "news"})
adapt_text("", {}, append_slash=True)
adapt_message(mail, {}, unsubscribe="track").get_content()
adapt_message_bytes(b"", {}, leave=None)

pytracking.get_open_tracking_url({}, base_opn_tracking_url="https://t.example/")  # type: ignore[call-arg]
pytracking.Configuration(base_opn_tracking_url="https://t.example/")  # type: ignore[call-arg]
tracker.open_url({}, expects_in=60)  # type: ignore[call-arg]
tracker.html("", {}, opn_tracking=False)  # type: ignore[call-arg]
tracker.html("", {}, keyring=None)  # type: ignore[call-arg]
tracker.html("", {}, shown_urls="hide")  # type: ignore[arg-type]
tracker.text("", {}, open_tracking=False)  # type: ignore[call-arg]
tracker.message(mail, {}, part=("html",))  # type: ignore[call-arg]
adapt_html("", {}, condtional_comments=True)  # type: ignore[call-arg]
adapt_html_bytes(b"", {}, pixel="left")  # type: ignore[arg-type]
find_links("", utm=5)  # type: ignore[arg-type]
adapt_text("", {}, append_slsh=True)  # type: ignore[call-arg]
adapt_message(mail, {}, shown_urls=True)  # type: ignore[arg-type]
adapt_message_bytes(b"", {}, leaf=None)  # type: ignore[call-arg]
