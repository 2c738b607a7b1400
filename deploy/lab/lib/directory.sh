# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# slapd with the project's schema, overlays and ACLs, filled with the sample; ldaps for the nodes, a socket for the host.

suffix=dc=drvs,dc=example
system_base=ou=drvs,$suffix
admin_dn=cn=admin,ou=accounts,$suffix
manager_dn=cn=manager,ou=accounts,$suffix

directory_socket_url() { printf 'ldapi://%s' "${run//\//%2F}%2Fldapi"; }

directory_up() {
	local name
	local -a passwords=()
	for name in "${nodes[@]}"; do
		passwords+=(--password "cn=$name,ou=nodes,$system_base=$keys/ldap-$name")
	done
	directory_links >"$state/links.ldif"
	rm -rf "$state/slapd"
	"$repo/deploy/ldap/slapd-init" --suffix "$suffix" --base "$system_base" --system-id "$(cat "$keys/system-id")" \
		--admin-password "$keys/ldap-admin" --manager-password "$keys/ldap-manager" \
		--tls-cert "$tls/server.pem" --tls-key "$tls/server.key" --tls-ca "$tls/ca.pem" --require-tls \
		--load "$lab/sample.ldif" --modify "$state/links.ldif" "${passwords[@]}" "$state/slapd"
	[ "$(lab_uid)" -eq 0 ] || chown -R "$(lab_uid):$(lab_gid)" "$state/slapd"
	directory_start
}

# How agents find and trust the manager. The authority is this lab's own, so it cannot be part of the sample.
directory_links() {
	cat <<-LDIF
		dn: $system_base
		changetype: modify
		add: drvsManagerUrl
		drvsManagerUrl: https://$host_address:8443/agent/v1/lab
		-
		add: drvsManagerCa
		drvsManagerCa:: $(base64 -w0 "$tls/ca.pem")
		-
	LDIF
}

directory_start() {
	rm -f "$run/ldapi"
	part_start slapd directory_run
	await 30 "slapd to answer (log: $logs/slapd.log)" directory_answers
}

directory_run() {
	enter_namespace bash -c '. "$1/lib/privilege.sh"; shift; as_lab_user "$@"' - "$lab" \
		slapd -d 0 -F "$state/slapd/slapd.d" -h "ldaps://$host_address $(directory_socket_url)"
}

directory_answers() { ldapsearch -x -H "$(directory_socket_url)" -b '' -s base -LLL 1.1; }
