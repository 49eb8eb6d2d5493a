from __future__ import annotations

from ownplug.core.mqtt.client_ids import ClientIds


def test_a_second_client_with_the_same_id_takes_over() -> None:
    ids: ClientIds[str] = ClientIds()
    assert ids.enter("plug", "first") is None
    assert ids.enter("plug", "second") == "first"
    assert ids.find("plug") == "second"


def test_the_one_that_was_taken_over_does_not_take_its_successor_along() -> None:
    ids: ClientIds[str] = ClientIds()
    ids.enter("plug", "first")
    ids.enter("plug", "second")
    ids.leave("plug", "first")
    assert ids.find("plug") == "second"
    ids.leave("plug", "second")
    assert ids.find("plug") is None
