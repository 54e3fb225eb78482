"""What a webhook's address must have beyond what every target has."""

import pytest
from pytracking.errors import InvalidTarget
from pytracking.targets import check_webhook_url


def test_a_webhook_is_called_by_https_unless_http_is_allowed():
    assert check_webhook_url("https://hooks.example/x") == "https://hooks.example/x"
    assert check_webhook_url("http://127.0.0.1:9000/x", allow_http=True)
    for url in ("http://hooks.example/x", "HTTP://hooks.example/x"):
        with pytest.raises(InvalidTarget, match="must start with https://"):
            check_webhook_url(url)


@pytest.mark.parametrize("rest", ["", "/x.", ":8443/x", "?q=.", "#."])
def test_a_webhook_host_has_no_dot_at_its_end(rest):
    assert check_webhook_url("https://hooks.example" + rest)
    with pytest.raises(InvalidTarget, match="must not end with a dot"):
        check_webhook_url("https://hooks.example." + rest)


def test_a_webhook_may_be_an_ipv6_address():
    assert check_webhook_url("https://[2001:db8::1]:8443/x") == "https://[2001:db8::1]:8443/x"
