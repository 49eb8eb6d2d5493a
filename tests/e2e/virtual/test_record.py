"""The recorder, turned on virtual plugs: what it writes is read again, and says nothing of whose they are."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from devtools.record import main, profile_of, record, rows_of

from ownplug.core.secret import Secret
from ownplug.testing.recordings import read_recording, recording_lines
from ownplug.virtual import VirtualPlug, VirtualPlugSettings, at_home, find_profile
from ownplug.virtual.profiles import parse_profile

pytestmark = pytest.mark.e2e

KEY = Secret("0123456789abcdef0123456789abcdef")
INHERITED = {"about", "name", "evidence", "mains_v", "bind_method", "pushes_meter_config", "bssid_separator"}
INHERITED |= {
    "http_request_limit",
    "http_reply_limit",
    "multiple_max_commands",
    "multiple_max_bytes",
    "day_order",
}


@pytest.mark.parametrize(
    "model", ["mss310r@2.1.4", "mss210@1.1.12", "em06@2.3.8", "mss425e@2.1.2", "mss310@6.1.12"]
)
async def test_a_profile_is_made_of_what_was_heard(model: str, tmp_path: Path) -> None:
    original = find_profile(model)
    memory = at_home("hub.invalid", 8883, key=KEY, user_id="424242")
    async with VirtualPlug(VirtualPlugSettings(profile=original, flash=memory)) as plug:
        heard = await record(f"http://{plug.http[0]}:{plug.http[1]}", KEY, pause_s=0)
        uuid, mac = plug.uuid.text, plug.mac.text
    name, text = profile_of(heard, source="capture:here")
    assert name == model
    texts = {
        other: (Path(__file__).parents[3] / "src/ownplug/virtual/profiles" / f"{other}.toml").read_text()
        for other in ("mss310@2.1.7", "mss310r@2.1.4", "mss310@1.1.18", "mss310@6.1.12")
    }
    made = parse_profile("made@1", {**texts, "made@1": text}.__getitem__)
    for fact in original.__dataclass_fields__.keys() - INHERITED:
        if made.evidence[fact] == "capture:here":
            assert getattr(made, fact) == getattr(original, fact), fact
    assert {"model", "firmware", "abilities", "relays", "clamps"} <= {
        fact for fact, source in made.evidence.items() if source == "capture:here"
    }

    file = tmp_path / "recording.csv"
    written = "".join(f"{line}\n" for line in recording_lines(rows_of(heard)))
    file.write_text(written)
    rows = read_recording(file)
    assert len([row for row in rows if row.is_told]) == len([each for each in heard if each.answer]) >= 7
    for secret in (uuid, mac, "424242", "hub.invalid", KEY.reveal()):
        assert secret not in written
        assert secret not in text


async def test_a_wrong_key_is_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    memory = at_home("hub.invalid", 8883, key=KEY, user_id="424242")
    async with VirtualPlug(VirtualPlugSettings(flash=memory)) as plug:
        url = f"http://{plug.http[0]}:{plug.http[1]}"
        assert await asyncio.to_thread(main, [url, str(tmp_path / "out"), "--key", "wrong"]) == 1
        assert "key" in capsys.readouterr().err
        assert await asyncio.to_thread(main, [url, str(tmp_path / "out"), "--key", KEY.reveal()]) == 0
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "mss310-hw2.0.0-fw2.1.7.csv",
        "mss310@2.1.7.toml",
    ]
