#!/bin/sh
# The command keepalived-wai, run by the Node.js of the package.
exec /usr/lib/keepalived-wai/node /usr/lib/keepalived-wai/build/main.js "$@"
