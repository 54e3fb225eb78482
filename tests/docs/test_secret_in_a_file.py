"""What docs/operators.md says of a secret in a file: its commands are typed, the file is edited."""

import json
import re
import shlex
import sys

import pytest
import pytracking
from cryptography.fernet import Fernet

from tests.docs.pages import ROOT, commands_of, text_of
from tests.support.programs import ended

SECTION = text_of("docs/operators.md").partition("\n### A secret in a file\n")[2]
FETCH, CHECK, PUT_BACK, DELETE = (
    next(line for line in commands_of("docs/operators.md") if line.startswith(start))
    for start in (
        "aws secretsmanager get-secret-value ",
        "python -c ",
        "aws secretsmanager put-secret-value ",
        "rm ",
    )
)

# Secrets Manager in a folder, a file for each version, behind the options the AWS CLI has.
AWS = """
aws() {
    [[ $4 == LINK_KEYS_SECRET_ARN ]]
    case "$2 ${*:5}" in
        "get-secret-value --query SecretString --output text") cat current; echo ;;
        "get-secret-value --query SecretString --output text --version-stage AWSPREVIOUS")
            cat previous; echo ;;
        "put-secret-value --secret-string file://"*)
            mv current previous; cat "${6#file://}" >current ;;
        *) return 1 ;;
    esac
}
"""


@pytest.fixture
def shell(tmp_path):
    """Return a function that types command lines in a folder with a secret."""
    (tmp_path / "current").write_text(pytracking.Keyring.generate().to_json())

    def typed(*lines):
        python = f'python() {{ {shlex.quote(sys.executable)} -W error "$@"; }}'
        return ended(
            ["bash", "-c", "\n".join(["set -euo pipefail", python, AWS, *lines])],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT / "layer"), "PATH": "/usr/bin:/bin"},
        )

    return typed


def edit(folder, change):
    path = folder / "link-keys.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document, indent=2) + "\n")


def held(folder):
    return pytracking.Keyring.from_json((folder / "current").read_text())


def test_a_key_that_is_added_to_the_file_is_in_the_secret_and_the_file_is_gone(shell, tmp_path):
    before, key = held(tmp_path), Fernet.generate_key().decode()
    assert shell(FETCH).returncode == 0
    edit(tmp_path, lambda document: document["fernet"].append(key))
    checked = shell(CHECK)
    assert checked.stdout.strip() == "<pytracking Keyring: 1 secrets, 1 Fernet keys>"
    assert shell(PUT_BACK, DELETE).returncode == 0
    assert held(tmp_path).fernet_keys == (key,)
    assert held(tmp_path).sealing[0] == before.sealing[0]
    assert not (tmp_path / "link-keys.json").exists()


def test_a_leaked_key_that_was_rotated_is_the_first_of_retired(tmp_path):
    leaked = pytracking.Keyring.generate().extended().promoted()
    current = json.loads(leaked.to_json())["current"]
    assert json.loads(leaked.extended().promoted().to_json())["retired"][0] == current


def test_a_spoilt_file_is_told_before_it_is_put_back(shell, tmp_path):
    assert shell(FETCH).returncode == 0
    edit(tmp_path, lambda document: document.pop("current"))
    checked = shell(CHECK)
    assert checked.returncode != 0
    assert "InvalidKey: a keyring is a JSON object" in checked.stderr


def test_the_version_before_a_bad_edit_is_fetched_and_put_back(shell, tmp_path):
    before = held(tmp_path)
    assert shell("echo '{}' > link-keys.json", PUT_BACK).returncode == 0
    (stage,) = re.findall(r"`(--version-stage \w+)`", SECTION)
    command, _, file = FETCH.partition(" > ")
    assert shell(f"{command} {stage} > {file}", CHECK, PUT_BACK).returncode == 0
    assert held(tmp_path) == before


def test_the_filter_that_finds_the_secret_of_a_deleted_stack_is_how_its_description_begins():
    (sought,) = re.findall(r"Key=description,Values='([^']+)'", SECTION)
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    block = template.partition("\n  LinkKeys:\n")[2].partition("\n\n")[0]
    assert f"Description: {sought}" in block
