"""What the house remembers of its energy: samples, minutes, hours and days, weighed against the plugs' own.

The one door is `Ledger`. Whoever hears plugs tells it what their meters show, and now and then what they themselves say
of their days; it keeps all of that in a store, and answers what was used, when.
"""

from ownplug.ledger.ledger import Ledger
from ownplug.ledger.ports import EnergyStore
from ownplug.ledger.reports import (
    Grain,
    Prices,
    Reports,
    SampleSeries,
    Series,
    Sum,
    same_time_before,
)
from ownplug.ledger.settings import EnergySettings

__all__ = [
    "EnergySettings",
    "EnergyStore",
    "Grain",
    "Ledger",
    "Prices",
    "Reports",
    "SampleSeries",
    "Series",
    "Sum",
    "same_time_before",
]
