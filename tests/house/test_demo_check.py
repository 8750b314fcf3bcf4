import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the check reads /proc")

SERVE = """
import http.server, signal, sys

class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"page" if self.path != "/console/main" else b"Reconciliation")

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["content-length"])).decode()
        is_known = sent == "name=lead-1&password=right&next=%2Fconsole%2Fmain"
        self.send_response(303 if is_known else 401)
        self.send_header("location", "/console/main")
        self.end_headers()

server = http.server.HTTPServer(("127.0.0.1", 0), Pages)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
url = f"http://127.0.0.1:{server.server_port}"
print(f"log in at {url}/ as lead-1 with the password right")
print(f"ready {url}", flush=True)
server.serve_forever()
"""
LEAVE_ONE = """
import subprocess
subprocess.Popen(["sleep", "600"], start_new_session=True)
"""


def outcome(folder: Path, *, program: str) -> tuple[int, str]:
    """The check's exit status and its own last line, where `make demo` runs the program."""
    (folder / "demo.py").write_text(program, encoding="utf-8")
    (folder / "Makefile").write_text(f"demo:\n\t@exec {sys.executable} demo.py\n", encoding="utf-8")
    check = (
        "from tools import demo_check as d; d.STOP_SECONDS = 1.0; import sys; sys.exit(d.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {check}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    said = [line for line in done.stdout.splitlines() if line.startswith("demo: ")]
    return done.returncode, said[-1]


def test_a_demo_that_serves_and_ends_passes(tmp_path: Path) -> None:
    status, line = outcome(tmp_path, program=SERVE)
    assert (status, line) == (
        0,
        "demo: ready, served, let in, ended on SIGTERM, nothing left running",
    )


def test_a_process_left_behind_in_its_own_session_is_found(tmp_path: Path) -> None:
    status, line = outcome(tmp_path, program=LEAVE_ONE + SERVE)
    assert (status, line) == (1, "demo: left running: sleep 600")


def test_a_demo_that_ends_before_it_is_ready_fails(tmp_path: Path) -> None:
    status, line = outcome(tmp_path, program="raise SystemExit(3)")
    assert (status, line) == (1, "demo: ended before it was ready")


def test_a_demo_that_does_not_serve_fails(tmp_path: Path) -> None:
    program = "import time; print('ready http://127.0.0.1:1', flush=True); time.sleep(600)"
    status, line = outcome(tmp_path, program=program)
    assert status == 1
    assert re.match(r"demo: http://127\.0\.0\.1:1/: .*refused", line)


def test_a_demo_whose_login_is_not_let_in_fails(tmp_path: Path) -> None:
    program = SERVE.replace("the password right", "the password wrong")
    status, line = outcome(tmp_path, program=program)
    assert (status, line) == (1, "demo: not let in: HTTP Error 401: Unauthorized")
