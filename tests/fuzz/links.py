"""Feed anything to what strangers can reach: tokens, their plaintext, repair, targets.

    make fuzz FUZZ=300         for 300 seconds; begins with tests/fuzz/corpus, finds go to build/

The first byte of an input says what the rest of it is. Whatever it is, the one documented error
may be raised and no other, and what is accepted must be what would be minted.
"""

import base64
import contextlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pytracking"]):
    from pytracking.errors import InvalidLink, InvalidTarget
    from pytracking.targets import check_target
    from pytracking.tokens.formats import Formats
    from pytracking.tokens.keyring import Keyring, derive_key
    from pytracking.tokens.repair import readings

CORPUS = Path(__file__).with_name("corpus")
SECRET = "the keyring of the fuzz targets, fixed"
FERNET_KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
NOW = 1_763_000_000.0

PLAIN = Formats(None, None, "utf-8", True)
SEALED = Formats(Keyring(SECRET), None, "utf-8", True)
BOTH = Formats(Keyring(SECRET, (), [FERNET_KEY]), None, "utf-8", True)
KEY_ID, CIPHER = derive_key(SECRET.encode())


def fuzz_token(data: bytes) -> None:
    """Nobody without the key makes a token that opens."""
    text = data.decode("utf-8", "surrogateescape")  # lone surrogates, too
    for kind in ("open", "click"):
        try:
            content, canonical = BOTH.decode(text, kind, NOW)
        except InvalidLink:
            continue
        # the inputs of the corpus hold tokens of this very key, damaged and whole
        assert canonical in readings(text)
        assert BOTH.decode(canonical, kind, NOW) == (content, canonical)
        assert BOTH.decode(BOTH.encode(content, kind), kind, NOW)[0] == content


def fuzz_plain(data: bytes) -> None:
    """Whatever opens without a key can be minted again, and says the same."""
    with contextlib.suppress(InvalidLink):
        content, token = PLAIN.decode(data.decode("latin-1"), "open", NOW)
        assert PLAIN.decode(PLAIN.encode(content, "open"), "open", NOW)[0] == content
        assert readings(token) == [token]


def fuzz_plaintext(data: bytes) -> None:
    """The holder of the key may seal anything: what opens is a document."""
    for packing in (0, 1):
        header = bytes([0xA4 | packing, KEY_ID])
        raw = header + CIPHER.encrypt(data or b"\x00", [header + b"o"])
        token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        with contextlib.suppress(InvalidLink):
            content, canonical = SEALED.decode(token, "open", NOW)
            assert canonical == token
            assert SEALED.decode(SEALED.encode(content, "open"), "open", NOW)[0] == content


def fuzz_target(data: bytes) -> None:
    """What passes is ASCII, and passes again as it is."""
    with contextlib.suppress(InvalidTarget):
        url = check_target(data.decode("utf-8", "replace"), own_bases=("https://t.example/c/",))
        assert url.isascii()
        assert url.isprintable()
        assert check_target(url) == url


TARGETS = (fuzz_token, fuzz_plain, fuzz_plaintext, fuzz_target)


def fuzz(data: bytes) -> None:
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def seed() -> None:
    """Write the inputs that a fuzzer would need long to find."""
    CORPUS.mkdir(exist_ok=True)
    document = {
        "url": "https://shop.example.com/?q=1",
        "metadata": {"message_id": "9c921e3f-a7e1-495b-9b7f-559dbb4b02d4", "n": [1, 2.5, None]},
    }
    body = b'{"url":"https://a.example/","metadata":{"id":"\x01"},"iat":1,"privacy":["no_ip"]}'
    inputs = {
        "token-sealed": b"\x00" + BOTH.encode(document, "click").encode(),
        "token-folded": b"\x00" + BOTH.encode(document, "open").encode()[:40] + b"=\r\n",
        "token-fernet": b"\x00gAAAAABrBCMNK4BRxd__GyfoIl9aPUXoPDhx3XX_FO2ZHGk2",
        "plain": b"\x01" + PLAIN.encode(document, "click").encode(),
        "plain-encoded": b"\x01e%330%3D",
        "plaintext-stored": b"\x02\x01" + bytes(16) + body,
        "plaintext-deep": b"\x02\x00" + b"[" * 300,
        "plaintext-surrogate": b'\x02\x00{"metadata":{"\\ud800":1e999}}',
        "target-ordinary": b"\x03https://www.example.com:8443/a/b?c=d#e",
        "target-idna": "\x03https://b\u00fccher.example\u3002de/\u00e9".encode(),
        "target-ipv6": b"\x03http://[::ffff:127.0.0.1]:80/",
        "target-own": b"\x03https://t.example/c/pAAA",
        "target-puny": b"\x03https://xn--fa-hia.de/%0d%0a",
    }
    for name, data in inputs.items():
        CORPUS.joinpath(name).write_bytes(data)


if __name__ == "__main__":
    seed()
    # What is found goes into the first folder; a crash beside it.
    found = Path("build/fuzz")
    found.mkdir(parents=True, exist_ok=True)
    places = [f"-artifact_prefix={found}-", str(found), str(CORPUS)]
    atheris.Setup([*sys.argv, *places], fuzz)
    atheris.Fuzz()
