#!/bin/sh
# Makes .venv and installs what the lock files say, only when they have changed.
#   sh scripts/setup.sh        what running Essor needs
#   sh scripts/setup.sh dev    and what tests and checks need
# PYTHON=/path/to/python3.12 chooses the interpreter. Every refusal is one line on stderr.
set -eu
cd "$(dirname "$0")/.."

oldest="3.11"
usable='import sys; sys.exit(sys.version_info < (3, 11))'

refuse() {
    printf 'essor: %s\n' "$1" >&2
    exit 2
}

find_python() {
    found=""
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        version=$("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue
        if "$candidate" -c "$usable" 2>/dev/null; then
            python=$candidate
            return
        fi
        found="$found $candidate is $version;"
    done
    if [ -n "${PYTHON:-}" ] && [ -z "$found" ]; then
        refuse "PYTHON=$PYTHON does not run; name an interpreter of Python $oldest or newer."
    fi
    refuse "Python $oldest or newer is needed (${found:- none was found;} name another one with PYTHON=…)."
}

make_venv() {
    find_python
    # Debian and Ubuntu ship Python without the part that makes virtual environments.
    "$python" -c 'import ensurepip, venv' 2>/dev/null || {
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        refuse "$python cannot make a virtual environment; on Debian or Ubuntu: apt install $package"
    }
    rm -rf .venv
    "$python" -m venv .venv >/dev/null 2>&1 || refuse "the virtual environment .venv could not be made in $(pwd)"
    pwd >.venv/folder
}

install() { # $1: name of the lock; the rest: arguments of pip
    name=$1
    shift
    stamp=.venv/$name.stamp
    # Of pyproject.toml only what is installed counts, not the settings of tools below it.
    wanted=$({ cat "requirements/$name.txt" && sed '/^\[tool\.[^s]/,$d' pyproject.toml; } | cksum)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return
    fi
    printf 'Installing %s (once) …\n' "requirements/$name.txt"
    pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 .venv/bin/python -m pip install --quiet"
    if ! { $pip --require-hashes -r "requirements/$name.txt" "$@" &&
        $pip --no-deps --no-build-isolation --editable .; } >.venv/install.log 2>&1; then
        grep -E '^ERROR' .venv/install.log | head -n 3 >&2 || true
        refuse "requirements/$name.txt could not be installed; the whole story is in .venv/install.log"
    fi
    printf '%s\n' "$wanted" >"$stamp"
}

probe=.essor-write-test.$$
(: >"$probe") 2>/dev/null || refuse "the folder $(pwd) cannot be written; unpack Essor where you may write."
rm -f "$probe"

# An environment that was moved, or whose Python is gone or too old, is made anew.
if [ "$(cat .venv/folder 2>/dev/null)" != "$(pwd)" ] || ! .venv/bin/python -c "$usable" 2>/dev/null; then
    make_venv
fi
install base
if [ "${1:-}" = dev ]; then
    install dev
fi
.venv/bin/python -m essor.project.translations
