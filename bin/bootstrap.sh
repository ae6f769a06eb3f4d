# Sourced by the commands beside it, from the project's root: leaves ROOT, CACHE and a .venv that
# matches requirements-dev.lock. Needs sh and python3 (3.11 or newer), no root, no HOME.
# POSTAL_CACHE names another place for what is downloaded. Which index is asked is left to pip's
# and uv's own configuration.

ROOT=$(pwd -P)
CACHE=${POSTAL_CACHE:-$ROOT/.cache}
STAMP=.venv/.installed

# say VIETNAMESE ENGLISH
say() { printf '%s\n%s\n' "$1" "$2" >&2; }
refuse() {
    say "$@"
    exit 1
}

find_python() {
    for PYTHON in python3 python3.13 python3.12 python3.11; do
        if "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return
        fi
    done
    refuse "Cần Python 3.11 trở lên. Trên Debian: apt install python3 python3-venv" \
        "Python 3.11 or newer is needed. On Debian: apt install python3 python3-venv"
}

# Two first starts at once would write over each other. The kernel drops the lock of a dead one.
lock() {
    command -v flock >/dev/null || return 0
    exec 9>"$CACHE/bootstrap.lock"
    flock -n 9 && return
    say "Một lệnh khác đang cài đặt, xin chờ…" "Another command is installing, waiting…"
    flock 9
}

find_uv() {
    for UV in "$(command -v uv || true)" "$CACHE/uv/bin/uv"; do
        if [ -n "$UV" ] && "$UV" --version >/dev/null 2>&1; then
            return
        fi
    done
    UV=$CACHE/uv/bin/uv
    say "Đang tải uv (chỉ lần đầu)…" "Fetching uv (first time only)…"
    if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null &&
        ! "$PYTHON" -m pip --version >/dev/null 2>&1; then
        refuse "Python này thiếu venv và pip. Trên Debian: apt install python3-venv, rồi chạy lại." \
            "This Python lacks venv and pip. On Debian: apt install python3-venv, then try again."
    fi
    rm -rf "$CACHE/uv"
    if "$PYTHON" -m venv "$CACHE/uv" >"$CACHE/uv.log" 2>&1 &&
        "$CACHE/uv/bin/python" -m pip install -q uv >>"$CACHE/uv.log" 2>&1; then
        return
    fi
    rm -rf "$CACHE/uv"
    "$PYTHON" -m pip install -q --target "$CACHE/uv" uv >>"$CACHE/uv.log" 2>&1 && return
    tail -n 5 "$CACHE/uv.log" >&2
    refuse "Không tải được uv. Hãy kiểm tra mạng và cấu hình pip, hoặc tự cài uv, rồi chạy lại." \
        "uv could not be fetched. Check the network and pip's settings, or install uv; then try again."
}

# uv does not read pip's settings: a mirror or an authority somebody set up for pip serves it too.
configure_uv() {
    export UV_PYTHON_DOWNLOADS=never
    if [ -z "${HOME-}" ] || [ ! -w "${HOME-}" ]; then
        export UV_CACHE_DIR="${UV_CACHE_DIR:-$CACHE/packages}"
    fi
    if [ -s /etc/ssl/certs/ca-certificates.crt ]; then
        export SSL_CERT_FILE="${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"
    fi
    [ -z "${UV_DEFAULT_INDEX-}${UV_INDEX_URL-}${UV_CONFIG_FILE-}" ] || return 0
    [ ! -e /etc/uv/uv.toml ] && [ ! -e "${HOME-}/.config/uv/uv.toml" ] || return 0
    mirror=$("$PYTHON" -m pip config list 2>/dev/null |
        sed -n "s/^[^=]*\.index-url='\(.*\)'$/\1/p" | tail -n 1)
    [ -z "$mirror" ] || export UV_DEFAULT_INDEX="$mirror"
}

# The scripts inside a .venv name its folder and its Python: moved or orphaned, it is made anew.
sound() { .venv/bin/python -c '' 2>/dev/null && grep -qxF "#!$ROOT/.venv/bin/python" .venv/bin/pytest; }
install_all() (
    say "Đang cài các thư viện đã ghim…" "Installing the pinned libraries…"
    configure_uv
    rm -f "$STAMP"
    sound 2>/dev/null || { rm -rf .venv && "$UV" venv -q --python "$PYTHON" .venv; } &&
        "$UV" pip sync -q --python .venv/bin/python --require-hashes requirements-dev.lock &&
        "$UV" pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . &&
        printf '%s\n' "$WANTED" >"$STAMP"
)
installed() { [ "$WANTED" = "$(cat "$STAMP" 2>/dev/null)" ] && .venv/bin/python -c '' 2>/dev/null; }

find_python
mkdir -p "$CACHE" 2>/dev/null && [ -w "$CACHE" ] ||
    refuse "Không ghi được vào $CACHE. Hãy đặt POSTAL_CACHE tới một thư mục ghi được." \
        "$CACHE cannot be written. Point POSTAL_CACHE at a folder that can."
WANTED="$ROOT $(cat requirements-dev.lock pyproject.toml | cksum)"
if ! installed; then
    lock
    if ! installed; then
        find_uv
        install_all || refuse "Không cài được thư viện; lý do ở ngay trên. Hãy sửa rồi chạy lại." \
            "The libraries could not be installed; the reason stands above. Mend it and try again."
    fi
    exec 9>&-
fi
