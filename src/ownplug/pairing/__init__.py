"""Taking ownership of a plug: told step by step, and done only when the plug is at home.

A plug in pairing mode checks no signature and belongs to whoever speaks to it first. What is told to it here is
what the vendor's app tells it, in the same order. Where it does not come home, the evidence is weighed and named.
"""

from ownplug.pairing.arrival import TIMEOUT_S, Errand, Host
from ownplug.pairing.batch import Batch, BatchPlug, BatchState, InReach
from ownplug.pairing.batch_list import BatchRow, check_batch_rows, parse_batch_list
from ownplug.pairing.broker_check import check_broker, invented_plug
from ownplug.pairing.broker_watch import BrokerHost, open_broker_host
from ownplug.pairing.by_http import identify, pair_by_http, scan
from ownplug.pairing.by_serial import ask_by_serial, pair_by_serial
from ownplug.pairing.course import Course, Stage, StageSeen, StageState
from ownplug.pairing.discovery import (
    DiscoveredPlug,
    addresses_to_ask,
    discover,
    hosts_that_speak_up,
    networks_of,
    parse_neighbours,
)
from ownplug.pairing.evidence import Cause, Sight, Target, Word, diagnose, facts, failure, last_guess
from ownplug.pairing.finding import Finding, Health, bad, good, unknown
from ownplug.pairing.home import Allegiance, GatewayAddress, HomeToJoin
from ownplug.pairing.in_reach import at_address, by_network
from ownplug.pairing.key_check import DEFAULTS, Candidate, KeyFinding, find_key
from ownplug.pairing.move_journal import MoveJournal, MoveState, PlugToMove
from ownplug.pairing.move_plan import plan_move, plugs_of_home
from ownplug.pairing.moving import MOVE_TIMEOUT_S, Mover
from ownplug.pairing.plug_list import KnownPlug, parse_plug_list
from ownplug.pairing.server_check import check_login, check_server
from ownplug.pairing.steps import Phase, Step
from ownplug.pairing.taking_home import Wish, home_of, take_home, take_home_by_serial, take_to_server
from ownplug.pairing.tls_check import TlsFinding, TlsVerdict, check_tls
from ownplug.pairing.tls_listen import first_bytes, judge_hello
from ownplug.pairing.wifi import WifiNetwork
from ownplug.pairing.word import ask_plug

__all__ = [
    "DEFAULTS",
    "MOVE_TIMEOUT_S",
    "TIMEOUT_S",
    "Allegiance",
    "Batch",
    "BatchPlug",
    "BatchRow",
    "BatchState",
    "BrokerHost",
    "Candidate",
    "Cause",
    "Course",
    "DiscoveredPlug",
    "Errand",
    "Finding",
    "GatewayAddress",
    "Health",
    "HomeToJoin",
    "Host",
    "InReach",
    "KeyFinding",
    "KnownPlug",
    "MoveJournal",
    "MoveState",
    "Mover",
    "Phase",
    "PlugToMove",
    "Sight",
    "Stage",
    "StageSeen",
    "StageState",
    "Step",
    "Target",
    "TlsFinding",
    "TlsVerdict",
    "WifiNetwork",
    "Wish",
    "Word",
    "addresses_to_ask",
    "ask_by_serial",
    "ask_plug",
    "at_address",
    "bad",
    "by_network",
    "check_batch_rows",
    "check_broker",
    "check_login",
    "check_server",
    "check_tls",
    "diagnose",
    "discover",
    "facts",
    "failure",
    "find_key",
    "first_bytes",
    "good",
    "home_of",
    "hosts_that_speak_up",
    "identify",
    "invented_plug",
    "judge_hello",
    "last_guess",
    "networks_of",
    "open_broker_host",
    "pair_by_http",
    "pair_by_serial",
    "parse_batch_list",
    "parse_neighbours",
    "parse_plug_list",
    "plan_move",
    "plugs_of_home",
    "scan",
    "take_home",
    "take_home_by_serial",
    "take_to_server",
    "unknown",
]
