"""The settings of the chip maker's Wi-Fi and network: groups common, STA, AP and network.

Names and defaults: seed. Meanings marked `sdk` are those of the chip maker's public development kit for the same
family of chips; that this firmware keeps to them is assumed.
"""

from __future__ import annotations

from functools import partial

from ownplug.core.shell.settings.setting import OwnValue, Setting, SettingKind

_SDK = "sdk"
_FLAG, _TEXT, _NUMBERS = SettingKind.FLAG, SettingKind.TEXT, SettingKind.NUMBERS

_common = partial(Setting, group="common")
_sta = partial(Setting, group="STA")
_ap = partial(Setting, group="AP")
_network = partial(Setting, group="network")

COMMON = (
    _common(name="OpMode", default="1", meaning="1 station, 2 access point, 3 both.", source=_SDK),
    _common(name="CountryCode", default="CN", kind=_TEXT, meaning="Country of the radio rules.", source=_SDK),
    _common(name="CountryRegion", default="5", meaning="Region of the 2.4 GHz channels.", source=_SDK),
    _common(name="CountryRegionABand", default="3", meaning="Region of the 5 GHz channels.", source=_SDK),
    _common(name="RadioOff", default="0", kind=_FLAG, meaning="1 turns the radio off.", source=_SDK),
    _common(name="DbgLevel", default="3", meaning="How much the Wi-Fi driver prints.", source=_SDK),
    _common(name="RTSThreshold", default="2347", meaning="Bytes from which RTS is sent.", source=_SDK),
    _common(name="FragThreshold", default="2346", meaning="Bytes from which frames are cut.", source=_SDK),
    _common(
        name="BGChannelTable",
        default="1,14,0|",
        kind=SettingKind.CHANNELS,
        meaning="Channels at 2.4 GHz.",
        source=_SDK,
    ),
    _common(
        name="AChannelTable",
        default="36,8,0|100,11,0|149,4,0|",
        kind=SettingKind.CHANNELS,
        meaning="Channels at 5 GHz.",
        source=_SDK,
    ),
    _common(name="syslog_filters", kind=_TEXT, meaning="Which modules may log how much.", source=_SDK),
    _common(name="WiFiPrivilegeEnable", default="0", kind=_FLAG),
    _common(name="StaFastLink", default="0", kind=_FLAG, meaning="1 joins without a scan.", source="assumed"),
)

STA = (
    _sta(name="LocalAdminMAC", default="1", kind=_FLAG),
    _sta(name="MacAddr", kind=SettingKind.MAC, own=OwnValue.MAC, meaning="MAC as a station.", source=_SDK),
    _sta(name="Ssid", default="MTK_SOFT_AP", kind=_TEXT, meaning="Network to join.", source=_SDK),
    _sta(name="SsidLen", default="11", meaning="Length of `Ssid`.", source="derived"),
    _sta(name="BssType", default="1", meaning="1 infrastructure.", source=_SDK),
    _sta(name="Channel", default="1", meaning="Channel to begin with.", source=_SDK),
    _sta(name="BW", default="0", meaning="0 20 MHz, 1 40 MHz.", source=_SDK),
    _sta(name="WirelessMode", default="9", meaning="Generations of Wi-Fi; 9 is b, g and n.", source=_SDK),
    _sta(name="BADecline", default="0", kind=_FLAG, meaning="1 refuses block acknowledgement.", source=_SDK),
    _sta(name="AutoBA", default="1", kind=_FLAG, meaning="1 asks for block acknowledgement.", source=_SDK),
    _sta(name="HT_MCS", default="33", meaning="Rate of n; 33 chooses by itself.", source=_SDK),
    _sta(name="HT_BAWinSize", default="4", meaning="Window of block acknowledgement.", source=_SDK),
    _sta(name="HT_GI", default="1", kind=_FLAG, meaning="1 allows the short guard interval.", source=_SDK),
    _sta(name="HT_PROTECT", default="1", kind=_FLAG, meaning="1 protects from older stations.", source=_SDK),
    _sta(name="HT_EXTCHA", default="1", kind=_FLAG, meaning="Where the second 20 MHz lie.", source=_SDK),
    _sta(name="WmmCapable", default="1", kind=_FLAG, meaning="1 uses priorities (WMM).", source=_SDK),
    _sta(name="ListenInterval", default="1", meaning="Beacons from one listening to the next.", source=_SDK),
    _sta(name="AuthMode", default="0", meaning="How to log in; 0 open.", source=_SDK),
    _sta(name="EncrypType", default="1", meaning="How to encrypt; 1 not at all.", source=_SDK),
    _sta(
        name="WpaPsk",
        default="12345678",
        kind=_TEXT,
        secret=True,
        meaning="Password of the network to join.",
        source=_SDK,
    ),
    _sta(name="WpaPskLen", default="8", meaning="Length of `WpaPsk`.", source="derived"),
    _sta(
        name="PMK_INFO",
        default="0",
        kind=_TEXT,
        secret=True,
        meaning="Key kept of a login.",
        source="assumed",
    ),
    _sta(name="PairCipher", default="0", meaning="Cipher for one station.", source=_SDK),
    _sta(name="GroupCipher", default="0", meaning="Cipher for all stations.", source=_SDK),
    _sta(name="DefaultKeyId", default="0", meaning="Which of `SharedKey` is used.", source=_SDK),
    _sta(
        name="SharedKey",
        default="12345,12345,12345,12345",
        kind=_TEXT,
        secret=True,
        meaning="Four WEP keys.",
        source=_SDK,
    ),
    _sta(name="SharedKeyLen", default="5,5,5,5", kind=_NUMBERS, meaning="Their lengths.", source=_SDK),
    _sta(name="PSMode", default="0", meaning="0 always awake, 1 saves power.", source=_SDK),
    _sta(name="KeepAlivePeriod", default="55", meaning="Not used.", source=_SDK),
    _sta(name="BeaconLostTime", default="20", meaning="Without beacons the network is lost.", source=_SDK),
    _sta(name="ApcliBWAutoUpBelow", default="1", kind=_FLAG),
    _sta(name="StaKeepAlivePacket", default="1", kind=_FLAG, meaning="1 sends signs of life.", source=_SDK),
)

