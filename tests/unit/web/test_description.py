"""The OpenAPI document, operation by operation: what programs that are made from it depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, cast

import pytest

from ownplug.web.app import create_app
from ownplug.web.doors import Doors
from ownplug.web.guard import OPEN
from ownplug.web.settings import WebSettings

NOBODY = cast("Any", None)
DOCUMENT: dict[str, Any] = create_app(
    Doors(**dict.fromkeys((each.name for each in fields(Doors)), NOBODY)),
    WebSettings(),
).openapi()

# Once published, an operation keeps its name: it is a function's in programs made from the description.
OPERATIONS = {
    "hub": "get_health get_readiness get_metrics get_home change_key get_diagnostics get_refusals make_backup"
    " get_settings change_settings",
    "logins": "get_session sign_in sign_out set_up change_password get_users add_user change_user remove_user"
    " get_tokens create_token revoke_token",
    "plugs": "get_plugs get_plug change_plug forget_plug change_safeguards expect_plug allow_again switch_relay"
    " toggle_relay get_electricity get_consumption get_light set_light send_request get_availability get_messages",
    "timers": "get_timers add_timer get_timer change_timer remove_timer get_auto_offs add_auto_off get_auto_off"
    " change_auto_off remove_auto_off",
    "energy": "get_energy get_home_energy get_peaks get_samples get_energy_counter get_energy_corrections get_totals"
    " get_comparison get_table get_csv_table",
    "tariffs": "get_tariffs get_prices set_tariff remove_tariff import_prices",
    "firmware": "get_firmware begin_upgrade give_up_upgrade",
    "pairing": "look_at_plug get_nearby begin_pairing get_pairings get_pairing repeat_pairing cancel_pairing"
    " begin_batch get_batches get_batch resume_batch stop_batch forget_batch discover_plugs",
    "moving": "begin_move get_moves get_move resume_move stop_move give_up_move",
    "console": "get_console_ports read_console_settings take_console_snapshot back_up_console_settings"
    " compare_console_settings restore_console_settings leave_factory_mode get_console_start follow_console_start"
    " get_console_light drive_console_light get_console_job cancel_console_job",
    "bridges": "get_homekit unpair_homekit",
    "lab": "get_lab_models get_lab_faults get_lab_loads start_lab_plugs get_lab_plugs get_lab_plug"
    " throw_lab_plug_away press_lab_plug set_lab_load set_lab_faults unplug_lab_plug plug_lab_plug_in"
    " reboot_lab_plug take_lab_plug_home",
}
WITHOUT_JSON = {
    "get_metrics": "text/plain; version=1.0.0; charset=utf-8",
    "make_backup": "application/octet-stream",
    "get_csv_table": "text/csv",
}

# What is measured, and what its name ends in.
UNITS = {
    "power": "_w",
    "voltage": "_v",
    "current": "_a",
    "energy": "_wh",
    "used": "_wh",
    "before": "_wh",
    "whole_before": "_wh",
    "unpriced": "_wh",
    "told": "_wh",
    "covered": "_s",
    "uncovered": "_s",
    "start": "_s",
    "at": "_s",
    "timeout": "_s",
    "idle": "_s",
    "began_after": "_s",
    "ended_after": "_s",
    "uptime": "_s",
    "answers_in": "_s",
    "size": "_bytes",
    "offset": "_min",
    "after": "_s _wh",
    "for": "_s",
    "price_per": "_kwh",
    "day_price_per": "_kwh",
    "night_price_per": "_kwh",
}
BARE = {
    # counted, numbered, or a share of a hundred that is called so
    *(
        "changes",
        "at_once",
        "channel",
        "clock_questions",
        "binds",
        "next",
        "status",
        "device_code",
        "percent",
        "signal",
        "count",
        "done",
        "of",
        "breaks",
        "timers",
        "auto_offs",
        "logs",
        "damaged",
        "snapshot",
        "backup",
        "channels",
        "number",
        "seconds",
        "plugs",
        "series",
    ),
    *("lowest", "highest", "usual"),  # in the unit that the fault's words name
    *("mqtt",),  # counters by name
    *("cost",),  # in the currency of the tariffs
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def answers(operation: dict[str, Any]) -> dict[str, Any]:
    [good] = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    return cast("dict[str, Any]", good)


every = pytest.mark.parametrize(
    ("method", "path", "operation"),
    [pytest.param(*found, id=found[2]["operationId"]) for found in operations()],
)


def test_operations_keep_their_names_and_areas() -> None:
    found: dict[str, list[str]] = {}
    for _, _, operation in operations():
        [area] = operation["tags"]
        found.setdefault(area, []).append(operation["operationId"])
    assert {area: sorted(names) for area, names in found.items()} == {
        area: sorted(names.split()) for area, names in OPERATIONS.items()
    }
    assert {tag["name"] for tag in DOCUMENT["tags"]} == set(OPERATIONS)


@every
def test_an_operation_says_in_a_sentence_what_it_does(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert re.fullmatch(r"[A-Z][^\n]{10,120}\.", operation["summary"])
    assert "description" not in operation


@every
def test_an_operation_says_how_it_fails(method: str, path: str, operation: dict[str, Any]) -> None:
    failures = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
    is_asked_who = (method, path) not in OPEN
    assert {"400", "403", "413"} <= set(failures)
    assert "401" in failures or not is_asked_who
    assert not {"422", "500", "default"} & set(operation["responses"])
    for answer in failures.values():
        assert list(answer["content"]) == ["application/problem+json"]
    assert operation.get("security", DOCUMENT["security"]) == (DOCUMENT["security"] if is_asked_who else [])


@every
def test_who_names_a_plug_may_name_none_or_several(method: str, path: str, operation: dict[str, Any]) -> None:
    assert "{plug}" not in path or {"404", "409"} <= set(operation["responses"])


@every
def test_an_operation_says_what_it_answers(method: str, path: str, operation: dict[str, Any]) -> None:
    answer = answers(operation)
    if "204" in operation["responses"] or operation["operationId"] == "add_user":
        assert "content" not in answer
        return
    [(kind, content)] = answer["content"].items()
    assert kind == WITHOUT_JSON.get(operation["operationId"], "application/json")
    assert content["schema"].get("$ref") or content["schema"]["type"] == "string"


@every
def test_who_asks_sends_no_body(method: str, path: str, operation: dict[str, Any]) -> None:
    assert method != "GET" or "requestBody" not in operation


def numbers() -> Iterator[tuple[str, str]]:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            if re.search("'type': '(integer|number)'", str(described)):
                yield name, field


@pytest.mark.parametrize(("schema", "field"), list(numbers()))
def test_a_number_has_its_unit_in_its_name(schema: str, field: str) -> None:
    quantity, _, unit = field.rpartition("_")
    assert field in BARE or f"_{unit}" in UNITS.get(quantity, "").split()


def test_no_schema_is_left_over() -> None:
    used = set(re.findall("#/components/schemas/([A-Za-z]+)", str(DOCUMENT)))
    assert used == set(DOCUMENT["components"]["schemas"])
