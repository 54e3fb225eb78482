"""A report on files of a known truth finds that truth; whatever else stands in them is named."""

import csv
import gzip
import json
import os
import re
import signal
import sys
import threading
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.cli.parsing import Parser
from pytracking.cli.reporting import add_report
from pytracking.errors import ConfigurationError
from pytracking.reporting import questions
from pytracking.reporting.page import page

from tests.report import generator

pytest.importorskip("duckdb", reason="the reports' engine is not installed")
from pytracking.reporting.files import report_of, write_parquet

from tests.support.environments import ROOT
from tests.support.programs import ended, python
from tools.scaling import STORE_READS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("events")
    truth = generator.write(folder, 20_000, lines_a_file=6_000)
    return folder, truth, report_of([folder])


def by_campaign(report, column):
    return {row["campaign"]: row[column] for row in report.campaigns() if row[column]}


def test_opens_and_clicks_of_people_are_the_known_truth(made):
    _, truth, report = made
    assert by_campaign(report, "unique_opens") == truth.unique_opens
    assert by_campaign(report, "clicks") == truth.clicks
    assert by_campaign(report, "unique_clicks") == truth.unique_clicks
    assert by_campaign(report, "opens_of_no_mail") == truth.opens_of_no_mail
    assert by_campaign(report, "opens") == truth.opens + truth.opens_of_no_mail
    assert by_campaign(report, "unsubscribes") == truth.unsubscribes


def test_what_is_counted_by_link_and_by_hour_adds_up_to_the_campaigns(made):
    _, truth, report = made
    clicks = sum(truth.clicks.values())
    assert sum(row["clicks"] for row in report.tables["links"].records()) == clicks
    assert sum(row["clicks"] for row in report.tables["hours"].records()) == clicks
    reasons = {row["reason"]: row["clicks"] for row in report.tables["machines"].records()}
    assert reasons["burst"] == len(truth.burst_ids)


def test_files_of_older_versions_without_a_type_are_read(tmp_path):
    old = {"id": "1", "is_open_tracking": True, "timestamp": 5, "link_id": "a", "metadata": {}}
    click = {**old, "id": "2", "is_open_tracking": False, "is_click_tracking": True}
    visitor = {"class": "human", "signals": ["browser"], "age_seconds": None, "ruleset": "1"}
    lines = [json.dumps({**one, "visitor": visitor}) for one in (old, click)]
    (tmp_path / "old.ndjson").write_text("\n".join(lines))
    [row] = report_of([tmp_path]).campaigns()
    assert (row["campaign"], row["opens"], row["clicks"], row["ctor"]) == (None, 1, 1, 1.0)


def event(number, **more):
    return {
        "id": f"{number}",
        "type": "email.clicked",
        "schema": 1,
        "timestamp": 1_790_000_000,
        "link_id": f"link-{number}",
        "tracked_url": f"https://a.example.com/{number}",
        "metadata": {"campaign": "c", "message_id": "m"},
        "visitor": {"class": "human", "signals": ["browser"], "age_seconds": 9},
        **more,
    }


def write(path, events):
    path.write_text("".join(json.dumps(one) + "\n" for one in events))
    return path


@pytest.mark.parametrize(
    ("seconds", "clicks"),
    [
        ([0, 4, 9], 0),
        ([0, 0, 0], 0),
        ([0, 9, 9, 18], 0),
        ([0, 60, 120], 3),
        ([0, 5], 2),
        ([0, 5, 2000], 3),
        ([0, 1, 2, 500], 1),
        ([0, 8, 9, 10, 400, 900], 2),
    ],
)
def test_three_links_of_one_mail_within_ten_seconds_are_a_machines(tmp_path, seconds, clicks):
    events = [event(n, timestamp=1_790_000_000 + after) for n, after in enumerate(seconds)]
    [row] = report_of([write(tmp_path / "a", events)]).campaigns()
    assert row["clicks"] == clicks


