// SPDX-License-Identifier: Apache-2.0
import type { BerWriter } from '@ldapjs/asn1';
import ldapjs from 'ldapjs';

/** OID of the assertion control (RFC 4528), as the root DSE lists it. */
export const ASSERTION = '1.3.6.1.1.12';

const OCTET_STRING = 0x04;
/** Context tag of an equalityMatch in a Filter (RFC 4511, 4.5.1). */
const EQUALITY_MATCH = 0xa3;

interface ControlBase {
  readonly type: string;
  readonly criticality: boolean;
}
/** @types/ldapjs leaves the class out. */
const { Control } = ldapjs as unknown as { Control: new (options: ControlBase) => ControlBase };

/** The operation is carried out only while the entry has that entryCSN. ldapjs has no such control. */
export class CsnAssertion extends Control {
  constructor(private readonly csn: string) {
    super({ type: ASSERTION, criticality: true });
  }

  /** Called by ldapjs: the value is a filter in BER within an OCTET STRING. */
  _toBer(ber: BerWriter): void {
    ber.startSequence(OCTET_STRING);
    ber.startSequence(EQUALITY_MATCH);
    ber.writeString('entryCSN', OCTET_STRING);
    ber.writeString(this.csn, OCTET_STRING);
    ber.endSequence();
    ber.endSequence();
  }
}
