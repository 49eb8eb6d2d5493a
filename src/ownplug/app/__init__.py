"""Settings and composition: the only place that knows which parts run.

What starts first stops last. A part that cannot start stops those before it, and the error says what to do.
"""

from ownplug.app.compose import Ready, open_hub
from ownplug.app.descriptors import grant_descriptors
from ownplug.app.home import HomeFolder
from ownplug.app.settings import Origin, Settings, load_settings

__all__ = ["HomeFolder", "Origin", "Ready", "Settings", "grant_descriptors", "load_settings", "open_hub"]
