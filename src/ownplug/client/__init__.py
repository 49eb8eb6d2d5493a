"""The hub as a program outside of it sees it: its API as calls, its problems as ownplug's own errors.

The command line uses nothing else, so anything it can do, a program can do with one call:

    async with HubClient(find_hub(home)) as hub:
        await hub.switch("kettle", on=True)
"""

from ownplug.client.address import HubAddress, find_hub
from ownplug.client.client import HubClient
from ownplug.client.problems import error_named

__all__ = ["HubAddress", "HubClient", "error_named", "find_hub"]
