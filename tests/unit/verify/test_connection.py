"""How checks reach a box."""

from __future__ import annotations

import pytest

from dlbox.verify.plugin import connection, sockets

SSH = {
    "ssh_extra_args": "-o BatchMode=yes -o StrictHostKeyChecking=accept-new"
    f" -o ControlPath={sockets()}/%C",
}


@pytest.mark.parametrize(
    ("name", "data", "spec", "options"),
    [
        ("@podman/box", {}, "podman://box", {}),
        ("@docker/box", {}, "docker://box", {}),
        ("box", {}, "ssh://box", SSH),
        ("@ssh/box", {"ssh_user": "root"}, "ssh://root@box", SSH),
        ("box", {"_sudo": True}, "ssh://box", SSH),
        (
            "box",
            {
                "ssh_hostname": "192.0.2.7",
                "ssh_user": "ada",
                "ssh_port": 2222,
                "ssh_key": "/keys/id",
                "ssh_known_hosts_file": "/keys/known hosts",
            },
            "ssh://ada@192.0.2.7:2222",
            {
                "ssh_identity_file": "/keys/id",
                **SSH,
                "ssh_extra_args": f"{SSH['ssh_extra_args']} -o 'UserKnownHostsFile=/keys/known hosts'",
            },
        ),
    ],
)
def test_checks_reach_a_box_the_way_pyinfra_does(
    name: str, data: dict[str, object], spec: str, options: dict[str, object]
) -> None:
    assert connection(name, data) == (spec, options)


def test_checks_reach_this_machine() -> None:
    assert connection("@local", {}) == ("local://", {})
