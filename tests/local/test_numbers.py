"""From hits to numbers on one machine: the files, and the report of them."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

from pytracking.reporting.files import report_of
from pytracking.reporting.page import page as report_page

from tests.local.gateway import call, running
from tests.support.timing import until


def stored(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.rglob("*.gz"))
    return [json.loads(line) for file in files for line in gzip.open(file, "rt")]


def test_events_are_written_as_the_event_store_has_them_and_the_page_reports_them(tmp_path: Path):
    folder = tmp_path / "events"
    with running(f"EVENTS={folder}") as gateway:
        assert str(folder) in gateway.greeting
        for link in (gateway.pixel_link, gateway.click_link, gateway.pixel_link):
            call(link)
        until(lambda: len(stored(folder)) == 3)
        shown = call(f"{gateway.origin}/_local/numbers")
        bodies = {event["id"]: event["body"] for event in gateway.events()}
    events = {event["id"]: event for event in stored(folder)}
    assert events == bodies
    [file] = folder.rglob("*.*")
    assert re.fullmatch(r"dt=\d{4}-\d\d-\d\d/events\.gz", file.relative_to(folder).as_posix())
    assert shown.body.decode() == report_page(report_of([folder]))
    # what was kept is added to
    with running(f"EVENTS={folder}") as gateway:
        call(gateway.pixel_link)
        until(lambda: len(stored(folder)) == 4)


def test_an_event_is_stored_once_however_often_its_webhook_fails(tmp_path: Path):
    with running("--speed", "2000", f"EVENTS={tmp_path}") as gateway:
        gateway.ask("receiver", {"mood": "fail"})
        call(gateway.click_link)
        until(lambda: gateway.events() and len(gateway.events()[0]["calls"]) >= 3)
        assert len(stored(tmp_path)) == 1


def test_without_a_folder_of_ones_own_the_events_go_with_the_gateway():
    with running() as gateway:
        call(gateway.pixel_link)
        folder = Path(re.findall(r"Events +(\S+)", gateway.greeting)[0])
        until(lambda: stored(folder))
        gateway.process.end()
    assert not folder.exists()
