"""Changes by hand of a good box, of every kind of thing that dlbox owns: drift must name each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dlbox.host.layout import UV, UV_TREE
from roles.gpu_policy import manifest as gpu_policy
from roles.jupyter.manifest import HOME, SETTINGS, TOKEN, UNIT
from roles.nvidia_driver.apt_sources import OWN
from roles.nvidia_driver.kernels.programs import HOME as DRIVER
from roles.nvidia_driver.kernels.programs import PACKAGE
from roles.nvidia_driver.manifest import BLACKLIST, UNATTENDED
from tests.container.breakages import STUB

Item = tuple[str, str]
"""Kind and name."""
KEPT = "/root/kept"
STORE = "/var/cache/dlbox/debs"
SYSTEMD = "/etc/systemd/system"


@dataclass(frozen=True)
class Mutation:
    """One thing changed by hand."""

    kind: str
    name: str
    cause: str
    """Shell, as root, on the box."""
    cure: str
    says: str
    """Regular expression for all that drift tells of it."""
    more: tuple[Item, ...] = ()
    """What cannot but change with it."""

    def items(self) -> set[Item]:
        """Return all that drift must name."""
        return {(self.kind, self.name), *self.more}


def rounds(mutations: Iterable[Mutation]) -> list[list[Mutation]]:
    """Return them in groups that can be on a box together, each thing once in a group."""
    groups: list[list[Mutation]] = []
    for one in mutations:
        free = (g for g in groups if not any(one.items() & other.items() for other in g))
        group = next(free, None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return groups


def spoilt(
    kind: str, path: str, script: str, says: str, *more: Item, name: str = ""
) -> Mutation:
    """Return a change by ``script`` of what is at a path, $P; a copy of it is kept."""
    keep = f"P={path}; rm -rf {KEPT}$P; mkdir -p {KEPT}; cp -a --parents $P {KEPT}"
    back = f"P={path}; rm -rf $P; cp -a {KEPT}$P $P"
    return Mutation(kind, name or path, f"{keep}; {script}", back, says, more)


FILES = (
    spoilt("file", "/etc/apt/apt.conf.d/90dlbox", "sed -i s/600/0/ $P", "content changed"),
    spoilt("file", UNATTENDED, "chmod 600 $P", "mode 644 -> 600"),
    spoilt("file", OWN, "echo '# mine' >>$P", "content changed"),
    spoilt("file", BLACKLIST, "sed -i '/nova_core/d' $P", "content changed"),
    spoilt("file", BLACKLIST, "chown daemon $P", "user 0 -> 1"),
    spoilt("file", "/etc/update-motd.d/60-dlbox", "rm $P", "removed"),
    spoilt("file", "/etc/dkms/nvidia.conf", "ln -sf /dev/null $P", ".* a link to /dev/null"),
    spoilt("file", "/etc/kernel/postinst.d/zzz-dlbox", "rm $P; mkdir $P", ".*something else"),
    spoilt("file", SETTINGS, "sed -i s/127.0.0.1/0.0.0.0/ $P", "content changed"),
    spoilt("file", TOKEN, "chmod 644 $P", "mode 600 -> 644"),
    spoilt("file", TOKEN, "echo mine >$P", "content changed"),
    spoilt("file", UNIT, "chgrp daemon $P", "group 0 -> 1"),
    spoilt("file", UNIT, "sed -i s/^User=.*/User=root/ $P", "content changed"),
    spoilt("file", f"{DRIVER}/kernel-guard", "chmod 644 $P", "mode 755 -> 644"),
    spoilt("file", f"{DRIVER}/compile", ": >$P", "content changed"),
    spoilt("file", f"{DRIVER}/kernels", "cp $P $P.x; mv $P.x $P; chmod 4644 $P", "mode .*4644"),
    spoilt("file", gpu_policy.POLICY, "sed -i s/200/300/ $P", "content changed"),
    spoilt(
        *("file", f"{SYSTEMD}/dlbox-driver-check.service", "rm $P", "removed"),
        ("unit", "dlbox-driver-check.service"),
    ),
)
FOLDERS = (
    Mutation("folder", "/opt/dlbox", "chmod 777 /opt/dlbox", "chmod 755 /opt/dlbox", ".*777"),
    Mutation(
        *("folder", "/etc/dlbox", "chown daemon /etc/dlbox", "chown root /etc/dlbox"),
        "user 0 -> 1",
    ),
    Mutation(
        *("folder", "/var/lib/dlbox", "chmod 700 /var/lib/dlbox", "chmod 755 /var/lib/dlbox"),
        "mode 755 -> 700",
    ),
    Mutation(
        *("folder", gpu_policy.LIBEXEC),
        f"mv {gpu_policy.LIBEXEC} /root/; ln -s /root/libexec {gpu_policy.LIBEXEC}",
        f"rm {gpu_policy.LIBEXEC}; mv /root/libexec {gpu_policy.LIBEXEC}",
        "replaced by a link to /root/libexec",
    ),
    Mutation(
        *("folder", gpu_policy.LIBEXEC, f"mv {gpu_policy.LIBEXEC} /root/"),
        *(f"mv /root/libexec {gpu_policy.LIBEXEC}", "removed"),
        (("file", gpu_policy.SCRIPT),),
    ),
)
LINKS = (
    spoilt("link", f"{SYSTEMD}/suspend.target", "ln -sfn /mnt $P", "/dev/null -> /mnt"),
    spoilt("link", f"{SYSTEMD}/sleep.target", "rm $P", "removed"),
    spoilt("link", f"{SYSTEMD}/hibernate.target", "rm $P; touch $P", ".* -> other"),
    spoilt("link", f"{SYSTEMD}/hybrid-sleep.target", "rm $P; mkdir $P", ".* -> other"),
    spoilt("link", gpu_policy.AT_BOOT, "rm $P", "removed"),
)


def replaced(package: str, version: str, says: str, *, held: bool = False) -> Mutation:
    """Return the change of a package's version; it is taken back from the box's own store."""
    stub = STUB.format(name=package, version=version, source=package)
    force = "dpkg --force-hold,downgrade,depends,breaks,conflicts -i"
    hold = f"; apt-mark hold {package}" if held else ""
    return Mutation(
        *("package", package),
        f"{stub}dpkg-deb -b /tmp/stub /tmp/stub.deb >/dev/null; {force} /tmp/stub.deb",
        f"{force} {STORE}/{package}_*.deb{hold}",
        says,
    )


def removed(package: str, how: str) -> Mutation:
    """Return the removal of a package."""
    cause, cure = (
        f"dpkg --{how} --force-depends {package}",
        f"dpkg -i {STORE}/{package}_*.deb",
    )
    return Mutation("package", package, cause, cure, "removed")


PACKAGES = (
    Mutation(
        *("package", "libcuda1", "apt-mark unhold libcuda1", "apt-mark hold libcuda1"),
        "hold removed",
    ),
    Mutation("package", "curl", "apt-mark hold curl", "apt-mark unhold curl", "put on hold"),
    Mutation(
        *("package", "git", "echo git deinstall | dpkg --set-selections"),
        *("echo git install | dpkg --set-selections", "ii -> ri"),
    ),
    removed("tmux", "purge"),
    removed("netbase", "remove"),
    # Nobody asked for it by name: it came along with others.
    removed("bzip2", "purge"),
    replaced("nvidia-smi", "999-1", r"550\S+ -> 999-1.*", held=True),
    replaced("nvidia-smi", "1-1", r"550\S+ -> 1-1.*", held=True),
    replaced("pkg-config", "0.1", r"1\S+ -> 0\.1"),
)
SERVES = "for i in $(seq 60); do ss -ltnH | grep -q :8888 && exit 0; sleep 0.5; done; exit 1"
DROP_IN = "/run/systemd/system/dlbox-jupyter.service.d"


def cannot_start(restart: str, says: str) -> Mutation:
    """Return JupyterLab brought to a state by a setting of systemd's that keeps it from starting."""
    text = rf"[Service]\nExecStartPre=/bin/false\nRestart={restart}\n"
    return Mutation(
        *("unit", "dlbox-jupyter.service"),
        f"mkdir -p {DROP_IN}; printf '{text}' >{DROP_IN}/mine.conf; systemctl daemon-reload; "
        "systemctl restart dlbox-jupyter || true",
        f"rm -r {DROP_IN}; systemctl daemon-reload; systemctl restart dlbox-jupyter; {SERVES}",
        says,
    )


