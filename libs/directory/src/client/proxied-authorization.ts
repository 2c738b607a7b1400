// SPDX-License-Identifier: Apache-2.0
import type { BerWriter } from '@ldapjs/asn1';
import ldapjs from 'ldapjs';

const OCTET_STRING = 0x04;

interface ControlBase {
  readonly type: string;
  readonly criticality: boolean;
}
/** @types/ldapjs leaves the class out. */
const { Control } = ldapjs as unknown as { Control: new (options: ControlBase) => ControlBase };

/** Proxied authorization (RFC 4370): the operation is judged, and recorded, as that DN's. ldapjs has no such control. */
export class ProxiedAuthorization extends Control {
  constructor(private readonly dn: string) {
    super({ type: '2.16.840.1.113730.3.4.18', criticality: true });
  }

  /** Called by ldapjs: the value as bytes, for its own way of writing values takes them for text. */
  _toBer(ber: BerWriter): void {
    ber.writeBuffer(Buffer.from(`dn:${this.dn}`), OCTET_STRING);
  }
}
