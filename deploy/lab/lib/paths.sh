# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Where everything of the lab lies, and its fixed names and addresses.

repo=$(readlink -f "$lab/../..")
cache=${DRVS_CACHE:-$HOME/.cache/drvs}
# The guest tool's folder: which kernel is booted, and whether hardware virtualisation works, is decided there once.
parts=$lab/guest.d
self=$lab/guest

# DRVS_LAB names a second lab beside the first (the tests use one): it shares nothing but the cached images.
[[ ${DRVS_LAB:-} =~ ^[a-z0-9]{0,8}$ ]] || die "DRVS_LAB='$DRVS_LAB' is no name of a lab: use up to 8 of a-z and 0-9"
instance=${DRVS_LAB:+-$DRVS_LAB}

state=$repo/var/lab$instance
logs=$state/logs
keys=$state/keys
tls=$state/tls
records=$state/run

# Sockets lie outside the clone: a socket's path has at most 107 bytes, and a clone may lie anywhere.
run=/run/drvs-lab$instance

namespace=drvs-lab$instance
bridge=br-drvs
host_address=10.77.0.1
nodes=(node1 node2 node3)

node_number() {
	case $1 in
	node[1-3]) printf '%s' "${1#node}" ;;
	*) die "no node '$1': the lab has ${nodes[*]}" ;;
	esac
}

node_address() { printf '10.77.0.%s' $((10 + $(node_number "$1"))); }
