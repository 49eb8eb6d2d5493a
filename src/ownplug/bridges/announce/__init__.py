"""The hub by mDNS, so that apps and other systems of the house find it without being told where it is."""

from ownplug.bridges.announce.announce import announce, offered
from ownplug.bridges.announce.settings import AnnounceSettings

__all__ = ["AnnounceSettings", "announce", "offered"]
