"""Runs the shell programs that boxes are given, in a folder that stands for the root of a box."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = {
    "lib": "src/dlbox/lib.sh",
    "kernels": "roles/nvidia_driver/kernels/programs/kernels",
    "kernel-guard": "roles/nvidia_driver/kernels/programs/kernel-guard",
    "try-modules": "roles/nvidia_driver/kernels/programs/try-modules",
    "compile": "roles/nvidia_driver/kernels/programs/compile",
    "fallback": "roles/nvidia_driver/boot_trial/programs/boot-trial",
    "fallback-judge": "roles/nvidia_driver/boot_trial/programs/check",
    "fallback-keep": "roles/nvidia_driver/boot_trial/programs/save-packages",
    "fallback-restore": "roles/nvidia_driver/boot_trial/programs/restore",
    "adopt": "roles/nvidia_driver/adopt/adopt.sh",
    "busy-look": "roles/nvidia_driver/in_use/shell/users.sh",
    "busy-restore": "roles/nvidia_driver/in_use/shell/stop-restore.sh",
    "busy-around": "roles/nvidia_driver/in_use/shell/run-unloaded.sh",
    "busy-wait": "roles/nvidia_driver/in_use/shell/wait.sh",
    "purge": "src/dlbox/apply/shell/purge-packages.sh",
    "forget": "src/dlbox/apply/shell/forget.sh",
    "gone": "src/dlbox/apply/shell/prune.sh",
    "prune": "src/dlbox/state/shell/prune-generations.sh",
    "record": "src/dlbox/apply/shell/record.sh",
    "generations": "src/dlbox/state/shell/generations.sh",
    "look": "src/dlbox/state/shell/observe.sh",
    "look-trees": "src/dlbox/state/shell/observe-trees.sh",
    "look-system": "src/dlbox/state/shell/observe-system.sh",
    "apply-gpu-policy": "roles/gpu_policy/apply-gpu-policy",
}
"""Name -> where the program lies in the repository; the only place that says so."""

ROOTS: tuple[str, ...] = (
    "boot",
    "etc",
    "home",
    "lib",
    "media",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "srv",
)
ROOTS += ("sys", "usr", "var")
# Not in the middle of a path: after a word, a closing brace, or the quote that ends a variable.
ABSOLUTE = r"(?<![\w}.*/!\\\]-])(?<![\w})\]][\"'])/"
ROOTED = re.compile(rf"{ABSOLUTE}(?:{'|'.join(ROOTS)}|[.]dockerenv)(?![\w.-])")

MARK = "\0"

# What a program may use as it is; whatever else it calls has to be a fake.
PLAIN = (
    *("awk", "basename", "bash", "cat", "chmod", "cmp", "cp", "cut", "date", "dirname", "du"),
    *("env", "find", "grep", "gzip", "head", "ln", "ls", "mkdir", "mktemp", "mv", "nproc"),
    *("paste", "readlink", "rm", "rmdir", "sed", "sh", "sha256sum", "sort", "stat", "tac"),
    *("tail", "tar", "tee", "touch", "tr", "uniq", "wc", "xargs"),
)

FAKE = """\
#!/bin/sh
printf '%s\\n' {name}"${{*:+ $*}}" >>{calls}
case "$*" in
{cases}
  *) printf '%s\\n' {name}" $*" >>{unexpected}; exit 96 ;;
esac
"""

DPKG_QUERY = r"""#!/bin/sh
printf '%s\n' "dpkg-query $*" >>CALLS
if [ "$1" = -S ]; then
  grep -qxF "$2" OWNED 2>/dev/null
  exit
fi
[ "$1" = -W ] || exit 96
shift
FORMAT='${Package}\t${Version}\n'
if [ "${1:-}" = -f ]; then FORMAT=$2 && shift 2; fi
export FORMAT
exec awk '
  function put(text, key, value) { gsub("[$][{]" key "[}]", value, text); return text }
  BEGIN {
    split("i install h hold r deinstall p purge u unknown", word, " ")
    for (i = 1; i in word; i += 2) want[word[i]] = word[i + 1]
    split("n not-installed c config-files H half-installed U unpacked F half-configured " \
      "W triggers-awaited t triggers-pending i installed", word, " ")
    for (i = 1; i in word; i += 2) status[word[i]] = word[i + 1]
    for (i = 1; i < ARGC; i++) {
      # A name alone is that of every architecture.
      glob = ARGV[i] (index(ARGV[i], ":") ? "" : ":*")
      gsub(/[.+]/, "[&]", glob); gsub(/[*]/, ".*", glob)
      pattern[i] = "^" glob "$"
    }
    while ((getline row <"TABLE") > 0) {
      split(row, is, " ")
      hit = ARGC == 1
      for (i in pattern)
        if (is[1] ":" is[4] ~ pattern[i]) { hit = 1; found[i] = 1 }
      if (!hit) continue
      line = ENVIRON["FORMAT"]
      gsub(/\\n/, "\n", line); gsub(/\\t/, "\t", line)
      line = put(line, "db:Status-Abbrev", is[2] " ")
      line = put(line, "db:Status-Want", want[substr(is[2], 1, 1)])
      line = put(line, "db:Status-Status", status[substr(is[2], 2, 1)])
      own = is[4] ~ /^(amd64|all)$/ ? is[1] : is[1] ":" is[4]
      line = put(put(line, "Package", is[1]), "binary:Package", own)
      printf "%s", put(put(line, "Version", is[3]), "Architecture", is[4])
    }
    for (i in pattern) if (!(i in found)) {
      print "dpkg-query: no packages found matching " ARGV[i] >"/dev/stderr"
      bad = 1
    }
    exit bad
  }' "$@"
