#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# image.sh TAR RELEASE1 RELEASE2 : a Debian 12 with DKMS and both kernels, as a tar. The first has its headers; those of the
# second lie in /headers, not installed. Needs root.
set -euo pipefail

image=$(dirname "$(readlink -f "$0")")/../../deploy/lab/image
exec bash "$image/base.sh" "$1" "apt,dkms,kmod,openssl,linux-headers-$2,linux-image-$2,linux-image-$3" \
	--customize-hook='mkdir -p "$1/headers/partial"' \
	--customize-hook="chroot \"\$1\" apt-get -o Dir::Cache::archives=/headers install -y --download-only --no-install-recommends linux-headers-$3"
