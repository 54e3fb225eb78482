"""What the README says of costs is what the model says."""

import re

from tests.docs.pages import text_of
from tools.scaling import FIXED, Month


def test_the_costs_in_the_readme_are_those_of_the_model():
    costs = text_of("README.md").partition("\n## Costs\n")[2].partition("\n## ")[0]
    said = [int(number.replace(",", "")) for number in re.findall(r"[0-9][0-9,]*", costs)]
    million, milliard = (sum(Month(hits).costs.values()) for hits in (1e6, 1e9))
    assert said == [round(million), round(FIXED), round(milliard, -2)]
