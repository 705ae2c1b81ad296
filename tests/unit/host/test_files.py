"""What a box says of the paths that dlbox brings to it."""

import subprocess
from pathlib import Path

from dlbox.host.files import PathStates


def test_all_paths_are_looked_at_in_one_command(tmp_path: Path) -> None:
    good, link = tmp_path / "a b", tmp_path / "link"
    good.write_text("text")
    good.chmod(0o640)
    link.symlink_to(good)
    paths = (str(good), str(link), str(tmp_path), "/nowhere/$(id)")
    command = str(PathStates().command(paths).get_raw_value())
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    digest = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"
    owner = good.stat()
    assert PathStates().process(said.stdout.splitlines()) == {
        str(good): f"file 640-{owner.st_uid}-{owner.st_gid} {digest}",
        str(link): f"link {good}",
        str(tmp_path): f"folder 700-{owner.st_uid}-{owner.st_gid}",
    }
