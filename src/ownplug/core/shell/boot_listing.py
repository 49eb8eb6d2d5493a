"""A start of the plug, line by line, as the page shows it; in braces what differs from start to start.

Source: seed.
"""

from __future__ import annotations

from enum import StrEnum

from ownplug.core.shell.events import BootPhase


class Origin(StrEnum):
    """Who prints a line that is no part of a phase."""

    DRIVER = "driver"
    LOG = "log"
    BLANK = "blank"
    NOISE = "noise"


_BROM, _BOOTLOADER, _STARTUP, _FIRMWARE = BootPhase
_DRIVER, _LOG, _BLANK, _NOISE = Origin

_WIFI_DONE = (
    "[T: 198 M: mrs_main C: info F: mrs_main_wifi_init_done_handler L: 34]: WiFi Init Done: port = {port:int}"
)

BOOT: tuple[tuple[BootPhase | Origin, str], ...] = (
    (_NOISE, "{noise}"),
    (_BROM, "F1: 0000 0000"),
    (_BROM, "V0: 0000 0000 [0001]"),
    (_BROM, "00: 0006 000C"),
    (_BROM, "01: 0000 0000"),
    (_BROM, "U0: 0000 0001 [0000]"),
    (_BROM, "T0: 0000 001B"),
    (_BROM, "Leaving the BROM"),
    (_BLANK, ""),
    (_BOOTLOADER, "set CP10 an CP11 Full Access"),
    (_BOOTLOADER, "bl_uart_init"),
    (_BOOTLOADER, "hal_emi_configure "),
    (_BOOTLOADER, "hal_clock_set_pll_dcm_init "),
    (_BOOTLOADER, "hf_fsys_ck freq=191997"),
    (_BOOTLOADER, "hal_emi_configure_advanced "),
    (_BOOTLOADER, "custom_setSFIExt "),
    (_BOOTLOADER, "NOR_init "),
    (_BOOTLOADER, "hal_flash_init "),
    (_BOOTLOADER, "read update info from 0xeee00 "),
    (_BOOTLOADER, "read update info from 0xeee00"),
    (_BOOTLOADER, "exit: bl_fota_is_triggered 627"),
    (_BOOTLOADER, "Jump to addr 0x8012000"),
    (_STARTUP, "sleep locked."),
    (_BLANK, ""),
    (_STARTUP, "normal bootup"),
    (_BLANK, ""),
    (_STARTUP, "No 32k crystal"),
    (_BLANK, ""),
    (_LOG, "[T: 128 M: common C: info F: system_init L: 353]: platform:{platform}."),
    (_LOG, "[T: 128 M: common C: info F: system_init L: 354]: system initialize done."),
    (_BLANK, ""),
    (_FIRMWARE, "system up:0"),
    (_LOG, "[T: 128 M: mrs_main C: info F: mrs_main_task_init L: 224]: main task init ok"),
    (_FIRMWARE, "Last reset reason:{reset_reason:reset}"),
    (_FIRMWARE, "meross watch dog start"),
    (_DRIVER, "cmd id 0xdd -- 0x0 seq 0x0"),
    (_DRIVER, "pAd2"),
    (_DRIVER, "===> rt2860_close"),
    (_FIRMWARE, "###############################"),
    (_FIRMWARE, "#### Meross IOT running... ####"),
    (_FIRMWARE, "###############################"),
    (_BLANK, ""),
    (_DRIVER, "cmd id 0xdf -- 0x12 seq 0x1"),
    (_DRIVER, "__original_rt2860_init"),
    (_DRIVER, "EntryLifeCheck=1024"),
    (_DRIVER, "PhyMode=14, BW=0, BssCoex=0, 40MHzIntolerant=0, CH adjustment NOT required!"),
    (_DRIVER, "ap up{access_point:mac}"),
    (_LOG, "[T: 140 M: mrs_main C: info F: mrs_main_proc L: 89]: event system up"),
    (_LOG, "[T: 141 M: mrs_reset C: info F: mrs_reset_start L: 83]: button reset enable,max count[60]"),
    (_LOG, "[T: 141 M: mrs_timer C: info F: mrs_timer_task_WTBL1 for cli[255] fail"),  # two lines in one
    (_DRIVER, "\tNORMAL MODE"),
    (_DRIVER, "\tRMAC_RFCR = 0x1DE70A"),
    (_DRIVER, "\tNORMAL MODE"),
    (_DRIVER, "\tRMAC_RFCR = 0x1DE70A"),
    (_DRIVER, "Response MAC={mac:mac}"),
    (_DRIVER, "Event 0x30 not handled"),
    (_DRIVER, "TxPower = 160"),
    (_DRIVER, "auth:0, encrypt:1"),
    (_BLANK, ""),
    (_LOG, "[T: 144 M: mrs_atf C: info F: mrs_autooff_task_init L: 820]: autooff task init ok"),
    (_LOG, "[T: 144 M: mrs_http C: info F: mrs_http_handle_event L: 29]: meross httpd handle start"),
    (_LOG, "[T: 152 M: mrs_timer C: info F: mrs_timer_nvdm_load_rules L: 556]: load {timers:int} rules"),
    (_LOG, "[T: 153 M: mrs_http C: info F: mrs_http_handle_event L: 33]: httpd status = 1"),
    (_LOG, "[T: 153 M: mrs_http C: info F: mrs_http_server_start L: 159]: meross http server init success."),
    (_LOG, "[T: 156 M: mrs_atf C: info F: mrs_autooff_nvdm_load_rules L: 712]: load {autooffs:int} rules"),
    (_LOG, _WIFI_DONE),
)
"""Every line with who prints it."""
