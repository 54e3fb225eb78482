"""A sender: writes one recipient's mail, has it tracked, and sends it."""

import os
from email.message import EmailMessage
from typing import Any

import boto3
from pytracking import Tracker

MAIL_FROM = os.environ["MAIL_FROM"]

tracker = Tracker.from_environment()


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Mail `{"to": ..., "recipient": ..., "target": ...}`; without MAIL_FROM, return the mail."""
    mail = EmailMessage()
    mail["From"] = MAIL_FROM or "shop@example.com"
    mail["To"] = event["to"]
    mail["Subject"] = "The sale has begun"
    mail.set_content(f"The sale has begun: {event['target']}\n")
    mail.add_alternative(f'<p><a href="{event["target"]}">The sale</a> has begun.</p>', "html")

    tracked = tracker.message(mail, {"recipient": event["recipient"]})

    if not MAIL_FROM:
        return {"mail": tracked.as_string()}
    sent = boto3.client("ses").send_raw_email(RawMessage={"Data": tracked.as_bytes()})
    return {"id": sent["MessageId"]}
