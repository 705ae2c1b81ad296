"""Each card is set as the policy says, where it is not so already."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Answers, Done, ShellSandbox

APPLY = "/opt/dlbox/apply-gpu-policy"
POLICY = "/etc/dlbox/gpu-policy"
FIELDS = (
    "persistence_mode,power.limit,power.min_limit,power.max_limit,clocks.max.graphics,"
    "clocks.max.memory,compute_mode,ecc.mode.current,ecc.mode.pending,"
    "mig.mode.current,mig.mode.pending"
)
PLAIN = "Disabled, 300.00, 100.00, 350.00, 2100, 9501, Default, Disabled, Disabled, Disabled, Disabled"
MIG = PLAIN.removesuffix("Disabled, Disabled") + "Enabled, Enabled"
CSV = "--format=csv,noheader,nounits"
Table = dict[str, Answers]


@pytest.fixture
def cards(box: ShellSandbox) -> ShellSandbox:
    """A box with one card, at the settings of its maker."""
    box.place("apply-gpu-policy", APPLY)
    box.folder("/run/gpu")
    box.folder("/sys/module/nvidia")
    return box


def smi(box: ShellSandbox, states: Answers = PLAIN, more: Table | None = None) -> None:
    table: Table = {
        "--query-gpu=index,uuid --format=csv,noheader": "0, GPU-a\n",
        f"-i GPU-a --query-gpu={FIELDS} {CSV}": states,
        f"-i GPU-a --query-supported-clocks=graphics {CSV}": "2100\n210\n1000\n",
        **(more or {}),
    }
    for words in ("mig -i GPU-a -lgi", "-i GPU-a -* *", "mig *"):
        table.setdefault(words, "")
    box.tool("nvidia-smi", table)


def apply(box: ShellSandbox, *rows: str) -> Done:
    box.put(POLICY, "# Written by dlbox.\n" + "".join(f"{row}\n" for row in rows))
    return box.run(APPLY, POLICY, RUNTIME_DIRECTORY="/run/gpu")


def changes(box: ShellSandbox) -> list[str]:
    calls = (call.removeprefix("nvidia-smi ") for call in box.calls("nvidia-smi"))
    return [call for call in calls if "query" not in call and "-lgi" not in call]


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ("all persistence Enabled", "-i GPU-a -pm 1"),
        ("all power_limit 250", "-i GPU-a -pl 250"),
        ("all power_limit 50", "-i GPU-a -pl 100.00"),
        ("all power_limit 900", "-i GPU-a -pl 350.00"),
        ("all graphics_clock 100,9999", "-i GPU-a -lgc 210,2100"),
        ("all compute_mode Exclusive_Process", "-i GPU-a -c EXCLUSIVE_PROCESS"),
        ("all ecc Enabled", "-i GPU-a -e 1"),
        ("all mig Enabled", "-i GPU-a -mig 1"),
    ],
)
def test_a_card_is_set_as_far_as_it_can_be(cards: ShellSandbox, row: str, change: str) -> None:
    smi(cards)
    assert apply(cards, row).status == 0
    assert changes(cards) == [change]


@pytest.mark.parametrize(
    "row",
    [
        "all persistence Disabled",
        "all power_limit 300",
        "all compute_mode Default",
        "all ecc Disabled",
        "all mig Disabled",
    ],
)
def test_what_is_so_already_is_not_set(cards: ShellSandbox, row: str) -> None:
    smi(cards)
    assert (apply(cards, row).said, changes(cards)) == ("", [])


def test_a_card_by_its_id_wins_over_its_number_and_that_over_all(cards: ShellSandbox) -> None:
    smi(cards)
    rows = ("GPU-a power_limit 110", "0 power_limit 120", "all power_limit 130")
    apply(cards, *rows)
    apply(cards, *rows[1:])
    assert changes(cards) == ["-i GPU-a -pl 110", "-i GPU-a -pl 120"]


def test_what_a_card_does_not_report_is_left_alone(cards: ShellSandbox) -> None:
    smi(cards, PLAIN.replace("300.00", "[N/A]"))
    done = apply(cards, "all power_limit 250")
    assert (done.status, changes(cards)) == (0, [])
    assert done.said == "GPU 0 (GPU-a): power limit: skipped, the card reports [N/A]\n"


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (Answer("not supported here\n"), 0, "GPU 0 (GPU-a): ECC Enabled: skipped, not supported here\n"),
        (Answer("No\n", status=3), 0, "GPU 0 (GPU-a): ECC Enabled: skipped, No\n"),
        (Answer("No rights\n", status=4), 1, "<3>GPU 0 (GPU-a): ECC Enabled: No rights\n"),
    ],
)  # fmt: skip
def test_a_card_may_refuse_and_only_a_failure_fails(
    cards: ShellSandbox, answer: Answer, status: int, said: str
) -> None:
    smi(cards, more={"-i GPU-a -e 1": answer})
    done = apply(cards, "all ecc Enabled")
    assert (done.status, done.said) == (status, said)


def test_locked_clocks_are_remembered_until_the_module_is_another(cards: ShellSandbox) -> None:
    smi(cards)
    for _ in range(2):
        apply(cards, "all graphics_clock 300,900")
    assert changes(cards) == ["-i GPU-a -lgc 300,900"]
    cards.path("/sys/module/nvidia").rename(cards.path("/sys/module/old"))
    cards.folder("/sys/module/nvidia")
    apply(cards, "all graphics_clock 300,900")
    assert len(changes(cards)) == 2


def test_a_card_that_was_reset_is_read_and_locked_again(cards: ShellSandbox) -> None:
    smi(cards)
    apply(cards, "all graphics_clock 300,900")
    smi(cards, [PLAIN, MIG])
    done = apply(cards, "all graphics_clock 300,900", "all mig Enabled")
    assert changes(cards)[1:] == ["-i GPU-a -mig 1", "-i GPU-a -lgc 300,900"]
    assert "pending until reboot" not in done.said


INSTANCES = "|   0  MIG 1g.5gb          19        7          0:1     |\n"


def test_instances_are_laid_out_where_they_are_not(cards: ShellSandbox) -> None:
    smi(cards, MIG, {"mig -i GPU-a -lgi": INSTANCES})
    apply(cards, "all mig 3g.20gb,3g.20gb")
    assert changes(cards) == [
        "mig -i GPU-a -dci",
        "mig -i GPU-a -dgi",
        "mig -i GPU-a -cgi 3g.20gb,3g.20gb -C",
    ]


def test_instances_that_are_there_stay(cards: ShellSandbox) -> None:
    smi(cards, MIG, {"mig -i GPU-a -lgi": INSTANCES})
    apply(cards, "all mig 1g.5gb")
    assert changes(cards) == []


@pytest.mark.parametrize("layout", ["3g.20gb", "Disabled"])
def test_instances_on_which_programs_run_stay(cards: ShellSandbox, layout: str) -> None:
    smi(cards, MIG, {
        "mig -i GPU-a -lgi": INSTANCES,
        f"-i GPU-a --query-compute-apps=pid {CSV}": "77\n",
    })  # fmt: skip
    done = apply(cards, f"all mig {layout}")
    assert (done.status, changes(cards)) == (0, [])
    assert "programs run on the card" in done.said


def test_a_card_of_the_policy_that_is_not_there_fails(cards: ShellSandbox) -> None:
    smi(cards)
    done = apply(cards, "GPU-b ecc Enabled", "1 ecc Enabled", "all power_limit 250")
    assert done.status == 1
    assert done.said.endswith(
        f"<3>not in this box: GPU 1 GPU-b of {POLICY}; there is 0 GPU-a\n"
    )
    assert changes(cards) == ["-i GPU-a -pl 250"]


def test_a_driver_that_does_not_answer_fails(cards: ShellSandbox) -> None:
    cards.tool(
        "nvidia-smi", {"--query-gpu=index,uuid *": Answer("No devices\nmore\n", status=6)}
    )
    done = apply(cards, "all ecc Enabled")
    assert (done.status, done.said) == (1, "<3>nvidia-smi: No devices\n")
