"""What goes takes along what is ours and nobody misses, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Done, ShellSandbox, program

LEDGER = "/var/lib/dlbox/packages"
SAID = "/var/lib/dlbox/said"
PURGE = f"set -e\n{program('lib')}{program('purge')}\n"


@pytest.fixture
def owner(box: ShellSandbox) -> ShellSandbox:
    """A box with packages of ours (tool, lib) and of somebody else's (work)."""
    box.put(LEDGER, "lib\nmeta\ntool\n")
    box.packages({"lib": "1", "tool": "1", "work": "1", "meta": "1 rc"})
    box.tool("apt-mark", {"showhold": "", "showmanual *": "", "-q *": ""})
    return box


def apt(
    box: ShellSandbox, takes: dict[str, str], more: list[str] | None = None, status: int = 0
) -> None:
    """Say what apt would take with packages, and with each autoremove in its turn."""

    def plan(names: str) -> str:
        return "".join(f"Purg {name} [1]\n" for name in names.split())

    really = [Answer(does=box.without(*names.split())) for names in takes]
    rows = {
        f"-q -s purge {names}": Answer(plan(taken), status=status)
        for names, taken in takes.items()
    }
    rows |= {f"-q -y purge {names}": done for names, done in zip(takes, really, strict=True)}
    box.tool("apt-get", {**rows, "-q -s autoremove --purge": [*map(plan, more or []), ""]})


def run(box: ShellSandbox, *names: str) -> Done:
    done = box.shell(f"{PURGE}purge {' '.join(names)}", "purge")
    assert (done.status, done.errors) == (0, "")
    return done


def purged(box: ShellSandbox) -> list[str]:
    start = "apt-get -q -y purge "
    return [call.removeprefix(start) for call in box.calls("apt-get") if call.startswith(start)]


def test_packages_of_ours_go(owner: ShellSandbox) -> None:
    apt(owner, {"lib tool": "lib tool"})
    assert run(owner, "tool", "lib").said == ""
    assert purged(owner) == ["lib tool"]


def test_packages_that_were_here_before_or_are_gone_stay(owner: ShellSandbox) -> None:
    apt(owner, {})
    run(owner, "work", "meta", "too")
    assert owner.calls("apt-get", "apt-mark") == []


def test_a_box_without_a_ledger_has_nothing_of_ours(owner: ShellSandbox) -> None:
    owner.path(LEDGER).unlink()
    apt(owner, {})
    run(owner, "tool")
    assert owner.calls() == []


def test_a_package_that_somebody_elses_needs_stays_and_is_told(owner: ShellSandbox) -> None:
    apt(owner, {"lib tool": "lib tool work", "lib": "lib work", "tool": "tool"})
    assert run(owner, "tool", "lib").said == "lib stays: work of this box needs it\n"
    assert owner.read(SAID) == "lib stays: work of this box needs it\n"
    assert purged(owner) == ["tool"]
    assert "apt-mark -q auto lib" in owner.calls("apt-mark")


def test_a_package_of_ours_that_somebody_asked_for_keeps_what_it_needs(
    owner: ShellSandbox,
) -> None:
    owner.tool("apt-mark", {"showhold": "", "showmanual tool": "tool\n", "-q *": ""})
    apt(owner, {"lib": "lib tool"})
    assert run(owner, "lib").said == "lib stays: tool of this box needs it\n"
    assert purged(owner) == []


def test_a_package_of_ours_that_nobody_asked_for_goes_along(owner: ShellSandbox) -> None:
    apt(owner, {"lib": "lib tool"})
    run(owner, "lib")
    assert purged(owner) == ["lib"]


def test_what_came_with_it_alone_goes_after_it_if_it_is_ours(owner: ShellSandbox) -> None:
    owner.put(LEDGER, "deep\nlib\ntool\n")
    owner.packages({"deep": "1", "lib": "1", "tool": "1", "work": "1"})
    apt(owner, {"tool": "tool", "lib": "lib", "deep": "deep"}, ["lib work", "deep", "work"])
    run(owner, "tool")
    assert purged(owner) == ["tool", "lib", "deep"]


def test_where_apt_finds_no_way_all_stays_and_is_told(owner: ShellSandbox) -> None:
    apt(owner, {"lib tool": ""}, status=100)
    said = "packages stay: apt finds no way to take away lib tool\n"
    assert run(owner, "tool", "lib").said == said
    assert purged(owner) == []


