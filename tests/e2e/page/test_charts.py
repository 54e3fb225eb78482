"""The live page's picture of hits over time, drawn of more of them than a test waits for."""

import pytest
from playwright.sync_api import Page

DRAW = """async (count) => {
    const { drawPlot } = await import("/_local/page/charts.js");
    const place = document.createElement("div");
    place.className = "plot";
    document.getElementById("plot").after(place);
    const now = Date.now() / 1000;
    const hit = { at: now, body: { is_open_tracking: true } };
    const hits = Array.from({ length: count }, () => hit);
    drawPlot(place, hits, now);
    const labels = [...place.querySelectorAll("text.end")];
    return labels.map((label) => [label.textContent, label.getBBox().x]);
}"""


@pytest.mark.parametrize(
    ("hits", "labels"),
    [(3, ["0", "2", "4"]), (900, ["0", "500", "1k"]), (1_500, ["0", "1k", "2k"])],
)
def test_the_numbers_beside_the_plot_are_whole_however_many_hits_there_are(
    page: Page, hits: int, labels: list[str]
):
    drawn = page.evaluate(DRAW, hits)
    assert [text for text, _ in drawn] == labels
    assert all(x >= 0 for _, x in drawn)
