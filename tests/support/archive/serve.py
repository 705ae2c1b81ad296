"""Serve a folder over HTTP to the boxes of this machine, and to nobody else."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from typing_extensions import override

from dlbox.sandbox.engine import BoxError, engine

NETWORKS = {"podman": "podman", "docker": "bridge"}
IP_FREEBIND = 15


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def server_bind(self) -> None:
        # The engine makes the network's bridge with the first box that runs, and takes it away
        # with the last one; the address may be ours before, between and after.
        self.socket.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        TCPServer.server_bind(self)  # HTTPServer's own would ask the DNS for our name


class _Files(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @override
    def send_head(self) -> Any:
        # Published twice within one second, a file would count as not modified.
        del self.headers["If-Modified-Since"]
        return super().send_head()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve the folder as long as this lasts; yields its URL as boxes reach it."""
    server = _Server((gateway(), 0), partial(_Files, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{server.server_address[0]!s}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def gateway() -> str:
    """Return this machine's address in the default network of boxes."""
    name = NETWORKS[engine().name]
    if engine().name == "podman":
        told = engine().call("info", "--format", "{{.Host.Security.Rootless}}")
        if told.stdout.strip() == "true":
            msg = "boxes of a rootless podman do not reach this machine; run the tests as root"
            raise BoxError(msg)
    told = engine().call("network", "inspect", name)
    return address(json.loads(told.stdout)[0])


def address(network: dict[str, Any]) -> str:
    """Return the gateway of a network as its engine describes it."""
    # podman calls them subnets, docker keeps them in its IPAM.
    subnets = network.get("subnets") or network.get("IPAM", {}).get("Config") or []
    found = (subnet.get("gateway") or subnet.get("Gateway") or "" for subnet in subnets)
    gateways = [each for each in found if "." in each]
    if not gateways:
        msg = "the default network of boxes has no IPv4 gateway"
        raise BoxError(msg)
    return str(gateways[0])


def direct(url: str) -> str:
    """Return the line of apt.conf that keeps apt from asking a proxy for this URL."""
    return f'Acquire::http::Proxy::{urlsplit(url).hostname} "DIRECT";\n'
