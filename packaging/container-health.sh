#!/bin/sh
# Whether the page answers, wherever the settings of the container put it.
listen=${WAI_LISTEN:-127.0.0.1:9443}
scheme=https
[ "${WAI_TLS:-on}" = off ] && scheme=http
base=${WAI_BASE_PATH:-}
path=${base%/}/healthz
set -- --silent --show-error --fail --insecure --max-time 4 --output /dev/null
case $listen in
  unix:*) exec curl "$@" --unix-socket "${listen#unix:}" "$scheme://localhost$path" ;;
  0.0.0.0:* | '[::]':*) exec curl "$@" "$scheme://localhost:${listen##*:}$path" ;;
  *) exec curl "$@" "$scheme://$listen$path" ;;
esac
