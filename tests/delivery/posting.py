"""One post by the guarded client to a receiver on this machine.

What the client may reach, the time it has, and what is posted.
"""

from pytracking.delivery.addresses import AddressRules, parse_networks
from pytracking.delivery.client import Client, Outcome

LOCAL = AddressRules(allow_http=True, allowed_networks=parse_networks("127.0.0.0/8, ::1"))

# Deployed: 15 s. A second here, so that what never ends is cut soon; the bound tested is the same.
DEADLINE = 1.0
# What a test allows beyond the deadline, on a machine that does other things too.
SLACK = 2.0

BODY = b'{"id":"a"}'


def post(client: Client, url: str, body: bytes = BODY) -> Outcome:
    """Post a body, as the id ``a``."""
    return client.post(url, body, {"webhook-id": "a"})