def test_one_link_clicked_again_and_again_is_no_burst(tmp_path):
    events = [event(n, link_id="same", timestamp=1_790_000_000 + n) for n in range(9)]
    [row] = report_of([write(tmp_path / "a", events)]).campaigns()
    assert (row["clicks"], row["unique_clicks"]) == (9, 1)


DECOY = {"class": "scanner", "signals": ["decoy", "browser"], "age_seconds": 9}


@pytest.mark.parametrize(
    ("seconds", "decoy_at", "clicks"),
    [
        ([0, 60], 5, 1),  # one link within ten seconds of the decoy, and one by a person later
        ([0], 11, 1),
        ([0, 8], 16, 0),  # the run before it
        ([0], -9, 0),
        ([0, 40], -30, 2),
    ],
)
def test_what_was_clicked_in_one_run_with_a_decoy_is_a_machines(
    tmp_path, seconds, decoy_at, clicks
):
    at = 1_790_000_000
    events = [event(n, timestamp=at + after) for n, after in enumerate(seconds)]
    events.append(event("decoy", timestamp=at + decoy_at, visitor=DECOY))
    report = report_of([write(tmp_path / "a", events)])
    [row] = report.campaigns()
    assert row["clicks"] == clicks
    reasons = {row["reason"]: row["clicks"] for row in report.tables["machines"].records()}
    assert reasons.get("burst", 0) == len(seconds) - clicks
    assert reasons["decoy"] == 1


def test_a_shadow_signal_is_held_against_bursts(tmp_path):
    def visitor(*shadow):
        return {"class": "human", "signals": ["browser"], "shadow": shadow, "age_seconds": 9}

    at = 1_790_000_000
    burst = [event(n, timestamp=at + n, visitor=visitor("mail-network:x")) for n in range(3)]
    alone = [
        event(9, timestamp=at + 900, visitor=visitor("mail-network:y", "old-chrome")),
        event(10, timestamp=at + 1900, visitor=visitor()),
    ]
    table = report_of([write(tmp_path / "a", burst + alone)]).tables["signals"]
    found = {(row["list"], row["signal"]): row for row in table.records()}
    assert set(found) == {
        ("shadow", "mail-network"),
        ("shadow", "old-chrome"),
        ("decides", "browser"),
    }
    network = found["shadow", "mail-network"]
    assert (network["clicks"], network["in_bursts"]) == (4, 3)
    assert (network["share_in_bursts"], network["share_of_bursts"]) == (0.75, 1.0)
    assert found["shadow", "old-chrome"]["share_of_bursts"] == 0.0


def test_ratings_and_unsubscriptions_are_counted_once_a_mail(tmp_path):
    def act(number, kind, mail, **more):
        more = {"how": "page", **more}
        metadata = {"campaign": "c", "message_id": mail}
        return {**event(number, type=f"email.{kind}", metadata=metadata), **more}

    events = [
        act(1, "rated", "a", value=9),
        act(2, "rated", "a", value="7"),
        act(3, "rated", "b", value="superb"),
        *(
            act(f"odd {n}", "rated", "b", value=odd)
            for n, odd in enumerate(("nan", "inf", "1e999"))
        ),
        act(4, "unsubscribed", "a", how="one-click"),
        act(5, "unsubscribed", "a"),
        act(6, "unsubscribed", "b"),
    ]
    for one in events:
        del one["tracked_url"]
    [row] = report_of([write(tmp_path / "a", events)]).campaigns()
    assert (row["ratings"], row["average_rating"], row["unsubscribes"]) == (2, 8.0, 2)


def test_the_click_rate_is_by_mails_sent_and_unknown_without_their_number(made):
    _, truth, report = made
    sent = replace(report, sent={"campaign-0": 1000})
    rates = {row["campaign"]: row["ctr"] for row in sent.campaigns()}
    assert rates["campaign-0"] == truth.unique_clicks["campaign-0"] / 1000
    assert rates["campaign-1"] is None


def test_an_event_delivered_twice_counts_once_and_a_test_not_at_all(tmp_path):
    events = [event(1), event(1), event(2, test=True)]
    [row] = report_of([write(tmp_path / "a", events)]).campaigns()
    assert row["clicks"] == 1


