#!/bin/sh
# Brings the Debian packages that a part of the product needs, and says what it does.
# usage: packages.sh run | test | python
# On a system without apt (macOS, other Linux families) it changes nothing: wheels bring what they need there.
set -eu

# A missing file names the package that owns it: a look at the file system is quicker than asking dpkg.
window='
libEGL.so.1:libegl1 libGL.so.1:libgl1 libxkbcommon-x11.so.0:libxkbcommon-x11-0 libxcb-cursor.so.0:libxcb-cursor0
libxcb-icccm.so.4:libxcb-icccm4 libxcb-image.so.0:libxcb-image0 libxcb-keysyms.so.1:libxcb-keysyms1
libxcb-render-util.so.0:libxcb-render-util0 libxcb-shape.so.0:libxcb-shape0 libxcb-xinerama.so.0:libxcb-xinerama0
libxcb-randr.so.0:libxcb-randr0 libxcb-xkb.so.1:libxcb-xkb1 libdbus-1.so.3:libdbus-1-3 libfontconfig.so.1:libfontconfig1
libglib-2.0.so.0:libglib2.0-0'
window_files='/usr/share/fonts/opentype/inter:fonts-inter /usr/share/fonts/truetype/jetbrains-mono:fonts-jetbrains-mono
/usr/bin/xclip:xclip'
test_files='/usr/bin/Xvfb:xvfb /usr/bin/xvfb-run:xvfb /usr/bin/xauth:xauth /usr/bin/openbox:openbox
/usr/bin/gnome-keyring-daemon:gnome-keyring /usr/bin/dbus-run-session:dbus /usr/bin/xdotool:xdotool /usr/bin/curl:curl
/usr/bin/redis-server:redis-server /usr/lib/postgresql:postgresql /usr/bin/wrk:wrk /usr/bin/faketime:faketime
/usr/bin/promtool:prometheus /usr/bin/trayer:trayer'

missing=''
need_library() { ldconfig -p 2>/dev/null | grep -qF "$1" || missing="$missing $2"; }
need_file() { [ -e "$1" ] || missing="$missing $2"; }

command -v apt-get >/dev/null 2>&1 || exit 0
PATH="$PATH:/usr/sbin:/sbin"

case "${1:-}" in
  python)
    "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || missing=' python3-venv' ;;
  run|test)
    for pair in $window; do need_library "${pair%%:*}" "${pair#*:}"; done
    for pair in $window_files; do need_file "${pair%%:*}" "${pair#*:}"; done
    if [ "$1" = test ]; then
      for pair in $test_files; do need_file "${pair%%:*}" "${pair#*:}"; done
    fi ;;
  *)
    echo "usage: packages.sh run | test | python" >&2
    exit 2 ;;
esac

[ -n "$missing" ] || exit 0
echo "This machine lacks some system packages. Installing through apt:$missing"
sudo=''
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || {
    echo "Installing needs root and there is no sudo here. Please have these installed, then try again:$missing" >&2
    exit 1
  }
  sudo='sudo'
fi
log=$(mktemp)
if ! { $sudo apt-get update && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "apt could not install the packages; what it said stands above." >&2
  rm -f "$log"
  exit 1
fi
rm -f "$log"
