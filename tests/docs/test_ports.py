"""Other languages, as the pages show them: what they mint opens here, and the other way round."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pytracking import Tracker
from pytracking.handlers import minting
from pytracking.tokens import Kind
from pytracking.tokens.keyring import Keyring

from tests.docs.pages import ROOT, files_of
from tests.support.environments import folder_of
from tests.support.programs import ended
from tests.support.receiver import Handler, serving
from tests.support.sealing import decode

SECRET = "the keyring of the sealed token tests"
RING = Keyring(SECRET)
TRACKER = Tracker("https://track.example.com", RING)
DICTIONARY = ROOT / "layer" / "pytracking" / "tokens" / "dictionary1.bin"
GOLDEN = json.loads((ROOT / "tests" / "tokens" / "golden.json").read_text(encoding="utf-8"))
UUID = "9c921e3f-a7e1-495b-9b7f-559dbb4b02d4"
SECONDS = 1_763_000_000

# Calls a function of the port for each line of arguments; answers what it returned or threw.
NODE = """
import { createInterface } from "node:readline";
import * as port from "./links.mjs";
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...args] = JSON.parse(line);
  try {
    console.log(JSON.stringify({ returned: port[name](...args) }));
  } catch (error) {
    console.log(JSON.stringify({ threw: `${error}` }));
  }
}
"""

metadata = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(codec="utf-8"), max_size=40)
        | st.uuids().map(str),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=8,
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as a reader of docs/formats.md makes it."""
    if not shutil.which("npm"):
        pytest.skip("no npm here: the port to Node is not tried")
    folder = tmp_path_factory.mktemp("port")
    for name, text in {**files_of("docs/formats.md"), "driver.mjs": NODE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(DICTIONARY, folder)
    (folder / "node_modules").symlink_to(folder_of("npm") / "node_modules")
    return folder


def in_node(folder: Path, calls: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return what each call of the port returned or threw."""
    done = ended(
        ["node", "driver.mjs"],
        cwd=folder,
        input="".join(json.dumps(call) + "\n" for call in calls),
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


def as_floats(value: Any) -> Any:
    """Return ``value`` with its numbers as JavaScript has them."""
    return json.loads(json.dumps(value), parse_int=float)


def kind_of(letter: str) -> Kind:
    return "click" if letter == "c" else "open"


def test_node_reads_every_golden_token(folder: Path) -> None:
    calls = [("read", token, kind[0], SECRET) for kind, token, _ in GOLDEN]
    # JSON.parse rounds what exceeds 2**53, in the token as in the vector
    expected = [json.loads(json.dumps(document), parse_int=float) for *_, document in GOLDEN]
    found = [
        json.loads(json.dumps(one["returned"]), parse_int=float) for one in in_node(folder, calls)
    ]
    assert found == expected


def test_node_refuses_what_is_forged_damaged_or_of_another_kind(folder: Path) -> None:
    token = next(token for kind, token, _ in GOLDEN if kind == "click")
    wrong = [
        (token, "o", SECRET),
        (token, "c", "another secret of at least 32 bytes"),
        (token[:-1], "c", SECRET),
        (token[:40] + ("A" if token[40] != "A" else "B") + token[41:], "c", SECRET),
        (token + "=", "c", SECRET),
        ("", "c", SECRET),
        ("eyJ1cmwiOiJodHRwczovL2EuZXhhbXBsZS8ifQ==", "c", SECRET),
    ]
    answers = in_node(folder, [("read", *one) for one in wrong])
    assert [one for one in answers if "threw" not in one] == []


# Each example is a process of its own, so none is made smaller.
@settings(max_examples=8, phases=[Phase.generate])
@given(st.lists(st.tuples(metadata, st.sampled_from("co")), min_size=10, max_size=40))
def test_what_node_mints_opens_here(folder: Path, links: list[tuple[dict[str, Any], str]]) -> None:
    documents = [
        {"metadata": data, "iat": SECONDS, **({"url": "https://a.example/"} if kind == "c" else {})}
        for data, kind in links
    ]
    kinds = [kind for _, kind in links]
    calls = [("mint", one, kind, SECRET) for one, kind in zip(documents, kinds, strict=True)]
    for document, kind, answer in zip(documents, kinds, in_node(folder, calls), strict=True):
        token = answer["returned"]
        assert token[-1].isalnum()
        assert as_floats(decode(token, kind_of(kind), RING)) == as_floats(document)


@pytest.mark.parametrize("count", [1, 2, 255, 256])
def test_uuids_are_lifted_up_to_255(folder: Path, count: int) -> None:
    document = {"metadata": {"ids": [UUID] * count}}
    (minted,) = in_node(folder, [("mint", document, "o", SECRET)])
    assert decode(minted["returned"], "open", RING) == document
    (read,) = in_node(folder, [("read", minted["returned"], "o", SECRET)])
    assert read == {"returned": document}


def test_the_page_s_example_mints_a_click_and_an_open_that_the_tracker_reads(folder: Path) -> None:
    done = ended(
        ["node", "example.mjs"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTRACKING_LINK_KEYS": RING.to_json()},
        check=True,
    )
    click, opened = map(TRACKER.read, done.stdout.split())
    assert (click.target, click.metadata) == ("https://shop.example.com/sale", {"customer_id": 1})
    assert (opened.kind, opened.metadata) == ("open", {"customer_id": 1})


@contextmanager
def invocations() -> Iterator[str]:
    """Answer Lambda's Invoke as functions/links does; yield the endpoint's address."""

    class Invoke(Handler):
        def do_POST(self) -> None:
            request = json.loads(self.read())
            broken = self.path != "/2015-03-31/functions/links-of-pytracking/invocations"
            failed = {"errorMessage": f"no function here: {self.path}"}
            answer = failed if broken else minting.answer(TRACKER, request)
            headers = {"X-Amz-Function-Error": "Unhandled"} if broken else {}
            self.answer(200, json.dumps(answer).encode(), **headers)

    with serving(Invoke) as port:
        yield f"http://127.0.0.1:{port}"


# What the test has of the SDK for PHP: the call that the page makes, and an answer of its shape.
PHP_SDK = """<?php
namespace Aws\\Lambda;

class LambdaClient
{
    public function __construct(array $arguments)
    {
        if ($arguments['version'] !== 'latest' || !$arguments['region']) {
            throw new \\InvalidArgumentException('version and region');
        }
    }

    public function invoke(array $arguments): array
    {
        $name = rawurlencode($arguments['FunctionName']);
        $url = getenv('AWS_ENDPOINT_URL_LAMBDA') . "/2015-03-31/functions/$name/invocations";
        $options = ['method' => 'POST', 'content' => $arguments['Payload']];
        $payload = file_get_contents($url, false, stream_context_create(['http' => $options]));
        $failed = preg_grep('/^X-Amz-Function-Error/i', $http_response_header);
        return ['Payload' => $payload] + ($failed ? ['FunctionError' => 'Unhandled'] : []);
    }
}
"""


@pytest.fixture(params=["node", "php"])
def caller(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """Return the command by which a program of docs/senders.md runs, in a folder of its own."""
    for name, text in files_of("docs/senders.md").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    if request.param == "php":
        if not shutil.which("php"):
            pytest.skip("no PHP here: apt-get install php-cli")
        (tmp_path / "vendor").mkdir()
        (tmp_path / "vendor" / "autoload.php").write_text(PHP_SDK, encoding="utf-8")
        return ["php", str(tmp_path / "mint.php")]
    if not shutil.which("npm"):
        pytest.skip("no npm here: the SDK for Node is not tried")
    (tmp_path / "node_modules").symlink_to(folder_of("npm") / "node_modules")
    return ["node", str(tmp_path / "mint.mjs")]


@pytest.mark.parametrize("function", ["links-of-pytracking", "another"])
def test_the_links_function_is_called_as_the_page_does(caller: list[str], function: str) -> None:
    with invocations() as endpoint:
        done = ended(
            caller,
            cwd=Path(caller[1]).parent,
            env={
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_ENDPOINT_URL_LAMBDA": endpoint,
                "AWS_REGION": "eu-west-1",
                "AWS_SECRET_ACCESS_KEY": "test",
                "LINKS_FUNCTION": function,
                "PATH": os.environ["PATH"],
            },
        )
    if function == "another":
        assert done.returncode != 0
        assert "no function here" in done.stderr + done.stdout
        return
    assert done.returncode == 0, done.stderr
    link = TRACKER.read(done.stdout.strip())
    assert (link.target, link.metadata) == ("https://shop.example.com/sale", {"customer_id": 1})