def clicks_of_people(clicks):
    """Return how many clicks are left, by the sentence that describes the rule for bursts."""
    seconds = sorted(after for after, _ in clicks)
    crowded = [
        after
        for after in seconds
        if len({link for other, link in clicks if abs(after - other) <= 10}) >= 3
    ]
    runs, run = [], []
    for after in seconds:
        if run and after - run[-1] > 10:
            runs.append(run)
            run = []
        run.append(after)
    runs.append(run)
    in_bursts = 0
    for run in runs:
        last = max((after for after in run if after in crowded), default=None)
        in_bursts += 0 if last is None else sum(after <= last + 10 for after in run)
    return len(seconds) - in_bursts


clicks_of_a_mail = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 4)), min_size=1, max_size=12
)


@given(st.lists(clicks_of_a_mail, min_size=1, max_size=30))
def test_the_rule_for_bursts_is_the_sentence_that_describes_it(tmp_path_factory, mails):
    events = [
        event(
            f"{mail}-{n}",
            timestamp=1_790_000_000 + after,
            link_id=f"{mail}-{link}",
            metadata={"campaign": f"{mail}", "message_id": f"m{mail}"},
        )
        for mail, clicks in enumerate(mails)
        for n, (after, link) in enumerate(clicks)
    ]
    path = tmp_path_factory.mktemp("law") / "events"
    found = {row["campaign"]: row["clicks"] for row in report_of([write(path, events)]).campaigns()}
    assert found == {f"{mail}": clicks_of_people(clicks) for mail, clicks in enumerate(mails)}


def test_whatever_is_no_event_is_counted_named_and_stops_nothing(tmp_path):
    good = json.dumps(event(1)).encode()
    (tmp_path / "foreign.ndjson").write_bytes(
        b"\n".join(
            [good, b"hello", b"42", b"[1]", b'{"x": 1}', b"\xff\xfe", good[:-20], b'{"id": 1e400}']
        )
    )
    (tmp_path / "future.ndjson").write_text(json.dumps(event(2, schema=9)))
    many = "".join(json.dumps(event(n, timestamp=n * 99)) + "\n" for n in range(5000)).encode()
    (tmp_path / "cut.gz").write_bytes(gzip.compress(many)[:-2000])
    (tmp_path / "empty.gz").write_bytes(b"")
    report = report_of([tmp_path])
    problems = {(one.file.rpartition("/")[2], one.what): one.count for one in report.problems}
    assert problems[("foreign.ndjson", "no event")] == 7
    assert problems[("future.ndjson", "of a newer schema")] == 1
    assert ("cut.gz", "gzip that is cut off or damaged: read as far as it goes") in problems
    assert sum(row["clicks"] for row in report.campaigns()) > 3000


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"metadata": "hello"}, "no event"),
        ({"metadata": '{"campaign":"quoted"}'}, "no event"),
        ({"metadata": [1]}, "no event"),
        ({"metadata": 5}, "no event"),
        ({"timestamp": -3600}, "no event"),
        ({"timestamp": 1_790_000_000_000}, "no event"),  # milliseconds
        ({"timestamp": 2**63 - 1}, "no event"),
        ({"timestamp": "soon"}, "no event"),
        ({"type": "email.bounced"}, "of an unknown type"),
        ({"type": ""}, "of an unknown type"),
        ({"type": {"a": 1}}, "of an unknown type"),
        ({"schema": 10**30}, "of a newer schema"),
        ({"schema": 2}, "of a newer schema"),
        ({"schema": 0}, "no event"),
        ({"schema": "x"}, "no event"),
    ],
)
def test_a_member_that_no_event_has_leaves_out_its_line_alone(tmp_path, members, problem):
    # three links of one mail: what is left out must not be looked at for bursts either
    at = [1_790_000_000 + 99 * n for n in range(3)]
    events = [event(n, timestamp=when) for n, when in enumerate(at)] + [event(9, **members)]
    report = report_of([write(tmp_path / "a", events)])
    assert [(one.what, one.count) for one in report.problems] == [(problem, 1)]
    assert [(row["campaign"], row["clicks"]) for row in report.campaigns()] == [("c", 3)]
    assert page(report)


