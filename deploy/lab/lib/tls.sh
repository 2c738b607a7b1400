# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The lab's own authority and the one certificate of its servers, and the SSH keys. Made once, kept until `clean`.

tls_ready() {
	mkdir -p "$tls" "$keys"
	chmod 700 "$tls" "$keys"
	[ -f "$tls/server.pem" ] || tls_make
	[ -f "$keys/ssh" ] || ssh-keygen -q -t ed25519 -N '' -C 'drvs lab' -f "$keys/ssh"
	local node
	for node in "${nodes[@]}"; do
		[ -f "$keys/$node" ] || ssh-keygen -q -t ed25519 -N '' -C "$node" -f "$keys/$node"
	done
	ssh_known_hosts >"$keys/known_hosts"
}

tls_make() {
	umask 077
	openssl ecparam -name prime256v1 -genkey -noout -out "$tls/ca.key"
	openssl req -x509 -new -key "$tls/ca.key" -days 3650 -subj '/CN=DRVS lab CA' \
		-addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' -out "$tls/ca.pem"
	openssl ecparam -name prime256v1 -genkey -noout -out "$tls/server.key"
	openssl req -new -key "$tls/server.key" -subj '/CN=drvs-lab' -out "$tls/server.csr"
	openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 825 \
		-extfile <(printf '%s\n' "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:$host_address" \
			'basicConstraints=CA:FALSE' 'keyUsage=digitalSignature' 'extendedKeyUsage=serverAuth') \
		-out "$tls/server.new"
	rm -f "$tls/server.csr"
	chmod 644 "$tls/ca.pem"
	mv "$tls/server.new" "$tls/server.pem"
}

ssh_known_hosts() {
	local node
	for node in "${nodes[@]}"; do
		printf '%s %s\n' "$(node_address "$node")" "$(cut -d' ' -f1,2 "$keys/$node.pub")"
	done
}

# password_ready NAME: a random password in keys/NAME, without a newline: LDAP tools take the file byte by byte.
password_ready() {
	[ -f "$keys/$1" ] || (umask 077 && openssl rand -hex 24 | tr -d '\n' >"$keys/$1")
}
