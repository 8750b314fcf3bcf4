#!/bin/sh
# The environment in the folder $1, from the lock; quick when neither lock nor project file changed.
set -eu

venv=${1:-.venv}
stamp=$venv/.tutela-setup

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

digest() {
    "$venv/bin/python" - requirements-dev.lock pyproject.toml tools/setup.sh "$PWD" <<'PYTHON'
import hashlib, pathlib, sys

total = hashlib.sha256(f"{sys.version} {sys.argv[-1]}".encode())
for name in sys.argv[1:-1]:
    total.update(pathlib.Path(name).read_bytes())
print(total.hexdigest())
PYTHON
}

if ! { [ -x "$venv/bin/python" ] && fits "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    python=$(find_python) || {
        echo "tutela needs Python 3.11 or newer; none was found on PATH." >&2
        echo "Install one, or name it: make setup PYTHON=/path/to/python3" >&2
        exit 1
    }
    echo "tutela: a new environment in $venv with $python"
    "$python" -m venv --clear "$venv" || {
        echo "tutela: $python could not make a virtual environment; it needs its venv and ensurepip modules." >&2
        exit 1
    }
fi

wanted=$(digest)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

echo "tutela: installing the locked packages into $venv"
rm -f "$stamp"
pip="$venv/bin/python -m pip --disable-pip-version-check --quiet"
$pip install --require-hashes --only-binary :all: --requirement requirements-dev.lock
$pip install --no-deps --no-build-isolation --editable .
digest >"$stamp"
echo "tutela: ready, $venv/bin/tutela"
