"""The fields of a form in a request's body, urlencoded or multipart; a stranger's input."""

from __future__ import annotations

from urllib.parse import parse_qsl

from pytracking.handlers.http import Request

MAX_FIELDS = 20


def fields(request: Request) -> dict[str, str]:
    """Return the fields that were sent, the last of equal ones; none where nothing can be read.

    Mailbox providers send either form (RFC 8058, section 3.1). Files are no fields.
    """
    kind = request.headers.get("content-type", "")
    try:
        if kind.lower().startswith("multipart/"):
            return _multipart(kind, request.body)
        text = request.body.decode(errors="replace")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except Exception:  # malformed headers raise whatever they meet in the email package
        return {}


def _multipart(kind: str, body: bytes) -> dict[str, str]:
    from email.parser import BytesParser
    from email.policy import HTTP

    head = f"Content-Type: {kind}\r\n\r\n".encode(errors="replace")
    found: dict[str, str] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes) and not part.is_multipart():
            found[name] = payload.decode(errors="replace").rstrip("\r\n")
    return found
