"""What the variables of the deliver function mean."""

from collections.abc import Mapping

from pytracking.aws.services import Queue, secret_text
from pytracking.delivery.addresses import AddressRules, parse_networks
from pytracking.errors import ConfigurationError
from pytracking.handlers.settings import flag
from pytracking.handlers.webhook_secrets import WebhookSecrets

LOOPBACK = "127.0.0.0/8, ::1"


def address_rules(environment: Mapping[str, str]) -> AddressRules:
    """Return where webhooks may go: https and public addresses, unless told otherwise.

    ``PYTRACKING_ALLOW_HTTP_WEBHOOKS`` admits http, ``PYTRACKING_ALLOWED_WEBHOOK_NETWORKS`` the
    networks of receivers inside. Locally (``AWS_SAM_LOCAL``) the loopback is such a network;
    deployed, the runtime's own interfaces are there.

    Raises:
        ConfigurationError: one of them cannot be meant.
    """
    local = flag(environment, "AWS_SAM_LOCAL")
    networks = environment.get("PYTRACKING_ALLOWED_WEBHOOK_NETWORKS")
    try:
        allowed = parse_networks(networks or (LOOPBACK if local else ""))
    except ValueError as error:
        raise ConfigurationError(
            "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS is a list of networks such as "
            f"'10.1.0.0/16, 10.2.0.0/16': {error}"
        ) from error
    allow_http = flag(environment, "PYTRACKING_ALLOW_HTTP_WEBHOOKS")
    return AddressRules(allow_http=allow_http, allowed_networks=allowed)


def webhook_secrets(environment: Mapping[str, str]) -> WebhookSecrets:
    """Return the secrets that sign, given as they are or by the secret that holds them.

    Raises:
        ConfigurationError: neither is set, or what is given cannot be used.
    """
    if text := environment.get("PYTRACKING_WEBHOOK_SECRETS"):
        return WebhookSecrets.fixed(text)
    arn = environment.get("PYTRACKING_WEBHOOK_SECRETS_SECRET")
    if not arn:
        raise ConfigurationError(
            "webhooks are always signed, but neither PYTRACKING_WEBHOOK_SECRETS_SECRET nor "
            "PYTRACKING_WEBHOOK_SECRETS is set. Deployed from the template, the function finds "
            "its secrets in the secret that the template generates. To run it elsewhere, set "
            'PYTRACKING_WEBHOOK_SECRETS to {"current": "..."} with 32 random characters or more'
        )
    return WebhookSecrets(secret_text(arn, environment))


def queue(environment: Mapping[str, str], name: str) -> Queue:
    """Return the queue whose URL is in a variable.

    Raises:
        ConfigurationError: it is not set.
    """
    url = environment.get(name)
    if not url:
        raise ConfigurationError(f"{name} must be set to the URL of an SQS queue")
    return Queue(url, environment)
