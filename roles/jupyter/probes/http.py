"""Query the local server with and without its token, which never leaves the box."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path


def status(url: str, headers: dict[str, str]) -> int:
    """Return the HTTP status of a request."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


url, token_file = sys.argv[1:]
token = Path(token_file).read_text().strip()
found = {
    "with": status(url, {"Authorization": f"token {token}"}),
    "without": status(url, {}),
    "wrong": status(url, {"Authorization": f"token {'0' * len(token)}"}),
    "bits": len(token) * 4 if set(token) <= set("0123456789abcdef") else 0,
}
print(json.dumps(found))