def test_only_true_makes_a_test_of_an_event(tmp_path):
    given = [True, False, None, "yes", 1]
    events = [event(n, test=test, timestamp=n * 99) for n, test in enumerate(given)]
    [row] = report_of([write(tmp_path / "a", events)]).campaigns()
    assert row["clicks"] == 4


def clicks_in(*paths):
    report = report_of(paths)
    assert report.problems == []
    return sum(row["clicks"] + row["machine_clicks"] for row in report.campaigns())


@pytest.mark.parametrize(
    "name",
    [
        *("a[1].ndjson", "a*.gz", "?", "{a,b}", "type=email.opened/a", "test=true/a", "id=7/a.gz"),
        *("x=y", "day1.zst", "a.gz.1", "a.json", "a'b", "\udcff.ndjson", "-", " ", "a\nb"),
    ],
)
@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_file_is_read_as_what_it_holds_whatever_its_name(tmp_path, name, packed):
    folder = tmp_path / "store"
    for n, file in enumerate((folder / name, folder / "a1.ndjson")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(packed(json.dumps(event(n)).encode()))
    assert clicks_in(folder) == 2
    assert clicks_in(folder / name) == 1
    assert clicks_in(folder, folder / name) == 2


@pytest.mark.parametrize("rest", [b"\0", 600 * b"\0", gzip.compress(b"", mtime=0)])
def test_gzip_that_python_reads_and_the_engine_does_not_is_read(tmp_path, rest):
    packed = gzip.compress(json.dumps(event(1)).encode())
    (tmp_path / "padded").write_bytes(packed + rest)
    flagged = packed[:3] + b"\x10" + packed[4:10] + b"a comment\0" + packed[10:]
    (tmp_path / "flagged").write_bytes(flagged)
    assert clicks_in(tmp_path) == 1


def test_links_between_folders_are_followed_once(tmp_path):
    write(tmp_path / "events", [event(1)])
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "here").symlink_to(tmp_path)
    (folder / "round").symlink_to(folder)
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    assert clicks_in(folder) == 1


