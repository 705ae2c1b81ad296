"""What uv says of an index."""

from __future__ import annotations

PYLOCK = """\
lock-version = "1.0"
created-by = "uv"

[[packages]]
name = "debugpy"
version = "1.8.22"
sdist = { url = "https://files/debugpy-1.8.22.tar.gz", size = 9, hashes = { sha256 = "00" } }
wheels = [
    { url = "https://files/a/debugpy-1.8.22-cp313-cp313-manylinux_2_34_x86_64.whl", size = 5, hashes = { sha256 = "aa" } },
    { url = "https://files/b/debugpy-1.8.22-py2.py3-none-any.whl", size = 6, hashes = { sha256 = "bb" } },
]

[[packages]]
name = "torch"
version = "2.14.0+cu126"
marker = "python_full_version >= '3.11'"
wheels = [{ url = "https://index/torch-2.14.0%2Bcu126-cp313-cp313-manylinux_2_28_x86_64.whl", hashes = { sha256 = "cc" } }]

[[packages]]
name = "colorama"
version = "0.4.6"
marker = "sys_platform == 'win32' or platform_machine == 'aarch64'"

[[packages]]
name = "old"
version = "1"
marker = "python_full_version < '3.11'"
wheels = [{ name = "old-1-py3-none-any.whl", path = "/wheels/x", size = 1, hashes = { sha256 = "dd" } }]
"""