def unit(name: str, cause: str, cure: str, says: str) -> Mutation:
    """Return what systemctl can do to a unit."""
    return Mutation(
        "unit", f"{name}.service", f"systemctl {cause} {name}", f"systemctl {cure} {name}", says
    )


UNITS = (
    Mutation(
        *("unit", "dlbox-jupyter.service", "systemctl stop dlbox-jupyter"),
        *(f"systemctl start dlbox-jupyter; {SERVES}", "active -> inactive"),
    ),
    cannot_start("no", "active -> failed"),
    cannot_start("on-failure", "active -> activating"),
    unit("dlbox-jupyter", "disable", "enable", "enabled -> disabled"),
    unit("nvidia-persistenced", "disable", "enable", "enabled -> disabled"),
    unit("nvidia-persistenced", "mask", "unmask", "enabled -> masked.*"),
    unit("dlbox-driver-check", "disable", "enable", "enabled -> disabled"),
)


def account(script: str, says: str) -> Mutation:
    """Return the change of JupyterLab's account, while it runs as it."""
    files = "passwd group shadow gshadow"
    keep = f"mkdir -p {KEPT}; cd /etc; cp -a {files} {KEPT}"
    return Mutation(
        "user", "jupyter", f"{keep}; {script}", f"cd {KEPT}; cp -a {files} /etc", says
    )


