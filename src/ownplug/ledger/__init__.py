"""What the house remembers of its energy: samples, minutes, hours and days, weighed against the plugs' own.

Its doors are `Ledger` and `Tariffs`. Whoever hears plugs tells the ledger what their meters show, and now and then what
they themselves say of their days; it keeps all of that in a store, and answers what was used, when. `Tariffs` keeps
what that costs.
"""

from ownplug.ledger.ledger import Ledger
from ownplug.ledger.ports import EnergyStore, TariffStore
from ownplug.ledger.reports import Prices, Reports
from ownplug.ledger.settings import EnergySettings
from ownplug.ledger.stretches import Grain, same_time_before
from ownplug.ledger.tariffs import Tariffs
from ownplug.ledger.told import PartSeries, Peak, SampleSeries, Series, Sum

__all__ = [
    "EnergySettings",
    "EnergyStore",
    "Grain",
    "Ledger",
    "PartSeries",
    "Peak",
    "Prices",
    "Reports",
    "SampleSeries",
    "Series",
    "Sum",
    "TariffStore",
    "Tariffs",
    "same_time_before",
]
