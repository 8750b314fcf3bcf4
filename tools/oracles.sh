#!/bin/sh
# Other people's code that tests and benchmarks hold ours against, into the environment $1. It comes
# without wheels, so it is built here: that needs a C++ compiler and the headers of ICU.
set -eu

venv=${1:-.venv}
stamp=$venv/.tutela-oracles
lock=requirements-oracles.lock

wanted=$(cksum <"$lock")
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

for program in c++ pkg-config; do
    command -v "$program" >/dev/null 2>&1 || {
        echo "tutela: the oracles are built from source, and $program was not found on PATH." >&2
        echo "On Debian: apt-get install g++ pkg-config libicu-dev" >&2
        exit 1
    }
done
pkg-config --exists icu-i18n || {
    echo "tutela: the oracles are built from source, and ICU's headers were not found." >&2
    echo "On Debian: apt-get install libicu-dev" >&2
    exit 1
}

echo "tutela: building the oracles into $venv"
rm -f "$stamp"
"$venv/bin/python" -m pip --disable-pip-version-check --quiet install --require-hashes --requirement "$lock"
echo "$wanted" >"$stamp"