AP = (
    _ap(name="LocalAdminMAC", default="1", kind=_FLAG),
    _ap(
        name="MacAddr", kind=SettingKind.MAC, own=OwnValue.MAC, meaning="MAC as an access point.", source=_SDK
    ),
    _ap(
        name="Ssid",
        kind=_TEXT,
        own=OwnValue.ACCESS_POINT,
        meaning="Name of the plug's own network in pairing mode.",
        source="seed",
    ),
    _ap(name="SsidLen", default="14", meaning="Length of `Ssid`.", source="derived"),
    _ap(name="Channel", default="1", meaning="Channel of the own network.", source=_SDK),
    _ap(name="BW", default="0", meaning="0 20 MHz, 1 40 MHz.", source=_SDK),
    _ap(name="WirelessMode", default="9", meaning="Generations of Wi-Fi; 9 is b, g and n.", source=_SDK),
    _ap(name="AutoBA", default="1", kind=_FLAG, meaning="1 asks for block acknowledgement.", source=_SDK),
    _ap(name="HT_MCS", default="33", meaning="Rate of n; 33 chooses by itself.", source=_SDK),
    _ap(name="HT_BAWinSize", default="4", meaning="Window of block acknowledgement.", source=_SDK),
    _ap(name="HT_GI", default="1", kind=_FLAG, meaning="1 allows the short guard interval.", source=_SDK),
    _ap(name="HT_PROTECT", default="1", kind=_FLAG, meaning="1 protects from older stations.", source=_SDK),
    _ap(name="HT_EXTCHA", default="1", kind=_FLAG, meaning="Where the second 20 MHz lie.", source=_SDK),
    _ap(name="WmmCapable", default="1", kind=_FLAG, meaning="1 uses priorities (WMM).", source=_SDK),
    _ap(name="DtimPeriod", default="1", meaning="Beacons from one DTIM to the next.", source=_SDK),
    _ap(name="AuthMode", default="0", meaning="How to log in; 0 open.", source=_SDK),
    _ap(name="EncrypType", default="1", meaning="How to encrypt; 1 not at all.", source=_SDK),
    _ap(
        name="WpaPsk",
        default="12345678",
        kind=_TEXT,
        secret=True,
        meaning="Password of the own network.",
        source=_SDK,
    ),
    _ap(name="WpaPskLen", default="8", meaning="Length of `WpaPsk`.", source="derived"),
    _ap(name="PairCipher", default="0", meaning="Cipher for one station.", source=_SDK),
    _ap(name="GroupCipher", default="0", meaning="Cipher for all stations.", source=_SDK),
    _ap(name="DefaultKeyId", default="0", meaning="Which of `SharedKey` is used.", source=_SDK),
    _ap(
        name="SharedKey",
        default="11111,22222,33333,44444",
        kind=_TEXT,
        secret=True,
        meaning="Four WEP keys.",
        source=_SDK,
    ),
    _ap(name="SharedKeyLen", default="5,5,5,5", kind=_NUMBERS, meaning="Their lengths.", source=_SDK),
    _ap(name="HideSSID", default="0", kind=_FLAG, meaning="1 does not tell the name.", source=_SDK),
    _ap(name="RekeyInterval", default="3600", meaning="Seconds from one group key to the next.", source=_SDK),
    _ap(
        name="AutoChannelSelect", default="0", kind=_FLAG, meaning="1 looks for a quiet channel.", source=_SDK
    ),
    _ap(name="BcnDisEn", default="0", kind=_FLAG, meaning="1 sends no beacons.", source="assumed"),
)

NETWORK = (
    _network(
        name="IpAddr",
        default="10.10.10.1",
        kind=SettingKind.ADDRESS,
        meaning="The plug's address in its own network.",
        source="seed",
    ),
    _network(
        name="IpNetmask",
        default="255.255.255.0",
        kind=SettingKind.ADDRESS,
        meaning="Its mask.",
        source="seed",
    ),
    _network(
        name="IpGateway",
        default="10.10.10.1",
        kind=SettingKind.ADDRESS,
        meaning="Its gateway.",
        source="seed",
    ),
    _network(
        name="IpMode",
        default="dhcp",
        kind=_TEXT,
        meaning="As a station: `dhcp` asks for an address, `static` takes `IpAddr`.",
        source=_SDK,
    ),
)
