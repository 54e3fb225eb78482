"""What `make linkcheck` makes of the links it visited; the visits themselves need the network."""

from tests.docs.linkcheck import UNREACHABLE, judge

NO_NAME = (
    "HTTPSConnectionPool(host='a.test', port=443): Max retries exceeded with url: / "
    "(Caused by NameResolutionError(\"Failed to resolve 'a.test'\"))"
)


def visited(status, info=""):
    return {
        "filename": "docs/faq.md",
        "lineno": 7,
        "uri": "https://a.test/",
        "status": status,
        "info": info,
    }


def test_a_link_that_leads_nowhere_is_named_with_its_line():
    gone = visited("broken", "404 Client Error: Not Found for url: https://a.test/")
    assert judge([visited("working"), gone]) == (
        1,
        [f"docs/faq.md:7: https://a.test/: {gone['info']}"],
    )


def test_a_host_that_is_gone_while_others_answer_is_named():
    assert judge([visited("redirected"), visited("broken", NO_NAME)])[0] == 1


def test_a_page_that_is_shown_to_browsers_only_is_there():
    refused = visited("broken", "403 Client Error: Forbidden for url: https://a.test/")
    assert judge([visited("working"), refused])[0] == 0


def test_without_a_network_one_line_says_that_nothing_was_checked():
    status, lines = judge(
        [visited("broken", NO_NAME), visited("timeout", "timed out"), visited("unchecked")]
    )
    assert status == UNREACHABLE
    (line,) = lines
    assert line.startswith("links: NOT CHECKED, no site can be reached: ")