"""


def program(name: str) -> str:
    """Return the text of a program, as it is shipped."""
    return (REPOSITORY / PROGRAMS[name]).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Answer:
    """What a fake tool does when it is called."""

    said: str = ""
    """At standard output."""
    status: int = 0
    error: str = ""
    """At standard error."""
    does: str = ""
    """Shell that it runs first."""


Answers = str | Answer | list[str | Answer]
"""To one call; a list: to each call in its turn, the last for all further ones."""


@dataclass(frozen=True)
class Done:
    """How a program has ended; paths are those of the box."""

    status: int
    said: str
    errors: str


@cache
def _marked(text: str) -> str:
    """Return a text with a mark before each path of a box; most texts are asked for many times."""
    return ROOTED.sub(lambda found: f"{MARK}{found[0]}", text)


def _spawned(words: list[str], env: Mapping[str, str], files: tuple[Path, Path, Path]) -> int:
    """Run a program with these as its input, output and errors; return how it ended.

    Where pyinfra is loaded, ``subprocess`` is gevent's, which copies this whole process for each
    program: ten times as long as most of them run.
    """
    written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    modes = (os.O_RDONLY, written, written)
    opened = [
        (os.POSIX_SPAWN_OPEN, fd, str(path), mode, 0o600)
        for fd, (path, mode) in enumerate(zip(files, modes, strict=True))
    ]
    pid = os.posix_spawnp(words[0], words, env, file_actions=opened)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def plain_tools(folder: Path) -> Path:
    """Return a folder with the tools that programs use as they are; sandboxes side by side share it."""
    if not folder.exists():
        folder.mkdir()
        for name in PLAIN:
            found = shutil.which(name)
            assert found, f"these tests need {name}"
            (folder / name).symlink_to(found)
    return folder


class ShellSandbox:
    """A folder as the root of a box, and fake tools that note how they are called.

    Texts and paths are given and returned as on a box: ``/etc/dlbox`` is a folder of the sandbox.
    A program finds the fakes and a few plain tools alone, so that it cannot touch the machine.
    """

    def __init__(self, folder: Path) -> None:
        """Make one in an empty folder."""
        self.root = folder / "root"
        self._tools = folder / "tools"
        self._plain = plain_tools(folder.parent / "plain-tools")
        self._calls = folder / "calls"
        self._unexpected = folder / "unexpected"
        self._table = folder / "packages"
        self._owned = folder / "owned"
        self._stdin, self._said, self._errors = (folder / f"fd{fd}" for fd in range(3))
        for made in (self.root, self._tools):
            made.mkdir()
        self._table.touch()
        names = {"CALLS": self._calls, "TABLE": self._table, "OWNED": self._owned}
        text = DPKG_QUERY
        for name, path in names.items():
            text = text.replace(name, str(path))
        self._executable(self._tools / "dpkg-query", text)

    def rooted(self, text: str) -> str:
        """Return a program's text with its paths below the sandbox's root."""
        return _marked(text).replace(MARK, str(self.root))

    def path(self, path: str) -> Path:
        """Return where a path of the box is."""
        return self.root / path.lstrip("/")

    def put(self, path: str, text: str = "", mode: int = 0o644) -> None:
        """Write a file, with the folders above it."""
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.rooted(text), encoding="utf-8")
        target.chmod(mode)

    def folder(self, path: str) -> None:
        """Make a folder, with those above it."""
        self.path(path).mkdir(parents=True, exist_ok=True)

    def link(self, path: str, target: str) -> None:
        """Make a link; an absolute target is one of the box."""
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).symlink_to(self.rooted(target))

    def read(self, path: str) -> str:
        """Return what a file holds."""
        return self._stripped(self.path(path).read_text(encoding="utf-8"))

    def has(self, path: str) -> bool:
        """Return whether a file, folder or link is there."""
        return os.path.lexists(self.path(path))

    def files(self, folder: str = "/") -> dict[str, str]:
        """Return path -> text of every file below a folder, and ``-> TARGET`` of every link."""
        found = {}
        for path in sorted(self.path(folder).rglob("*")):
            name = f"/{path.relative_to(self.root)}"
            if path.is_symlink():
                found[name] = f"-> {self._stripped(str(path.readlink()))}"
            elif path.is_file():
                found[name] = self._stripped(path.read_text(encoding="utf-8", errors="replace"))
        return found

    def place(self, name: str, path: str) -> None:
        """Put a program where a box has it."""
        self._executable(self.path(path), self.rooted(program(name)))

    def tool(self, name: str, answers: Mapping[str, Answers], *, at: str = "") -> None:
        """Add a fake tool, or with ``at`` a fake program of the box.

        ``answers``: what it is called with, where ``*`` is anything -> what it does. A test fails
        at a call that has no answer.
        """
        cases = (self._case(name, number, *row) for number, row in enumerate(answers.items()))
        text = FAKE.format(
            name=name, cases="\n".join(cases), calls=self._calls, unexpected=self._unexpected
        )
        self._executable(self.path(at) if at else self._tools / name, text)

    def packages(self, rows: Mapping[str, str]) -> None:
        """Say what dpkg-query finds: ``NAME[:ARCHITECTURE]`` -> ``VERSION [ABBREV]``."""
        lines = []
        for key, row in sorted(rows.items()):
            name, _, arch = key.partition(":")
            version, _, abbrev = row.partition(" ")
            lines.append(f"{name} {abbrev or 'ii'} {version} {arch or 'amd64'}\n")
        self._table.write_text("".join(lines), encoding="utf-8")

    def moved(self, version: str, *names: str) -> str:
        """Return shell for a fake apt, after which dpkg-query finds these at another version."""
        return f"sed -i -E 's/^({'|'.join(names)}) [^ ]+ [^ ]+/\\1 ii {version}/' {self._table}"

    def without(self, *names: str) -> str:
        """Return shell for a fake apt, after which dpkg-query finds these no longer."""
        return f"sed -i -E '/^({'|'.join(names)}) /d' {self._table}"

    def owned(self, paths: Iterable[str]) -> None:
        """Say which paths dpkg-query knows as those of a package."""
        self._owned.write_text("".join(f"{self.path(path)}\n" for path in paths))

    def run(
        self,
        path: str,
        *words: str,
        stdin: str = "",
        by: str = "sh",
        folder: str = "/",
        **env: str,
    ) -> Done:
        """Run a program that was placed on the box, in a folder of it."""
        return self._run(
            [by, str(self.path(path)), *map(self.rooted, words)], stdin, env, folder
        )

    def shell(self, text: str, *words: str, stdin: str = "", **env: str) -> Done:
        """Run shell; ``words`` are its name and its arguments, as after ``sh -c``."""
        return self._run(["sh", "-c", *map(self.rooted, (text, *words))], stdin, env, "/")

    def calls(self, *tools: str) -> list[str]:
        """Return how tools were called, in order; of no tool in particular: all of them."""
        if not self._calls.exists():
            return []
        lines = self._stripped(self._calls.read_text(encoding="utf-8")).splitlines()
        return [line for line in lines if not tools or line.split()[0] in tools]

    def _run(self, words: list[str], stdin: str, env: Mapping[str, str], folder: str) -> Done:
        self._stdin.write_text(self.rooted(stdin), encoding="utf-8")
        # A program that does not end is a fault, and no reason to wait.
        within = [str(shutil.which("timeout")), "-s", "KILL", "20"]
        status = _spawned(
            [*within, "sh", "-c", 'cd "$0" && exec "$@"', str(self.path(folder)), *words],
            {"PATH": f"{self._tools}:{self._plain}", "LC_ALL": "C", "TZ": "UTC0"}
            | {name: self.rooted(value) for name, value in env.items()},
            (self._stdin, self._said, self._errors),
        )
        said, errors = (
            self._stripped(path.read_text(encoding="utf-8"))
            for path in (self._said, self._errors)
        )
        if self._unexpected.exists():
            lines = self._stripped(self._unexpected.read_text(encoding="utf-8"))
            message = f"nobody has said what these answer:\n{lines}{errors}"
            raise AssertionError(message)
        return Done(status, said, errors)

    def _case(self, tool: str, number: int, words: str, answers: Answers) -> str:
        parts = (shlex.quote(self.rooted(part)) if part else "" for part in words.split("*"))
        pattern = "*".join(parts) or shlex.quote("")
        if not isinstance(answers, list):
            return f"  {pattern}) {self._step(answers)} ;;"
        counter = shlex.quote(f"{self._calls}.{tool}.{number}")
        turn = (
            f"n=$(cat {counter} 2>/dev/null || echo 0); echo $((n + 1)) >{counter}; case $n in"
        )
        last = len(answers) - 1
        lines = [
            f"    {'*' if nth == last else nth}) {self._step(step)} ;;"
            for nth, step in enumerate(answers)
        ]
        return "\n".join([f"  {pattern}) {turn}", *lines, "    esac ;;"])

    def _step(self, answer: str | Answer) -> str:
        answer = Answer(answer) if isinstance(answer, str) else answer
        said, error = (shlex.quote(self.rooted(part)) for part in (answer.said, answer.error))
        does = f"{self.rooted(answer.does)}\n" if answer.does else ""
        return f"{does}printf %s {said}; printf %s {error} >&2; exit {answer.status}"

    def _stripped(self, text: str) -> str:
        return text.replace(str(self.root), "")

    @staticmethod
    def _executable(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