def test_what_is_held_is_let_go_and_what_stays_is_held_again(owner: ShellSandbox) -> None:
    owner.tool("apt-mark", {"showhold": "lib\ntool\nwork\n", "showmanual *": "", "-q *": ""})
    apt(owner, {"tool": "tool"})
    run(owner, "tool")
    assert [call for call in owner.calls("apt-mark") if "hold" in call] == [
        "apt-mark showhold",
        "apt-mark -q unhold lib tool",
        "apt-mark -q hold lib",
    ]


def test_a_package_that_needs_one_of_two_keeps_one(owner: ShellSandbox) -> None:
    apt(owner, {"lib tool": "lib tool work", "lib": "lib", "tool": "tool"})
    assert run(owner, "tool", "lib").said == "tool stays: work of this box needs it\n"
    assert purged(owner) == ["lib"]


def test_one_of_two_stays_and_the_rest_goes(owner: ShellSandbox) -> None:
    owner.put(LEDGER, "a\nb\nc\n")
    owner.packages({"a": "1", "b": "1", "c": "1", "work": "1"})
    takes = {"a b c": "a b c work", "a b": "a b work", "a": "a", "a c": "a c"}
    apt(owner, takes)
    assert run(owner, "a", "b", "c").said == "b stays: work of this box needs it\n"
    assert purged(owner) == ["a c"]


def test_what_came_with_it_stays_if_somebody_elses_needs_it(owner: ShellSandbox) -> None:
    apt(owner, {"tool": "tool", "lib": "lib work"}, ["lib work"])
    assert run(owner, "tool").said == "lib stays: work of this box needs it\n"
    assert purged(owner) == ["tool"]


def test_what_was_held_is_held_after_a_purge_that_failed(owner: ShellSandbox) -> None:
    owner.tool("apt-mark", {"showhold": "lib\n", "showmanual *": "", "-q *": ""})
    owner.tool(
        "apt-get", {"-q -s *": "Purg tool [1]\n", "-q -y purge tool": Answer(status=100)}
    )
    assert owner.shell(f"{PURGE}purge tool", "purge").status == 100
    assert "apt-mark -q hold lib" in owner.calls("apt-mark")


def test_what_was_held_is_held_after_a_purge_that_was_stopped(owner: ShellSandbox) -> None:
    owner.tool("apt-mark", {"showhold": "lib\n", "showmanual *": "", "-q *": ""})
    stops = Answer(does="kill -TERM $PPID")
    owner.tool("apt-get", {"-q -s *": "Purg tool [1]\n", "-q -y purge tool": stops})
    assert owner.shell(f"{PURGE}purge tool", "purge").status == 143
    assert owner.calls("apt-mark")[-1] == "apt-mark -q hold lib"


@pytest.mark.parametrize(
    ("ledger", "rows", "left"),
    [
        ("tool", {"tool:i386": "1"}, ""),
        ("tool", {"tool": "1 rc", "tool:i386": "1"}, ""),
        ("tool", {"tool": "1", "tool:i386": "1"}, "tool\n"),
        ("tool:i386", {"tool": "1", "tool:i386": "1"}, "tool:i386\n"),
        ("tool\ntool:i386", {"tool": "1", "tool:i386": "1 rc"}, "tool\n"),
    ],
)
def test_a_package_of_another_architecture_is_another_package(
    owner: ShellSandbox, ledger: str, rows: dict[str, str], left: str
) -> None:
    owner.put(LEDGER, f"{ledger}\n")
    owner.packages(rows)
    owner.shell(f"{PURGE}forget")
    assert owner.read(LEDGER) == left


def test_a_package_of_another_architecture_is_not_taken_for_ours(owner: ShellSandbox) -> None:
    owner.packages({"lib": "1", "lib:i386": "1", "tool": "1"})
    apt(owner, {"tool": "tool lib:i386"})
    assert run(owner, "tool").said == "tool stays: lib:i386 of this box needs it\n"
    assert purged(owner) == []


def test_what_came_with_it_for_another_architecture_stays_if_it_is_not_ours(
    owner: ShellSandbox,
) -> None:
    owner.packages({"tool": "1", "lib:i386": "1"})
    apt(owner, {"tool": "tool", "lib": ""}, ["lib:i386"])
    run(owner, "tool")
    assert purged(owner) == ["tool"]


