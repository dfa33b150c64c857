#!/usr/bin/env bash
# Installs what pip cannot, where we are root on Debian; elsewhere says in one line what to install.
set -eu
# ldconfig lies where ordinary people do not look.
PATH=$PATH:/usr/sbin:/sbin
missing=()
for want in "$@"; do
  case "$want" in
    pango) ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0 || missing+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0) ;;
    chromium) command -v chromium >/dev/null || missing+=(chromium) ;;
    wrk) command -v wrk >/dev/null || missing+=(wrk) ;;
    poppler) command -v pdffonts >/dev/null || missing+=(poppler-utils) ;;
  esac
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${missing[*]} ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "Install these system packages first (or their likes on your system): ${missing[*]}" >&2
  exit 1
fi
