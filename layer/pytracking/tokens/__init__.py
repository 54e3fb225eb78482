"""The wire formats: a document (dict) to the token of a link, and back.

Each format is a module with the same two verbs, ``encode`` and ``decode``. A document is the
JSON object ``{"url", "metadata", "webhook"}`` of pytracking 0.2.2, each key only when it is set.
"""

from typing import Literal

Kind = Literal["open", "click"]