def test_a_package_that_is_gone_is_ours_no_longer(owner: ShellSandbox) -> None:
    owner.shell(f"{PURGE}forget")
    assert owner.read(LEDGER) == "lib\ntool\n"
    owner.packages({"work": "1"})
    owner.shell(f"{PURGE}forget")
    assert owner.read(LEDGER) == ""


def test_a_ledger_is_whole_or_as_it_was(owner: ShellSandbox) -> None:
    owner.tool("mv", {"*": Answer(status=1)})
    owner.shell(f"{PURGE}forget")
    assert owner.read(LEDGER) == "lib\nmeta\ntool\n"


GONE = f"{program('lib')}{program('purge')}{program('gone')}"
FOLDERS = ("/etc", "/etc/systemd/system", "/opt", "/usr/local", "/usr/local/bin")


@pytest.fixture
def leaving(owner: ShellSandbox) -> ShellSandbox:
    """A box that runs systemd, from which things are to go."""
    owner.folder("/run/systemd/system")
    for folder in FOLDERS:
        owner.folder(folder)
    owner.owned(FOLDERS)
    for name in ("systemctl", "update-alternatives", "ldconfig", "update-initramfs"):
        owner.tool(name, {"*": ""})
    owner.tool("update-ca-certificates", {"": ""})
    return owner


def leave(box: ShellSandbox, *items: str, changed: tuple[str, ...] = ()) -> Done:
    done = box.shell(GONE, "gone", *changed, stdin="".join(f"{item}\n" for item in items))
    assert (done.status, done.errors) == (0, "")
    return done


def test_files_go_and_so_do_folders_that_only_they_were_in(leaving: ShellSandbox) -> None:
    for path in ("/opt/dlbox/a/b/file", "/opt/dlbox/c/file", "/opt/dlbox/c/other"):
        leaving.put(path)
    leave(
        leaving,
        "file\t/opt/dlbox/a/b/file",
        "file\t/opt/dlbox/c/file",
        "folder\t/opt/dlbox/a/b",
    )
    assert [*leaving.files("/opt")] == ["/opt/dlbox/c/other"]
    assert not leaving.has("/opt/dlbox/a")


def test_folders_of_packages_and_those_still_asked_for_stay(leaving: ShellSandbox) -> None:
    leaving.put("/etc/dlbox/token")
    leaving.put("/opt/file")
    leave(leaving, "file\t/etc/dlbox/token", "file\t/opt/file", "still\t/etc/dlbox")
    assert leaving.has("/etc/dlbox")
    assert leaving.has("/opt")


def test_folders_of_every_box_stay_though_no_package_names_them(leaving: ShellSandbox) -> None:
    for path in ("/usr/local/share/man/own/x", "/usr/local/lib/pkgconfig/x"):
        leaving.put(path)
    leave(leaving, "file\t/usr/local/share/man/own/x", "file\t/usr/local/lib/pkgconfig/x")
    assert leaving.has("/usr/local/share/man")
    assert not leaving.has("/usr/local/share/man/own")
    assert leaving.has("/usr/local/lib")
    assert not leaving.has("/usr/local/lib/pkgconfig")


def test_a_file_that_somebody_changed_is_kept_beside(leaving: ShellSandbox) -> None:
    leaving.put("/etc/dlbox.conf", "mine")
    leaving.put("/etc/other.conf", "not asked about")
    changed = ("/etc/dlbox.conf", "/etc/other.conf")
    done = leave(leaving, "file\t/etc/dlbox.conf", changed=changed)
    text = "/etc/dlbox.conf was changed since; it is /etc/dlbox.conf.dlbox-kept now\n"
    assert done.said == text
    assert leaving.read(SAID) == text
    assert leaving.files("/etc") == {
        "/etc/dlbox.conf.dlbox-kept": "mine",
        "/etc/other.conf": "not asked about",
    }


def test_a_file_that_was_kept_before_stays_beside_the_new_one(leaving: ShellSandbox) -> None:
    leaving.put("/etc/dlbox.conf", "third")
    leaving.put("/etc/dlbox.conf.dlbox-kept", "first")
    leaving.put("/etc/dlbox.conf.2.dlbox-kept", "second")
    leave(leaving, "file\t/etc/dlbox.conf", changed=("/etc/dlbox.conf",))
    assert leaving.files("/etc") == {
        "/etc/dlbox.conf.dlbox-kept": "first",
        "/etc/dlbox.conf.2.dlbox-kept": "second",
        "/etc/dlbox.conf.3.dlbox-kept": "third",
    }


