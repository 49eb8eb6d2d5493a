"""Machines of a home, each a network namespace: for what cannot be shown on one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

HUB = "192.168.77.10"
READY_S = 30.0


class Hosts:
    """Network namespaces: plug and laptop share 10.10.10.0/24, both and the hub 192.168.77.0/24; far is in .78."""

    def __init__(self, ip: str, tail: str) -> None:
        self._ip = ip
        self._all = [f"{name}{tail}" for name in ("plug", "hub", "lap", "far")]
        self.plug, self.hub, self.laptop, self.far = self._all
        self._ca = ""
        self._running: list[subprocess.Popen[str]] = []

    def open(self) -> None:
        """Make them and their cables."""
        for host in self._all:
            self._do("netns", "add", host)
            self._in(host, "link", "set", "lo", "up")
        self._in(self.hub, "link", "add", "br0", "type", "bridge")
        self._in(self.hub, "addr", "add", f"{HUB}/24", "dev", "br0")
        self._in(self.hub, "link", "set", "br0", "up")
        for host, address in ((self.plug, "192.168.77.50"), (self.laptop, "192.168.77.20")):
            self._in(self.hub, "link", "add", host, "type", "veth", "peer", "name", "home", "netns", host)
            self._in(self.hub, "link", "set", host, "master", "br0")
            self._in(self.hub, "link", "set", host, "up")
            self._up(host, "home", address)
        self._in(self.laptop, "link", "add", "wifi", "type", "veth", "peer", "name", "ap", "netns", self.plug)
        self._up(self.laptop, "wifi", "10.10.10.100")
        self._up(self.plug, "ap", "10.10.10.1")
        self._in(self.hub, "link", "add", "far", "type", "veth", "peer", "name", "home", "netns", self.far)
        self._up(self.hub, "far", "192.168.78.1")
        self._up(self.far, "home", "192.168.78.50")
        self._in(self.far, "route", "add", "default", "via", "192.168.78.1")
        for host in (self.plug, self.laptop):
            self._in(host, "route", "add", "192.168.78.0/24", "via", HUB)
        self._do("netns", "exec", self.hub, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def start(self, host: str, *arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        """Run `ownplug …` on a host until the end; return it and the line that it was ready with."""
        process = subprocess.Popen(
            self._command(host, arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._running.append(process)
        assert process.stdout is not None
        told: dict[str, Any] = json.loads(process.stdout.readline())
        self._ca = told.get("ca") or self._ca
        return process, told

    def run(self, host: str, *arguments: str, token: str = "") -> tuple[int, Any]:
        """Run one command on a host, which knows the CA of the hub if one runs; return its status and its JSON."""
        done = subprocess.run(
            [*self._command(host, arguments), "--json"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "OWNPLUG_TOKEN": token, "OWNPLUG_CA": self._ca},
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def stop(self, process: subprocess.Popen[str]) -> None:
        """End a program of `start`."""
        process.terminate()
        process.communicate(timeout=READY_S)

    def add_address(self, host: str, device: str, address: str) -> None:
        """Give a device one address more."""
        self._in(host, "addr", "add", f"{address}/24", "dev", device)

    def serve(self, host: str, *command: str) -> subprocess.Popen[str]:
        """Run another program on a host, and wait for its first line."""
        words = [self._ip, "netns", "exec", host, *command]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._running.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def cut_off(self, host: str, address: str) -> None:
        """Let what a host sends to an address go nowhere."""
        self._in(host, "route", "add", "blackhole", f"{address}/32")

    def route_all(self, host: str) -> None:
        """Give a host its way to everywhere, by the hub."""
        self._in(host, "route", "add", "default", "via", HUB)

    def close(self) -> None:
        """End what runs, and take the hosts away."""
        for process in self._running:
            if process.stdout is not None and not process.stdout.closed:
                self.stop(process)
        for host in self._all:
            subprocess.run([self._ip, "netns", "delete", host], capture_output=True, check=False)

    def _up(self, host: str, device: str, address: str) -> None:
        self._in(host, "addr", "add", f"{address}/24", "dev", device)
        self._in(host, "link", "set", device, "up")

    def _in(self, host: str, *words: str) -> None:
        self._do("-n", host, *words)

    def _do(self, *words: str) -> None:
        subprocess.run([self._ip, *words], check=True, capture_output=True, timeout=30)

    def _command(self, host: str, arguments: tuple[str, ...]) -> list[str]:
        return [self._ip, "netns", "exec", host, sys.executable, "-m", "ownplug", *arguments]