def test_a_pipe_is_read(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    packed = gzip.compress(json.dumps(event(1)).encode())
    writer = threading.Thread(target=pipe.write_bytes, args=[packed])
    writer.start()
    assert clicks_in(pipe) == 1
    writer.join()


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_counted(tmp_path):
    write(tmp_path / "a", [event(1)])
    (tmp_path / "b").symlink_to("/proc/self/mem")  # opens, and then cannot be read
    report = report_of([tmp_path])
    [problem] = report.problems
    assert problem.file == str(tmp_path / "b")
    assert problem.what.startswith("file not read: ")
    assert sum(row["clicks"] for row in report.campaigns()) == 1
    with pytest.raises(ConfigurationError, match="file not read"):
        report_of([tmp_path / "b"])


def test_ctrl_c_ends_a_report(made):
    def interrupt(step):
        if step == "telling people from machines":
            threading.Timer(0.01, os.kill, [os.getpid(), signal.SIGINT]).start()

    with pytest.raises(KeyboardInterrupt):
        report_of([made[0]], progress=interrupt)


@pytest.mark.parametrize(("suffix", "packed"), [("", bytes), (".gz", gzip.compress)])
def test_a_line_of_any_length_is_named_and_stops_nothing(tmp_path, suffix, packed):
    first, last = (json.dumps(event(n, timestamp=n * 99)).encode() for n in (1, 2))
    junk = b'{"id": "' + (2**25 - 8) * b"x" + json.dumps(event(3)).encode()
    (tmp_path / f"events{suffix}").write_bytes(packed(b"\n".join([first, junk, last])))
    report = report_of([tmp_path])
    assert "a line of over 16 MB: left out" in [one.what for one in report.problems]
    assert sum(row["clicks"] for row in report.campaigns()) == 2


def test_what_came_before_a_day_is_left_out(tmp_path):
    midnight = 1_790_035_200  # 2026-09-22, 00:00 UTC
    events = [event(n, timestamp=midnight + after) for n, after in enumerate((-1, 0, 60))]
    folder = write(tmp_path / "a", events)
    [row] = report_of([folder], since=date(2026, 9, 22)).campaigns()
    assert row["clicks"] == 2
    assert "WHERE dt >= '2026-09-22' AND" in questions.whole("links", since=date(2026, 9, 22))


@pytest.mark.parametrize(
    "option", [("--since", "yesterday"), ("--sent", "spring"), ("--sent", "spring=0")]
)
def test_a_day_or_a_number_that_is_none_is_refused(option):
    parser = Parser()
    add_report(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(["report", "events/", *option])


def test_keys_of_the_metadata_may_have_any_sensible_name(tmp_path):
    events = [event(n, metadata={"the campaign-é": "x", "mail.id": str(n)}) for n in range(4)]
    keys = questions.Keys("the campaign-é", "mail.id")
    [row] = report_of([write(tmp_path / "a", events)], keys).campaigns()
    assert (row["campaign"], row["unique_clicks"]) == ("x", 4)


@pytest.mark.parametrize("name", ["", "a'b", 'a"b', "a]b", "a\\b", "a\nb"])
def test_a_key_that_could_leave_its_quotes_is_refused(name):
    with pytest.raises(ConfigurationError, match="invalid metadata key"):
        questions.Keys(name)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(ConfigurationError, match=r"/nowhere\.ndjson': No such file"):
        report_of(["/nowhere.ndjson"])


def test_the_page_fetches_nothing_and_shows_clicks_in_the_mail(made):
    report = made[2]
    mail = f'<p>A &amp; <a href="{generator.LINKS[0]}">first</a> <a href="https://no.example">x</a>'
    html = page(report, mail=mail)
    assert "src=" not in html.replace("srcdoc=", "")
    assert "<script" not in html
    clicks = sum(
        row["clicks"]
        for row in report.tables["links"].records()
        if row["url"] == generator.LINKS[0]
    )
    assert f"{clicks:,}&lt;/span&gt;first" in html
    # what the mail would fetch is forbidden to it as well
    assert "Content-Security-Policy\" content=\"default-src 'none'" in html


def badges(mail, events, tmp_path):
    """Return the mail with its badges, each as the number in it."""
    html = page(report_of([write(tmp_path / "a", events)]), mail=mail)
    shown = unescape(html.partition('srcdoc="')[2].partition('"')[0])
    return re.sub(r"<span style=[^>]*>(\d+)</span>", r"(\1)", shown)


@pytest.mark.parametrize(
    "mail",
    [
        '<p>a\u2028b\x0c\x1c\x85</p>\n<p>hello</p>\n<a href="URL">x',
        '<![foo[x]]><![><a href="URL">x',
        '<a href=" URL\t">x',
        '<a href="//a.example.com/1?b=1&amp;c=2">x',
        '<a title=">" href="URL">x',
        '<!-- <a href="URL">y</a> --><a href="URL">x',
    ],
)
@pytest.mark.parametrize("added", ["", "&utm_source=news&utm_medium=email"])
def test_clicks_are_shown_behind_the_tag_of_their_link(tmp_path, mail, added):
    base = '<base href="https://a.example.com/">'
    mail = base + mail.replace("URL", "https://a.example.com/1?b=1&amp;c=2")
    events = [event(1, tracked_url=f"https://a.example.com/1?b=1&c=2{added}")]
    assert badges(mail, events, tmp_path) == mail.removesuffix("x") + "(1)x"


@pytest.mark.parametrize("left", ["", '<a href="https://not-tracked-then.example/">l</a>'])
def test_two_links_to_one_page_are_told_apart_by_their_order(tmp_path, left):
    url = "https://a.example.com/"
    events = [
        event(f"{position}-{n}", timestamp=99 * n, tracked_url=url, metadata=metadata)
        for position, clicks in ((1, 2), (2, 5))
        for n in range(clicks)
        for metadata in [{"message_id": f"{position}-{n}", "link_position": position}]
    ]
    mail = f'{left}<a href="{url}">x</a><a href="{url}">y</a>'
    shown = f'{left}<a href="{url}">(2)x</a><a href="{url}">(5)y</a>'
    assert badges(mail, events, tmp_path) == shown


@pytest.mark.parametrize(
    "about",
    [
        lambda n: {},
        lambda n: {"link_position": n},
        lambda n: {"link_label": f'a "b" \\ {n}', "link_part": "html", "link_position": n},
        lambda n: {"link_label": "{,}"},
        lambda n: {"link_decoy": True} if n == 1 else {},
    ],
)
@pytest.mark.parametrize("metadata", [{}, {"customer": 1}])
def test_what_rewriting_says_of_a_link_makes_no_other_mail_of_it(tmp_path, about, metadata):
    events = [event(n, metadata={**about(n), **metadata}) for n in range(4)]
    report = report_of([write(tmp_path / "a", events)])
    [row] = report.campaigns()
    assert (row["clicks"], row["machine_clicks"]) == (0, 4)
    [burst] = report.tables["bursts"].records()
    assert json.loads(burst["mail"]) == metadata


def test_hours_of_a_long_time_are_added_up(tmp_path):
    events = [event(n, timestamp=n * 7200, link_id="same") for n in range(2160)]
    html = page(report_of([write(tmp_path / "a", events)]))
    assert "clicks and machines every 6 hours from 1970-01-01 00:00 to 1970-06-29" in html
    assert "at most 3" in html
    [points] = re.findall(r'class="clicks" points="([^"]*)"', html)
    assert len(points.split()) == 720


def test_what_strangers_wrote_is_text_on_the_page(tmp_path):
    evil = "<script>alert(1)</script>"
    report = report_of(
        [write(tmp_path / "a", [event(1, metadata={"campaign": evil}, tracked_url=evil)])]
    )
    html = page(report, title=evil)
    assert evil not in html
    assert "&lt;script&gt;" in html


def test_the_command_prints_and_writes_every_form(made, tmp_path):
    folder, truth, _ = made
    command = ("-m", "pytracking", "report", folder, "--by", "campaign")
    assert "campaign-0" in python(*command)
    python(*command, "--html", tmp_path / "r.html", "--csv", tmp_path / "c")
    python(*command, "--parquet", tmp_path / "p")
    with (tmp_path / "c" / "campaigns.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["campaign"]: int(row["clicks"]) for row in rows} == truth.clicks
    import duckdb

    found = duckdb.sql(f"SELECT campaign, clicks FROM '{tmp_path}/p/campaigns.parquet'").fetchall()
    assert dict(found) == truth.clicks
    assert json.loads(python(*command, "--json"))["problems"] == []


def report_command(*arguments, **options):
    command = [sys.executable, "-m", "pytracking", "report", *arguments]
    return ended(command, **{"env": {**os.environ, "PYTHONPATH": "layer"}, "cwd": ROOT, **options})


def test_a_name_moves_no_cursor_and_needs_no_charset(tmp_path):
    evil = "a\x1b[2J\nleft out: é \U0001f389"
    write(tmp_path / "a\x1b[2J\n.jsonl", [event(1, metadata={"campaign": evil}), {}])
    latin = {**os.environ, "PYTHONPATH": "layer", "PYTHONIOENCODING": "latin-1"}
    run = report_command(tmp_path, env=latin, encoding="latin-1")
    assert run.returncode == 0
    assert "a\\x1b[2J\\nleft out: é \\U0001f389" in run.stdout
    assert "\x1b" not in run.stdout + run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_report_needs_no_standard_error(tmp_path):
    write(tmp_path / "a", [event(1), {}])
    shell = f"{sys.executable} -m pytracking report {tmp_path} 2>&-"
    run = ended(["bash", "-c", shell], env={**os.environ, "PYTHONPATH": "layer"}, cwd=ROOT)
    assert run.returncode == 0
    assert "campaign" in run.stdout


def test_what_would_have_no_effect_is_said(tmp_path):
    write(tmp_path / "a", [event(1)])
    (tmp_path / "mail").mkdir()
    mail = tmp_path / "mail" / "mail.html"
    mail.write_bytes('<a href="https://a.example.com/1">x</a>'.encode("utf-16"))
    without_page = report_command(tmp_path / "a", "--mail", mail)
    assert (without_page.returncode, "--html" in without_page.stderr) == (1, True)
    html = tmp_path / "o.html"
    run = report_command(tmp_path / "a", "--mail", mail, "--html", html, "--sent", "nobody=3")
    assert "--sent nobody: no event" in run.stderr
    assert "1&lt;/span&gt;x" in html.read_text()
    assert report_command("").returncode == 1


def test_parquet_goes_to_a_folder_of_any_name(made, tmp_path):
    folder = tmp_path / "a'b\udcff"
    write_parquet(made[2], folder)
    assert len(list(folder.iterdir())) == len(questions.QUESTIONS)


@pytest.mark.parametrize("name", [*questions.QUESTIONS, "people"])
def test_a_question_is_read_by_both_dialects(name):
    sqlglot = pytest.importorskip("sqlglot")
    text = questions.people() if name == "people" else questions.whole(name)
    for dialect in ("trino", "athena", "duckdb"):
        assert sqlglot.parse_one(text, dialect=dialect)


def test_a_parquet_of_nothing_is_written(made, tmp_path):
    report = replace(
        made[2], tables={name: replace(t, rows=[]) for name, t in made[2].tables.items()}
    )
    write_parquet(report, tmp_path)
    assert len(list(tmp_path.glob("*.parquet"))) == len(questions.QUESTIONS)


def test_what_only_one_dialect_reads_is_in_no_question():
    for name in (*questions.QUESTIONS, "people"):
        # a parser of many dialects lets them pass: Trino has no IS TRUE, others no named window
        text = re.sub("--.*", "", questions.question(name))
        assert not re.search(r"\bIS (NOT )?(TRUE|FALSE)\b|\bWINDOW\b|\b1\.0\b", text, re.IGNORECASE)


def test_the_costs_know_how_often_a_question_reads_the_store():
    text = re.sub("--.*", "", questions.people())
    assert len(re.findall(r"\b(?:FROM|JOIN) once\b", text)) == STORE_READS
    for name in questions.QUESTIONS:
        assert len(re.findall(r"\b(?:FROM|JOIN) people\b", questions.question(name))) == 1


def test_a_signal_of_several_words_is_one(tmp_path):
    visitor = {"class": "bot", "signals": ["crawler:web sucker"], "age_seconds": 9}
    report = report_of([write(tmp_path / "a", [event(1, visitor=visitor)])])
    assert [row["signal"] for row in report.tables["signals"].records()] == ["crawler"]


@pytest.mark.parametrize("visitor", [{}, {"visitor": None}, {"visitor": {"signals": []}}])
def test_a_burst_of_which_nothing_is_known_is_a_burst(tmp_path, visitor):
    events = [{**event(n), "visitor": None, **visitor} for n in range(3)]
    report = report_of([write(tmp_path / "a", events)])
    [row] = report.tables["machines"].records()
    assert (row["reason"], row["clicks"]) == ("burst", 3)


@pytest.mark.parametrize("change", ["gone", "folder"])
def test_a_file_that_changes_while_it_is_read_is_named(tmp_path, change):
    write(tmp_path / "a", [event(1)])
    lost = write(tmp_path / "b", [event(2)])

    def lose(step):
        if step.startswith("reading"):
            lost.unlink()
            if change == "folder":
                lost.mkdir()

    report = report_of([tmp_path], progress=lose)
    [problem] = report.problems
    assert problem.file == str(lost)
    assert sum(row["clicks"] for row in report.campaigns()) == 1


def test_a_page_is_written_whatever_a_file_is_called(tmp_path):
    (tmp_path / "bad\udcff").write_text("junk\n")
    write(tmp_path / "a", [event(1)])
    run = report_command(tmp_path, "--html", tmp_path / "o.html")
    assert run.returncode == 0
    assert "bad\\udcff" in (tmp_path / "o.html").read_text()
