"""Where what is said to Home Assistant and by it has its place. No level is a text of somebody's choice."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid

_OURS = "ownplug_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The topics of one hub.

    Attributes:
        prefix: what those of states and commands begin with.
        discovery: what those of discovery begin with.
    """

    prefix: str
    discovery: str

    @property
    def status(self) -> str:
        """Where it stands whether the hub is there."""
        return f"{self.prefix}/status"

    @property
    def every_config(self) -> str:
        """A filter for what every program has announced of devices."""
        return f"{self.discovery}/device/+/config"

    @property
    def every_state(self) -> str:
        """A filter for what is said of plugs."""
        return f"{self.prefix}/+/+"

    @property
    def every_command(self) -> str:
        """A filter for what is wanted of plugs."""
        return f"{self.prefix}/+/+/set"

    def config(self, uuid: Uuid) -> str:
        """Where a plug is announced."""
        return f"{self.discovery}/device/{object_id(uuid)}/config"

    def available(self, uuid: Uuid) -> str:
        """Where it stands whether a plug is there."""
        return self.state(uuid, "available")

    def state(self, uuid: Uuid, feature_id: str) -> str:
        """Where it stands what a feature is."""
        return f"{self.prefix}/{uuid.text}/{feature_id}"

    def command(self, uuid: Uuid, feature_id: str) -> str:
        """Where it is said what a feature shall be."""
        return f"{self.state(uuid, feature_id)}/set"

    def uuid_in(self, topic: str) -> Uuid | None:
        """Return which plug a topic of any kind is about; None: not about one of ours."""
        under = f"{self.discovery}/device/{_OURS}"
        prefix = under if topic.startswith(under) else f"{self.prefix}/"
        level = topic.removeprefix(prefix).split("/")[0]
        try:
            uuid = Uuid.parse(level)
        except UsageError:
            return None
        return uuid if uuid.text == level else None


def object_id(uuid: Uuid) -> str:
    """Return by which name Home Assistant knows a plug, whatever it is called."""
    return f"{_OURS}{uuid.text}"
