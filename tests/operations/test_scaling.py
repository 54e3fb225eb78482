"""docs/scaling.md says what its model says, and the model's measured inputs are true."""

from pathlib import Path

import pytest
from pytracking.aws.observability import count

from tests.support import sam
from tools import scaling

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_shows_what_the_model_prints() -> None:
    assert scaling.tables() in (ROOT / "docs" / "scaling.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("units", "expected"), [(0, 0.0), (100, 10.0), (150, 12.5), (1000, 10.0 + 5.0 + 8.0)]
)
def test_a_price_has_tiers(units: float, expected: float) -> None:
    tiers = ((100, 0.10), (200, 0.05), (scaling.END, 0.01))
    assert scaling.price(units, tiers) == pytest.approx(expected)


def test_a_message_is_one_priced_unit() -> None:
    assert scaling.message_bytes() < 2000


def test_a_hit_logs_as_much_as_the_model_says(capsys: pytest.CaptureFixture[str]) -> None:
    count("Opens")
    count("Delivered")
    written = len(capsys.readouterr().out)
    assert scaling.LOG_BYTES * 0.8 < written <= scaling.LOG_BYTES


def test_the_model_knows_every_alarm() -> None:
    resources = sam.source()["Resources"].items()
    alarms = {name: one for name, one in resources if one["Type"] == "AWS::CloudWatch::Alarm"}
    always = [one for one in alarms.values() if one.get("Condition") != "HasLinksFunction"]
    read = [one["Properties"].get("Metrics", [{}, {}])[1:] for one in always]
    assert sum(map(len, read)) == scaling.ALARM_METRICS
