# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# slapd with the project's schema, overlays and ACLs, filled with the sample; ldaps for the nodes, a socket for the host.

suffix=dc=drvs,dc=example
system_base=ou=drvs,$suffix
admin_dn=uid=admin,$suffix
manager_dn=cn=manager,$suffix

directory_socket_url() { printf 'ldapi://%s' "$(printf '%s' "$run/ldapi" | sed 's|/|%2F|g')"; }

directory_up() {
	local name
	for name in admin manager "${nodes[@]}"; do password_ready "ldap-$name"; done
	rm -rf "$state/slapd"
	mkdir -p "$state/slapd/config" "$state/slapd/data"
	chmod 700 "$state/slapd"
	directory_config | slapadd -n 0 -F "$state/slapd/config"
	directory_entries | slapadd -n 1 -F "$state/slapd/config"
	[ "$(lab_uid)" -eq 0 ] || chown -R "$(lab_uid):$(lab_gid)" "$state/slapd"
	directory_start
}

directory_config() {
	cat <<-LDIF
		dn: cn=config
		objectClass: olcGlobal
		cn: config
		olcTLSCACertificateFile: $tls/ca.pem
		olcTLSCertificateFile: $tls/server.pem
		olcTLSCertificateKeyFile: $tls/server.key

		dn: cn=module,cn=config
		objectClass: olcModuleList
		cn: module
		olcModuleLoad: back_mdb
		olcModuleLoad: syncprov

		dn: cn=schema,cn=config
		objectClass: olcSchemaConfig
		cn: schema

		include: file:///etc/ldap/schema/core.ldif

		include: file:///etc/ldap/schema/cosine.ldif

		include: file:///etc/ldap/schema/inetorgperson.ldif

		dn: olcDatabase=mdb,cn=config
		objectClass: olcMdbConfig
		olcDatabase: mdb
		olcSuffix: $suffix
		olcDbDirectory: $state/slapd/data
		olcDbIndex: entryUUID,entryCSN eq

		dn: olcOverlay=syncprov,olcDatabase={1}mdb,cn=config
		objectClass: olcSyncProvConfig
		olcOverlay: syncprov
	LDIF
}

# What is above the system's base, and who may enter. The sample holds no secret; passwords are added here.
directory_entries() {
	cat <<-LDIF
		dn: $suffix
		objectClass: dcObject
		objectClass: organization
		dc: drvs
		o: DRVS lab

		dn: $admin_dn
		objectClass: inetOrgPerson
		cn: Lab administrator
		sn: Administrator
		uid: admin
		userPassword: $(directory_hash admin)

		dn: $manager_dn
		objectClass: organizationalRole
		objectClass: simpleSecurityObject
		cn: manager
		userPassword: $(directory_hash manager)

	LDIF
}

# {SSHA} of a password, reckoned without it passing a command line.
directory_hash() { slappasswd -n -h '{SSHA}' -T "$keys/ldap-$1"; }

directory_start() {
	rm -f "$run/ldapi"
	part_start slapd directory_run
	await 30 "slapd to answer (log: $logs/slapd.log)" directory_answers
}

directory_run() {
	enter_namespace bash -c '. "$1/lib/privilege.sh"; shift; as_lab_user "$@"' - "$lab" \
		slapd -d 0 -F "$state/slapd/config" -h "ldaps://$host_address $(directory_socket_url)"
}

directory_answers() { ldapsearch -x -H "$(directory_socket_url)" -b '' -s base -LLL 1.1; }