USERS = (
    account("usermod -s /bin/false jupyter", "shell /bin/sh -> /bin/false"),
    account("usermod -a -G games jupyter", "groups jupyter -> games,jupyter"),
    account("echo jupyter:secret | chpasswd", "password locked -> set"),
    account("sed -i '/^jupyter:/s#/home/jupyter#/mnt#' passwd", "home /home/jupyter -> /mnt"),
    account("sed -i '/^jupyter:/s/:[0-9]*:/:4321:/' passwd", r"number \d+ -> 4321"),
    account("sed -i '/^jupyter:/d' passwd group shadow gshadow", "removed"),
)
KERNEL = (
    spoilt(
        *("file", PACKAGE, "echo tmux >$P", "content changed"),
        ("kernel", "driver-user-space"),
    ),
    Mutation(
        *(
            "kernel",
            "modules",
            "touch /boot/vmlinuz-6.12.1-mine",
            "rm /boot/vmlinuz-6.12.1-mine",
        ),
        "none -> 6.12.1-mine none",
    ),
)
SITE = f"$(echo {HOME}/lib/python3*/site-packages)"
WHEEL = "/root/theirs-1.0-py3-none-any.whl"
MAKE_WHEEL = f"""python3 - <<'END'
import zipfile
with zipfile.ZipFile("{WHEEL}", "w") as wheel:
    wheel.writestr("theirs.py", "")
    wheel.writestr("theirs-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: theirs\\nVersion: 1.0\\n")
    wheel.writestr("theirs-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("theirs-1.0.dist-info/RECORD", "")
END
"""


def within(tree: str, path: str, script: str, says: str) -> Mutation:
    """Return the change of something in a tree."""
    return spoilt("tree", path, script, says, name=tree)


def by_uv(words: str, says: str) -> Mutation:
    """Return what uv does to JupyterLab's venv; its files are kept as links, as uv replaces them."""
    real = f"R=$(readlink -f {HOME}); K=/opt/kept-venv"
    return Mutation(
        *("tree", HOME),
        f"{MAKE_WHEEL}{real}; cp -al $R $K; {UV} pip {words}",
        f"{real}; rm -rf $R; mv $K $R",
        says,
    )


def relinked(script: str, says: str) -> Mutation:
    """Return the change of the link that is JupyterLab's venv."""
    real = rf"/opt/dlbox/trees/jupyter-\w+ -> {says}"
    return spoilt("tree", HOME, script, says if says == "removed" else real)


TREES = (
    # As many bytes as before.
    within(HOME, f"{SITE}/tornado/web.py", "sed -i '1s/^./#/' $P", "1 file differs: .*/web.py"),
    within(HOME, f"{SITE}/tornado/web.py", "rm $P", "1 file differs: .*/tornado/web.py"),
    within(HOME, f"{SITE}/tornado/web.py", "chmod 666 $P", "1 file differs: .*/web.py"),
    within(HOME, f"{SITE}/tornado", "touch $P/mine.py", "1 file differs: .*/tornado/mine.py"),
    within(HOME, f"{HOME}/lib64", "ln -sfn /mnt $P", "1 file differs: lib64"),
    by_uv(
        f"install -q --offline --no-deps --python {HOME}/bin/python {WHEEL}",
        r"\d+ files differ: .*theirs-1.0.dist-info.*",
    ),
    by_uv(
        f"uninstall -q --python {HOME}/bin/python send2trash",
        r"\d+ files differ: .*/send2trash.*",
    ),
    relinked("ln -sfn /mnt $P", "/mnt"),
    relinked("rm $P; mkdir $P", HOME),
    relinked("ln -sfn /nowhere $P", "removed"),
    within(UV_TREE, f"{UV_TREE}/bin/uv", "echo >$P", "1 file differs: bin/uv"),
    within(UV_TREE, f"{UV_TREE}/bin/uvx", "chown daemon $P", "1 file differs: bin/uvx"),
    within(UV_TREE, f"{UV_TREE}/bin", "rm -r $P", "3 files differ: bin, bin/uv, bin/uvx"),
)
MUTATIONS = (*UNITS, *FILES, *FOLDERS, *LINKS, *PACKAGES, *USERS, *KERNEL, *TREES)
"""Services first: what they need is put right before they are, since the last is cured first."""
