"""The code of docs/reports.md does what the page says."""

import gzip
import json
import re

from tests.docs.pages import text_of

EVENTS = [
    {"id": "1", "metadata": {"customer_id": 7}},
    {"id": "2", "metadata": {"customer_id": 77}},
    {"id": "3", "metadata": {"customer_id": 7, "campaign": "x"}},
    {"id": "4", "metadata": {"campaign": "7"}},
]


def code():
    (found,) = re.findall(r"```python\n(.*?)```", text_of("docs/reports.md"), re.DOTALL)
    names: dict = {}
    exec(found, names)
    return names


def test_one_person_is_erased_and_nobody_else(tmp_path):
    day = tmp_path / "events" / "dt=2026-11-28"
    day.mkdir(parents=True)
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in EVENTS)
    (day / "a.gz").write_bytes(gzip.compress(lines))
    (day / "b").write_bytes(lines + b"no event\n[]\n{}\n")
    (day / "c").write_bytes(other := b'{"id": "5", "metadata": {"customer_id": 8}}\n')
    assert code()["erase"](str(tmp_path), "customer_id", 7) == 4
    left = [
        json.loads(line)["id"] for line in gzip.decompress((day / "a.gz").read_bytes()).splitlines()
    ]
    assert left == ["2", "4"]
    assert (day / "b").read_bytes().endswith(b"no event\n[]\n{}\n")
    assert (day / "c").read_bytes() == other