def test_links_go_and_what_has_taken_their_place_stays(leaving: ShellSandbox) -> None:
    leaving.link("/opt/tree", "/opt/trees/1")
    leaving.link("/usr/local/bin/nvcc", "/usr/local/cuda/bin/nvcc")
    leaving.put("/usr/local/bin/python")
    leave(
        leaving, "tree\t/opt/tree", "link\t/usr/local/bin/nvcc", "link\t/usr/local/bin/python"
    )
    assert [*leaving.files("/opt"), *leaving.files("/usr/local")] == ["/usr/local/bin/python"]


def test_alternatives_go_by_their_own_tool(leaving: ShellSandbox) -> None:
    leaving.link("/etc/alternatives/cuda", "/usr/local/cuda-12")
    leaving.link("/etc/alternatives/odd", "/usr/local/odd")
    fails = Answer(status=2)
    leaving.tool("update-alternatives", {"* odd": fails, "--quiet --remove-all cuda": ""})
    leave(leaving, "link\t/etc/alternatives/cuda", "link\t/etc/alternatives/odd")
    assert leaving.has("/etc/alternatives/cuda")
    assert not leaving.has("/etc/alternatives/odd")


def test_units_are_stopped_before_their_files_go(leaving: ShellSandbox) -> None:
    unit = "/etc/systemd/system/dlbox.service"
    leaving.put(unit)
    stops = Answer(does=f"[ -e {unit} ] && echo there >/run/seen", status=1)
    leaving.tool("systemctl", {"disable --now dlbox.service": stops, "daemon-reload": ""})
    leave(leaving, "unit\tdlbox.service", f"file\t{unit}")
    assert leaving.read("/run/seen") == "there\n"
    assert leaving.calls("systemctl")[1:] == ["systemctl daemon-reload"]
    assert not leaving.has(unit)


def test_without_systemd_no_unit_is_stopped(leaving: ShellSandbox) -> None:
    leaving.path("/run/systemd/system").rmdir()
    leave(leaving, "unit\tdlbox.service")
    assert leaving.calls("systemctl") == []


@pytest.mark.parametrize(
    ("file", "calls"),
    [
        ("/etc/dlbox.conf", []),
        ("/etc/ld.so.conf.d/dlbox.conf", ["ldconfig"]),
        ("/etc/modprobe.d/dlbox.conf", ["update-initramfs -u -k all"]),
        ("/usr/local/share/ca-certificates/a.crt", ["update-ca-certificates"]),
    ],
)
def test_only_what_a_file_concerns_is_made_anew(
    leaving: ShellSandbox, file: str, calls: list[str]
) -> None:
    leave(leaving, f"file\t{file}")
    tools = ("ldconfig", "update-initramfs", "update-ca-certificates", "systemctl")
    assert leaving.calls(*tools) == calls


def test_what_waits_for_the_driver_is_noted_for_a_later_run(leaving: ShellSandbox) -> None:
    leave(leaving, "left\tpackage\tlibcuda1\t\n")
    assert leaving.read("/var/lib/dlbox/left") == "package\tlibcuda1\t\n"
    assert leaving.has(LEDGER)
    leave(leaving, "file\t/etc/dlbox.conf")
    assert not leaving.has("/var/lib/dlbox/left")


def test_what_waited_is_declared_until_it_is_gone(leaving: ShellSandbox) -> None:
    leaving.put("/var/lib/dlbox/left", "file\t/etc/ld.so.conf.d/dlbox.conf\t\n")
    leaving.tool("ldconfig", {"": Answer(does="kill -9 $PPID")})
    line = "file\t/etc/ld.so.conf.d/dlbox.conf\n"
    assert leaving.shell(GONE, "gone", stdin=line).status == -9
    assert leaving.read("/var/lib/dlbox/left").startswith("file\t/etc/ld.so")
    leaving.tool("ldconfig", {"": ""})
    leave(leaving, line.strip())
    assert not leaving.has("/var/lib/dlbox/left")


def test_packages_go_and_are_ours_no_longer(leaving: ShellSandbox) -> None:
    apt(leaving, {"tool": "tool"})
    leave(leaving, "package\ttool", "package\twork")
    assert purged(leaving) == ["tool"]
    assert leaving.read(LEDGER) == "lib\n"
