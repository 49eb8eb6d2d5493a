"""How a plug gets another firmware: it fetches an image, looks at it, writes it, and starts again with it.

Until the image is written whole, nothing has happened: whatever goes wrong, the old firmware goes on. If the power is
cut while it is written, the plug starts in factory mode, off the air, and only its console leads it out.

Source: protocol notes, 5.11 (the messages); assumed (the rest, also the power cut).
"""

from __future__ import annotations

import hashlib
import math

from ownplug.core.errors import Malformed
from ownplug.core.identity import Firmware as FirmwareVersion
from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware import logs
from ownplug.virtual.firmware.device import Device, ImageOrder
from ownplug.virtual.firmware.image import IMAGE_LIMIT, Image, parse_image
from ownplug.virtual.firmware.signals import Effect, FetchImage, ImageCame, ImageFailed, ImageProgress
from ownplug.virtual.firmware.timing import Timing

_DOWNLOADING, _DONE, _FAILED, _BAD = 1, 2, 3, 4  # Source: a published program (protocol notes, 5.11)
_STEP = 10  # percent between two reports


class Upgrade:
    """At most one upgrade of one plug.

    Attributes:
        due_s: when `tick` wants to be called.
        effects: what is to be done outside; the firmware takes them.
        is_done: the new firmware is written: the plug is to start again.
    """

    def __init__(self, device: Device, timing: Timing) -> None:
        self.due_s = math.inf
        self.effects: list[Effect] = []
        self.is_done = False
        self._device = device
        self._timing = timing
        self._order: ImageOrder | None = None
        self._percent = 0
        self._image: Image | None = None  # being written
        self._number = 0  # of the fetch; what comes of an older one is nobody's

    def start(self, order: ImageOrder) -> None:
        """Begin; a plug that is at it already goes on with the first."""
        if self._order is not None:
            return
        if not order.url.startswith("http://"):
            self._fail(_FAILED, "not http")
            return
        self._order, self._percent = order, 0
        self._number += 1
        self._device.is_upgrading = True
        self._device.log(logs.UPGRADE, f"download {order.url}")
        self.effects.append(FetchImage(number=self._number, url=order.url, limit=IMAGE_LIMIT))

    def heard(self, news: ImageProgress | ImageCame | ImageFailed) -> None:
        """Take what comes of the fetch."""
        if self._order is None or news.number != self._number:
            return
        match news:
            case ImageProgress():
                self._tell(news.percent)
            case ImageCame():
                self._look_at(self._order, news.data)
            case ImageFailed():
                self._fail(_FAILED, news.reason)

    def tick(self) -> None:
        """The image is written."""
        image, self._image, self.due_s = self._image, None, math.inf
        if image is None:
            return
        flash = self._device.flash
        flash.write(items.UPGRADED, 1)
        flash.image = f"{image.version} {image.compiled}"
        self._device.log(logs.UPGRADE, f"upgrade to {image.version}")
        self._push(_DONE, 100)
        self._end()
        self.is_done = True

    def stop(self, *, by_power_cut: bool) -> None:
        """The plug goes dark."""
        if by_power_cut and self._image is not None:
            self._device.flash.write(items.FACTORY_MODE, 1)
        self._image, self.due_s, self.is_done = None, math.inf, False
        self._end()

    def _look_at(self, order: ImageOrder, data: bytes) -> None:
        model = self._device.profile.model
        if order.md5 and hashlib.md5(data, usedforsecurity=False).hexdigest() != order.md5.lower():
            self._fail(_BAD, "md5 mismatch")
            return
        try:
            image = parse_image(data)
        except Malformed as error:
            self._fail(_BAD, str(error))
            return
        if (image.type, image.hardware) != (model.type, model.hardware):
            self._fail(_BAD, f"an image for {image.type} {image.hardware}")
            return
        self._tell(100)
        self._image, self.due_s = image, self._device.now_s + self._timing.flash_s

    def _tell(self, percent: int) -> None:
        if percent >= self._percent + _STEP:
            self._percent = percent // _STEP * _STEP
            self._push(_DOWNLOADING, self._percent)
            self._device.log(logs.UPGRADE, f"download {self._percent}%")

    def _fail(self, status: int, reason: str) -> None:
        self._device.log(logs.UPGRADE_FAILED, f"download fail: {reason}")
        self._push(status, self._percent)
        self._end()

    def _push(self, status: int, percent: int) -> None:
        self._device.pushes.append(
            (ns.CONTROL_UPGRADE, {"upgradeInfo": {"status": status, "percent": percent}})
        )

    def _end(self) -> None:
        self._order = None
        self._device.is_upgrading = False


def installed(image: str) -> FirmwareVersion | None:
    """Which firmware the flash says is installed; None for the one that the plug was delivered with."""
    version, _, compiled = image.partition(" ")
    return FirmwareVersion(version=version, compiled=compiled) if version else None
