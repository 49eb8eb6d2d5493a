"""Numbers that several payloads carry, with the limits within which they mean something."""

from __future__ import annotations

from typing import Annotated

import msgspec

# Unix seconds as far as the year 9999: what `datetime` can hold.
UnixSeconds = Annotated[int, msgspec.Meta(ge=0, le=253402300799)]

# What a meter can mean, with room to spare: sums and SI units of it stay within what a float holds exactly.
MeterValue = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]

# A local day of the plug.
Day = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}\\Z")]
