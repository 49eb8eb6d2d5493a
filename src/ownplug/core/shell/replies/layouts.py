"""How each reply looks: its lines to the character, in both directions.

Source: seed, unless the reply's class says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ownplug.core.shell.layout import Flag, Layout, Many, Reply
from ownplug.core.shell.replies import config, iot, meross, shell

_ACCESS_POINT = (
    "{channel:int<4}{ssid<33}{bssid:bssid<20}{auth:int<8}{cipher:int<8}{rssi_dbm:int<8}"
    "{wps:int<8}{cm:int<8}{dpid:int<8}{sr:int<10}"
)

LAYOUTS: Mapping[type[Reply], Layout[Any]] = MappingProxyType(
    {
        layout.kind: layout
        for layout in (
            Layout(shell.NotKnown, "{word} unknown command"),
            Layout(shell.Quiet),
            Layout(
                shell.IpConfig,
                Many(
                    "interfaces",
                    shell.Interface,
                    (
                        "",
                        "interface: {name}",
                        "mode:      {mode:name}",
                        "{mode:name}:",
                        "  ip      {address}",
                        "  netmask {netmask}",
                        "  gateway {gateway}",
                    ),
                ),
            ),
            Layout(
                shell.Statistics,
                Many(
                    "protocols",
                    shell.Counters,
                    (
                        "",
                        "{name:name}",
                        "\txmit: {sent:int}",
                        "\trecv: {received:int}",
                        "\tfw: {forwarded:int}",
                        "\tdrop: {dropped:int}",
                        "\tchkerr: {checksum_errors:int}",
                        "\tlenerr: {length_errors:int}",
                        "\tmemerr: {memory_errors:int}",
                        "\trterr: {routing_errors:int}",
                        "\tproterr: {protocol_errors:int}",
                        "\topterr: {option_errors:int}",
                        "\terr: {other_errors:int}",
                        "\tcachehit: {cache_hits:int}",
                    ),
                ),
            ),
            Layout(shell.Versions, "CM4 Image Ver: {sdk}", "N9 Image  Ver: {wifi}"),
            Layout(shell.Restarting, "Reboot Bye Bye Bye!!!!"),
            Layout(
                meross.Hardware,
                "hardware info",
                "model     :{model}",
                "local     :{locale}",
                "hw version:{version}",
                "chipset   :{chip}",
                "uuid      :{uuid:uuid}",
                "mac       :{mac:mac}",
            ),
            Layout(
                meross.FirmwareInfo,
                "firmware info",
                "fw version:{version}",
                "buildDate :{built}",
            ),
            Layout(
                meross.Network,
                "network info:",
                "ip:       :{address}",
                "router mac:{router_mac:mac}",
            ),
            Layout(
                meross.Tasks,
                "task info:",
                "name       | status | prio | stack | id",
                Many(
                    "tasks",
                    meross.Task,
                    ("{name<11}\t{status:status}\t{priority:int}\t{stack:int}\t{number:int}",),
                ),
            ),
            Layout(
                meross.Memory,
                "heap info:",
                "total:{total_bytes:int}",
                "free: {free_bytes:int}",
                "low:  {low_bytes:int}",
            ),
            Layout(
                meross.TimeInfo,
                "time info:",
                "local time   :{local_time} ,local offset:{offset_s:int}",
                "utc timestamp:{unix_s:int}",
                "system uptime:{uptime_s:duration}",
            ),
            Layout(
                meross.Sun,
                "latitude:{latitude:decimal},longitude:{longitude:decimal},tz:{offset_s:int}/3600.0",
                "sunrise {sunrise_min:clock}",
                "sunset  {sunset_min:clock}",
            ),
            Layout(meross.Identity, "uuid:{uuid:uuid}", "mac:{mac:mac}", "write {written:ok}"),
            Layout(
                meross.Scan,
                "Ch  SSID                             BSSID               Auth    Cipher  RSSI    WPS_EN  "
                "CM      DPID    SR      ",
                Many(
                    "access_points",
                    meross.AccessPoint,
                    (_ACCESS_POINT,),
                ),
                Flag("done", "[MRS Scan Event Callback]: Scan Done!"),
            ),
            Layout(meross.Switched, "switch error:{refusal}"),
            Layout(meross.Crash, "system crash test...."),
            Layout(meross.FactoryMode, "In fac mode:{on:yes}"),
            Layout(
                meross.Power,
                "--------------runtime----------------",
                "energy:cur:{energy_current:int},last:{energy_last:int},now:{energy_now:int}",
                "p:{power_mw:int}",
                "v:{voltage_dv:int} (ratio:{voltage_ratio:int})",
                "i:{current_ma:int} (ratio:{current_ratio:int})",
                "pulse unit:{pulse_unit:int}",
                "max current:{max_current_ma:int}",
                "report status:{report_status}",
                Many("report_times", meross.ReportTime, ("report time[{index:int}] {minute:clock}",)),
                "--------------history data----------------",
                Many(
                    "history",
                    meross.HistoryDay,
                    ("data[{index:int}] {day} {energy_wh:int}",),
                    empty="no data",
                ),
            ),
            Layout(
                iot.IotStatus,
                "wifi status:{wifi}",
                "iot status:{iot}",
                "iot info:",
                "primary   host: {primary_host}:{primary_port:int}",
                "secondary host: {secondary_host}:{secondary_port:int}",
                "user id       : {user_id}",
                "user key      : {user_key:secret}",
                "bind id       : {bind_id}",
            ),
            Layout(iot.Unbound, "device unbind via cli [{state}]"),
            Layout(iot.Upgrading, "upgrade url:{url}"),
            Layout(
                iot.Rules,
                "timer rules info:",
                Many("timers", iot.StoredRule, ("[{index:index}] {text}",)),
                "autooff rules info:",
                Many("autooffs", iot.StoredRule, ("[{index:index}] {text}",)),
            ),
            Layout(iot.LogDump, "mrs_protocol_set_log:protocol package dump {dump:int}"),
            Layout(
                config.ConfigShow,
                Flag("everything", "show all group "),
                "show group {group:name}",
                Many("items", config.StoredItem, ("[{group:name}]{name:name}: {value:secret}",)),
            ),
            Layout(
                config.ConfigRead,
                "{name:name} = {value:secret}",
                Flag("missing", "the data item is not exist"),
            ),
            Layout(
                config.ConfigWrite,
                "{group:name}-{name:name} = {value:secret}",
                "write data item {written:ok}",
            ),
            Layout(config.ConfigReset, Flag("everything", "reset all group "), "reset group {group:name}"),
        )
    }
)
"""The layout of each kind of reply but menus, usage and `dbg`."""
