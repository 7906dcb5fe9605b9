#!/bin/bash
# Process 1 of the lab's switch, which is also the client's place on the network: a bridge with the
# address 192.168.0.1. Lives until its standard input ends, see become-server.sh.
set -euo pipefail
# Without IGMP queriers a snooping bridge forgets who wants 224.0.0.18, and VRRP splits after minutes.
ip link add bridge0 type bridge mcast_snooping 0 forward_delay 0 stp_state 0
ip address add 192.168.0.1/24 dev bridge0
ip link set bridge0 up
ip link set lo up
echo ready
read -r _ || true
