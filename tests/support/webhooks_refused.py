"""Webhooks that nothing can be posted to, refused by whatever mints."""

MALFORMED = (
    7,
    True,
    ["https://hooks.example/"],
    {"url": "https://hooks.example/"},
    "hooks.example/",
    "//hooks.example/",
    "ftp://hooks.example/",
    "https://user:word@hooks.example/",
    "https://hooks.example./",
    "https://hooks.example/\n",
    "https://hooks.example/a b",
    "https://hooks.example/" + "a" * 20_000,
)
"""Refused by every function that mints, those of 0.2.2 among them."""

WEBHOOKS_REFUSED = (*MALFORMED, "", "http://hooks.example/", "HTTP://hooks.example/")
"""Refused by Tracker, the links function and the command line."""
