"""The subjects that plugs speak of, and the numbers of their refusals."""

from __future__ import annotations

from enum import IntEnum

CONFIG_INFO = "Appliance.Config.Info"
CONFIG_KEY = "Appliance.Config.Key"
CONFIG_OVER_TEMP = "Appliance.Config.OverTemp"
CONFIG_TRACE = "Appliance.Config.Trace"
CONFIG_WIFI = "Appliance.Config.Wifi"
CONFIG_WIFI_LIST = "Appliance.Config.WifiList"
CONFIG_WIFI_X = "Appliance.Config.WifiX"

CONTROL_ALERT_CONFIG = "Appliance.Control.AlertConfig"
CONTROL_BIND = "Appliance.Control.Bind"
CONTROL_CIRCUIT_FACTOR = "Appliance.Control.CircuitFactor"
CONTROL_CONSUMPTION_CONFIG = "Appliance.Control.ConsumptionConfig"
CONTROL_CONSUMPTION_H = "Appliance.Control.ConsumptionH"
CONTROL_CONSUMPTION_X = "Appliance.Control.ConsumptionX"
CONTROL_ELECTRICITY = "Appliance.Control.Electricity"
CONTROL_ELECTRICITY_X = "Appliance.Control.ElectricityX"
CONTROL_MULTIPLE = "Appliance.Control.Multiple"
CONTROL_SENSOR_HISTORY = "Appliance.Control.Sensor.History"
CONTROL_TIMER = "Appliance.Control.Timer"
CONTROL_TIMER_X = "Appliance.Control.TimerX"
CONTROL_TOGGLE = "Appliance.Control.Toggle"
CONTROL_TOGGLE_X = "Appliance.Control.ToggleX"
CONTROL_TRIGGER = "Appliance.Control.Trigger"
CONTROL_TRIGGER_X = "Appliance.Control.TriggerX"
CONTROL_UNBIND = "Appliance.Control.Unbind"
CONTROL_UPGRADE = "Appliance.Control.Upgrade"

DIGEST_TIMER_X = "Appliance.Digest.TimerX"
DIGEST_TRIGGER_X = "Appliance.Digest.TriggerX"

ENCRYPT_ECDHE = "Appliance.Encrypt.ECDHE"
ENCRYPT_SUITE = "Appliance.Encrypt.Suite"

SYSTEM_ABILITY = "Appliance.System.Ability"
SYSTEM_ALL = "Appliance.System.All"
SYSTEM_CLOCK = "Appliance.System.Clock"
SYSTEM_DEBUG = "Appliance.System.Debug"
SYSTEM_DND_MODE = "Appliance.System.DNDMode"
SYSTEM_FIRMWARE = "Appliance.System.Firmware"
SYSTEM_HARDWARE = "Appliance.System.Hardware"
SYSTEM_ONLINE = "Appliance.System.Online"
SYSTEM_POSITION = "Appliance.System.Position"
SYSTEM_REPORT = "Appliance.System.Report"
SYSTEM_RUNTIME = "Appliance.System.Runtime"
SYSTEM_TIME = "Appliance.System.Time"


class ErrorCode(IntEnum):
    """What an ERROR says; texts of 5002 to 5004 are unknown.

    Source: captures (5000, 5001) and published programs (the rest).
    """

    NOT_SUPPORTED = 5000
    BAD_SIGNATURE = 5001
    GENERIC_2 = 5002
    GENERIC_3 = 5003
    GENERIC_4 = 5004
    IR_BUSY = 5020
    IR_LEARNING_TIMED_OUT = 5021
    IR_RECORD_INVALID = 5022


_SENTENCES = {
    ErrorCode.NOT_SUPPORTED: "The plug does not support this request, or it failed.",
    ErrorCode.BAD_SIGNATURE: "The plug refused the signature: this is not its key.",
    ErrorCode.IR_BUSY: "The infrared sender is busy.",
    ErrorCode.IR_LEARNING_TIMED_OUT: "No infrared signal came in time.",
    ErrorCode.IR_RECORD_INVALID: "The infrared record is not valid.",
}


def describe_error(code: int, detail: str = "") -> str:
    """Say in a sentence what error `code` means; `detail` is the plug's own text."""
    known = _SENTENCES.get(ErrorCode(code)) if code in ErrorCode.__members__.values() else None
    sentence = known or f"The plug answered with error {code}."
    return f"{sentence} It says: {detail}." if detail and not known else sentence
