#!/bin/bash
# Process 1 of a container: the log daemon, and the page that is given as arguments. The page leaves
# keepalived running when it ends, but a container does not: killed with it, keepalived would leave
# the virtual IP on the host's interface while the peer takes it. So it is ended in order here.
# bash, because it reaps the daemons that lose their parent.
set -u

rsyslogd -n -i NONE -f "$(dirname "$0")/rsyslog.conf" &
log_daemon=$!
"$@" &
page=$!
trap 'kill -TERM "$page"' TERM INT
wait "$page"
status=$?
# A signal that was trapped ends the waiting, not the page.
while kill -0 "$page" 2>/dev/null; do
  wait "$page"
  status=$?
done

pid=$(cat /run/keepalived.pid 2>/dev/null)
if [[ -n $pid && $(readlink "/proc/$pid/exe") == */keepalived ]]; then
  kill -TERM "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
fi
kill "$log_daemon"
wait "$log_daemon"
exit "$status"
