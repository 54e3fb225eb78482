"""What the links of the benchmarks carry: none of it was used to build the dictionary.

``familiar``: the metadata of common mailing systems, on the hosts and with the words of tenants
that the dictionary's corpus does not have. ``unknown``: real URLs, found in the documentation of
free software (``urls.txt``), and metadata keys that nobody else uses.
"""

import random
import uuid
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WORDS = HERE.joinpath("words.txt").read_text().split()
URLS = HERE.joinpath("urls.txt").read_text().split()

Payload = dict[str, Any]
"""``kind``, ``url`` (None for an open), ``metadata``, ``webhook`` (mostly None)."""

_TLDS = ("com", "com", "com", "org", "net", "io", "de", "co.uk", "shop", "fr", "app")
_SOURCES = ("newsletter", "email", "mailchimp", "klaviyo", "crm", "promo-mail", "members")
_CAMPAIGNS = ("welcome", "summer", "black-friday", "launch", "digest", "renewal", "spring")
_UNKNOWN_KEYS = (
    *("acct", "basketValue", "branch", "cohortWeek", "crmKey", "deliveryBatch", "dossier"),
    *("enrolment", "kampanj", "lastSeen", "loyaltyTier", "msgUid", "orgUnit", "policyNumber"),
    *("promoter", "recip", "region_code", "seg", "shopperRef", "wave"),
)


def familiar(count: int, seed: int = 1) -> list[Payload]:
    """Return ``count`` payloads, 7 clicks to 3 opens; the same for the same seed."""
    r = random.Random(seed)
    tenants = [
        f"{'-'.join(r.sample(WORDS, r.choice((1, 2))))}.{r.choice(_TLDS)}" for _ in range(20)
    ]
    return [_familiar(r, r.choice(tenants)) for _ in range(count)]


def unknown(count: int, seed: int = 2) -> list[Payload]:
    """Return ``count`` clicks on real URLs with metadata of unknown keys."""
    r = random.Random(seed)
    return [_unknown(r) for _ in range(count)]


def keys(count: int) -> Payload:
    """Return a click with ``count`` metadata keys."""
    r = random.Random(3)
    metadata = {f"{r.choice(WORDS)}_{n}": r.choice((n, f"value {n}", True)) for n in range(count)}
    return {"kind": "click", "url": "https://www.able.example/", "metadata": metadata}


def url_of(length: int) -> Payload:
    """Return a click on a URL of ``length`` characters."""
    return {"kind": "click", "url": _long_url(length), "metadata": {"customer_id": 176350}}


def url_in_metadata(length: int) -> Payload:
    """Return an open that tells of a URL of ``length`` characters."""
    metadata = {"customer_id": 176350, "landing_page": _long_url(length)}
    return {"kind": "open", "url": None, "metadata": metadata}


def _long_url(length: int) -> str:
    r = random.Random(4)
    url = "https://www.able.example/"
    while len(url) < length:
        url += f"{r.choice(WORDS)}-{r.randrange(1000)}/"
    return url[:length]


def _familiar(r: random.Random, tenant: str) -> Payload:
    campaign = f"{r.choice(_CAMPAIGNS)}-{r.choice(('2026', '2027', 'v2', r.choice(WORDS)))}"
    metadata = r.choice((_shop, _shop, _contact, _template, _lead, _tenant))(r, campaign)
    if r.random() < 0.3:
        return {"kind": "open", "url": None, "metadata": metadata}
    payload = {"kind": "click", "url": _url(r, tenant, campaign), "metadata": metadata}
    if r.random() < 0.15:
        payload["webhook"] = f"https://api.{tenant}/v1/email/events"
    return payload


def _shop(r: random.Random, campaign: str) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "customer_id": r.randrange(10**5, 10**7),
        "message_id": str(uuid.UUID(int=r.getrandbits(128), version=4)),
    }


def _contact(r: random.Random, _: str) -> dict[str, Any]:
    listed = "-".join(r.sample(WORDS, r.choice((1, 2))))
    return {"contact_id": f"{r.getrandbits(96):024x}", "list": listed, "variant": r.choice("AB")}


def _template(r: random.Random, _: str) -> dict[str, Any]:
    return {
        "email_id": r.randrange(10**8, 10**9),
        "sent_at": r.randrange(1_750_000_000, 1_800_000_000),
        "template": f"{r.choice(WORDS)}-v{r.randrange(1, 5)}",
        "user_id": r.randrange(10**6, 10**7),
    }


def _lead(r: random.Random, _: str) -> dict[str, Any]:
    return {
        "ab_test": r.random() < 0.5,
        "lead_id": r.randrange(10**5, 10**6),
        "score": round(r.random(), 3),
        "step": r.randrange(1, 9),
        "tags": r.sample(WORDS, r.randrange(3)),
    }


def _tenant(r: random.Random, _: str) -> dict[str, Any]:
    identifier = str(uuid.UUID(int=r.getrandbits(128), version=4))
    return {"id": identifier, "tenant": r.choice(WORDS)}


def _url(r: random.Random, tenant: str, campaign: str) -> str:
    slug = "-".join(r.sample(WORDS, r.randrange(2, 6)))
    path = r.choice(
        (
            f"products/{slug}",
            f"blog/{slug}",
            f"2026/{r.randrange(1, 13):02}/{slug}/",
            f"collections/{r.choice(WORDS)}/products/{slug}",
            f"orders/{r.randrange(10**7, 10**8)}?token={r.getrandbits(128):032x}",
            f"account/{r.choice(WORDS)}",
            f"news/{slug}.html",
        )
    )
    url = f"https://{r.choice(('www.', 'shop.', 'app.', ''))}{tenant}/{path}"
    if r.random() < 0.75:
        url += "&" if "?" in url else "?"
        url += f"utm_source={r.choice(_SOURCES)}&utm_medium=email&utm_campaign={campaign}"
        if r.random() < 0.4:
            url += f"&utm_content={r.choice(('hero', 'footer', 'cta', r.choice(WORDS)))}"
    return url


def _unknown(r: random.Random) -> Payload:
    url = r.choice(URLS)
    if r.random() < 0.4 and "#" not in url:
        url += "&" if "?" in url else "?"
        url += f"utm_source={r.choice(WORDS)}&utm_medium=email&utm_campaign={r.choice(WORDS)}-41"
    metadata = {key: _value(r) for key in r.sample(_UNKNOWN_KEYS, r.randrange(2, 5))}
    return {"kind": "click", "url": url, "metadata": metadata}


def _value(r: random.Random) -> Any:
    return r.choice(
        (
            r.randrange(10 ** r.randrange(2, 9)),
            str(uuid.UUID(int=r.getrandbits(128), version=4)),
            f"{r.getrandbits(64):016x}",
            r.choice(WORDS),
            r.random() < 0.5,
            round(r.random() * 500, 2),
            f"{r.choice('ABCDEFGH')}{r.randrange(10**4, 10**5)}",
        )
    )
